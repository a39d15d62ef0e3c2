/** Settling one payment: whose number it is, what the journal knows, and what two callers at once may do. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ClientEvent,
  type ClientOptions,
  createRedpackClient,
  memoryJournal,
  openFileJournal,
  type PaymentJournal,
  type RedpackClient,
} from '../../client/index.ts';
import { OTHER_OPENID } from '../support/in-process.ts';
import {
  answerOf,
  BILLNO,
  element,
  fetchOf,
  MERCHANT_OPTIONS,
  ORDER,
  refusedAnswer,
  sentAnswer,
} from './support.ts';

const QUERY = '/mmpaymkttransfers/gethbinfo';
const NOW_MS = Date.parse('2026-01-31T12:00:00+08:00');

let numbersDir: string;
beforeAll(() => {
  numbersDir = mkdtempSync(join(tmpdir(), 'redpack-settle-'));
});
afterAll(() => rmSync(numbersDir, { recursive: true, force: true }));

interface Wechat {
  /** Numbers that were sent, in their order. */
  readonly sends: string[];
  readonly queries: string[];
  readonly fetch: typeof fetch;
}

/** Answers sends from a list, then with success; queries with the state that is given. */
function wechat(answers: (string | Error)[] = [], status = 'SENT'): Wechat {
  const sends: string[] = [];
  const queries: string[] = [];
  const fetch = fetchOf(async (body, path) => {
    const mch_billno = element(body, 'mch_billno');
    // Others get their turn.
    await new Promise((resolve) => setImmediate(resolve));
    if (path === QUERY) {
      queries.push(mch_billno);
      const common = { return_code: 'SUCCESS', result_code: 'SUCCESS', mch_billno };
      return answerOf({ ...common, status, total_amount: '100' });
    }
    sends.push(mch_billno);
    const answer = answers.shift() ?? sentAnswer(mch_billno, { re_openid: undefined });
    if (answer instanceof Error) throw answer;
    return answer.replaceAll('BILLNO', mch_billno);
  });
  return { sends, queries, fetch };
}

function clientOf(
  { fetch }: Wechat,
  more: Partial<ClientOptions> = {},
): RedpackClient & { readonly waits: number[] } {
  let nowMs = NOW_MS;
  const waits: number[] = [];
  const clock = {
    nowMs: () => nowMs,
    sleep: async (ms: number) => {
      waits.push(ms);
      nowMs += ms;
    },
  };
  const client = createRedpackClient({
    ...MERCHANT_OPTIONS,
    fetch,
    numbersDir,
    clock,
    ratePerSecond: null,
    ...more,
  });
  return Object.assign(client, { waits });
}

const cut = (): Error =>
  new TypeError('fetch failed', {
    cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }),
  });
const NOTENOUGH = refusedAnswer('NOTENOUGH', '帐号余额不足，请到商户平台充值后再重试');

describe('a payment', () => {
  it('is dialled once, however often it is settled', async () => {
    const server = wechat();
    const client = clientOf(server);
    const first = await client.settle(ORDER, { id: 'invoice 1' });
    expect(await client.settle(ORDER, { id: 'invoice 1' })).toEqual(first);
    expect(server.sends).toHaveLength(1);
  });

  it('is dialled once by callers that come at the same time', async () => {
    const server = wechat();
    const client = clientOf(server);
    const all = await Promise.all(
      Array.from({ length: 5 }, () => client.settle(ORDER, { id: 'invoice 1' })),
    );
    expect(new Set(all.map(({ mch_billno }) => mch_billno)).size).toBe(1);
    expect(server.sends).toHaveLength(1);
  });

  it('is dialled once by two clients that share a journal', async () => {
    const server = wechat();
    const journal = memoryJournal();
    const clients = [clientOf(server, { journal }), clientOf(server)];
    await Promise.all(clients.map((client) => client.settle(ORDER, { id: '1', journal })));
    expect(server.sends).toHaveLength(1);
  });

  it('is known by its number when it has no other name', async () => {
    const server = wechat();
    const client = clientOf(server);
    const order = { ...ORDER, mch_billno: BILLNO };
    await client.settle(order);
    await client.settle(order, { id: BILLNO });
    expect(server.sends).toEqual([BILLNO]);
    expect(await client.settle(ORDER)).toMatchObject({ code: 'PAYMENT_WITHOUT_NAME' });
    expect(await client.settle(ORDER, { id: '' })).toMatchObject({ code: 'PAYMENT_WITHOUT_NAME' });
  });

  it('goes on with its number after a lost answer, and waits a second at least', async () => {
    const server = wechat([cut(), cut()]);
    const client = clientOf(server);
    const settled = await client.settle(ORDER, { id: '1' });
    expect(settled).toMatchObject({ kind: 'sent', formerNumbers: [] });
    expect(new Set(server.sends).size).toBe(1);
    expect(server.sends).toHaveLength(3);
    expect(client.waits).toHaveLength(2);
    expect(Math.min(...client.waits)).toBeGreaterThanOrEqual(1_000);
  });

  it('is in the journal before it is on the wire', async () => {
    const steps: string[] = [];
    const inner = memoryJournal();
    const journal: PaymentJournal = {
      read: inner.read,
      write: async (record) => {
        steps.push(`noted ${record.open ? 'open' : 'closed'}`);
        await inner.write(record);
      },
    };
    const onEvent = (event: ClientEvent): unknown => steps.push(event.type);
    const failed = refusedAnswer('SEND_FAILED', '红包发放失败,请更换单号再重试');
    await clientOf(wechat([failed], 'FAILED'), { journal, onEvent }).settle(ORDER, { id: '1' });
    expect(steps).toEqual([
      ...['noted open', 'sending', 'sent', 'waiting', 'querying', 'queried'],
      ...['noted open', 'new-number', 'sending', 'sent', 'noted closed'],
    ]);
  });

  it('is not dialled when the journal does not take it', async () => {
    const server = wechat();
    const journal = { ...memoryJournal(), write: () => Promise.reject(new Error('disk full')) };
    await expect(clientOf(server, { journal }).settle(ORDER, { id: '1' })).rejects.toThrow('full');
    expect(server.sends).toEqual([]);
  });
});

describe('a payment that an earlier run left open', () => {
  async function leftOpen(journal: PaymentJournal): Promise<string> {
    const server = wechat([cut()]);
    const client = clientOf(server, { journal, retry: { deadlineMs: 0 } });
    const settled = await client.settle(ORDER, { id: '1' });
    expect(settled).toMatchObject({ kind: 'unknown', why: 'cut' });
    return settled.mch_billno ?? '';
  }

  it('is asked about, and never gets another number', async () => {
    const journal = memoryJournal();
    const number = await leftOpen(journal);
    const server = wechat();
    const settled = await clientOf(server, { journal }).settle(ORDER, { id: '1' });
    expect(settled).toMatchObject({ kind: 'sent', mch_billno: number, by: 'query' });
    expect([server.sends, server.queries]).toEqual([[], [number]]);
  });

  it('stays open, though the order that comes now breaks the contract', async () => {
    const journal = memoryJournal();
    const number = await leftOpen(journal);
    const server = wechat();
    const client = clientOf(server, { journal });
    const broken = { ...ORDER, wishing: 'x'.repeat(500) };
    const settled = await client.settle(broken, { id: '1' });
    expect(settled).toMatchObject({ kind: 'unknown', why: 'order-invalid', mch_billno: number });
    expect([server.sends, server.queries]).toEqual([[], []]);
    expect((await client.settle(ORDER, { id: '1' })).kind).toBe('sent');
    // What was sent is sent, whatever its order looks like by now.
    expect((await client.settle(broken, { id: '1' })).kind).toBe('sent');
  });

  it.each([
    ['another user', { re_openid: OTHER_OPENID }],
    ['another amount', { total_amount: 200 }],
    ['another number', { mch_billno: 'other' }],
  ])('is not mistaken for %s', async (_, change) => {
    const journal = memoryJournal();
    await leftOpen(journal);
    const server = wechat();
    const settled = await clientOf(server, { journal }).settle(
      { ...ORDER, ...change },
      { id: '1' },
    );
    expect(settled).toMatchObject({ kind: 'refused', by: 'checks', code: 'PAYMENT_MISMATCH' });
    expect([server.sends, server.queries]).toEqual([[], []]);
  });

  it('is in doubt in the journal from the first moment, though a run before was refused', async () => {
    const inner = memoryJournal();
    const offline = fetchOf(() => {
      const cause = Object.assign(new Error('connect'), {
        code: 'ECONNREFUSED',
        syscall: 'connect',
      });
      throw new TypeError('fetch failed', { cause });
    });
    const refused = clientOf({ ...wechat(), fetch: offline }, { journal: inner });
    expect(await refused.settle(ORDER, { id: '1' })).toMatchObject({ kind: 'refused' });
    // What a process that dies now leaves behind.
    let noted: unknown;
    const onEvent = async (event: ClientEvent) => {
      if (event.type === 'sending') noted = await inner.read('1');
    };
    await clientOf(wechat(), { journal: inner, onEvent }).settle(ORDER, { id: '1' });
    expect(noted).toMatchObject({ open: true });
    expect(noted).not.toHaveProperty('outcome');
  });

  it('is not another merchant’s', async () => {
    const journal = memoryJournal();
    await leftOpen(journal);
    const server = wechat();
    const settled = await clientOf(server, { journal, mchId: '888' }).settle(ORDER, { id: '1' });
    expect(settled).toMatchObject({ code: 'PAYMENT_MISMATCH' });
    expect(server.sends).toEqual([]);
  });
});

describe('a number', () => {
  const numbered = { ...ORDER, mch_billno: BILLNO };

  it('is of one payment alone, whether they come at once or one after the other', async () => {
    const file = await openFileJournal(join(numbersDir, 'j.jsonl'));
    for (const journal of [memoryJournal(), file]) {
      const server = wechat();
      const client = clientOf(server, { journal });
      const [one, two] = await Promise.all(['a', 'b'].map((id) => client.settle(numbered, { id })));
      expect(one?.kind).toBe('sent');
      expect(two).toMatchObject({ kind: 'refused', by: 'checks', code: 'PAYMENT_MISMATCH' });
      const third = await client.settle(numbered, { id: 'c' });
      expect(third).toMatchObject({ code: 'PAYMENT_MISMATCH' });
      expect('message' in third && third.message).toContain(`${BILLNO} is payment a`);
      expect(server.sends).toEqual([BILLNO]);
    }
    await file.close();
    const reopened = await openFileJournal(join(numbersDir, 'j.jsonl'));
    const client = clientOf(wechat(), { journal: reopened });
    expect(await client.settle(numbered, { id: 'd' })).toMatchObject({ code: 'PAYMENT_MISMATCH' });
    await reopened.close();
  });

  it('that was paid is not called unpaid when another amount is asked for under its name', async () => {
    const client = clientOf(wechat());
    const { mch_billno } = await client.settle(ORDER, { id: '1' });
    const other = await client.settle({ ...ORDER, total_amount: 200 }, { id: '1' });
    expect(other).toMatchObject({ code: 'PAYMENT_MISMATCH', mch_billno: undefined });
    expect('message' in other && other.message).toContain(`(${mch_billno} was paid)`);
  });
});

describe('a payment that was refused', () => {
  it('may be changed while its number is free', async () => {
    const journal = memoryJournal();
    const limit = refusedAnswer('MONEY_LIMIT', '每个红包的平均金额必须在1.00元到200.00元之间.');
    const server = wechat([limit]);
    const client = clientOf(server, { journal });
    const refused = await client.settle({ ...ORDER, total_amount: 50_000 }, { id: '1' });
    expect(refused).toMatchObject({ kind: 'refused', code: 'MONEY_LIMIT' });
    const settled = await client.settle(ORDER, { id: '1' });
    expect(settled).toMatchObject({ kind: 'sent', mch_billno: refused.mch_billno });
  });

  it('keeps openid and amount when WeChat keeps the number, also after a run without connection', async () => {
    const journal = memoryJournal();
    const waiting = await clientOf(wechat([NOTENOUGH]), { journal }).settle(ORDER, { id: '1' });
    expect(waiting).toMatchObject({ kind: 'refused', code: 'NOTENOUGH', numberFree: false });
    const refusing = fetchOf(() => {
      const cause = { code: 'ECONNREFUSED', syscall: 'connect' };
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), cause) });
    });
    const offline = clientOf({ ...wechat(), fetch: refusing }, { journal });
    const unsent = await offline.settle(ORDER, { id: '1' });
    expect(unsent).toMatchObject({ kind: 'refused', by: 'connection', numberFree: false });
    const client = clientOf(wechat(), { journal });
    const changed = await client.settle({ ...ORDER, total_amount: 200 }, { id: '1' });
    expect(changed).toMatchObject({ code: 'PAYMENT_MISMATCH' });
    expect((await client.settle(ORDER, { id: '1' })).mch_billno).toBe(waiting.mch_billno);
  });
});

describe('giving up', () => {
  it('before anything: refused, and nothing is dialled', async () => {
    const server = wechat();
    const signal = AbortSignal.abort();
    const settled = await clientOf(server).settle(ORDER, { id: '1', signal });
    expect(settled).toMatchObject({ kind: 'refused', by: 'connection', code: 'ABORTED' });
    expect(server.sends).toEqual([]);
  });

  it('while waiting after a lost answer: unknown, with the number', async () => {
    const controller = new AbortController();
    const journal = memoryJournal();
    const onEvent = ({ type }: ClientEvent): void => {
      if (type === 'waiting') controller.abort();
    };
    const client = clientOf(wechat([cut()]), { journal, onEvent, signal: controller.signal });
    const settled = await client.settle(ORDER, { id: '1' });
    expect(settled).toMatchObject({ kind: 'unknown', why: 'aborted' });
    expect(await journal.read('1')).toMatchObject({ mch_billno: settled.mch_billno, open: true });
  });

  it('at the time-out, also with a fetch that does not listen', async () => {
    const deaf = fetchOf(() => new Promise<string>(() => undefined));
    const client = clientOf({ ...wechat(), fetch: deaf }, { timeoutMs: 50 });
    expect(await client.send(ORDER)).toMatchObject({ kind: 'unknown', why: 'timeout' });
    const signal = AbortSignal.timeout(10);
    const other = clientOf({ ...wechat(), fetch: deaf });
    expect(await other.send(ORDER, { signal })).toMatchObject({ kind: 'unknown', why: 'aborted' });
  });
});

describe('a handed-in fetch that fails', () => {
  const failing = (cause: object): Promise<unknown> => {
    const fetch = fetchOf(() => {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('failed'), cause) });
    });
    return clientOf({ ...wechat(), fetch }).send(ORDER);
  };

  it.each([
    { code: 'ECONNREFUSED', syscall: 'connect' },
    { code: 'ENOTFOUND', syscall: 'getaddrinfo' },
    { code: 'EHOSTUNREACH', syscall: 'connect' },
    { code: 'UND_ERR_CONNECT_TIMEOUT' },
    { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    {
      code: 'ECONNREFUSED',
      errors: [
        { code: 'ECONNREFUSED', syscall: 'connect' },
        { code: 'ENETUNREACH', syscall: 'connect' },
      ],
    },
  ])('while it connects has sent nothing: $code $syscall', async (cause) => {
    expect(await failing(cause)).toMatchObject({ kind: 'refused', by: 'connection' });
  });

  it.each([
    { code: 'EHOSTUNREACH', syscall: 'read' },
    { code: 'ENETUNREACH', syscall: 'write' },
    { code: 'ECONNREFUSED', syscall: 'read' },
    { code: 'ETIMEDOUT', syscall: 'read' },
    { code: 'ECONNRESET', syscall: 'read' },
    { code: 'UND_ERR_SOCKET' },
    { code: 'EHOSTUNREACH' },
    { name: 'AbortError' },
  ])('on a connection that was there may have: $code $syscall', async (cause) => {
    expect(await failing(cause)).toMatchObject({ kind: 'unknown', why: 'cut' });
  });
});

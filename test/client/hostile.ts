/**
 * A world that is against the client: a mock in process, one virtual time for both sides, and a network, a journal and a host that
 * fail as they are told. What happens is a list of fates drawn beforehand, so that a history can be played again.
 */
import {
  type ClientClock,
  createRedpackClient,
  memoryJournal,
  type PaymentJournal,
  type PaymentRecord,
  type RedpackClient,
} from '../../client/index.ts';
import { createApp } from '../../mock-server/http.ts';
import { createMock, type Mock, type Order } from '../../mock-server/index.ts';
import { checkScenario } from '../../mock-server/scenario/load.ts';
import type { ScenarioInput } from '../../mock-server/scenario/schema.ts';
import { MERCHANT } from '../support/in-process.ts';
import { MCH_ID, MERCHANT_OPTIONS } from './support.ts';

/** What becomes of one call. `delivered` is whether the server ever sees it; twice it never does, which TLS sees to. */
export type Fate =
  | { readonly do: 'clean' | 'no-connection' }
  | { readonly do: 'cut' | 'timeout' | 'page' | 'crash'; readonly delivered: boolean }
  | { readonly do: 'late'; readonly afterMs: number }
  | { readonly do: 'truncated'; readonly share: number }
  | { readonly do: 'forged'; readonly as: Forgery; readonly delivered: boolean }
  | { readonly do: 'server-down'; readonly calls: number };

type Forgery = 'paid' | 'failed' | 'other-number' | 'other-amount' | 'not-found' | 'doctype';

/** What becomes of one write to the journal; a crash is the client's. */
type Writing = 'kept' | 'crash-before' | 'crash-after';

export interface Plan {
  readonly scenario: Partial<ScenarioInput> & { readonly balanceFen: number };
  readonly calls: readonly Fate[];
  readonly writings: readonly Writing[];
  readonly seed: number;
}

const CALL_TIMEOUT_MS = 10_000;
const CALLS_MAX = 3_000;

export interface World {
  readonly mock: Mock;
  readonly clock: ClientClock;
  /** A client, and a promise that rejects when its process dies. */
  boot(): { readonly client: RedpackClient; readonly death: Promise<never> };
  record(id: string): Promise<PaymentRecord | undefined>;
  /** All orders that the server ever stored for a user. */
  ordersFor(openid: string): Promise<Order[]>;
  /** Lets time pass, and with it what is on its way arrive. */
  pass(ms: number): Promise<void>;
  end(): void;
  readonly calls: number;
}

export class Crash extends Error {}

export function createWorld(plan: Plan, numbersDir: string): World {
  const { balanceFen, ...scenario } = plan.scenario;
  const mock = createMock(
    checkScenario({
      title: 'hostile',
      clock: { mode: 'frozen', at: '2026-01-31T12:00:00+08:00' },
      merchants: [{ ...MERCHANT, balanceFen }],
      ...scenario,
    }),
  );
  const faults: unknown[] = [];
  const app = createApp(mock, (error) => faults.push(error));
  const journal = memoryJournal();
  const random = generator(plan.seed);
  const fates = plan.calls.values();
  const writings = plan.writings.values();
  const onTheWay: { readonly atMs: number; readonly path: string; readonly body: string }[] = [];
  const lives: AbortController[] = [];
  let downFor = 0;
  let calls = 0;

  const deliver = async (path: string, body: string): Promise<string> => {
    const peer = { kind: 'merchant', mchId: MCH_ID, serial: '01' } as const;
    const response = await app.request(path, { method: 'POST', body }, { peer });
    if (faults.length > 0) throw faults[0];
    return response.text();
  };

  const pass = async (ms: number): Promise<void> => {
    const untilMs = mock.clock.nowMs() + ms;
    for (;;) {
      onTheWay.sort((a, b) => a.atMs - b.atMs);
      const next = onTheWay[0];
      if (!next || next.atMs > untilMs) break;
      onTheWay.shift();
      mock.clock.advance(Math.max(0, next.atMs - mock.clock.nowMs()));
      await deliver(next.path, next.body);
    }
    mock.clock.advance(Math.max(0, untilMs - mock.clock.nowMs()));
  };

  const clock: ClientClock = {
    nowMs: mock.clock.nowMs,
    sleep: async (ms, signal) => {
      if (!signal?.aborted) await pass(ms);
    },
  };

  const exchange = async (path: string, body: string, die: () => Promise<never>) => {
    calls += 1;
    if (calls > CALLS_MAX) throw new Error('the client does not come to an end');
    await pass(20);
    if (downFor > 0) {
      downFor -= 1;
      throw noConnection();
    }
    const fate = fates.next().value ?? { do: 'clean' };
    switch (fate.do) {
      case 'clean':
        return new Response(await deliver(path, body));
      case 'server-down':
        downFor = fate.calls;
        throw noConnection();
      case 'no-connection':
        throw noConnection();
      case 'late':
        onTheWay.push({ atMs: mock.clock.nowMs() + fate.afterMs, path, body });
        return timeout(pass);
      case 'truncated': {
        const text = await deliver(path, body);
        return new Response(text.slice(0, Math.floor(text.length * fate.share)));
      }
      case 'forged': {
        const text = fate.delivered ? await deliver(path, body) : '';
        return new Response(forge(fate.as, text, body));
      }
      case 'cut':
      case 'timeout':
      case 'page':
      case 'crash':
        if (fate.delivered) await deliver(path, body);
        if (fate.do === 'crash') return die();
        if (fate.do === 'timeout') return timeout(pass);
        if (fate.do === 'cut') throw lostConnection();
        return new Response('<html><h1>502 Bad Gateway</h1></html>', { status: 502 });
    }
  };

  return {
    mock,
    clock,
    pass,
    boot() {
      const life = new AbortController();
      lives.push(life);
      let kill = (_: Crash): void => undefined;
      const death = new Promise<never>((_, reject) => {
        kill = reject;
      });
      death.catch(() => undefined);
      let dead = false;
      // What is dead neither goes on nor comes back.
      const die = (): Promise<never> => {
        dead = true;
        kill(new Crash());
        return new Promise<never>(() => undefined);
      };
      const mortal = <T>(step: () => Promise<T>): Promise<T> => (dead ? die() : step());
      const client = createRedpackClient({
        ...MERCHANT_OPTIONS,
        clock,
        random,
        numbersDir,
        signal: life.signal,
        fetch: (url, init) =>
          mortal(() => exchange(new URL(String(url)).pathname, String(init?.body), die)),
        journal: mortalJournal(journal, mortal, () => writings.next().value ?? 'kept', die),
      });
      return { client, death };
    },
    record: (id) => journal.read(id),
    async ordersFor(openid) {
      const orders = (await mock.store.scan(`${MCH_ID}/order/`)).map(([, value]) => value as Order);
      return orders.filter((order) => order.openid === openid);
    },
    end() {
      for (const life of lives) life.abort();
    },
    get calls() {
      return calls;
    },
  };
}

function mortalJournal(
  journal: PaymentJournal,
  mortal: <T>(step: () => Promise<T>) => Promise<T>,
  next: () => Writing,
  die: () => Promise<never>,
): PaymentJournal {
  return {
    read: (id) => mortal(() => journal.read(id)),
    write: (record) =>
      mortal(async () => {
        const writing = next();
        if (writing === 'crash-before') return die();
        await journal.write(record);
        return writing === 'crash-after' ? die() : undefined;
      }),
  };
}

async function timeout(pass: (ms: number) => Promise<void>): Promise<never> {
  await pass(CALL_TIMEOUT_MS);
  throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
}

function failed(code: string, syscall: string): TypeError {
  const cause = Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
  return new TypeError('fetch failed', { cause });
}

const noConnection = (): TypeError => failed('ECONNREFUSED', 'connect');
const lostConnection = (): TypeError => failed('ECONNRESET', 'read');

/** Answers that somebody without the key makes up: signed wrongly, or about something else. */
function forge(as: Forgery, answer: string, request: string): string {
  const own = (name: string): string =>
    new RegExp(`<${name}><!\\[CDATA\\[([^\\]]*)`).exec(request)?.[1] ?? '';
  const billno = own('mch_billno');
  const amount = own('total_amount') || '100';
  const paid = `<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code><status>SENT</status><mch_billno>${billno}</mch_billno><total_amount>${amount}</total_amount></xml>`;
  const refusal = (code: string): string =>
    `<xml><return_code>SUCCESS</return_code><result_code>FAIL</result_code><err_code>${code}</err_code><mch_billno>${billno}</mch_billno></xml>`;
  const signed = (xml: string): string =>
    xml.replace('</xml>', `<sign>${'0123456789ABCDEF'.repeat(2)}</sign></xml>`);
  switch (as) {
    case 'paid':
      return signed(paid);
    case 'failed':
      return signed(refusal('SEND_FAILED'));
    case 'not-found':
      return signed(refusal('NOT_FOUND'));
    case 'other-number':
      return (answer || paid).replaceAll(billno, `${billno.slice(0, -1)}Z`);
    case 'other-amount':
      return (answer || paid).replaceAll(/<total_amount>\d+/g, '<total_amount>99999');
    case 'doctype':
      return `<!DOCTYPE xml [<!ENTITY a "SUCCESS">]>${(answer || paid).replaceAll('SUCCESS', '&a;')}`;
  }
}

/** mulberry32: one seed, one history. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

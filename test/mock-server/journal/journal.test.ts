import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type {
  Heard,
  JournalEntry,
  JournalFilter,
  Said,
} from '../../../mock-server/journal/entry.ts';
import { createJournal, type Journal } from '../../../mock-server/journal/journal.ts';
import { createSecrets } from '../../../mock-server/journal/secrets.ts';

const ANSWER = Buffer.from('<xml>'.padEnd(3_000, 'x'));
const SECRET = '192006250b4c09247ec02edce69f6a2d';
const add = (journal: Journal, text: string): void =>
  journal.add(
    0,
    {
      endpoint: { name: 'sendredpack' },
      peer: { kind: 'none' },
      callerIp: '127.0.0.1',
      body: Buffer.from(`<xml><wishing>${text}</wishing></xml>`),
    },
    { verdict: 'sent', why: text, paid: true, httpStatus: 200, reply: Buffer.from(text) },
  );
const summary = (journal: Journal) =>
  journal.entries().map(({ sequence, why }) => `${sequence}${why}`);

it('keeps the last lines in order, and counts what it let go', () => {
  const journal = createJournal(undefined, 3);
  for (const text of ['a', 'b', 'c', 'd', 'e']) add(journal, text);
  expect(summary(journal)).toEqual(['3c', '4d', '5e']);
  expect(journal.dropped).toBe(2);
});

it('goes on counting after it was cleared', () => {
  const journal = createJournal(undefined, 3);
  for (const text of ['a', 'b', 'c', 'd']) add(journal, text);
  journal.clear();
  expect([summary(journal), journal.dropped]).toEqual([[], 0]);
  for (const text of ['e', 'f', 'g', 'h']) add(journal, text);
  expect(summary(journal)).toEqual(['6f', '7g', '8h']);
  expect(journal.dropped).toBe(1);
});

it('blots out secrets wherever they stand, and tells listeners the same', () => {
  const journal = createJournal(createSecrets([SECRET]));
  const heard: unknown[] = [];
  const end = journal.subscribe((entry) => heard.push(entry));
  add(journal, SECRET);
  end();
  add(journal, SECRET);
  expect(heard).toEqual(journal.entries().slice(0, 1));
  expect(JSON.stringify(journal.entries())).not.toContain(SECRET);
  expect(journal.entries()[0]?.request.wishing).toBe('[redacted]');
});

it('keeps of a call what it shows, and lets the socket and the answer behind it go', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const journal = createJournal();
  const behind = (): WeakRef<object> => {
    const edge = { socket: 'one' };
    const heard = { endpoint: { name: 'sendredpack' }, peer: { kind: 'none' } } as const;
    const said = { verdict: 'sent', why: '', paid: true, httpStatus: 200 } as const;
    const call = { ...heard, callerIp: '127.0.0.1', body: Buffer.from('<xml/>'), edge };
    journal.add(0, call, { ...said, reply: Buffer.from('') });
    return new WeakRef(edge);
  };
  const edge = behind();
  await new Promise((resolve) => setTimeout(resolve));
  collect();
  expect(edge.deref()).toBeUndefined();
  expect(journal.entries()).toHaveLength(1);
});

it('shows nothing of an earlier call where a later one has taken its line', () => {
  const calls: { heard: Partial<Heard>; said: Partial<Said> }[] = [
    { heard: { body: Buffer.from('<xml><wishing>one</wishing></xml>') }, said: {} },
    { heard: { body: Buffer.from('<xml><remark>longer than one</remark></xml>') }, said: {} },
    { heard: { connection: 7 }, said: { code: 'NOTENOUGH', clause: 'a/b', mchId: '10000098' } },
    {
      heard: { body: Buffer.from('') },
      said: { faults: ['drop'], strikes: 'after', reply: ANSWER },
    },
    { heard: { body: Buffer.from('<xml><act_name>x</act_name></xml>') }, said: {} },
  ];
  const used = createJournal(undefined, 1);
  for (const { heard, said } of calls) {
    const fresh = createJournal(undefined, 1);
    for (const journal of [used, fresh]) {
      const nothing = { verdict: 'sent', why: '', paid: true, httpStatus: 200 } as const;
      const call = { endpoint: { name: 'sendredpack' }, peer: { kind: 'none' } } as const;
      const of = { ...call, callerIp: '127.0.0.1', body: undefined, ...heard };
      journal.add(5, of, { ...nothing, reply: Buffer.from('<xml/>'), ...said });
    }
    const [shown, expected] = [used.entries()[0], fresh.entries()[0]].map((entry) => ({
      ...entry,
      sequence: 0,
      realAtMs: 0,
    }));
    expect(shown).toStrictEqual(expected);
  }
});

it('keeps what it was given as it was then, not as its owner makes it later', () => {
  const journal = createJournal();
  const [body, reply] = [Buffer.from('<xml><remark>then</remark></xml>'), Buffer.from('answered')];
  const heard = { endpoint: { name: 'sendredpack' }, peer: { kind: 'none' }, body } as const;
  const said = { verdict: 'sent', why: '', paid: true, httpStatus: 200, reply } as const;
  journal.add(0, { ...heard, callerIp: '127.0.0.1' }, said);
  body.fill(0);
  reply.fill(0);
  const [entry] = journal.entries();
  expect([entry?.request.remark, entry?.reply]).toEqual(['then', 'answered']);
});

it('keeps no body that is longer than any request', () => {
  const journal = createJournal();
  add(journal, 'x'.repeat(8_100));
  add(journal, 'x'.repeat(8_200));
  const lengths = journal.entries().map(({ request }) => request.wishing?.length);
  expect(lengths).toEqual([8_100, undefined]);
});

describe('a journal of many calls', () => {
  const sent = (journal: Journal, billno: string, said: Partial<Said> = {}, more = ''): void =>
    journal.add(
      0,
      {
        endpoint: { name: billno.startsWith('q') ? 'gethbinfo' : 'sendredpack' },
        peer: { kind: 'merchant', mchId: '10000098', serial: '01' },
        callerIp: '127.0.0.1',
        body: Buffer.from(`<xml><mch_billno>${billno}</mch_billno>${more}</xml>`),
      },
      {
        mchId: '10000098',
        verdict: 'sent',
        why: '',
        paid: true,
        httpStatus: 200,
        reply: Buffer.from(''),
        ...said,
      },
    );
  const numbers = (calls: readonly JournalEntry[]) => calls.map(({ sequence }) => sequence);

  it('is read in pages from either end, and what comes between pages disturbs neither', () => {
    const journal = createJournal(undefined, 5);
    for (const billno of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) sent(journal, billno);
    const first = journal.page({ limit: 2 });
    expect([numbers(first.calls), first.next]).toEqual([[3, 4], 4]);
    const newest = journal.page({ order: 'newest', limit: 3 });
    expect([numbers(newest.calls), newest.next]).toEqual([[7, 6, 5], 5]);
    sent(journal, 'h');
    const second = journal.page({ after: first.next, limit: 4 });
    expect([numbers(second.calls), second.next]).toEqual([[5, 6, 7, 8], undefined]);
    const older = journal.page({ order: 'newest', before: newest.next, limit: 3 });
    expect([numbers(older.calls), older.next]).toEqual([[4], undefined]);
  });

  it('tells how many calls after a given one the ring has let go, but none that were cleared', () => {
    const journal = createJournal(undefined, 3);
    for (const billno of ['a', 'b', 'c', 'd', 'e']) sent(journal, billno);
    expect([0, 1, 2, 5].map((after) => journal.droppedAfter(after))).toEqual([2, 1, 0, 0]);
    journal.clear();
    expect(journal.droppedAfter(0)).toBe(0);
  });

  it.each([
    [{ mch_billno: 'b' }, [2]],
    [{ mch_id: '10000098' }, [1, 2, 3, 4, 6]],
    [{ mch_id: '10000099' }, [5]],
    [{ mch_id: '10000097' }, []],
    [{ endpoint: 'gethbinfo' }, [3]],
    [{ verdict: 'refused' }, [4]],
    [{ code: 'SYSTEMERROR', mch_billno: 'b' }, []],
    [{ code: 'SYSTEMERROR', mch_billno: 'c' }, [4]],
  ] satisfies [JournalFilter, number[]][])('lets through by %j only %j', (filter, expected) => {
    const journal = createJournal();
    for (const billno of ['a', 'b', 'q']) sent(journal, billno);
    sent(journal, 'c', { verdict: 'refused', code: 'SYSTEMERROR' });
    sent(journal, 'd', { mchId: undefined }, '<mch_id>10000099</mch_id>');
    sent(journal, 'e', { mchId: undefined });
    expect(numbers(journal.entries(filter))).toEqual(expected);
  });

  it('forgets one merchant without counting that as dropped, and goes on counting', () => {
    const journal = createJournal(undefined, 4);
    for (const [index, mchId] of ['1', '2', '1', '2', '1'].entries()) {
      sent(journal, String(index), { mchId });
    }
    journal.forget('1');
    expect([numbers(journal.entries()), journal.dropped]).toEqual([[2, 4], 1]);
    for (const billno of ['f', 'g', 'h']) sent(journal, billno);
    expect([numbers(journal.entries()), journal.dropped]).toEqual([[4, 6, 7, 8], 2]);
    expect(numbers(journal.page({ after: 4, before: 8 }).calls)).toEqual([6, 7]);
    expect(journal.clears).toBe(1);
  });

  it('hides the key of a merchant that is gone as long as there are lines from before', () => {
    const journal = createJournal(undefined, 2);
    const tell = () => JSON.stringify(journal.entries());
    journal.hide(SECRET);
    journal.hide(SECRET);
    sent(journal, 'a', { why: SECRET });
    journal.retire(SECRET);
    journal.retire('another');
    expect(tell()).not.toContain(SECRET);
    journal.retire(SECRET);
    expect(tell()).not.toContain(SECRET);
    sent(journal, 'b');
    sent(journal, 'c');
    journal.retire('another');
    sent(journal, 'd', { why: SECRET });
    expect(tell()).toContain(SECRET);
  });

  it('waits until so many calls are there, those before the wait counted too', async () => {
    const journal = createJournal();
    sent(journal, 'a');
    const waiting = journal.wait(2, { endpoint: 'sendredpack' });
    sent(journal, 'q');
    sent(journal, 'b');
    sent(journal, 'c');
    const { end, calls } = await waiting;
    expect([end, numbers(calls)]).toEqual(['reached', [1, 3]]);
    expect(numbers((await journal.wait(2)).calls)).toEqual([1, 2]);
  });

  it('says how many came when the time is up, or when nobody waits any more', async () => {
    const journal = createJournal();
    sent(journal, 'a');
    const late = await journal.wait(2, { timeoutMs: 20 });
    expect([late.end, numbers(late.calls)]).toEqual(['timeout', [1]]);
    const leaving = new AbortController();
    const waiting = journal.wait(1, { after: 1, signal: leaving.signal });
    leaving.abort();
    expect((await waiting).end).toBe('aborted');
    expect((await journal.wait(9, { signal: leaving.signal })).end).toBe('aborted');
  });

  it('counts a call towards a wait though the ring has let it go again', async () => {
    const journal = createJournal(undefined, 1);
    const waiting = journal.wait(3);
    for (const billno of ['a', 'b', 'c']) sent(journal, billno);
    expect(numbers((await waiting).calls)).toEqual([1, 2, 3]);
  });
});

import { expect, it } from 'vitest';
import { createJournal, type Journal } from '../../mock-server/journal.ts';

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
  const journal = createJournal([], 3);
  for (const text of ['a', 'b', 'c', 'd', 'e']) add(journal, text);
  expect(summary(journal)).toEqual(['3c', '4d', '5e']);
  expect(journal.dropped).toBe(2);
});

it('goes on counting after it was cleared', () => {
  const journal = createJournal([], 3);
  for (const text of ['a', 'b', 'c', 'd']) add(journal, text);
  journal.clear();
  expect([summary(journal), journal.dropped]).toEqual([[], 0]);
  for (const text of ['e', 'f', 'g', 'h']) add(journal, text);
  expect(summary(journal)).toEqual(['6f', '7g', '8h']);
  expect(journal.dropped).toBe(1);
});

it('blots out secrets wherever they stand, and tells listeners the same', () => {
  const journal = createJournal([SECRET]);
  const heard: unknown[] = [];
  const end = journal.subscribe((entry) => heard.push(entry));
  add(journal, SECRET);
  end();
  add(journal, SECRET);
  expect(heard).toEqual(journal.entries().slice(0, 1));
  expect(JSON.stringify(journal.entries())).not.toContain(SECRET);
  expect(journal.entries()[0]?.request.wishing).toBe('[redacted]');
});

it('keeps no body that is longer than any request', () => {
  const journal = createJournal([]);
  add(journal, 'x'.repeat(8_100));
  add(journal, 'x'.repeat(8_200));
  const lengths = journal.entries().map(({ request }) => request.wishing?.length);
  expect(lengths).toEqual([8_100, undefined]);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Agenda } from '../../../mock-server/store/agenda.ts';
import { createMemoryStore } from '../../../mock-server/store/memory.ts';
import { SEED } from '../../support/seed.ts';
import { storeSuite } from './suite.ts';

storeSuite('memory', async () => createMemoryStore());

it('the agenda behind it gives all that is not after an instant, earliest first, and keeps the rest', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100), { maxLength: 40 }), fc.nat(120), (instants, nowMs) => {
      const agenda = new Agenda();
      for (const [index, atMs] of instants.entries()) agenda.add({ key: String(index), atMs });
      const sorted = [...instants].sort((x, y) => x - y);
      expect(agenda.nextMs).toBe(sorted[0] ?? Number.POSITIVE_INFINITY);
      const taken = agenda.take(nowMs).map(({ atMs }) => atMs);
      expect(taken).toEqual(sorted.filter((atMs) => atMs <= nowMs));
      expect(agenda.take(Number.MAX_SAFE_INTEGER).map(({ atMs }) => atMs)).toEqual(
        sorted.filter((atMs) => atMs > nowMs),
      );
    }),
    { seed: SEED, numRuns: 500 },
  );
});

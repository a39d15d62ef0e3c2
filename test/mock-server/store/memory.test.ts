import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Agenda } from '../../../mock-server/store/agenda.ts';
import { createMemoryStore } from '../../../mock-server/store/memory.ts';
import { SEED } from '../../support/seed.ts';
import { storeSuite } from './suite.ts';

storeSuite('memory', async () => createMemoryStore());

it('the agenda behind it gives keys in the order of their last instants', () => {
  const moves = fc.array(
    fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.option(fc.nat(100))),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(moves, fc.nat(120), (each, nowMs) => {
      const agenda = new Agenda();
      const model = new Map<string, number>();
      for (const [key, atMs] of each) {
        if (atMs === null) {
          agenda.delete(key);
          model.delete(key);
        } else {
          agenda.set(key, atMs);
          model.set(key, atMs);
        }
      }
      const taken = agenda.take(nowMs).map((key) => [key, model.get(key)] as const);
      const instants = taken.map(([, atMs]) => atMs ?? Number.NaN);
      expect(instants).toEqual([...instants].sort((x, y) => x - y));
      expect(new Set(taken.map(([key]) => key))).toEqual(
        new Set([...model].filter(([, atMs]) => atMs <= nowMs).map(([key]) => key)),
      );
    }),
    { seed: SEED, numRuns: 500 },
  );
});

/** What a merchant sees does not depend on who else is there: any history alone is the same as among the histories of others. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOUR_MS } from '../../contracts/index.ts';
import { checkScenario } from '../../mock-server/scenario/load.ts';
import type { Scenario } from '../../mock-server/scenario/schema.ts';
import { type InProcess, inProcess, MERCHANT } from '../support/in-process.ts';
import { SEED } from '../support/seed.ts';

const NOON = '2026-01-31T12:00:00+08:00';
const FREE = { callsPerSecond: null, callsPerMinute: null };

/** One thing that happens to one merchant; what comes back is what can be seen of it. */
interface Move {
  readonly name: string;
  run(lab: InProcess, mchId: string): Promise<unknown>;
}

const scenario = (rules: object[], at = NOON): Scenario =>
  checkScenario({
    title: 'play',
    clock: { mode: 'frozen', at },
    merchants: [{ ...MERCHANT, balanceFen: 500, limits: FREE }],
    rules: rules as Scenario['rules'],
  });
const SCENARIOS = [
  scenario([]),
  scenario([{ when: { everyNth: 2 }, then: { code: 'SYSTEMERROR', money: 'moved' } }]),
  scenario([{ when: { per: 'global', probability: 0.5 }, then: { code: 'NOTENOUGH' } }]),
  scenario([{ when: { nth: 1, per: 'order' }, then: { code: 'PROCESSING', money: 'moved' } }]),
  scenario(
    [{ when: { mch_id: MERCHANT.mch_id }, then: { code: 'SEND_FAILED' } }],
    '2020-06-01T23:59:59+08:00',
  ),
];

const number = fc.constantFrom('a', 'b', 'c');
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    arbitrary: number.map(
      (mch_billno): Move => ({
        name: `send ${mch_billno}`,
        run: (lab, mchId) => lab.send({ mch_billno }, { mchId }),
      }),
    ),
    weight: 5,
  },
  number.map(
    (billno): Move => ({
      name: `query ${billno}`,
      run: (lab, mchId) => lab.query(billno, { mchId }),
    }),
  ),
  fc.constantFrom(0.4, 1, 24, 72).map(
    (hours): Move => ({
      name: `advance ${hours} h`,
      run: ({ mock }, mchId) => mock.advance(mchId, hours * HOUR_MS),
    }),
  ),
  fc.constantFrom('2026-01-30T08:00:00+08:00', '2026-02-02T00:00:00+08:00').map(
    (at): Move => ({
      name: `set the clock to ${at}`,
      run: ({ mock }, mchId) => mock.setClock(mchId, { mode: 'frozen', at }),
    }),
  ),
  fc.nat(300).map(
    (fen): Move => ({
      name: `top up by ${fen}`,
      run: ({ mock }, mchId) => mock.topUp(mchId, fen),
    }),
  ),
  number.map(
    (billno): Move => ({
      name: `claim ${billno}`,
      run: ({ mock }, mchId) => mock.claim(mchId, billno).catch((error: Error) => error.message),
    }),
  ),
  fc.constantFrom(...SCENARIOS).map(
    (next): Move => ({
      name: `switch to scenario ${SCENARIOS.indexOf(next)}`,
      run: ({ mock }, mchId) => mock.useScenario(mchId, next),
    }),
  ),
  fc.constant({ name: 'reset', run: ({ mock }: InProcess, mchId: string) => mock.reset(mchId) }),
);

/** What a merchant plays at first, and what happens to it. */
const life = fc.record({
  plays: fc.constantFrom(...SCENARIOS),
  moves: fc.array(move, { minLength: 1, maxLength: 15 }),
});
type Life = { readonly plays: Scenario; readonly moves: readonly Move[] };

/** @returns a step that lets one move happen, and what was seen */
async function begin(where: InProcess, mchId: string, { plays, moves }: Life) {
  await where.mock.createMerchant({ mchId, scenario: plays });
  const seen: unknown[] = [];
  const left = [...moves];
  return {
    seen,
    async step(): Promise<boolean> {
      const next = left.shift();
      if (!next) return false;
      seen.push([next.name, await next.run(where, mchId)]);
      const ledger = await where.mock.ledger(mchId);
      expect(ledger.faults, `after ${next.name}`).toEqual([]);
      seen.push(ledger);
      return true;
    },
  };
}

it('histories that are mixed are seen as each would be alone, and money adds up in all of them', async () => {
  let moves = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(life, { minLength: 2, maxLength: 4 }),
      fc.infiniteStream(fc.nat(3)),
      async (lives, turns) => {
        const shared = inProcess();
        const mixed = await Promise.all(
          lives.map((each, index) => begin(shared, `9${index}`, each)),
        );
        const open = new Set(mixed);
        for (const turn of turns) {
          if (open.size === 0) break;
          const chosen = [...open][turn % open.size];
          if (chosen && !(await chosen.step())) open.delete(chosen);
        }
        for (const [index, each] of lives.entries()) {
          const alone = await begin(inProcess(), `9${index}`, each);
          while (await alone.step()) moves += 1;
          expect(mixed[index]?.seen).toEqual(alone.seen);
        }
        for (const index of lives.keys()) await shared.mock.dropMerchant(`9${index}`);
        expect(await shared.mock.store.scan('')).toEqual([]);
      },
    ),
    { seed: SEED, numRuns: 150 },
  );
  expect(moves).toBeGreaterThan(1_000);
});

/** Money adds up after every step of any history. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { codeRow, EDITIONS, HOUR_MS } from '../../contracts/index.ts';
import { MockUsageError } from '../../mock-server/usage.ts';
import { runs } from '../support/effort.ts';
import { type InProcess, inProcess, OPENID, OTHER_OPENID } from '../support/in-process.ts';
import { SEED } from '../support/seed.ts';

const MCH = '10000098';
const billno = fc.constantFrom('a', 'b', 'c', 'd');

type Move = { readonly name: string; run(lab: InProcess): Promise<unknown> };

const send: fc.Arbitrary<Move> = fc
  .record({
    mch_billno: billno,
    total_amount: fc.constantFrom('100', '200', '19999', '1', '20001'),
    re_openid: fc.constantFrom(OPENID, OTHER_OPENID),
  })
  .map((fields) => ({
    name: `send ${Object.values(fields).join(' ')}`,
    run: (lab) => lab.send(fields),
  }));
const query: fc.Arbitrary<Move> = billno.map((number) => ({
  name: `query ${number}`,
  run: (lab) => lab.query(number),
}));
const topUp: fc.Arbitrary<Move> = fc.nat(20_000).map((fen) => ({
  name: `topUp ${fen}`,
  run: ({ mock }) => mock.topUp(MCH, fen),
}));
const wait: fc.Arbitrary<Move> = fc.constantFrom(0.3, 1, 8, 24, 72).map((hours) => ({
  name: `wait ${hours} h`,
  run: async ({ mock }) => mock.clock.advance(hours * HOUR_MS),
}));
const claim: fc.Arbitrary<Move> = billno.map((number) => ({
  name: `claim ${number}`,
  run: ({ mock }) =>
    mock.claim(MCH, number).catch((error: unknown) => {
      if (!(error instanceof MockUsageError)) throw error;
    }),
}));
const history = fc.array(fc.oneof({ arbitrary: send, weight: 4 }, query, topUp, wait, claim), {
  maxLength: 25,
});
const rule = fc.record({
  when: fc.record({ everyNth: fc.integer({ min: 1, max: 3 }) }),
  then: fc.oneof(
    fc.record({
      code: fc.constantFrom(
        'SYSTEMERROR',
        'PROCESSING',
        'SEND_FAILED',
        'NOTENOUGH',
        'FREQ_LIMIT' as const,
      ),
      money: fc.constantFrom('moved', 'not-moved' as const),
    }),
    fc.record({ state: fc.constantFrom('RECEIVED', 'FAILED', 'REFUND', 'SENDING' as const) }),
  ),
});

it('opening + top-ups = balance + held + received, whatever happens', async () => {
  let paid = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...EDITIONS),
      fc.array(rule, { maxLength: 2 }),
      history,
      async (edition, rules, moves) => {
        const known = rules.filter(
          ({ then }) => !('code' in then) || codeRow(then.code).editions.includes(edition),
        );
        const lab = inProcess({ edition, rules: known, merchant: { balanceFen: 25_000 } });
        for (const move of moves) {
          await move.run(lab);
          const ledger = await lab.mock.ledger(MCH);
          expect(ledger.faults, `after ${move.name}`).toEqual([]);
          paid += ledger.paidPackets;
        }
      },
    ),
    { seed: SEED, numRuns: runs(400) },
  );
  expect(paid).toBeGreaterThan(runs(1_000));
});

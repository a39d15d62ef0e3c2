/** What the audit says was lost is what the books say was paid too much, whatever a client does that keeps no number. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { audit } from '../../../contracts/index.ts';
import { runs } from '../../support/effort.ts';
import { type InProcess, inProcess } from '../../support/in-process.ts';
import { SEED } from '../../support/seed.ts';

const AMOUNT_FEN = 100;

type Step = 'same' | 'new' | 'query';

const rule = fc.record({
  when: fc.oneof(
    fc.record({ nth: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ everyNth: fc.integer({ min: 1, max: 4 }) }),
  ),
  // Only true answers: through a SEND_FAILED, or a SIGN_ERROR, for a number that is paid, no client could see.
  then: fc.oneof(
    fc.record({
      code: fc.constantFrom('SYSTEMERROR', 'PROCESSING' as const),
      money: fc.constantFrom('moved', 'not-moved' as const),
    }),
    fc.record({
      code: fc.constantFrom('FREQ_LIMIT', 'SIGN_ERROR', 'NOTENOUGH' as const),
    }),
  ),
});
const queryRule = fc.record({
  when: fc.record({
    endpoint: fc.constant('gethbinfo' as const),
    everyNth: fc.integer({ min: 1, max: 3 }),
  }),
  then: fc.record({ code: fc.constantFrom('SYSTEMERROR', 'NOT_FOUND' as const) }),
});
/** What is tried for one user until an answer says that the packet is out. */
const payment = fc.array(fc.constantFrom<Step>('same', 'new', 'query'), { maxLength: 6 });

async function pay(lab: InProcess, re_openid: string, steps: readonly Step[]): Promise<void> {
  const send = (mch_billno: string) =>
    lab.send({ mch_billno, re_openid, total_amount: String(AMOUNT_FEN) });
  let number = lab.freshNumber();
  let answer = await send(number);
  for (const step of steps) {
    if (answer.result_code === 'SUCCESS' && answer.status !== 'SENDING') return;
    if (step === 'new') number = lab.freshNumber();
    answer = await (step === 'query' ? lab.query(number) : send(number));
  }
}

it('names every fen that was paid twice, and no other', async () => {
  let lossesSeen = 0;
  const property = fc.asyncProperty(
    fc.array(fc.oneof(rule, queryRule), { maxLength: 4 }),
    fc.array(payment, { minLength: 1, maxLength: 4 }),
    async (rules, payments) => {
      const lab = inProcess({ rules, merchant: { balanceFen: 'bottomless' } });
      const openids = payments.map((_, index) =>
        `oxTWIuGaIt6gTKsQRLau2M0yL1${index}00`.slice(0, 28),
      );
      for (const [index, steps] of payments.entries()) await pay(lab, openids[index] ?? '', steps);

      const entries = lab.mock.journal.entries();
      const paidNumbers = (openid: string) =>
        new Set(
          entries
            .filter(({ request, paid }) => request.re_openid === openid && paid)
            .map(({ request }) => request.mch_billno),
        ).size;
      const overpaid = openids.map((openid) => Math.max(0, paidNumbers(openid) - 1) * AMOUNT_FEN);
      const lost = audit(entries).map(({ lostFen = 0 }) => lostFen);
      const sum = (fens: readonly number[]) => fens.reduce((a, b) => a + b, 0);
      expect(sum(lost)).toBe(sum(overpaid));
      lossesSeen += sum(overpaid) > 0 ? 1 : 0;
    },
  );
  await fc.assert(property, { seed: SEED, numRuns: runs(1_000) });
  // A property that never meets a double payment would hold of any audit.
  expect(lossesSeen).toBeGreaterThan(runs(20));
});

/** What is due and what is asked at the same instant: no order is judged as it was, and the books are of one instant. */
import { expect, it } from 'vitest';
import { HOUR_MS } from '../../contracts/index.ts';
import { inProcess } from '../support/in-process.ts';

const MCH = '10000098';
const UNLIMITED = { callsPerSecond: null, callsPerMinute: null, userPacketsPerDay: null };
const numbers = Array.from({ length: 100 }, (_, index) => `n${index}`);

it('orders that failed a day ago stay failed, though all are retried at once after a top-up', async () => {
  const { send, query, mock } = inProcess({ merchant: { balanceFen: 0, limits: UNLIMITED } });
  for (const mch_billno of numbers) await send({ mch_billno });
  mock.clock.advance(24 * HOUR_MS);
  await mock.topUp(MCH, 100_000);
  const [, ...answers] = await Promise.all([
    query('n0'),
    ...numbers.map((mch_billno) => send({ mch_billno })),
  ]);
  expect(new Set(answers.map((answer) => answer.err_code))).toEqual(new Set(['SEND_FAILED']));
  expect(await mock.ledger(MCH)).toMatchObject({ paidPackets: 0, balanceFen: 100_000, faults: [] });
});

it('the money of expired packets is back before anybody asks for it', async () => {
  const { send, mock } = inProcess({ merchant: { balanceFen: 10_000, limits: UNLIMITED } });
  for (const mch_billno of numbers) await send({ mch_billno });
  expect(await send({ total_amount: '200' })).toMatchObject({ err_code: 'NOTENOUGH' });
  mock.clock.advance(24 * HOUR_MS);
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => send({ total_amount: '2000' })),
  );
  expect(answers.map((answer) => answer.err_code)).toEqual(Array(5).fill('SUCCESS'));
  expect(await mock.ledger(MCH)).toMatchObject({ balanceFen: 0, heldFen: 10_000, faults: [] });
});

it('the ledger is of one instant, also while packets are being sent', async () => {
  const { send, mock } = inProcess({ merchant: { balanceFen: 10_000_000, limits: UNLIMITED } });
  const sending = numbers.map((mch_billno) => send({ mch_billno }));
  const ledgers = await Promise.all(Array.from({ length: 50 }, () => mock.ledger(MCH)));
  await Promise.all(sending);
  expect(ledgers.flatMap(({ faults }) => faults)).toEqual([]);
  expect((await mock.ledger(MCH)).paidPackets).toBe(100);
});

it('a packet sent after a failed query of its number is not refunded before its time', async () => {
  const { send, query, mock } = inProcess();
  await send({ mch_billno: 'n' });
  mock.clock.advance(24 * HOUR_MS - 1);
  expect(await query('n')).toMatchObject({ status: 'SENT' });
  mock.clock.advance(1);
  const [again, found] = await Promise.all([send({ mch_billno: 'n' }), query('n')]);
  expect(again).toMatchObject({ result_code: 'SUCCESS' });
  expect(found).toMatchObject({ status: 'REFUND', refund_time: '2026-02-01 12:00:00' });
  expect(await mock.ledger(MCH)).toMatchObject({ balanceFen: 100_000, faults: [] });
});

it('a top-up that could not be counted exactly is refused', async () => {
  const { mock } = inProcess({ merchant: { balanceFen: 'bottomless' } });
  await expect(mock.topUp(MCH, 9e15)).rejects.toThrow('more than can be counted exactly');
  await expect(mock.topUp(MCH, 0.5)).rejects.toThrow('expected a whole number');
  expect((await mock.ledger(MCH)).faults).toEqual([]);
});

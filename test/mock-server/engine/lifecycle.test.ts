import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../contracts/index.ts';
import { createMemoryStore } from '../../../mock-server/store/memory.ts';
import { MockUsageError } from '../../../mock-server/usage.ts';
import { inProcess, OPENID } from '../../support/in-process.ts';

const MCH = '10000098';
const NUMBER = '100000982026013100000001';

describe('a packet', () => {
  it('goes back to the balance after 24 hours, not before, with the time it was due', async () => {
    const { send, query, mock } = inProcess();
    await send({ mch_billno: NUMBER });
    mock.clock.advance(24 * HOUR_MS - 1);
    expect(await query(NUMBER)).toMatchObject({ status: 'SENT', send_time: '2026-01-31 12:00:00' });
    mock.clock.advance(2 * HOUR_MS);
    expect(await query(NUMBER)).toMatchObject({
      status: 'REFUND',
      refund_time: '2026-02-01 12:00:00',
      refund_amount: '100',
    });
    expect(await mock.ledger(MCH)).toMatchObject({ balanceFen: 100_000, heldFen: 0, faults: [] });
  });

  it('goes back after 72 hours in the edition of 2015', async () => {
    const { send, query, mock } = inProcess({ edition: '2015' });
    await send({ mch_billno: NUMBER });
    mock.clock.advance(72 * HOUR_MS - 1);
    expect(await query(NUMBER)).toMatchObject({ status: 'SENT' });
    mock.clock.advance(1);
    expect(await query(NUMBER)).toMatchObject({ status: 'REFUND' });
  });

  it('is received once its user claims it, and never refunded then', async () => {
    const { send, query, mock } = inProcess();
    await send({ mch_billno: NUMBER });
    mock.clock.advance(MINUTE_MS);
    await mock.claim(MCH, NUMBER);
    mock.clock.advance(48 * HOUR_MS);
    const found = await query(NUMBER);
    expect(found).toMatchObject({ status: 'RECEIVED' });
    expect(found).toHaveProperty('hblist');
    expect(await mock.ledger(MCH)).toMatchObject({ receivedFen: 100, heldFen: 0, faults: [] });
  });

  it('can be claimed neither twice nor after its refund, nor when it never was', async () => {
    const { send, mock } = inProcess();
    await send({ mch_billno: NUMBER });
    await mock.claim(MCH, NUMBER);
    await expect(mock.claim(MCH, NUMBER)).rejects.toThrow('RECEIVED: only a SENT packet');
    await send({ mch_billno: 'b' });
    mock.clock.advance(24 * HOUR_MS);
    await expect(mock.claim(MCH, 'b')).rejects.toThrow('REFUND: only a SENT packet');
    await expect(mock.claim(MCH, 'never')).rejects.toThrow(MockUsageError);
    await expect(mock.claim('10000099', 'b')).rejects.toThrow('no merchant 10000099');
    expect((await mock.ledger(MCH)).faults).toEqual([]);
  });

  it('is found for 30 days and then no longer', async () => {
    const { send, query, mock } = inProcess();
    await send({ mch_billno: NUMBER });
    mock.clock.advance(30 * 24 * HOUR_MS);
    expect(await query(NUMBER)).toMatchObject({ status: 'REFUND' });
    mock.clock.advance(1);
    expect(await query(NUMBER)).toMatchObject({
      return_code: 'SUCCESS',
      result_code: 'FAIL',
      err_code: 'NOT_FOUND',
      err_code_des: '指定单号数据不存在',
      mch_billno: NUMBER,
    });
  });

  it('that a rule leaves PROCESSING with the money gone is SENT twenty minutes later', async () => {
    const { send, query, mock } = inProcess({
      rules: [{ when: { nth: 1 }, then: { code: 'PROCESSING', money: 'moved' } }],
    });
    expect(await send({ mch_billno: NUMBER })).toMatchObject({ err_code: 'PROCESSING' });
    expect(await query(NUMBER)).toMatchObject({ status: 'SENDING' });
    expect(await send({ mch_billno: NUMBER })).toMatchObject({ err_code: 'PROCESSING' });
    mock.clock.advance(20 * MINUTE_MS);
    expect(await query(NUMBER)).toMatchObject({ status: 'SENT' });
    expect(await send({ mch_billno: NUMBER })).toMatchObject({ result_code: 'SUCCESS' });
    expect(await mock.ledger(MCH)).toMatchObject({ paidPackets: 1, faults: [] });
  });

  it.each(['RECEIVED', 'RFUND_ING', 'REFUND', 'FAILED', 'SENDING'] as const)(
    'can be left %s by a rule, and the money adds up',
    async (state) => {
      const { send, query, mock } = inProcess({ rules: [{ when: {}, then: { state } }] });
      expect(await send({ mch_billno: NUMBER })).toMatchObject({ result_code: 'SUCCESS' });
      expect(await query(NUMBER)).toMatchObject({ status: state });
      expect(await mock.ledger(MCH)).toMatchObject({
        faults: [],
        paidPackets: state === 'FAILED' ? 0 : 1,
      });
      mock.clock.advance(60 * HOUR_MS);
      await mock.advance(undefined, 0);
      expect((await mock.ledger(MCH)).faults).toEqual([]);
      expect((await mock.order(MCH, NUMBER))?.openid).toBe(OPENID);
    },
  );

  it('that a rule leaves RFUND_ING is back in the balance a quarter of an hour later, not before', async () => {
    const { send, query, mock } = inProcess({
      rules: [{ when: {}, then: { state: 'RFUND_ING' } }],
    });
    await send({ mch_billno: NUMBER });
    mock.clock.advance(15 * MINUTE_MS - 1);
    expect(await query(NUMBER)).toMatchObject({ status: 'RFUND_ING' });
    expect(await mock.ledger(MCH)).toMatchObject({ heldFen: 100, balanceFen: 99_900 });
    mock.clock.advance(1);
    expect(await query(NUMBER)).toMatchObject({
      status: 'REFUND',
      refund_time: '2026-01-31 12:15:00',
    });
    expect(await mock.ledger(MCH)).toMatchObject({ heldFen: 0, balanceFen: 100_000, faults: [] });
  });

  it('that was SENDING goes back 24 hours after its payment, not after it was sent', async () => {
    const { send, query, mock } = inProcess({
      rules: [{ when: { nth: 1 }, then: { code: 'PROCESSING', money: 'moved' } }],
    });
    await send({ mch_billno: NUMBER });
    mock.clock.advance(24 * HOUR_MS - 1);
    expect(await query(NUMBER)).toMatchObject({ status: 'SENT' });
    mock.clock.advance(1);
    expect(await query(NUMBER)).toMatchObject({
      status: 'REFUND',
      send_time: '2026-01-31 12:00:00',
      refund_time: '2026-02-01 12:00:00',
    });
  });

  it('stays where nothing is ever refunded, and is found where nothing is ever forgotten', async () => {
    const { send, query, mock } = inProcess({
      merchant: { limits: { refundAfterHours: null, historyDays: null } },
    });
    await send({ mch_billno: NUMBER });
    mock.clock.advance(400 * 24 * HOUR_MS);
    expect(await query(NUMBER)).toMatchObject({ status: 'SENT' });
  });

  it('that could not be paid waits for ever where nothing ever fails', async () => {
    const { send, query, mock } = inProcess({
      merchant: { balanceFen: 0, limits: { failAfterHours: null } },
    });
    await send({ mch_billno: NUMBER });
    mock.clock.advance(29 * 24 * HOUR_MS);
    expect(await query(NUMBER)).toMatchObject({ status: 'SENDING' });
    await mock.topUp(MCH, 100);
    expect(await send({ mch_billno: NUMBER })).toMatchObject({ result_code: 'SUCCESS' });
  });

  it('is judged as it is by now, also by whoever comes before what settles it', async () => {
    const store = createMemoryStore();
    const { send, query, mock } = inProcess(
      { merchant: { balanceFen: 100 } },
      { store: { ...store, idleUntilMs: () => 0, due: async () => [] } },
    );
    await send({ mch_billno: NUMBER });
    mock.clock.advance(24 * HOUR_MS);
    expect(await query(NUMBER)).toMatchObject({ status: 'REFUND' });
    // The balance of the same instant: what came back can be spent.
    expect(await send({ mch_billno: 'next' })).toMatchObject({ result_code: 'SUCCESS' });
    expect(await mock.ledger(MCH)).toMatchObject({ balanceFen: 0, heldFen: 100, faults: [] });
  });
});

import { describe, expect, it } from 'vitest';
import { inProcess, OPENID, OTHER_OPENID } from '../../support/in-process.ts';

const NUMBER = '100000982026013100000001';

describe('an order number', () => {
  it('pays once and answers the same send_listid when it comes again', async () => {
    const { send, mock } = inProcess();
    const first = await send({ mch_billno: NUMBER });
    const again = await send({ mch_billno: NUMBER });
    expect(first).toMatchObject({ result_code: 'SUCCESS', err_code: 'SUCCESS' });
    expect(again).toEqual(first);
    expect(await mock.ledger('10000098')).toMatchObject({ paidPackets: 1, balanceFen: 99_900 });
  });

  it('may come again with another nonce, address and wishing', async () => {
    const { send, mock } = inProcess();
    const first = await send({ mch_billno: NUMBER });
    const again = await send({
      mch_billno: NUMBER,
      nonce_str: '50780e0cca98c8c8e814883e5caa672e',
      client_ip: '127.0.0.1',
      wishing: '恭喜发财',
    });
    expect(again.send_listid).toBe(first.send_listid);
    expect((await mock.ledger('10000098')).paidPackets).toBe(1);
  });

  it('is FATAL_ERROR with another openid, and the new openid is echoed', async () => {
    const { send, mock } = inProcess();
    await send({ mch_billno: NUMBER, re_openid: OPENID });
    expect(await send({ mch_billno: NUMBER, re_openid: OTHER_OPENID })).toMatchObject({
      return_code: 'SUCCESS',
      result_code: 'FAIL',
      err_code: 'FATAL_ERROR',
      err_code_des: '更换了openid，但商户单号未更新',
      return_msg: '更换了openid，但商户单号未更新',
      re_openid: OTHER_OPENID,
    });
    expect((await mock.ledger('10000098')).paidPackets).toBe(1);
  });

  it('is FATAL_ERROR with another amount, and the first order stays as it was', async () => {
    const { send, query } = inProcess();
    await send({ mch_billno: NUMBER, total_amount: '100' });
    expect(await send({ mch_billno: NUMBER, total_amount: '200' })).toMatchObject({
      err_code: 'FATAL_ERROR',
      err_code_des: '更换了金额，但商户单号未更新',
    });
    expect(await query(NUMBER)).toMatchObject({ status: 'SENT', total_amount: '100' });
  });

  it('is PARAM_ERROR with another amount where the switch says so', async () => {
    const { send } = inProcess({ switches: { changedAmount: 'PARAM_ERROR' } });
    await send({ mch_billno: NUMBER, total_amount: '100' });
    const answer = await send({ mch_billno: NUMBER, total_amount: '200' });
    expect(answer).toMatchObject({ err_code: 'PARAM_ERROR' });
  });

  it('tells upper from lower case', async () => {
    const { send, mock } = inProcess();
    const lower = await send({ mch_billno: '13825888021474885891441SyiD' });
    const upper = await send({ mch_billno: '13825888021474885891441SYID' });
    expect(upper.send_listid).not.toBe(lower.send_listid);
    expect((await mock.ledger('10000098')).paidPackets).toBe(2);
  });

  it('stays paid when the switch refuses repeats', async () => {
    const { send, query, mock } = inProcess({ switches: { repeatedNumber: 'SEND_FAILED' } });
    await send({ mch_billno: NUMBER });
    expect(await send({ mch_billno: NUMBER })).toMatchObject({ err_code: 'SEND_FAILED' });
    expect(await query(NUMBER)).toMatchObject({ status: 'SENT' });
    expect(await mock.ledger('10000098')).toMatchObject({ paidPackets: 1, faults: [] });
  });

  it.each([
    ['PARAM_ERROR', { act_name: '' }, {}],
    ['SIGN_ERROR', { sign: 'F'.repeat(32) }, {}],
    ['CA_ERROR', {}, { peer: { kind: 'none' } as const }],
    ['MONEY_LIMIT', { total_amount: '99' }, {}],
  ])(
    'stays free after %s: unknown to gethbinfo, and usable with another amount',
    async (code, fault, options) => {
      const { send, query, mock } = inProcess();
      expect(await send({ mch_billno: NUMBER, ...fault }, options)).toMatchObject({
        err_code: code,
      });
      expect(await query(NUMBER)).toMatchObject({ err_code: 'NOT_FOUND' });
      expect(await send({ mch_billno: NUMBER, total_amount: '300' })).toMatchObject({
        result_code: 'SUCCESS',
      });
      expect(await mock.ledger('10000098')).toMatchObject({ paidPackets: 1, balanceFen: 99_700 });
    },
  );

  it('waits as SENDING with the reason after NOTENOUGH, and is completed by a repeat after a top-up', async () => {
    const { send, query, mock } = inProcess({ merchant: { balanceFen: 50 } });
    const refused = await send({ mch_billno: NUMBER });
    expect(refused).toMatchObject({
      err_code: 'NOTENOUGH',
      err_code_des: '帐号余额不足，请到商户平台充值后再重试',
    });
    expect(await query(NUMBER)).toMatchObject({
      status: 'SENDING',
      reason: '帐号余额不足，请到商户平台充值后再重试',
    });
    await mock.topUp('10000098', 50);
    expect(await send({ mch_billno: NUMBER })).toMatchObject({ result_code: 'SUCCESS' });
    const found = await query(NUMBER);
    expect(found).toMatchObject({ status: 'SENT' });
    expect(found).not.toHaveProperty('reason');
    expect(await mock.ledger('10000098')).toMatchObject({
      balanceFen: 0,
      heldFen: 100,
      topUpFen: 50,
      faults: [],
    });
  });

  it('has failed a day after it could not be paid, and then wants a new number', async () => {
    const { send, query, mock } = inProcess({ merchant: { balanceFen: 0 } });
    await send({ mch_billno: NUMBER });
    mock.clock.advance(24 * 3_600_000);
    expect(await query(NUMBER)).toMatchObject({ status: 'FAILED' });
    await mock.topUp('10000098', 1_000);
    expect(await send({ mch_billno: NUMBER })).toMatchObject({
      err_code: 'SEND_FAILED',
      err_code_des: '该订单已经过期，请更换商户单号',
    });
    expect(await send()).toMatchObject({ result_code: 'SUCCESS' });
    expect(await mock.ledger('10000098')).toMatchObject({ paidPackets: 1, faults: [] });
  });
});

import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../../contracts/index.ts';
import { inProcess, OPENID, OTHER_OPENID } from '../../support/in-process.ts';

const MCH = '10000098';

async function codesOf(
  calls: number,
  call: () => Promise<Readonly<Record<string, string>>>,
): Promise<Record<string, number>> {
  const codes: Record<string, number> = {};
  for (let index = 0; index < calls; index++) {
    const code = (await call()).err_code ?? 'SUCCESS';
    codes[code] = (codes[code] ?? 0) + 1;
  }
  return codes;
}

describe('the amount', () => {
  it.each([
    ['99', 'MONEY_LIMIT'],
    ['100', 'SUCCESS'],
    ['20000', 'SUCCESS'],
    ['20001', 'MONEY_LIMIT'],
  ])('of %s fen ends as %s', async (total_amount, code) => {
    const { send } = inProcess();
    expect(await send({ total_amount })).toMatchObject({ err_code: code });
  });

  it('at either end is refused where the switch says the bounds are exclusive', async () => {
    const { send } = inProcess({ switches: { amountBounds: 'exclusive' } });
    expect(await send({ total_amount: '100' })).toMatchObject({ err_code: 'MONEY_LIMIT' });
    expect(await send({ total_amount: '101' })).toMatchObject({ err_code: 'SUCCESS' });
    expect(await send({ total_amount: '20000' })).toMatchObject({ err_code: 'MONEY_LIMIT' });
  });

  it('is refused in the words of the live server, with the range of the merchant', async () => {
    const plain = inProcess();
    const raised = inProcess({ merchant: { limits: { amountFenMax: 499_900 } } });
    expect(await plain.send({ total_amount: '1' })).toMatchObject({
      err_code_des: '每个红包的平均金额必须在1.00元到200.00元之间.',
    });
    expect(await raised.send({ total_amount: '1' })).toMatchObject({
      err_code_des: '每个红包的平均金额必须在1.00元到4999.00元之间.',
    });
  });

  it('has a wider range with an opened scene, and a fault of its own with another', async () => {
    const { send } = inProcess({
      merchant: { scenes: ['PRODUCT_2'], balanceFen: 1_000_000, limits: { userFenPerDay: null } },
    });
    const opened = { scene_id: 'PRODUCT_2' };
    expect(await send({ ...opened, total_amount: '499900' })).toMatchObject({
      err_code: 'SUCCESS',
    });
    expect(await send({ ...opened, total_amount: '499901' })).toMatchObject({
      err_code: 'MONEY_LIMIT',
    });
    expect(await send({ ...opened, total_amount: '30' })).toMatchObject({ err_code: 'SUCCESS' });
    expect(await send({ ...opened, total_amount: '29' })).toMatchObject({
      err_code: 'MONEY_LIMIT',
    });
    expect(await send({ scene_id: 'PRODUCT_3', total_amount: '100' })).toMatchObject({
      err_code: 'PARAM_ERROR',
      err_code_des:
        '参数错误:该场景未开通，请登陆商户平台：产品中心-现金红包-产品设置-使用场景 进行开通',
    });
  });

  it('keeps its ordinary range with a scene that is not opened, where the switch says so', async () => {
    const { send } = inProcess({ switches: { sceneNotOpened: 'MONEY_LIMIT' } });
    const scene = { scene_id: 'PRODUCT_3' };
    expect(await send({ ...scene, total_amount: '20001' })).toMatchObject({
      err_code: 'MONEY_LIMIT',
    });
    expect(await send({ ...scene, total_amount: '200' })).toMatchObject({ err_code: 'SUCCESS' });
  });

  it('knows no scenes in the editions before them', async () => {
    const { send } = inProcess({ edition: '2015', merchant: { scenes: ['PRODUCT_2'] } });
    expect(await send({ scene_id: 'PRODUCT_2', total_amount: '20001' })).toMatchObject({
      err_code: 'MONEY_LIMIT',
    });
    expect(await send({ scene_id: 'PRODUCT_3' })).toMatchObject({ result_code: 'SUCCESS' });
  });
});

describe('a rate', () => {
  it('lets 30 calls of a second pass in the current edition, and the rest leave no record', async () => {
    const { send, query, mock } = inProcess({ merchant: { limits: { userPacketsPerDay: null } } });
    expect(await codesOf(30, () => send())).toEqual({ SUCCESS: 30 });
    expect(await send({ mch_billno: 'late' })).toMatchObject({
      err_code: 'FREQ_LIMIT',
      err_code_des: '超过频率限制,请稍后再试',
    });
    expect(await query('late')).toMatchObject({ err_code: 'NOT_FOUND' });
    mock.clock.advance(1_000);
    expect(await send({ mch_billno: 'late' })).toMatchObject({ err_code: 'SUCCESS' });
  });

  it('counts refused calls too, once they are signed', async () => {
    const { send } = inProcess({ merchant: { limits: { callsPerSecond: 2 } } });
    await send({ total_amount: '1' });
    await send({ sign: 'wrong' });
    await send({ total_amount: '1' });
    expect(await send()).toMatchObject({ err_code: 'FREQ_LIMIT' });
  });

  it('lets 1800 packets of a minute pass in 2015, and opens again in the next', async () => {
    const { send, mock } = inProcess({
      edition: '2015',
      merchant: { balanceFen: 1_000_000, limits: { userPacketsPerMinute: null } },
    });
    mock.clock.advance(59_999);
    expect(await codesOf(1_800, () => send())).toEqual({ SUCCESS: 1_800 });
    expect(await send()).toMatchObject({
      err_code: 'SECOND_OVER_LIMITED',
      err_code_des: '企业红包的按分钟发放受限',
    });
    mock.clock.advance(1);
    expect(await send()).not.toHaveProperty('err_code');
  });

  it('lets one packet a minute pass to one user in 2015', async () => {
    const { send, mock } = inProcess({ edition: '2015' });
    expect(await send({ re_openid: OPENID })).toMatchObject({ result_code: 'SUCCESS' });
    expect(await send({ re_openid: OPENID })).toMatchObject({ err_code: 'FREQ_LIMIT' });
    expect(await send({ re_openid: OTHER_OPENID })).toMatchObject({ result_code: 'SUCCESS' });
    mock.clock.advance(MINUTE_MS);
    expect(await send({ re_openid: OPENID })).toMatchObject({ result_code: 'SUCCESS' });
  });

  it('holds for queries as well', async () => {
    const { query } = inProcess({ merchant: { limits: { queriesPerMinute: 3 } } });
    expect(await codesOf(4, () => query('x'))).toEqual({ NOT_FOUND: 3, FREQ_LIMIT: 1 });
  });
});

describe('a quota of the day', () => {
  it('lets ten packets pass to one user; the eleventh waits and passes after midnight in Beijing', async () => {
    const { send, query, mock } = inProcess();
    expect(await codesOf(10, () => send())).toEqual({ SUCCESS: 10 });
    expect(await send({ mch_billno: 'eleventh' })).toMatchObject({
      err_code: 'SENDNUM_LIMIT',
      err_code_des: '该用户今日操作次数超过限制，如有需要请登录微信支付商户平台更改API安全配置',
    });
    expect(await query('eleventh')).toMatchObject({ status: 'SENDING' });
    expect(await send({ re_openid: OTHER_OPENID })).toMatchObject({ err_code: 'SUCCESS' });
    mock.clock.advance(12 * HOUR_MS - 1);
    expect(await send({ mch_billno: 'eleventh' })).toMatchObject({ err_code: 'SENDNUM_LIMIT' });
    mock.clock.advance(1);
    expect(await send({ mch_billno: 'eleventh' })).toMatchObject({ err_code: 'SUCCESS' });
  });

  it('counts fen to a user, fen of the merchant, and packets of the merchant', async () => {
    const user = inProcess({ merchant: { limits: { userFenPerDay: 1_000 } } });
    expect(await user.send({ total_amount: '900' })).toMatchObject({ err_code: 'SUCCESS' });
    expect(await user.send({ total_amount: '101' })).toMatchObject({
      err_code: 'RCVDAMOUNT_LIMIT',
    });
    expect(await user.send({ total_amount: '100' })).toMatchObject({ err_code: 'SUCCESS' });

    const merchant = inProcess({ merchant: { limits: { fenPerDay: 1_000 } } });
    expect(await merchant.send({ total_amount: '1000' })).toMatchObject({ err_code: 'SUCCESS' });
    expect(await merchant.send({ re_openid: OTHER_OPENID })).toMatchObject({
      err_code: 'SENDAMOUNT_LIMIT',
    });

    const packets = inProcess({ edition: '2015', merchant: { limits: { packetsPerDay: 1 } } });
    expect(await packets.send()).toMatchObject({ result_code: 'SUCCESS' });
    expect(await packets.send({ re_openid: OTHER_OPENID })).toMatchObject({
      err_code: 'DAY_OVER_LIMITED',
      err_code_des: '企业红包的按天日发放受限',
    });
  });

  it('does not count what was not paid', async () => {
    const { send, mock } = inProcess({
      merchant: { balanceFen: 0, limits: { userPacketsPerDay: 1 } },
    });
    expect(await codesOf(3, () => send())).toEqual({ NOTENOUGH: 3 });
    await mock.topUp(MCH, 1_000);
    expect(await send()).toMatchObject({ err_code: 'SUCCESS' });
    expect(await send()).toMatchObject({ err_code: 'SENDNUM_LIMIT' });
  });
});

describe('the closed hours', () => {
  it.each([
    ['2014-12-01T23:59:59+08:00', 'SUCCESS'],
    ['2014-12-02T00:00:00+08:00', 'TIME_LIMITED'],
    ['2014-12-02T07:59:59+08:00', 'TIME_LIMITED'],
    ['2014-12-02T08:00:00+08:00', 'SUCCESS'],
  ])('of 2014 at %s: %s', async (at, code) => {
    const { send } = inProcess({ edition: '2014', clock: { mode: 'frozen', at } });
    const answer = await send();
    expect(answer.err_code ?? answer.result_code).toBe(code);
  });

  it('do not keep a repeated number from its stored answer', async () => {
    const { send, mock } = inProcess({
      edition: '2014',
      clock: { mode: 'frozen', at: '2014-12-01T23:59:59+08:00' },
    });
    const first = await send({ mch_billno: 'n1' });
    mock.clock.advance(1_000);
    expect(await send({ mch_billno: 'n1' })).toEqual(first);
  });

  it('may span midnight', async () => {
    const limits = { closedFromHour: 22, closedToHour: 6 };
    const at = (hour: string) =>
      inProcess({
        merchant: { limits },
        clock: { mode: 'frozen', at: `2026-01-31T${hour}:00:00+08:00` },
      });
    expect(await at('23').send()).toMatchObject({ err_code: 'TIME_LIMITED' });
    expect(await at('05').send()).toMatchObject({ err_code: 'TIME_LIMITED' });
    expect(await at('06').send()).toMatchObject({ err_code: 'SUCCESS' });
  });
});

describe('hours that are closed by day', () => {
  const at = async (time: string, limits: Record<string, number | null>) => {
    const { send } = inProcess({
      merchant: { limits },
      clock: { mode: 'frozen', at: `2026-01-31T${time}+08:00` },
    });
    return (await send()).err_code;
  };

  it('close at the first and open at the second', async () => {
    const limits = { closedFromHour: 9, closedToHour: 17 };
    expect(await at('08:59:59', limits)).toBe('SUCCESS');
    expect(await at('09:00:00', limits)).toBe('TIME_LIMITED');
    expect(await at('16:59:59', limits)).toBe('TIME_LIMITED');
    expect(await at('17:00:00', limits)).toBe('SUCCESS');
  });

  it('are none when both are the same, or one is missing', async () => {
    expect(await at('09:00:00', { closedFromHour: 9, closedToHour: 9 })).toBe('SUCCESS');
    expect(await at('09:00:00', { closedFromHour: 9, closedToHour: null })).toBe('SUCCESS');
    expect(await at('09:00:00', { closedFromHour: null, closedToHour: 17 })).toBe('SUCCESS');
  });

  it('and their first hour by night', async () => {
    expect(await at('22:00:00', { closedFromHour: 22, closedToHour: 6 })).toBe('TIME_LIMITED');
    expect(await at('21:59:59', { closedFromHour: 22, closedToHour: 6 })).toBe('SUCCESS');
  });
});

describe('too many packets of a minute', () => {
  it.each([
    ['2014', 'edition', 'SECOND_OVER_LIMITED'],
    ['2015', 'edition', 'SECOND_OVER_LIMITED'],
    ['current', 'edition', 'FREQ_LIMIT'],
    ['2015', 'FREQ_LIMIT', 'FREQ_LIMIT'],
    ['current', 'SECOND_OVER_LIMITED', 'SECOND_OVER_LIMITED'],
  ] as const)('in %s by the switch %s are %s', async (edition, rateLimitCode, code) => {
    const { send } = inProcess({
      edition,
      switches: { rateLimitCode },
      merchant: { limits: { packetsPerMinute: 1, userPacketsPerMinute: null } },
    });
    await send();
    expect(await send()).toMatchObject({ err_code: code });
  });
});

describe('the order of the last checks', () => {
  const poorAndRisky = { balanceFen: 0, riskyOpenids: [OPENID] };

  it('is amount, quotas, risk, balance by default', async () => {
    const { send } = inProcess({ merchant: poorAndRisky });
    expect(await send({ total_amount: '1' })).toMatchObject({ err_code: 'MONEY_LIMIT' });
    expect(await send()).toMatchObject({ err_code: 'NO_AUTH' });
  });

  it('is what the switch says', async () => {
    const { send } = inProcess({ merchant: poorAndRisky, switches: { limitOrder: ['balance'] } });
    expect(await send({ total_amount: '1' })).toMatchObject({ err_code: 'NOTENOUGH' });
  });
});

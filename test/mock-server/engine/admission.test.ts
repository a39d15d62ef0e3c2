import { describe, expect, it } from 'vitest';
import { inProcess, MERCHANT, OPENID, OTHER_OPENID } from '../../support/in-process.ts';

const PROVIDER = { sub_mch_id: '10000090', msgappid: 'wx28b16568a629bb33' };

describe('who may send to whom', () => {
  it('an unknown merchant, an appid of another, and an app appid each have their own answer', async () => {
    const { send } = inProcess({
      merchants: [
        { ...MERCHANT, mobileAppids: ['wx0000000000000001'] },
        { ...MERCHANT, mch_id: '888', appids: ['wxcbda96de0b165486'] },
      ],
    });
    expect(await send({ mch_id: '999' }, { mchId: '10000098' })).toMatchObject({
      err_code: 'PARAM_ERROR',
      err_code_des: '参数错误:找不到对应的商户号',
    });
    expect(await send({ wxappid: 'wxcbda96de0b165486' })).toMatchObject({
      err_code: 'PARAM_ERROR',
      err_code_des: 'mchid和wxappid不匹配',
    });
    expect(await send({ wxappid: 'wx0000000000000001' })).toMatchObject({
      err_code: 'ILLEGAL_APPID',
    });
    expect(await send({}, { mchId: '888' })).toMatchObject({ err_code: 'SUCCESS', mch_id: '888' });
  });

  it('an openid of another appid is OPENID_ERROR once the users are known', async () => {
    const { send } = inProcess({
      merchant: {
        appids: ['wx8888888888888888', 'wxcbda96de0b165486'],
        openids: { wx8888888888888888: [OPENID], wxcbda96de0b165486: [OTHER_OPENID] },
      },
    });
    expect(await send({ re_openid: OPENID })).toMatchObject({ err_code: 'SUCCESS' });
    expect(await send({ re_openid: OTHER_OPENID })).toMatchObject({
      err_code: 'OPENID_ERROR',
      err_code_des: 'openid和appid不匹配',
    });
  });

  it("a provider's relations are checked, and the user may be known under msgappid", async () => {
    const { send } = inProcess({
      merchant: {
        role: 'provider',
        subMerchants: ['10000090'],
        msgappids: ['wx28b16568a629bb33'],
        openids: { wx28b16568a629bb33: [OPENID] },
      },
    });
    expect(await send(PROVIDER)).toMatchObject({ err_code: 'SUCCESS' });
    expect(await send({ ...PROVIDER, sub_mch_id: '1' })).toMatchObject({
      err_code: 'ACCEPTMODE_ERROR',
    });
    expect(await send({ ...PROVIDER, msgappid: 'wx1' })).toMatchObject({
      err_code: 'MSGAPPID_ERROR',
    });
    expect(await send({ sub_mch_id: '10000090' })).toMatchObject({
      err_code_des: '参数错误:授理模式下msgappid字段必填,并且最长32字符.',
    });
  });

  it('spending the money of another merchant takes its authorisation', async () => {
    const { send } = inProcess({ merchant: { consumeMerchants: ['1222000096'] } });
    expect(await send({ consume_mch_id: '1222000096' })).toMatchObject({ err_code: 'SUCCESS' });
    expect(await send({ consume_mch_id: '1222000097' })).toMatchObject({
      err_code: 'NO_CONSUME_COMPETENCE',
      err_code_des: '该扣钱商户号没有资金授权给该商户号',
    });
  });
});

describe('what is opened', () => {
  it.each([
    ['2014', 'NOAUTH', '无权限'],
    ['2015', 'NO_AUTH', '没有权限'],
    [
      'current',
      'PRODUCT_AUTHORITY_UNOPEN',
      '你的商户号未开通该产品权限，请联系管理员到产品中心开通。开通路径：产品中心-产品大全-现金红包-申请开通',
    ],
  ] as const)('a product that is not opened is said in %s as %s', async (edition, code, words) => {
    const { send, query } = inProcess({ edition, merchant: { productOpened: false } });
    expect(await send({ mch_billno: 'n' })).toMatchObject({ err_code: code, err_code_des: words });
    expect(await query('n')).toMatchObject({ err_code: 'NOT_FOUND' });
  });

  it('a switched-off API and a frozen merchant have codes of their own', async () => {
    const closed = inProcess({ merchant: { apiSending: 'closed' } });
    const frozen = inProcess({ merchant: { account: 'frozen' } });
    expect(await closed.send()).toMatchObject({ err_code: 'API_METHOD_CLOSED' });
    expect(await frozen.send()).toMatchObject({ err_code: 'PAYER_ACCOUNT_ABNORMAL' });
  });
});

describe('the IP white list', () => {
  it.each([
    ['2015', '此IP地址不允许调用接口，如有需要请登录微信支付商户平台更改配置'],
    ['current', 'IP地址非你在商户平台设置的可用IP地址'],
  ] as const)(
    'of %s refuses in its own words, and leaves the number free',
    async (edition, words) => {
      const { send, query } = inProcess({ edition, merchant: { allowedIps: ['10.0.0.1'] } });
      const refused = await send({ mch_billno: 'n' }, { callerIp: '10.0.0.2' });
      expect(refused).toMatchObject({ err_code: 'NO_AUTH', err_code_des: words });
      expect(await query('n', { callerIp: '10.0.0.1' })).toMatchObject({ err_code: 'NOT_FOUND' });
      expect(await send({ mch_billno: 'n' }, { callerIp: '10.0.0.1' })).toMatchObject({
        result_code: 'SUCCESS',
      });
    },
  );

  it('comes before the order number, and after the product', async () => {
    const { send } = inProcess({ merchant: { allowedIps: ['10.0.0.1'] } });
    await send({ mch_billno: 'n' }, { callerIp: '10.0.0.1' });
    const other = { mch_billno: 'n', total_amount: '200' };
    expect(await send(other)).toMatchObject({ err_code: 'NO_AUTH' });
    const closed = inProcess({ merchant: { allowedIps: [], productOpened: false } });
    expect(await closed.send()).toMatchObject({ err_code: 'PRODUCT_AUTHORITY_UNOPEN' });
  });
});

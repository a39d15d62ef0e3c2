import { describe, expect, it } from 'vitest';
import {
  EDITIONS,
  type Edition,
  ENDPOINTS,
  type EndpointName,
  firstRefusal,
  type MerchantFacts,
  type Refusal,
  type RequestRow,
  signMd5,
  stringToSign,
} from '../../contracts/index.ts';
import {
  examples,
  fieldsOf,
  KEY,
  MCH_ID,
  ORDINARY,
  PROVIDER,
  providerExamples,
  rowOf,
  rowsOf,
  signed,
  submission,
  type Values,
  without,
} from './support.ts';

/** Domain facts §2.2, byte for byte: the captured wording, else the documented one behind `参数错误:`. */
const WORDINGS: Values = {
  nonce_str: '参数错误:nonce_str字段必填,并且少于32字符',
  mch_billno: '参数错误:订单号字段必填,最长为28个字符.',
  mch_id: '参数错误:输入的商户号有误',
  sub_mch_id: '参数错误:授理模式下sub_mch_id字段必填,并且最长32字符.', // by analogy with msgappid
  wxappid: '参数错误:appid字段必填,最长为32个字符',
  msgappid: '参数错误:授理模式下msgappid字段必填,并且最长32字符.',
  nick_name: '参数错误:nick_name字段必填，并且少于16字符',
  send_name: '参数错误:send_name字段必填,并且少于32字符',
  re_openid: '参数错误:re_openid字段为必填并且少于32个字符',
  total_amount: '参数错误:红包金额参数错误',
  min_value: '参数错误:发放金额、最小金额、最大金额必须相等.',
  max_value: '参数错误:发放金额、最小金额、最大金额必须相等.',
  total_num: '参数错误:total_num必须等于1',
  wishing: '参数错误:wishing字段为必填,并且少于128个字符',
  client_ip: '参数错误:client_ip必须是合法的IP字符串',
  act_name: '参数错误:act_name字段必填,并且少于32个字符.',
  remark: '参数错误:remark字段为必填,并且少于256字符',
  scene_id: '参数错误:该场景未开通，请登陆商户平台：产品中心-现金红包-产品设置-使用场景 进行开通',
  appid: '参数错误:appid字段必填,最长为32个字符',
};
const GENERIC = '请求参数错误';
const BAD_OPENID = '参数错误:re_openid字段不正确,请检查是否合法';
/** Their messages say "fewer than" and nothing shows that the maximum itself passes; of nonce_str that is shown (E23). */
const OPEN_AT_THE_MAXIMUM = [
  'nick_name',
  'send_name',
  're_openid',
  'wishing',
  'act_name',
  'remark',
];

function wordingOf(edition: Edition, name: string): string {
  if (name === 'total_num' && edition !== 'current') return '参数错误:total_num必须为1';
  return WORDINGS[name] ?? GENERIC;
}

/** Signs and submits values that a merchant of this role sends. */
function refusalOf(
  values: Values,
  given: Parameters<typeof submission>[1] & { readonly endpoint?: EndpointName } = {},
): Refusal | undefined {
  return firstRefusal(submission(signed(values, given.endpoint), given));
}

const TABLES = EDITIONS.flatMap((edition) => ENDPOINTS.map((endpoint) => ({ edition, endpoint })));

/** Text of so many bytes that the row's pattern allows, where a pattern allows such a length. */
function ofBytes(row: RequestRow, bytes: number): string {
  if (row.name === 'client_ip') return '255.255.255.255'.padEnd(bytes, '5');
  return '1'.repeat(bytes);
}

describe.each(TABLES)('$endpoint of $edition', ({ edition, endpoint }) => {
  const valid = (): { values: Values; merchant: MerchantFacts } =>
    endpoint === 'sendredpack' && rowsOf(edition).some((row) => row.required === 'provider')
      ? { values: providerExamples(edition), merchant: PROVIDER }
      : { values: examples(edition, endpoint), merchant: ORDINARY };

  /** Refused as the given message, by a rule of that field, and the number is still free. */
  function expectRefused(refusal: Refusal | undefined, name: string, message: string): void {
    expect(refusal).toMatchObject({
      code: 'PARAM_ERROR',
      message,
      stage: 'fields',
      numberAfter: 'free',
      clause: expect.stringContaining(`${endpoint}/fields/${name}/`),
      why: expect.stringContaining(name),
    });
  }

  function refusalWith(name: string, value: string | undefined, given = {}): Refusal | undefined {
    const { values, merchant } = valid();
    const changed = value === undefined ? without(values, name) : { ...values, [name]: value };
    return refusalOf(changed, { edition, endpoint, merchant, ...given });
  }

  it('passes a request of the examples, signed', () => {
    const { values, merchant } = valid();
    expect(refusalOf(values, { edition, endpoint, merchant })).toBeUndefined();
    expect(refusalOf(examples(edition, endpoint), { edition, endpoint })).toBeUndefined();
  });

  const fields = rowsOf(edition, endpoint).filter((row) => row.name !== 'sign');
  const texts = fields.filter((row) => row.type === 'String');

  it.each(fields.filter((row) => row.required !== 'optional'))('needs $name', ({ name }) => {
    expectRefused(refusalWith(name, undefined), name, wordingOf(edition, name));
    expectRefused(refusalWith(name, ''), name, wordingOf(edition, name));
  });

  it.each(fields.filter((row) => row.required === 'optional'))(
    'does not need $name',
    ({ name }) => {
      expect(refusalWith(name, undefined)).toBeUndefined();
      expect(refusalWith(name, '')).toBeUndefined();
    },
  );

  it.each(texts)('refuses $name of one byte more than $bytesMax', (row) => {
    const tooLong = ofBytes(row, (row.bytesMax ?? 0) + 1);
    expectRefused(refusalWith(row.name, tooLong), row.name, wordingOf(edition, row.name));
  });

  // The pattern of these three allows other lengths only.
  const FIXED = ['re_openid', 'scene_id', 'bill_type'];
  const free = texts.filter((row) => !FIXED.includes(row.name));

  it.each(free)('accepts $name of exactly $bytesMax bytes', (row) => {
    const exact = ofBytes(row, row.bytesMax ?? 0);
    const merchant = { ...valid().merchant, ...(row.name === 'mch_id' && { mchId: exact }) };
    const peer = { kind: 'merchant', mchId: merchant.mchId, serial: '01' } as const;
    expect(refusalWith(row.name, exact, { merchant, peer })).toBeUndefined();
  });

  it.each(free)('leaves $name of exactly the maximum to the switch exactLength', (row) => {
    const exact = ofBytes(row, row.bytesMax ?? 0);
    const merchant = { ...valid().merchant, ...(row.name === 'mch_id' && { mchId: exact }) };
    const peer = { kind: 'merchant', mchId: merchant.mchId, serial: '01' } as const;
    const given = { merchant, peer, switches: { exactLength: 'refused' } };
    if (OPEN_AT_THE_MAXIMUM.includes(row.name)) {
      expectRefused(refusalWith(row.name, exact, given), row.name, wordingOf(edition, row.name));
      expect(refusalWith(row.name, exact.slice(1), given)).toBeUndefined();
    } else expect(refusalWith(row.name, exact, given)).toBeUndefined();
  });

  const malformed: Readonly<Record<string, readonly string[]>> = {
    mch_billno: ['1-2', '1_2', '1 ', ' 1', '1\n', '红包', '１２'],
    mch_id: ['1000 0098', '10000098 ', '-1', '红'],
    re_openid: [
      'oxTWIuGaIt6gTKsQRLau2M0yL16',
      'oxTWIuGaIt6gTKsQRLau2M0yL16E1',
      'oxTWIuGaIt6gTKsQRLau2M0yL16!',
    ],
    client_ip: [
      ...['1.2.3', '1.2.3.4.5', '256.1.1.1', '1.2.3.256', '1.2.3.999', '1..2.3', '.1.2.3.4'],
      ...['1.2.3.4.', '1.2.3.4 ', ' 1.2.3.4', '1.2.3.4\n', '1,2,3,4', '1.2.3.-4', '0x7f.0.0.1'],
      ...['127.1', '2130706433', '::1', '::ffff:1.2.3.4', 'localhost', 'a.b.c.d', '１.2.3.4'],
    ],
    scene_id: ['PRODUCT_0', 'PRODUCT_9', 'PRODUCT_10', 'product_1', 'PRODUCT_', '1', 'PRODUCT_1 '],
    bill_type: ['mcht', 'MCHT ', 'MCH', 'MCHTX'],
    total_amount: ['0', '-1', 'one', '0.99', '2147483648', '99999999999999999999'],
    total_num: ['0', '2', '10', '-1', 'one', '0.9', '11'],
    min_value: ['999', '1001', 'x', '0'],
    max_value: ['999', '1001', 'x', '0'],
  };
  const bad = fields.flatMap(({ name }) =>
    (malformed[name] ?? []).map((value) => ({ name, value })),
  );

  it.each(bad)('refuses $name $value', ({ name, value }) => {
    const message = name === 're_openid' ? BAD_OPENID : wordingOf(edition, name);
    expectRefused(refusalWith(name, value), name, message);
  });

  it('gives no message of its own to sign, missing or overlong: that is SIGN_ERROR', () => {
    const { values, merchant } = valid();
    for (const sign of [undefined, '', 'x', 'X'.repeat(33)]) {
      const given = sign === undefined ? without(values, 'sign') : { ...values, sign };
      const refusal = firstRefusal(submission(given, { edition, endpoint, merchant }));
      expect(refusal).toMatchObject({ code: 'SIGN_ERROR', message: '签名错误' });
    }
  });
});

describe('a value that passes', () => {
  const current = examples('current');

  it.each(['127.0.0.1', '10.0.0.1', '192.168.1.216', '0.0.0.0', '255.255.255.255', '8.8.8.8'])(
    'as client_ip is any IPv4: %s',
    (client_ip) => {
      expect(refusalOf({ ...current, client_ip })).toBeUndefined();
    },
  );

  it.each(['1', '88888888', 'AbCdEf', '1000009820141111A1b2C3d4E5f6'])(
    'as mch_billno needs neither prefix nor date: %s',
    (mch_billno) => {
      expect(refusalOf({ ...current, mch_billno })).toBeUndefined();
    },
  );

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('as scene_id is PRODUCT_%i', (number) => {
    expect(refusalOf({ ...current, scene_id: `PRODUCT_${number}` })).toBeUndefined();
  });

  it.each(['1', '2147483647'])('as total_amount is %s: its range is for a later stage', (fen) => {
    expect(refusalOf({ ...current, total_amount: fen })).toBeUndefined();
  });

  it('as min_value and max_value is total_amount', () => {
    const amounts = { total_amount: '250', min_value: '250', max_value: '250' };
    expect(refusalOf({ ...examples('2014'), ...amounts }, { edition: '2014' })).toBeUndefined();
  });

  it('as nonce_str is nine characters, the shortest that a client sends', () => {
    expect(refusalOf({ ...current, nonce_str: '123456789' })).toBeUndefined();
  });

  it('keeps spaces, emoji and markup', () => {
    const wishing = ' lead & <trail> 🧧 ';
    expect(refusalOf({ ...current, wishing })).toBeUndefined();
  });

  // Three old clients send the fields of 2014 to this day.
  it.each(EDITIONS)('may be a field of another edition, signed along: %s', (edition) => {
    const old = { nick_name: 'x', min_value: '1000', max_value: '1000', scene_id: 'PRODUCT_1' };
    expect(refusalOf({ ...examples(edition), ...old }, { edition })).toBeUndefined();
  });
});

describe('lengths are UTF-8 bytes', () => {
  const withName = (act_name: string): Refusal | undefined =>
    refusalOf({ ...examples('current'), act_name });

  it('so that the 37 bytes of E55 are refused and its 31 accepted', () => {
    expect(withName('2017年度四季度微信抽奖活动')?.message).toBe(WORDINGS.act_name);
    expect(withName('2017年度四季度微信抽奖')).toBeUndefined();
  });

  it('so that ten Chinese characters pass and eleven do not', () => {
    expect(withName('红'.repeat(10))).toBeUndefined();
    expect(withName('红'.repeat(11))?.clause).toBe('sendredpack/fields/act_name/max-bytes');
  });

  it('so that eight emoji pass and nine do not', () => {
    expect(withName('🧧'.repeat(8))).toBeUndefined();
    expect(withName('🧧'.repeat(9))?.why).toContain('36 UTF-8 bytes, at most 32');
  });
});

describe('the merchant', () => {
  const current = examples('current');

  it('that does not exist is a fault of mch_id', () => {
    expect(refusalOf({ ...current, mch_id: '10000099' })).toMatchObject({
      code: 'PARAM_ERROR',
      message: '参数错误:找不到对应的商户号',
      clause: 'sendredpack/fields/mch_id/exists',
    });
  });

  it('that does not exist is found after the number and before the names', () => {
    const unknown = { ...current, mch_id: '10000099' };
    expect(refusalOf({ ...unknown, mch_billno: '' })?.clause).toContain('mch_billno');
    expect(refusalOf({ ...unknown, send_name: '' })?.clause).toContain('mch_id');
  });

  it('that is ordinary must not send msgappid', () => {
    expect(refusalOf({ ...current, msgappid: 'wx28b16568a629bb33' })).toMatchObject({
      code: 'PARAM_ERROR',
      message: '参数错误:授理模式/资金受理才需要填入msgappid',
      stage: 'fields',
    });
  });

  it('that is ordinary may send an empty msgappid, which is none', () => {
    expect(refusalOf({ ...current, msgappid: '' })).toBeUndefined();
  });

  it('that is ordinary may send msgappid in an edition that does not know it', () => {
    const old = { ...examples('2015'), msgappid: 'wx28b16568a629bb33' };
    expect(refusalOf(old, { edition: '2015' })).toBeUndefined();
  });

  it('that is a provider must send msgappid and sub_mch_id', () => {
    const given = { merchant: PROVIDER };
    const values = providerExamples('current');
    expect(refusalOf(values, given)).toBeUndefined();
    expect(refusalOf(without(values, 'msgappid'), given)?.message).toBe(WORDINGS.msgappid);
    expect(refusalOf(without(values, 'sub_mch_id'), given)?.clause).toContain(
      'sub_mch_id/required',
    );
  });
});

describe('the certificate', () => {
  const current = examples('current');
  const wrong = '证书出错，请登录微信支付商户平台下载证书';
  const wrongOnce = 'CA证书出错，请登录微信支付商户平台下载证书';
  const other = { kind: 'merchant', mchId: '10000099', serial: '02' } as const;

  it.each([
    ['none', { kind: 'none' }],
    ['one that the front server does not trust', { kind: 'untrusted', reason: 'foreign' }],
    ["another merchant's", other],
  ] as const)('is refused when it is %s', (_, peer) => {
    const refusal = refusalOf(current, { peer });
    expect(refusal).toMatchObject({ code: 'CA_ERROR', message: wrong, stage: 'certificate' });
    expect(refusal?.clause).toMatch(/^sendredpack\/certificate\//);
    expect(refusal?.why).toContain(MCH_ID);
  });

  it('of another merchant is named for the developer', () => {
    expect(refusalOf(current, { peer: other })?.why).toContain('10000099');
  });

  it('that is not trusted is not called none', () => {
    const peer = { kind: 'untrusted', reason: 'self-signed' } as const;
    expect(refusalOf(current, { peer })?.why).not.toContain('none');
  });

  it.each(['2014', '2015'] as const)('had the longer wording in %s', (edition) => {
    const refusal = refusalOf(examples(edition), { edition, peer: { kind: 'none' } });
    expect(refusal?.message).toBe(wrongOnce);
  });

  it('that the platform has let expire is said to be expired', () => {
    const merchant = { ...ORDINARY, certificate: 'expired' } as const;
    expect(refusalOf(current, { merchant })).toMatchObject({
      code: 'CA_ERROR',
      message: '证书已过期',
      numberAfter: 'free',
    });
  });

  it('is needed for queries too', () => {
    const given = { endpoint: 'gethbinfo', peer: { kind: 'none' } } as const;
    expect(refusalOf(examples('current', 'gethbinfo'), given)?.code).toBe('CA_ERROR');
  });

  it('has the wording of the page under that switch', () => {
    const switches = { wordings: 'documented' } as const;
    expect(refusalOf(current, { peer: { kind: 'none' }, switches })?.message).toBe(
      '商户API证书校验出错',
    );
  });
});

describe('the signature', () => {
  const current = examples('current');
  const sign = signed(current).sign ?? '';
  /** As a client signs: all that it sends, as it sends it. */
  const clientSigned = (values: Values): Values => {
    const unsigned = without(values, 'sign');
    return { ...unsigned, sign: signMd5(stringToSign(fieldsOf(unsigned)), KEY) };
  };

  it.each([
    ['lower case', sign.toLowerCase()],
    ['another digit', `${sign.startsWith('0') ? '1' : '0'}${sign.slice(1)}`],
    ['a space more', `${sign} `],
    ['another key', signMd5(stringToSign(fieldsOf(current)), '0'.repeat(32))],
    ['the placeholder of the page', 'C380BEC2BFD727A4B6845133519F3AD6'],
  ])('is refused with %s', (_, got) => {
    const refusal = firstRefusal(submission({ ...current, sign: got }));
    expect(refusal).toMatchObject({
      code: 'SIGN_ERROR',
      message: '签名错误',
      stage: 'signature',
      numberAfter: 'free',
      clause: 'sendredpack/signature/md5',
    });
    expect(refusal?.why).not.toContain(KEY);
    expect(refusal?.why).not.toContain(sign);
  });

  it.each(['sign_type', 'sub_appid', 'amt_type'])(
    'over %s, which the endpoint does not know, is refused, and the developer told',
    (name) => {
      const refusal = firstRefusal(submission(clientSigned({ ...current, [name]: 'MD5' })));
      expect(refusal?.code).toBe('SIGN_ERROR');
      expect(refusal?.why).toContain(name);
    },
  );

  it('over an unknown field passes where the switch says so', () => {
    const switches = { signUnknownFields: 'accept-either' } as const;
    const more = { ...current, sign_type: 'MD5' };
    expect(firstRefusal(submission(clientSigned(more), { switches }))).toBeUndefined();
    expect(firstRefusal(submission(signed(more), { switches }))).toBeUndefined();
  });

  it('that left an unknown field out passes', () => {
    expect(refusalOf({ ...current, sign_type: 'MD5' })).toBeUndefined();
  });

  it('over an amount of 1.00 is refused, and the developer told (E32)', () => {
    const refusal = firstRefusal(submission(clientSigned({ ...current, total_amount: '1.00' })));
    expect(refusal?.code).toBe('SIGN_ERROR');
    expect(refusal?.why).toContain('total_amount as 1.00, which the server reads as 1;');
  });

  // The switch is about fields that the endpoint does not know, not about how it reads those that it knows.
  it('over an amount of 1.00 is refused under signUnknownFields too', () => {
    const switches = { signUnknownFields: 'accept-either' } as const;
    const decimal = clientSigned({ ...current, total_amount: '1.00' });
    expect(firstRefusal(submission(decimal, { switches }))?.code).toBe('SIGN_ERROR');
  });

  // The doctor's own tests have every mistake; here it is only held to speaking in the refusal.
  it.each([
    [
      'empty fields',
      { ...current, scene_id: '' },
      (text: string) => text.replace('&send_name', '&scene_id=&send_name'),
      'scene_id, which is empty',
    ],
    [
      'url-encoded values',
      current,
      (text: string) => text.replaceAll(/[^ -~]+/g, encodeURIComponent),
      'url-encoded the values',
    ],
    [
      'fields out of order',
      current,
      (text: string) => text.split('&').reverse().join('&'),
      'sorted the names backwards',
    ],
  ])('over %s is refused, and the developer told', (_, values, wrong, why) => {
    const text = wrong(stringToSign(fieldsOf(without(values, 'sign'))));
    const refusal = firstRefusal(submission({ ...values, sign: signMd5(text, KEY) }));
    expect(refusal?.code).toBe('SIGN_ERROR');
    expect(refusal?.why).toContain(why);
    expect(refusal?.why).toContain('; to fix it, ');
  });

  it('that nothing explains is answered with the string that the server signs, and no secret', () => {
    const refusal = firstRefusal(submission({ ...current, sign: '0'.repeat(32) }));
    expect(refusal?.why).toContain('likeliest slips makes it');
    expect(refusal?.why).toContain(`${stringToSign(fieldsOf(without(current, 'sign')))}&key=…`);
    expect(refusal?.why).not.toContain(KEY);
    expect(refusal?.why).not.toContain(sign);
  });
});

describe('a body that is not UTF-8', () => {
  const current = examples('current');
  const notUtf8 = (values: Values, given = {}): Refusal | undefined =>
    refusalOf(values, { utf8: false, ...given });

  it('is SIGN_ERROR, whatever its signature', () => {
    expect(notUtf8(current)).toMatchObject({
      code: 'SIGN_ERROR',
      clause: 'sendredpack/signature/utf-8',
      why: expect.stringContaining('UTF-8'),
    });
  });

  it('is not measured: its lengths are not those that the sender meant', () => {
    expect(notUtf8({ ...current, act_name: '\ufffd'.repeat(20) })?.code).toBe('SIGN_ERROR');
  });

  it('can still lack a field, a merchant and a certificate', () => {
    expect(notUtf8(without(current, 'send_name'))?.code).toBe('PARAM_ERROR');
    expect(notUtf8({ ...current, mch_id: '10000099' })?.code).toBe('PARAM_ERROR');
    expect(notUtf8(current, { peer: { kind: 'none' } })?.code).toBe('CA_ERROR');
  });
});

describe('rows that say more than their length', () => {
  it('are open at the maximum exactly where nothing shows what happens there', () => {
    const open = EDITIONS.flatMap((edition) => rowsOf(edition))
      .filter((row) => row.exactLength === 'open')
      .map((row) => row.name);
    expect([...new Set(open)].sort()).toEqual([...OPEN_AT_THE_MAXIMUM].sort());
  });

  it('tell a malformed openid from an overlong one', () => {
    const openid = (re_openid: string, switches = {}): string | undefined =>
      refusalOf({ ...examples('current'), re_openid }, { switches })?.message;
    expect(openid('o'.repeat(32))).toBe(BAD_OPENID);
    expect(openid('o'.repeat(32), { exactLength: 'refused' })).toBe(WORDINGS.re_openid);
    expect(openid('o'.repeat(33))).toBe(WORDINGS.re_openid);
    expect(rowOf('current', 're_openid').malformed).toBe(BAD_OPENID);
  });
});

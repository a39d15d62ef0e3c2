/** An order as a caller writes it against the tables: its keys, its checks, the bytes that go out for it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ClientOptions,
  ClientOptionsError,
  createRedpackClient,
  type Order,
  type Prepared,
} from '../../client/index.ts';
import {
  EDITION_TABLES,
  EDITIONS,
  type Edition,
  firstRefusal,
  parseFields,
  signMd5,
  stringToSign,
  switchesOf,
} from '../../contracts/index.ts';
import { KEY } from '../support/in-process.ts';
import { SEED } from '../support/seed.ts';
import { BILLNO, fetchOf, MCH_ID, MERCHANT_OPTIONS, ORDER } from './support.ts';

const noNetwork = fetchOf(() => {
  throw new Error('dialled');
});

function clientOf<E extends Edition>(edition: E) {
  const options: ClientOptions<E> = { ...MERCHANT_OPTIONS, edition, fetch: noNetwork };
  return createRedpackClient(options);
}

const COMMON = { ...ORDER, mch_billno: BILLNO };
/** Every key of every edition's order: the compiler sees to it that none is missing and none too many. */
const WHOLE: { readonly [E in Edition]: Required<Order<E>> } = {
  '2014': {
    ...COMMON,
    nick_name: '天虹百货',
    sub_mch_id: '10000090',
    act_id: 'act',
    logo_imgurl: 'https://example.com/logo.png',
    share_content: '快来',
    share_url: 'https://example.com/',
    share_imgurl: 'https://example.com/share.png',
  },
  '2015': COMMON,
  current: {
    ...COMMON,
    scene_id: 'PRODUCT_1',
    risk_info: 'posttime%3d123123412',
    consume_mch_id: '1222000096',
    sub_mch_id: '10000090',
    msgappid: 'wx28b16568a629bb33',
  },
};
const CLIENTS_OWN = [
  'nonce_str',
  'sign',
  'mch_id',
  'wxappid',
  'min_value',
  'max_value',
  'total_num',
];

describe.each(EDITIONS)('an order of edition %s', (edition) => {
  const rows = EDITION_TABLES[edition].request.sendredpack;

  it('has the keys of the edition’s table, but those that the client fills in', () => {
    const names = rows.map(({ name }) => name).filter((name) => !CLIENTS_OWN.includes(name));
    expect(Object.keys(WHOLE[edition]).sort()).toEqual(names.sort());
  });

  it('goes out whole and signed, as the contract reads it', () => {
    const prepared = clientOf(edition).prepare(WHOLE[edition] as never);
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.violations));
    const read = parseFields(Buffer.from(prepared.body));
    if (!read.ok) throw new Error(read.refusal.detail);
    expect([...read.value.keys()].sort()).toEqual(rows.map(({ name }) => name).sort());
    const provider = edition === 'current' || edition === '2014';
    const refusal = firstRefusal({
      edition,
      endpoint: 'sendredpack',
      switches: switchesOf(),
      fields: read.value,
      utf8: true,
      peer: { kind: 'merchant', mchId: MCH_ID, serial: '01' },
      merchant: {
        mchId: MCH_ID,
        key: KEY,
        role: provider ? 'provider' : 'ordinary',
        certificate: 'valid',
      },
    });
    expect(refusal).toBeUndefined();
  });

  it('may not set what the client fills in', () => {
    for (const name of [...CLIENTS_OWN, 'key', 'amt_type']) {
      const prepared = clientOf(edition).prepare({ ...WHOLE[edition], [name]: '1' } as never);
      expect(prepared).toMatchObject({ ok: false, violations: [{ field: name, rule: 'unknown' }] });
    }
  });
});

describe('what is wrong with an order', () => {
  const fieldsOf = (prepared: Prepared): string[] =>
    prepared.ok ? [] : prepared.violations.map(({ field }) => field);
  const prepare = (changes: object) =>
    clientOf('current').prepare({ ...ORDER, mch_billno: BILLNO, ...changes });

  it('is told all at once', () => {
    const prepared = prepare({
      mch_billno: 'x'.repeat(29),
      re_openid: 'o1',
      total_amount: 1.5,
      send_name: '天'.repeat(11),
      wishing: '',
      act_name: undefined,
      client_ip: '300.1.1.1',
      total_num: 2,
    });
    expect(fieldsOf(prepared).sort()).toEqual([
      'act_name',
      'client_ip',
      'mch_billno',
      're_openid',
      'send_name',
      'total_amount',
      'total_num',
      'wishing',
    ]);
    for (const violation of prepared.ok ? [] : prepared.violations) {
      expect(violation.expected).not.toBe('');
      expect(violation.got.length).toBeLessThan(70);
    }
  });

  it.each([
    [0.1 + 0.2, 'integer'],
    ['100', 'integer'],
    [Number.NaN, 'integer'],
    [2 ** 53, 'integer'],
    [null, 'integer'],
  ])('is an amount that is no whole number: %s', (total_amount, rule) => {
    expect(prepare({ total_amount })).toMatchObject({
      violations: [{ field: 'total_amount', rule }],
    });
  });

  it.each(['\u0000', '\u0008', '\ud800', '\ufffe'])(
    'is a character that XML cannot carry',
    (text) => {
      expect(prepare({ wishing: `a${text}` })).toMatchObject({
        violations: [{ field: 'wishing', rule: 'xml-characters' }],
      });
    },
  );

  it('is told to send and to settle, and nothing is dialled', async () => {
    const client = clientOf('current');
    const order = { ...ORDER, client_ip: 'localhost' };
    for (const outcome of [await client.send(order), await client.settle(order, { id: '1' })]) {
      expect(outcome).toMatchObject({
        kind: 'refused',
        by: 'checks',
        code: 'ORDER_INVALID',
        violations: [{ field: 'client_ip', got: 'localhost' }],
      });
    }
    const query = await client.query('not a number');
    expect(query).toMatchObject({ code: 'ORDER_INVALID', violations: [{ field: 'mch_billno' }] });
  });
});

it('goes out as it came in, whatever stands in its texts', () => {
  const text = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 12 })
    .filter((value) => !/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(value));
  const client = clientOf('current');
  let prepared = 0;
  fc.assert(
    fc.property(text, text, (wishing, remark) => {
      const made = client.prepare({ ...ORDER, mch_billno: BILLNO, wishing, remark });
      if (!made.ok) return;
      prepared += 1;
      const read = parseFields(Buffer.from(made.body));
      if (!read.ok) throw new Error(read.refusal.detail);
      expect(read.value.get('wishing')).toBe(wishing);
      expect(read.value.get('remark')).toBe(remark);
      expect(read.value.get('sign')).toBe(signMd5(stringToSign(made.fields), KEY));
    }),
    { seed: SEED, numRuns: 500 },
  );
  expect(prepared).toBeGreaterThan(300);
});

describe('options that no client can be made of', () => {
  it.each<[string, object]>([
    ['mchId', { mchId: '' }],
    ['mchId', { mchId: '../1' }],
    ['key', { key: 'short' }],
    ['key', { key: `${KEY.slice(1)} ` }],
    ['appid', { appid: '' }],
    ['edition', { edition: '2016' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: Number.NaN }],
    ['ratePerSecond', { ratePerSecond: 0 }],
    ['ratePerSecond', { ratePerSecond: Number.NaN }],
    ['certificate', { fetch: undefined }],
    ['baseUrl', { baseUrl: 'nowhere' }],
    ['baseUrl', { baseUrl: 'ftp://127.0.0.1' }],
    ['baseUrl', { baseUrl: 'http://example.com' }],
    ['retry.delayMsMin', { retry: { delayMsMin: 999 } }],
    ['retry.delayMsMin', { retry: { delayMsMin: Number.NaN } }],
    ['retry.deadlineMs', { retry: { deadlineMs: Number.POSITIVE_INFINITY } }],
    ['retry.delayMsMax', { retry: { delayMsMax: undefined } }],
  ])('name the option: %s', (name, change) => {
    const make = () => createRedpackClient({ ...MERCHANT_OPTIONS, fetch: noNetwork, ...change });
    expect(make).toThrow(ClientOptionsError);
    expect(make).toThrow(`${name}:`);
  });
});

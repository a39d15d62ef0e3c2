import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  CODES,
  type CodeRow,
  codesOf,
  compareStages,
  EDITION_TABLES,
  EDITIONS,
  type Edition,
  ENDPOINT_ROWS,
  ENDPOINTS,
  endpointAt,
  FIELDS,
  type FieldRow,
  findCode,
  LIMIT_CHECKS,
  LIMIT_NAMES,
  LIMITS,
  limitsOf,
  ORDER_STATES,
  type Provenance,
  REAL_HOST,
  STAGES,
  SWITCH_NAMES,
  SWITCHES,
  switchesOf,
  wordingOf,
} from '../../contracts/index.ts';
import seed2014 from '../vectors/seed-2014.json' with { type: 'json' };
import seed2015 from '../vectors/seed-2015.json' with { type: 'json' };
import { rowOf, rowsOf } from './support.ts';

/** The seeds are copies whose full-width punctuation became ASCII; the words are what is compared. */
const plain = (text: string): string => text.normalize('NFKC');

interface SeedRow {
  readonly label: string;
  readonly name: string;
  readonly required: string;
  readonly type: string;
  readonly max?: number;
  readonly example: string;
}

const SEEDS: readonly [Edition, readonly SeedRow[]][] = [
  ['2014', seed2014.request],
  ['2015', seed2015.request],
];

describe.each(SEEDS)('the request table of %s', (edition, rows) => {
  it.each(rows)('has $name as the seed document has it', (row) => {
    const ours = rowOf(edition, row.name);
    expect({
      label: ours.label,
      required: ours.required === 'always' ? '是' : '否',
      type: ours.type,
      max: ours.bytesMax,
      example: plain(ours.example),
    }).toEqual({
      label: row.label,
      required: row.required,
      type: row.type,
      max: row.max,
      example: plain(row.example),
    });
  });

  // What only the sample has stands apart.
  it('has its rows in the order of the seed document, and no others', () => {
    const names = rowsOf(edition).map((row) => row.name);
    expect(names.filter((name) => name !== 'act_id')).toEqual(rows.map((row) => row.name));
  });
});

describe('the edition 2014', () => {
  it('has 21 fields, and act_id from its sample', () => {
    expect(seed2014.request).toHaveLength(21);
    expect(rowsOf('2014')).toHaveLength(22);
    expect(seed2014.sampleOnly).toEqual(['act_id']);
    expect(rowOf('2014', 'act_id').required).toBe('optional');
  });

  it.each(['min_value', 'max_value'])('says that %s equals total_amount', (name) => {
    expect(rowOf('2014', name).rule).toBe('min_value = max_value = total_amount');
  });

  it.each(['2014', '2015'] as const)('says, as that of %s does, that total_num is 1', (edition) => {
    expect(rowOf(edition, 'total_num').rule).toBe('total_num = 1');
    expect([seed2014.totalNum, seed2015.totalNum]).toEqual(['1', '1']);
  });

  it('has the two reasons of return_msg', () => {
    expect(EDITION_TABLES['2014'].returnMessages).toEqual(seed2014.returnMessages);
  });

  const printed: readonly { label: string; name?: string; required?: string }[] = seed2014.reply;

  it.each(seed2014.reply)('has the reply row $label', (row) => {
    const ours = EDITION_TABLES['2014'].reply.sendredpack.find((each) => each.label === row.label);
    expect(ours).toBeDefined();
    // The seed lost the last two rows but for their labels.
    if (row.name === undefined) return;
    const when = row.required === '否' ? 'optional' : row.when;
    const facts = [ours?.name, ours?.type, ours?.bytesMax, ours?.when, ours?.example];
    expect(facts).toEqual([row.name, row.type, row.max, when, row.example]);
  });

  // What production was seen to add is marked as observed.
  it('has no documented reply row that the seed has not', () => {
    const labels = EDITION_TABLES['2014'].reply.sendredpack
      .filter((row) => row.certainty === 'documented')
      .map((row) => row.label);
    expect(labels).toEqual(printed.map((row) => row.label));
  });

  it.each(seed2014.codes)('has the code $printed', ({ printed: name, description }) => {
    const row = codesOf('2014').find((each) => (each.printedAs ?? each.code) === name);
    expect(row && plain(wordingOf(row, '2014', 'documented'))).toBe(plain(description));
  });

  it('has the limits of its page', () => {
    expect(limitsOf('2014')).toMatchObject({
      amountFenMin: 100,
      amountFenMax: 20_000,
      packetsPerMinute: 1_800,
      closedFromHour: 0,
      closedToHour: 8,
    });
  });
});

describe('the endpoint', () => {
  it.each([
    ['2014', seed2014.endpoint],
    ['2015', seed2015.endpoint],
  ])('is where the seed of %s says', (_, { host, path, certificate }) => {
    expect(REAL_HOST).toBe(host);
    expect(endpointAt(path)).toBe(ENDPOINT_ROWS.sendredpack);
    expect(ENDPOINT_ROWS.sendredpack.certificate === 'required' ? '是' : '否').toBe(certificate);
  });

  it.each(['/', '', '/mmpaymkttransfers/sendredpack/', '/MMPAYMKTTRANSFERS/sendredpack'])(
    'is not at %j',
    (path) => {
      expect(endpointAt(path)).toBeUndefined();
    },
  );
});

describe('the editions', () => {
  it('of 2015 dropped nick_name, min_value and max_value, and every optional field', () => {
    const gone = rowsOf('2014').filter(
      ({ name }) => !rowsOf('2015').some((row) => row.name === name),
    );
    expect(gone.map((row) => row.name)).toEqual(
      expect.arrayContaining(['nick_name', 'min_value', 'max_value', 'sub_mch_id', 'logo_imgurl']),
    );
    expect(rowsOf('2015').every((row) => row.required === 'always')).toBe(true);
  });

  it('since 2016 add scene_id, risk_info and consume_mch_id, and fields of providers', () => {
    const added = rowsOf('current').filter(
      ({ name }) => !rowsOf('2015').some((row) => row.name === name),
    );
    expect(added.map((row) => [row.name, row.required])).toEqual([
      ['sub_mch_id', 'provider'],
      ['msgappid', 'provider'],
      ['scene_id', 'optional'],
      ['risk_info', 'optional'],
      ['consume_mch_id', 'optional'],
    ]);
  });

  it.each(EDITIONS)(
    '%s: each field stands once, with every number that its type needs',
    (edition) => {
      for (const endpoint of ENDPOINTS) {
        const rows = rowsOf(edition, endpoint);
        expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
        for (const row of rows) expect(row.bytesMax !== undefined).toBe(row.type === 'String');
      }
    },
  );

  // Domain facts §0: the envelope is what tells the editions apart.
  it.each([
    ['2014', 'FAIL', null, true, true],
    ['2015', 'SUCCESS', null, true, true],
    ['current', 'SUCCESS', 'SUCCESS', false, false],
  ] as const)(
    '%s has its own envelope',
    (edition, failureReturnCode, successCode, sendTime, bareMchId) => {
      expect(EDITION_TABLES[edition].envelope).toMatchObject({
        failureReturnCode,
        successCode,
        sendTime,
        bareMchId,
      });
    },
  );

  it.each([
    ['2014', 28],
    ['2015', 28],
    ['current', 31],
  ] as const)('%s makes a send_listid of %i digits', (edition, digits) => {
    const { prefix, serialDigits } = EDITION_TABLES[edition].sendListid;
    expect(prefix.length + 'yyyyMMdd'.length + serialDigits).toBe(digits);
  });
});

/** Domain facts §2.1, the rows that belong to ordinary red packets, and NOT_FOUND of gethbinfo. */
const RED_PACKET_CODES = [
  ...['NOAUTH', 'NO_AUTH', 'SENDNUM_LIMIT', 'SENDAMOUNT_LIMIT', 'RCVDAMOUNT_LIMIT'],
  ...['ILLEGAL_APPID', 'MONEY_LIMIT', 'SEND_FAILED', 'FATAL_ERROR', 'CA_ERROR', 'SIGN_ERROR'],
  ...['SYSTEMERROR', 'PROCESSING', 'XML_ERROR', 'FREQ_LIMIT', 'API_METHOD_CLOSED', 'NOTENOUGH'],
  ...['OPENID_ERROR', 'MSGAPPID_ERROR', 'ACCEPTMODE_ERROR', 'PARAM_ERROR', 'TIME_LIMITED'],
  ...['SECOND_OVER_LIMITED', 'DAY_OVER_LIMITED', 'PRODUCT_AUTHORITY_UNOPEN'],
  ...['NO_CONSUME_COMPETENCE', 'PAYER_ACCOUNT_ABNORMAL', 'NOT_FOUND'],
];

describe('the codes', () => {
  const rows: readonly CodeRow[] = CODES;

  it('of the current edition are those of the domain facts', () => {
    expect(
      codesOf('current')
        .map((row) => row.code)
        .sort(),
    ).toEqual([...RED_PACKET_CODES].sort());
  });

  it('stand once each', () => {
    expect(new Set(rows.map((row) => row.code)).size).toBe(rows.length);
  });

  it.each([
    ['NO_COMPETENCE', 'enterprise WeChat'],
    ['V2_ACCOUNT_SIMPLE_BAN', 'transfers'],
    ['AMOUNT_LIMIT', 'transfers'],
    ['NAME_MISMATCH', 'transfers'],
    ['PARAM_IS_NOT_UTF8', 'transfers'],
  ])('do not include %s, which belongs to %s', (code) => {
    expect(findCode(code)).toBeUndefined();
  });

  it('print two of the old ones with a space that is not on the wire', () => {
    expect(findCode('TIME_LIMITED')?.printedAs).toBe('TIME _LIMITED');
    expect(findCode('DAY_OVER_LIMITED')?.printedAs).toBe('DAY_ OVER_LIMITED');
    expect(rows.every((row) => /^[A-Z_]+$/.test(row.code))).toBe(true);
  });

  it.each(EDITIONS)('of %s stand in the order of the checks', (edition) => {
    const stages = codesOf(edition).map((row) => row.stage);
    expect(stages).toEqual([...stages].sort(compareStages));
  });

  it('have a wording in every edition of theirs, under both styles, within the length of its field', () => {
    for (const row of rows)
      for (const edition of row.editions)
        for (const style of ['live', 'documented'] as const)
          for (const { id } of row.wordings) {
            const text = wordingOf(row, edition, style, id);
            expect([row.code, id, text]).toEqual([row.code, id, expect.stringMatching(/\S/)]);
            expect(Buffer.byteLength(row.code)).toBeLessThanOrEqual(32);
          }
  });

  it.each([
    ['NO_AUTH', 'risk', '发放失败，此请求可能存在风险，已被微信拦截'],
    ['NO_AUTH', 'ip', 'IP地址非你在商户平台设置的可用IP地址'],
    [
      'SENDNUM_LIMIT',
      undefined,
      '该用户今日操作次数超过限制，如有需要请登录微信支付商户平台更改API安全配置',
    ],
    [
      'RCVDAMOUNT_LIMIT',
      undefined,
      '该用户今日领取金额超过限制，如有需要请登录微信支付商户平台更改API安全配置',
    ],
    ['FATAL_ERROR', 'other-openid', '更换了openid，但商户单号未更新'],
    ['FATAL_ERROR', 'other-amount', '更换了金额，但商户单号未更新'],
    ['SEND_FAILED', 'expired', '该订单已经过期，请更换商户单号'],
    ['CA_ERROR', 'wrong', '证书出错，请登录微信支付商户平台下载证书'],
    ['CA_ERROR', 'expired', '证书已过期'],
    ['SIGN_ERROR', undefined, '签名错误'],
    ['PROCESSING', undefined, '请求已受理，请稍后使用原单号查询发放结果'],
    ['XML_ERROR', undefined, '输入xml参数格式错误'],
    ['NOTENOUGH', undefined, '帐号余额不足，请到商户平台充值后再重试'],
    ['OPENID_ERROR', undefined, 'openid和appid不匹配'],
    [
      'PRODUCT_AUTHORITY_UNOPEN',
      undefined,
      '你的商户号未开通该产品权限，请联系管理员到产品中心开通。开通路径：产品中心-产品大全-现金红包-申请开通',
    ],
    ['NO_CONSUME_COMPETENCE', undefined, '该扣钱商户号没有资金授权给该商户号'],
    ['NOT_FOUND', undefined, '指定单号数据不存在'],
    ['PARAM_ERROR', 'appid-mismatch', 'mchid和wxappid不匹配'],
  ])('%s (%s) is worded as captured', (code, id, text) => {
    const row = findCode(code);
    expect(row && wordingOf(row, 'current', 'live', id)).toBe(text);
  });

  it('had other wordings of the certificate and the address before', () => {
    const [ca, auth] = [findCode('CA_ERROR'), findCode('NO_AUTH')];
    expect(ca && wordingOf(ca, '2014', 'live')).toBe('CA证书出错，请登录微信支付商户平台下载证书');
    expect(auth && wordingOf(auth, '2015', 'live', 'ip')).toBe(
      '此IP地址不允许调用接口，如有需要请登录微信支付商户平台更改配置',
    );
  });

  it('advise a new number only where the old one is spent', () => {
    const fresh = rows.filter((row) => row.advice === 'new').map((row) => row.code);
    expect(fresh.sort()).toEqual(['FATAL_ERROR', 'SEND_FAILED']);
    for (const code of ['SYSTEMERROR', 'PROCESSING']) {
      expect(findCode(code)?.numberAfter).toBe('unknown');
    }
  });

  // Proved by one developer's log: the same number succeeded afterwards (E5, E34).
  it.each(['PARAM_ERROR', 'CA_ERROR', 'SIGN_ERROR', 'PRODUCT_AUTHORITY_UNOPEN', 'MONEY_LIMIT'])(
    'leave the number free after %s',
    (code) => {
      expect(findCode(code)?.numberAfter).toBe('free');
    },
  );
});

describe('every row of every table', () => {
  const limits = Object.entries(LIMITS);
  const provenances: readonly [string, Provenance][] = [
    ...Object.entries(FIELDS),
    ...EDITIONS.flatMap((edition) => {
      const table = EDITION_TABLES[edition];
      return ENDPOINTS.flatMap((endpoint): [string, Provenance][] => [
        ...table.request[endpoint].map((row): [string, Provenance] => [row.name, row]),
        ...table.reply[endpoint].map((row): [string, Provenance] => [row.name, row]),
        [edition, table.envelope],
        [edition, table.sendListid],
      ]);
    }),
    ...CODES.map((row): [string, Provenance] => [row.code, row]),
    ...CODES.flatMap((row) => row.wordings.map((each): [string, Provenance] => [row.code, each])),
    ...limits,
    ...Object.entries(ENDPOINT_ROWS),
  ];

  it('says where it comes from and how sure that is', () => {
    expect(provenances.length).toBeGreaterThan(200);
    for (const [name, { source, certainty }] of provenances) {
      expect([name, source]).toEqual([name, expect.stringMatching(/seed 00[01]|\bE\d+\b|§\d/)]);
      expect(['documented', 'observed', 'assumed']).toContain(certainty);
    }
  });

  it('names evidence that exists', () => {
    for (const [name, { source }] of provenances) {
      for (const [, number] of source.matchAll(/\bE(\d+)\b/g)) {
        expect([name, Number(number) >= 1 && Number(number) <= 97]).toEqual([name, true]);
      }
    }
  });

  it('names stages, codes, editions and endpoints that exist', () => {
    const stages: readonly string[] = STAGES.map((stage) => stage.name);
    const rows: readonly CodeRow[] = CODES;
    for (const row of rows) {
      expect(stages).toContain(row.stage);
      for (const wording of row.wordings) expect(stages).toContain(wording.stage ?? row.stage);
      expect(EDITIONS).toEqual(expect.arrayContaining([...row.editions]));
      expect(ENDPOINTS).toEqual(expect.arrayContaining([...row.endpoints]));
    }
    for (const [, limit] of limits) {
      if (limit.code !== null) expect(RED_PACKET_CODES).toContain(limit.code);
    }
  });

  it('that limits an edition names a code which that edition has', () => {
    const wrong = EDITIONS.flatMap((edition) =>
      limits
        .filter(([, limit]) => limit.value[edition] !== null && limit.code !== null)
        // NOT_FOUND and SEND_FAILED included: an edition that has the limit must be able to say so.
        .filter(([, limit]) => !codesOf(edition).some((row) => row.code === limit.code))
        .map(([name]) => `${edition} ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('that is a field has an example which keeps its own rules', () => {
    for (const row of Object.values<FieldRow>(FIELDS)) {
      expect(Buffer.byteLength(row.example)).toBeLessThanOrEqual(row.bytesMax ?? 10);
      if (row.pattern) expect(row.example).toMatch(row.pattern);
      // A `g` or `y` flag would make a shared RegExp remember where it stopped.
      expect(row.pattern?.flags ?? '').toBe('');
    }
  });

  it('that is an order state is spelt as on the wire', () => {
    expect(ORDER_STATES.map((row) => row.state).join()).toBe(
      'SENDING,SENT,FAILED,RECEIVED,RFUND_ING,REFUND',
    );
  });
});

describe('limits', () => {
  // Domain facts §4, its columns 2014, 2016-05 and 2017 to 2025.
  it.each([
    ['2014', { userPacketsPerMinute: null, packetsPerDay: null, callsPerSecond: null }],
    [
      '2015',
      {
        amountFenMax: 20_000,
        packetsPerMinute: 1_800,
        userPacketsPerMinute: 1,
        packetsPerDay: 10_000,
        closedFromHour: null,
        closedToHour: null,
        refundAfterHours: 72,
      },
    ],
    [
      'current',
      {
        amountFenMin: 100,
        amountFenMax: 20_000,
        sceneFenMin: 30,
        sceneFenMax: 499_900,
        callsPerSecond: 30,
        callsPerMinute: 1_800,
        packetsPerMinute: null,
        userPacketsPerDay: 10,
        userFenPerDay: 100_000,
        fenPerDay: 100_000_000,
        closedFromHour: null,
        refundAfterHours: 24,
        historyDays: 30,
      },
    ],
  ] as const)('of %s are those of its time', (edition, expected) => {
    expect(limitsOf(edition)).toMatchObject(expected);
  });

  it('can be replaced or lifted by a merchant, one at a time', () => {
    const own = limitsOf('current', { userPacketsPerDay: null, amountFenMax: 0 });
    expect(own).toEqual({ ...limitsOf('current'), userPacketsPerDay: null, amountFenMax: 0 });
    expect(Object.keys(own)).toEqual([...LIMIT_NAMES]);
  });
});

describe('switches', () => {
  it.each(SWITCH_NAMES)('%s has a question, a source and a default among its values', (name) => {
    const { question, source, values, default: preset } = SWITCHES[name];
    expect(question.length).toBeGreaterThan(10);
    expect(source).toMatch(/§\d|E\d/);
    expect(new Set<string>(values).size).toBeGreaterThan(1);
    expect(values).toContain(preset);
    expect(switchesOf()[name]).toBe(preset);
  });

  it('are set one at a time', () => {
    expect(switchesOf({ replySigned: 'always' })).toEqual({
      ...switchesOf(),
      replySigned: 'always',
    });
  });

  it('put some of the last checks first and keep the others in order', () => {
    const { limitOrder } = switchesOf({ limitOrder: ['balance', 'risk'] });
    expect(limitOrder.slice(0, 3)).toEqual(['balance', 'risk', 'amount']);
    expect([...limitOrder].sort()).toEqual([...LIMIT_CHECKS].sort());
  });
});

describe('the stages', () => {
  // Domain facts §3.1: the order that one developer's log shows.
  it('come in the order of the log', () => {
    const log = [
      'xml',
      'fields',
      'certificate',
      'signature',
      'product',
      'address',
      'order',
    ] as const;
    expect([...log].sort(compareStages)).toEqual(log);
    expect(compareStages('order', 'amount')).toBeLessThan(0);
    expect(compareStages('front', 'xml')).toBeLessThan(0);
    expect(compareStages('xml', 'xml')).toBe(0);
  });
});

describe('no source file of contracts', () => {
  // Numbers that the documentation itself prints; anything else of that form may be a person's or a merchant's.
  const PRINTED = [
    ...['10000098', '10000090', '1222000096', '1000041701', '1000000000'],
    ...['10000098201411111234567890', '100000000020150520314766074200', '20150520102602'],
    ...['123123412', '122344545', '2147483647', '65536', '20150520'],
    ...['wx8888888888888888', 'wx28b16568a629bb33', 'oxTWIuGaIt6gTKsQRLau2M0yL16E'],
    ...['5K8264ILTKCH16CQ2502SI8ZNMTM67VS', 'C380BEC2BFD727A4B6845133519F3AD6'],
    '192006250b4c09247ec02edce69f6a2d',
  ];
  const root = new URL('../../contracts/', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );

  it.each(files)('holds a number, appid, openid or key that is not documentation’s: %s', (file) => {
    const text = readFileSync(new URL(file, root), 'utf8');
    const found = text.match(/\b(?:wx[0-9a-f]{16}|o[\w-]{27}|[0-9A-Za-z]{32}|\d{8,31})\b/g) ?? [];
    const looksReal = found.filter((word) => /\d/.test(word) && !PRINTED.includes(word));
    expect(looksReal).toEqual([]);
  });
});

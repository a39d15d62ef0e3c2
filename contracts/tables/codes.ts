/**
 * Every error code of the red packet API once: its wordings, where in the order of checks it arises, what becomes of the order
 * number, and what the caller should do. Source: domain facts §2.1; the wording is the live one where one was captured.
 */
import type { Edition, EndpointName, Provenance } from '../types.ts';
import type { Stage } from './stages.ts';

/**
 * What a refusal leaves of the order number.
 * `free`: nothing stored, the number can be used again in any way. `stored`: an order SENDING with the reason, which the same
 * request completes later. `closed`: an order that has failed for good. `unknown`: stored, and perhaps paid.
 * `kept`: the order is what it was (a query, or a repeat that contradicts it).
 */
export type NumberAfter = 'free' | 'stored' | 'closed' | 'unknown' | 'kept';

/** What the caller does next: repeat with the same number, ask gethbinfo first, take a new number, or mend request or account. */
export type Advice = 'same' | 'query' | 'new' | 'fix';

/** One wording; where editions differ each has its own, else one serves all. */
export interface Wording extends Provenance {
  readonly id: string;
  readonly text: string | Readonly<Record<Edition, string>>;
  /** Where this meaning of the code differs from its row. */
  readonly stage?: Stage;
  readonly numberAfter?: NumberAfter;
  readonly advice?: Advice;
}

export interface CodeRow extends Provenance {
  readonly code: string;
  /** How the page prints it, where that is not what goes over the wire. */
  readonly printedAs?: string;
  readonly editions: readonly Edition[];
  readonly endpoints: readonly EndpointName[];
  readonly stage: Stage;
  readonly numberAfter: NumberAfter;
  readonly advice: Advice;
  /** How long to wait before trying again, in ms; `next-day` and `next-minute` turn in Beijing time. */
  readonly retryAfter?: number | 'next-minute' | 'next-day' | 'hour-8';
  /** The description on the page, latest edition that has one. */
  readonly documented: string | Readonly<Partial<Record<Edition, string>>>;
  /** The live wordings, the usual one first. PARAM_ERROR's others stand with their fields (fields.ts). */
  readonly wordings: readonly [Wording, ...Wording[]];
  /** Why an edition has the code although its page does not print it, or prints it although it is gone. */
  readonly note?: string;
}

const ALL: readonly Edition[] = ['2014', '2015', 'current'];
const SINCE_2015: readonly Edition[] = ['2015', 'current'];
const CURRENT: readonly Edition[] = ['current'];
const SEND: readonly EndpointName[] = ['sendredpack'];
const BOTH: readonly EndpointName[] = ['sendredpack', 'gethbinfo'];
/** 超时时间(同笔订单最短重试时间) 1s, E22. */
const RETRY_MS_MIN = 1_000;
const TWENTY_MINUTES_MS = 20 * 60_000;

export const CODES = [
  {
    code: 'XML_ERROR',
    editions: ALL,
    endpoints: BOTH,
    stage: 'xml',
    numberAfter: 'free',
    advice: 'fix',
    documented: '输入xml参数格式错误',
    wordings: [{ id: 'xml', text: '输入xml参数格式错误', source: 'E8', certainty: 'observed' }],
    source: 'E8',
    certainty: 'observed',
    note: 'captured under the envelope of 2014; the modern envelope is open (switch xmlErrorEnvelope)',
  },
  {
    code: 'PARAM_ERROR',
    editions: ALL,
    endpoints: BOTH,
    stage: 'fields',
    numberAfter: 'free',
    advice: 'fix',
    documented: { '2014': '参数错误', '2015': '参数错误', current: '请求参数错误' },
    wordings: [
      { id: 'generic', text: '请求参数错误', source: 'E28', certainty: 'documented' },
      {
        id: 'no-merchant',
        text: '参数错误:找不到对应的商户号',
        source: 'E6',
        certainty: 'documented',
      },
      {
        id: 'appid-mismatch',
        text: 'mchid和wxappid不匹配',
        stage: 'identity',
        source: 'E63',
        certainty: 'observed',
      },
      {
        id: 'amounts-differ',
        text: '参数错误:发放金额、最小金额、最大金额必须相等.',
        source: 'E9',
        certainty: 'observed',
      },
      {
        id: 'msgappid-not-provider',
        text: '参数错误:授理模式/资金受理才需要填入msgappid',
        source: 'E59',
        certainty: 'observed',
      },
      {
        id: 'scene-not-opened',
        stage: 'amount',
        text: '参数错误:该场景未开通，请登陆商户平台：产品中心-现金红包-产品设置-使用场景 进行开通',
        source: 'E60, E61',
        certainty: 'observed',
      },
    ],
    source: 'seed 000, §2.2',
    certainty: 'documented',
  },
  {
    code: 'CA_ERROR',
    editions: ALL,
    endpoints: BOTH,
    stage: 'certificate',
    numberAfter: 'free',
    advice: 'fix',
    documented: {
      '2015': 'CA证书出错，请登录微信支付商户平台下载证书',
      current: '商户API证书校验出错',
    },
    wordings: [
      {
        id: 'wrong',
        text: {
          '2014': 'CA证书出错，请登录微信支付商户平台下载证书',
          '2015': 'CA证书出错，请登录微信支付商户平台下载证书',
          current: '证书出错，请登录微信支付商户平台下载证书',
        },
        source: 'E17, E18, E43, E44',
        certainty: 'observed',
      },
      { id: 'expired', text: '证书已过期', source: 'E5', certainty: 'observed' },
    ],
    source: 'E17, E43',
    certainty: 'observed',
    note: 'on no page of 2014, but answered then (2015-02, E17)',
  },
  {
    code: 'SIGN_ERROR',
    editions: ALL,
    endpoints: BOTH,
    stage: 'signature',
    numberAfter: 'free',
    advice: 'fix',
    documented: '签名错误',
    wordings: [{ id: 'sign', text: '签名错误', source: 'E31, E32, E5', certainty: 'observed' }],
    source: 'E31',
    certainty: 'observed',
    note: 'on no page of 2014; every edition must refuse a wrong signature (assumed there)',
  },
  {
    code: 'FREQ_LIMIT',
    editions: SINCE_2015,
    endpoints: BOTH,
    stage: 'frequency',
    numberAfter: 'free',
    advice: 'same',
    retryAfter: RETRY_MS_MIN,
    documented: '超过频率限制,请稍后再试',
    wordings: [
      { id: 'rate', text: '超过频率限制,请稍后再试', source: 'E6, E47', certainty: 'documented' },
    ],
    source: 'E47',
    certainty: 'documented',
    note: 'a throttled call leaves no record: gethbinfo then says NOT_FOUND',
  },
  {
    code: 'ILLEGAL_APPID',
    editions: SINCE_2015,
    endpoints: SEND,
    stage: 'identity',
    numberAfter: 'free',
    advice: 'fix',
    documented: {
      '2015': '错误传入了app的appid',
      current: '非法appid，请确认是否为公众号的appid，不能为APP的appid',
    },
    wordings: [
      {
        id: 'mobile-app',
        text: '非法appid，请确认是否为公众号的appid，不能为APP的appid',
        source: '§2.1',
        certainty: 'documented',
      },
    ],
    source: '§2.1',
    certainty: 'documented',
  },
  {
    code: 'OPENID_ERROR',
    editions: ALL,
    endpoints: SEND,
    stage: 'identity',
    numberAfter: 'free',
    advice: 'fix',
    documented: { '2014': 'Openid错误', '2015': 'Openid错误', current: 'openid和appid不匹配' },
    wordings: [
      { id: 'other-appid', text: 'openid和appid不匹配', source: 'E50', certainty: 'observed' },
    ],
    source: 'seed 000, E50',
    certainty: 'documented',
  },
  {
    code: 'MSGAPPID_ERROR',
    editions: CURRENT,
    endpoints: SEND,
    stage: 'identity',
    numberAfter: 'free',
    advice: 'fix',
    documented: '触达消息给用户appid有误',
    wordings: [
      { id: 'not-bound', text: '触达消息给用户appid有误', source: '§2.1', certainty: 'documented' },
    ],
    source: '§2.1',
    certainty: 'documented',
  },
  {
    code: 'ACCEPTMODE_ERROR',
    editions: CURRENT,
    endpoints: SEND,
    stage: 'identity',
    numberAfter: 'free',
    advice: 'fix',
    documented: '主、子商户号关系校验失败',
    wordings: [
      { id: 'relation', text: '主、子商户号关系校验失败', source: '§2.1', certainty: 'documented' },
    ],
    source: '§2.1',
    certainty: 'documented',
  },
  {
    code: 'NO_CONSUME_COMPETENCE',
    editions: CURRENT,
    endpoints: SEND,
    stage: 'identity',
    numberAfter: 'free',
    advice: 'fix',
    documented: {},
    wordings: [
      {
        id: 'not-authorised',
        text: '该扣钱商户号没有资金授权给该商户号',
        source: 'E52',
        certainty: 'observed',
      },
    ],
    source: 'E52',
    certainty: 'observed',
    note: 'on no page',
  },
  {
    code: 'NOAUTH',
    editions: ['2014', 'current'],
    endpoints: SEND,
    stage: 'product',
    numberAfter: 'free',
    advice: 'fix',
    documented: '无权限',
    wordings: [
      { id: 'no-permission', text: '无权限', source: 'seed 000', certainty: 'documented' },
    ],
    source: 'seed 000',
    certainty: 'documented',
    note: 'the first edition only, NO_AUTH since (§9 no. 4); kept in current so that a client knows it',
  },
  {
    code: 'PRODUCT_AUTHORITY_UNOPEN',
    editions: CURRENT,
    endpoints: SEND,
    stage: 'product',
    numberAfter: 'free',
    advice: 'fix',
    documented: {},
    wordings: [
      {
        id: 'not-opened',
        text: '你的商户号未开通该产品权限，请联系管理员到产品中心开通。开通路径：产品中心-产品大全-现金红包-申请开通',
        source: 'E5, E51',
        certainty: 'observed',
      },
    ],
    source: 'E5, E51',
    certainty: 'observed',
    note: 'on no page',
  },
  {
    code: 'API_METHOD_CLOSED',
    editions: CURRENT,
    endpoints: SEND,
    stage: 'product',
    numberAfter: 'free',
    advice: 'fix',
    documented: '你的商户号API发放方式已关闭，请联系管理员在商户平台开启',
    wordings: [
      {
        id: 'closed',
        text: '你的商户号API发放方式已关闭，请联系管理员在商户平台开启',
        source: '§2.1',
        certainty: 'documented',
      },
    ],
    source: '§2.1',
    certainty: 'documented',
  },
  {
    code: 'PAYER_ACCOUNT_ABNORMAL',
    editions: CURRENT,
    endpoints: SEND,
    stage: 'product',
    numberAfter: 'free',
    advice: 'fix',
    documented: '商户号被处罚、冻结',
    wordings: [{ id: 'frozen', text: '商户号被处罚、冻结', source: 'E53', certainty: 'assumed' }],
    source: 'E53',
    certainty: 'assumed',
  },
  {
    code: 'FATAL_ERROR',
    editions: ALL,
    endpoints: SEND,
    stage: 'order',
    numberAfter: 'kept',
    advice: 'new',
    documented: {
      '2014': '重复请求时，参数与原单不一致',
      '2015': '重复请求时，参数与原单不一致',
      current: 'openid和原始单参数不一致',
    },
    wordings: [
      {
        id: 'other-openid',
        text: '更换了openid，但商户单号未更新',
        source: 'E5, E42',
        certainty: 'observed',
      },
      {
        id: 'other-amount',
        text: '更换了金额，但商户单号未更新',
        source: '§2.1',
        certainty: 'documented',
      },
    ],
    source: 'E5, E42',
    certainty: 'observed',
  },
  {
    code: 'NOT_FOUND',
    editions: ALL,
    endpoints: ['gethbinfo'],
    stage: 'order',
    numberAfter: 'kept',
    advice: 'same',
    documented: '指定单号数据不存在',
    wordings: [
      { id: 'no-order', text: '指定单号数据不存在', source: 'E45', certainty: 'observed' },
    ],
    source: 'E1, E45, E91',
    certainty: 'observed',
    note: 'may mean "still processing": ask again minutes later or repeat the same number, never take it for failed',
  },
  {
    code: 'MONEY_LIMIT',
    editions: ALL,
    endpoints: SEND,
    stage: 'amount',
    numberAfter: 'free',
    advice: 'fix',
    documented: '红包金额发放限制',
    wordings: [
      {
        id: 'range',
        text: '每个红包的平均金额必须在{min}元到{max}元之间.',
        source: 'E34, E15, E16',
        certainty: 'observed',
      },
    ],
    source: 'seed 000, E34',
    certainty: 'documented',
    note: 'the number is not consumed: the same one passed with another amount (E34)',
  },
  {
    code: 'TIME_LIMITED',
    printedAs: 'TIME _LIMITED',
    editions: ALL,
    endpoints: SEND,
    stage: 'quota',
    numberAfter: 'stored',
    advice: 'same',
    retryAfter: 'hour-8',
    documented: '企业红包的发送时间受限',
    wordings: [
      {
        id: 'closed-hours',
        text: '企业红包的发送时间受限',
        source: 'seed 000',
        certainty: 'documented',
      },
    ],
    source: 'seed 000',
    certainty: 'documented',
    note: 'on the pages until about 2016-17, never captured; no closed hours since (§4, §9 no. 5)',
  },
  {
    code: 'SECOND_OVER_LIMITED',
    editions: ALL,
    endpoints: SEND,
    stage: 'quota',
    numberAfter: 'stored',
    advice: 'same',
    retryAfter: 'next-minute',
    documented: '企业红包的按分钟发放受限',
    wordings: [
      {
        id: 'minute',
        text: '企业红包的按分钟发放受限',
        source: 'seed 000',
        certainty: 'documented',
      },
    ],
    source: 'seed 000',
    certainty: 'documented',
    note: 'the name says second, the rule minute; FREQ_LIMIT took its place (§9 no. 5)',
  },
  {
    code: 'DAY_OVER_LIMITED',
    printedAs: 'DAY_ OVER_LIMITED',
    editions: SINCE_2015,
    endpoints: SEND,
    stage: 'quota',
    numberAfter: 'stored',
    advice: 'same',
    retryAfter: 'next-day',
    documented: '企业红包的按天日发放受限',
    wordings: [
      { id: 'day', text: '企业红包的按天日发放受限', source: 'E2, E4', certainty: 'documented' },
    ],
    source: 'E2, E4',
    certainty: 'documented',
    note: 'documented until about 2016-17, never captured (§9 no. 5)',
  },
  {
    code: 'SENDNUM_LIMIT',
    editions: SINCE_2015,
    endpoints: SEND,
    stage: 'quota',
    numberAfter: 'stored',
    advice: 'query',
    retryAfter: 'next-day',
    documented: '该用户今日领取红包个数超过限制',
    wordings: [
      {
        id: 'user-day',
        text: '该用户今日操作次数超过限制，如有需要请登录微信支付商户平台更改API安全配置',
        source: 'E39',
        certainty: 'observed',
      },
    ],
    source: 'E39, E40',
    certainty: 'observed',
  },
  {
    code: 'SENDAMOUNT_LIMIT',
    editions: CURRENT,
    endpoints: SEND,
    stage: 'quota',
    numberAfter: 'stored',
    advice: 'same',
    retryAfter: 'next-day',
    documented: '您的商户号今日发放金额超过限制，如有需要请登录微信支付商户平台更改API安全配置',
    wordings: [
      {
        id: 'merchant-day',
        text: '您的商户号今日发放金额超过限制，如有需要请登录微信支付商户平台更改API安全配置',
        source: '§2.1',
        certainty: 'documented',
      },
    ],
    source: '§2.1',
    certainty: 'documented',
  },
  {
    code: 'RCVDAMOUNT_LIMIT',
    editions: CURRENT,
    endpoints: SEND,
    stage: 'quota',
    numberAfter: 'stored',
    advice: 'query',
    retryAfter: 'next-day',
    documented: '该用户今日领取金额超过限制，如有需要请登录微信支付商户平台更改API安全配置',
    wordings: [
      {
        id: 'user-day-amount',
        text: '该用户今日领取金额超过限制，如有需要请登录微信支付商户平台更改API安全配置',
        source: 'E24',
        certainty: 'observed',
      },
    ],
    source: 'E24',
    certainty: 'observed',
  },
  {
    code: 'NO_AUTH',
    editions: SINCE_2015,
    endpoints: BOTH,
    stage: 'risk',
    numberAfter: 'stored',
    advice: 'query',
    documented: '发放失败，此请求可能存在风险，已被微信拦截',
    wordings: [
      {
        id: 'risk',
        text: '发放失败，此请求可能存在风险，已被微信拦截',
        source: 'E36',
        certainty: 'observed',
      },
      {
        id: 'ip',
        text: {
          '2014': '此IP地址不允许调用接口，如有需要请登录微信支付商户平台更改配置',
          '2015': '此IP地址不允许调用接口，如有需要请登录微信支付商户平台更改配置',
          current: 'IP地址非你在商户平台设置的可用IP地址',
        },
        stage: 'address',
        numberAfter: 'free',
        advice: 'fix',
        source: 'E14, E37, E5',
        certainty: 'observed',
      },
      {
        id: 'no-permission',
        text: '没有权限',
        stage: 'product',
        numberAfter: 'free',
        advice: 'fix',
        source: '§7.2 (of gethbinfo; for sending assumed)',
        certainty: 'assumed',
      },
    ],
    source: 'E36, E37',
    certainty: 'observed',
    note: 'one code, two meanings: tell them apart by err_code_des alone',
  },
  {
    code: 'NOTENOUGH',
    editions: ALL,
    endpoints: SEND,
    stage: 'balance',
    numberAfter: 'stored',
    advice: 'same',
    documented: {
      '2014': '余额不足',
      '2015': '余额不足',
      current: '帐号余额不足，请到商户平台充值后再重试',
    },
    wordings: [
      {
        id: 'balance',
        text: '帐号余额不足，请到商户平台充值后再重试',
        source: 'E7, E48',
        certainty: 'observed',
      },
    ],
    source: 'seed 000, E7',
    certainty: 'observed',
  },
  {
    code: 'SEND_FAILED',
    editions: ALL,
    endpoints: SEND,
    stage: 'payment',
    numberAfter: 'closed',
    advice: 'new',
    documented: '红包发放失败,请更换单号再重试',
    wordings: [
      {
        id: 'failed',
        text: '红包发放失败,请更换单号再重试',
        source: '§2.1',
        certainty: 'documented',
      },
      {
        id: 'expired',
        text: '该订单已经过期，请更换商户单号',
        source: 'E41',
        certainty: 'observed',
      },
    ],
    source: 'E41',
    certainty: 'observed',
    note: 'on no page of 2014: assumed there, so that a failed number has an answer',
  },
  {
    code: 'PROCESSING',
    editions: SINCE_2015,
    endpoints: SEND,
    stage: 'payment',
    numberAfter: 'unknown',
    advice: 'query',
    retryAfter: TWENTY_MINUTES_MS,
    documented: '请求已受理，请稍后使用原单号查询发放结果',
    wordings: [
      {
        id: 'accepted',
        text: '请求已受理，请稍后使用原单号查询发放结果',
        source: 'E23, E46',
        certainty: 'observed',
      },
    ],
    source: 'E23, E46',
    certainty: 'observed',
  },
  {
    code: 'SYSTEMERROR',
    editions: ALL,
    endpoints: BOTH,
    stage: 'payment',
    numberAfter: 'unknown',
    advice: 'same',
    retryAfter: RETRY_MS_MIN,
    documented: {
      '2014': '系统繁忙，请再试。',
      '2015': '系统繁忙，请再试。',
      current: '请求已受理，请稍后使用原单号查询发放结果',
    },
    wordings: [
      {
        id: 'unknown-result',
        text: {
          '2014': '系统繁忙，请再试。',
          '2015': '系统繁忙，请再试。',
          current: '请求已受理，请稍后使用原单号查询发放结果',
        },
        source: 'seed 000, §2.1',
        certainty: 'documented',
      },
    ],
    source: 'seed 000, E22',
    certainty: 'documented',
  },
] as const satisfies readonly CodeRow[];

export type CodeName = (typeof CODES)[number]['code'];

const BY_CODE = new Map<string, CodeRow>(CODES.map((row) => [row.code, row]));

/** The row of a code, or undefined for one that the API does not have. */
export function findCode(code: string): CodeRow | undefined {
  return BY_CODE.get(code);
}

/** The row of a code that the type system knows to be there. */
export function codeRow(code: CodeName): CodeRow {
  const row = BY_CODE.get(code);
  if (!row) throw new Error(`no row for ${code}`);
  return row;
}

/** All codes of an edition, in the order of checks. */
export function codesOf(edition: Edition): readonly CodeRow[] {
  return CODES.filter((row: CodeRow) => row.editions.includes(edition));
}

/**
 * What the server says with a code. `live` follows captured answers, `documented` the edition's page (switch `wordings`).
 * @param id which of the code's wordings; the usual one when left out
 */
export function wordingOf(
  row: CodeRow,
  edition: Edition,
  style: 'live' | 'documented',
  id?: string,
): string {
  const wording = row.wordings.find((each) => each.id === id) ?? row.wordings[0];
  const usual = wording === row.wordings[0];
  const page = typeof row.documented === 'string' ? row.documented : row.documented[edition];
  if (style === 'documented' && usual && page !== undefined) return page;
  return typeof wording.text === 'string' ? wording.text : wording.text[edition];
}

/** The careful client with one habit changed, the scenario that tempts it, and the rule that must name it. */
import { createHash } from 'node:crypto';
import type { ScenarioInput } from '../../mock-server/index.ts';
import { CAREFUL, type Habits, type Order, type Step } from './client.ts';

export interface Mutant {
  readonly name: string;
  readonly change: Partial<Habits>;
  /** Comes with no certificate, or with that of another merchant. */
  readonly certificate?: 'none' | 'other';
  readonly scenario: Pick<ScenarioInput, 'rules' | 'switches'> & {
    readonly merchant?: Partial<ScenarioInput['merchants'][number]>;
  };
  readonly orders?: readonly Order[];
  /** The rule that names it. */
  readonly rule: string;
  /** What else it can't help breaking by the same change. */
  readonly also?: readonly string[];
  /** It costs so much. */
  readonly lostFen?: number;
}

export const ONE: readonly Order[] = [{ openid: 'oxTWIuGaIt6gTKsQRLau2M0yL16E', amountFen: 100 }];
const TWO: readonly Order[] = [...ONE, { openid: 'onqOjjmM1tad-3ROpncN-yUfa6uI', amountFen: 100 }];
const TWELVE: readonly Order[] = Array.from({ length: 12 }, (_, index) => ({
  openid: `oxTWIuGaIt6gTKsQRLau2M0yL1${String(index).padStart(2, '0')}`,
  amountFen: 100,
}));

/** What befalls the answer to the first call, which is paid. */
const firstMeets = (fault: ScenarioFault) => ({
  rules: [{ when: { first: 1 }, then: { fault } }],
});

const afterSend = (heard: string, step: Step): Partial<Habits> => ({
  afterSend: (got) => (got === heard ? step : CAREFUL.afterSend(got)),
});
const afterQuery = (heard: string, step: Step): Partial<Habits> => ({
  afterQuery: (got) => (got === heard ? step : CAREFUL.afterQuery(got)),
});
const withField = (name: string, value: string): Partial<Habits> => ({
  fields: (fields) => ({ ...fields, [name]: value }),
});

type ScenarioRule = NonNullable<ScenarioInput['rules']>[number];
type ScenarioFault = NonNullable<ScenarioRule['then']['fault']>;

const UNKNOWN_BUT_PAID = [
  { when: { first: 1 }, then: { code: 'SYSTEMERROR', money: 'moved' } },
] as const;
const PAID_BUT_PROCESSING = [
  { when: { first: 1 }, then: { code: 'PROCESSING', money: 'moved' } },
] as const;

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'takes a new number after SYSTEMERROR',
    change: afterSend('SYSTEMERROR', 'new number'),
    scenario: { rules: [...UNKNOWN_BUT_PAID] },
    rule: 'new-number-after-systemerror',
    lostFen: 100,
  },
  {
    name: 'forgets an order after SYSTEMERROR',
    change: afterSend('SYSTEMERROR', 'give up'),
    scenario: { rules: [...UNKNOWN_BUT_PAID] },
    rule: 'outcome-never-learned',
  },
  {
    name: 'takes PROCESSING for a failure',
    change: afterSend('PROCESSING', 'new number'),
    scenario: { rules: [...PAID_BUT_PROCESSING] },
    rule: 'processing-taken-as-failure',
    lostFen: 100,
  },
  {
    name: 'sends again after PROCESSING without a look',
    change: afterSend('PROCESSING', 'same number'),
    scenario: { rules: [...PAID_BUT_PROCESSING] },
    rule: 'processing-pressed',
  },
  {
    name: 'takes NOT_FOUND for a failure',
    change: afterQuery('NOT_FOUND', 'new number'),
    scenario: {
      rules: [
        ...UNKNOWN_BUT_PAID,
        { when: { endpoint: 'gethbinfo', first: 1 }, then: { code: 'NOT_FOUND' } },
      ],
    },
    rule: 'not-found-taken-as-failure',
    lostFen: 100,
  },
  {
    name: 'takes SENDING for a failure',
    change: afterQuery('SENDING', 'new number'),
    scenario: {
      rules: [
        { when: { first: 1 }, then: { code: 'SYSTEMERROR', money: 'moved', state: 'SENDING' } },
      ],
    },
    rule: 'sending-taken-as-failure',
    lostFen: 100,
  },
  {
    name: 'takes a new number when the connection breaks',
    change: afterSend('no answer', 'new number'),
    scenario: firstMeets({ kind: 'drop' }),
    rule: 'new-number-after-no-answer',
    lostFen: 100,
  },
  {
    name: 'takes a new number when an answer ends too early',
    change: afterSend('unreadable', 'new number'),
    scenario: firstMeets({ kind: 'truncate' }),
    rule: 'new-number-after-no-answer',
    lostFen: 100,
  },
  {
    name: 'takes a new number when an answer is late',
    change: afterSend('no answer', 'new number'),
    scenario: firstMeets({ kind: 'delay', ms: 2_500 }),
    rule: 'new-number-after-odd-answer',
  },
  {
    name: "takes a new number after a gateway's page",
    change: afterSend('page', 'new number'),
    scenario: firstMeets({ kind: 'page', status: 502 }),
    rule: 'new-number-after-page',
    lostFen: 100,
  },
  {
    name: 'dies of HTML',
    change: afterSend('page', 'give up'),
    scenario: firstMeets({ kind: 'page', status: 503 }),
    rule: 'page-taken-as-end',
  },
  {
    name: 'takes a new number for a code that it does not know',
    change: afterSend('FUTURE_ERROR', 'new number'),
    scenario: firstMeets({ kind: 'err-code', value: 'FUTURE_ERROR' }),
    rule: 'new-number-after-unknown-code',
    lostFen: 100,
  },
  {
    name: 'fetches the entities of an answer',
    change: { believes: fetchEntity },
    scenario: firstMeets({ kind: 'external-entity' }),
    rule: 'doctype-expanded',
  },
  {
    name: 'takes a new number when the balance is empty',
    change: afterSend('NOTENOUGH', 'new number'),
    scenario: { merchant: { balanceFen: 0 } },
    rule: 'new-number-while-stored',
  },
  {
    name: 'retries at once',
    change: { ...afterSend('SYSTEMERROR', 'same number'), pauseMs: 50 },
    scenario: { rules: [...UNKNOWN_BUT_PAID] },
    rule: 'retry-within-a-second',
  },
  {
    name: 'keeps a number that has failed for good',
    change: afterSend('SEND_FAILED', 'same number'),
    scenario: { rules: [{ when: { first: 1 }, then: { code: 'SEND_FAILED' } }] },
    rule: 'send-failed-same-number',
  },
  {
    name: 'makes its numbers of the second alone',
    change: { newNumber: (mchId) => `${mchId}20260131120000` },
    scenario: {},
    orders: TWO,
    rule: 'number-for-two-orders',
  },
  {
    name: 'believes no answer without a sign',
    change: {
      believes: (reply) => reply.includes('<sign>'),
      ...afterSend('no answer', 'same number'),
    },
    scenario: {},
    rule: 'success-sent-again',
  },
  {
    name: 'repeats what can only be mended',
    change: afterSend('OPENID_ERROR', 'same number'),
    scenario: { merchant: { openids: { wx8888888888888888: ['onqOjjmM1tad-3ROpncN-yUfa6uI'] } } },
    rule: 'hopeless-repeat',
  },
  {
    name: 'sends again on a day whose quota is used up',
    change: afterSend('SENDNUM_LIMIT', 'same number'),
    scenario: { rules: [{ when: {}, then: { code: 'SENDNUM_LIMIT' } }] },
    rule: 'quota-pressed',
  },
  {
    name: 'goes on at full speed when it is throttled',
    change: { ...afterSend('FREQ_LIMIT', 'give up') },
    scenario: { rules: [{ when: { first: 3 }, then: { code: 'FREQ_LIMIT' } }] },
    orders: TWELVE.slice(0, 4),
    rule: 'throttle-pressed',
  },
  {
    name: 'opens a connection for each call',
    change: { keepAlive: false },
    scenario: {},
    orders: TWELVE,
    rule: 'connection-storm',
  },
  {
    name: 'sends the key',
    change: {
      write: (fields, key) => CAREFUL.write({ ...fields, key }, key),
    },
    scenario: {},
    rule: 'key-in-body',
    also: ['undocumented-field'],
  },
  {
    name: 'comes without a certificate',
    change: {},
    certificate: 'none',
    scenario: {},
    rule: 'no-client-certificate',
  },
  {
    name: "comes with another merchant's certificate",
    change: {},
    certificate: 'other',
    scenario: {},
    rule: 'wrong-client-certificate',
  },
  {
    name: 'sends yuan',
    change: {
      fields: (fields) => ({
        ...fields,
        total_amount: (Number(fields.total_amount) / 100).toFixed(2),
      }),
    },
    scenario: {},
    rule: 'amount-not-an-integer',
    also: ['signature-wrong'],
  },
  {
    name: 'measures texts in characters',
    change: withField('act_name', '二零一七年度四季度微信抽奖活动'.slice(0, 32)),
    scenario: {},
    rule: 'length-in-characters',
  },
  {
    name: 'fills a text to its last byte',
    change: withField('act_name', 'a'.repeat(32)),
    scenario: {},
    rule: 'length-at-edge',
  },
  {
    name: 'sends sign_type',
    change: withField('sign_type', 'MD5'),
    scenario: {},
    rule: 'sign-type-sent',
    also: ['signature-wrong'],
  },
  {
    name: 'sends the field of another endpoint',
    change: withField('amt_type', 'ALL_RAND'),
    scenario: {},
    rule: 'undocumented-field',
    also: ['signature-wrong'],
  },
  {
    name: 'sends a field without a value',
    change: withField('scene_id', ''),
    scenario: {},
    rule: 'empty-field',
  },
  {
    name: 'has one nonce for all',
    change: { newNonce: () => '5K8264ILTKCH16CQ2502SI8ZNMTM67VS' },
    scenario: {},
    orders: TWO,
    rule: 'nonce-reused',
  },
  {
    name: 'signs fields in the order in which it wrote them',
    change: {
      sign: (fields, key) => {
        const text = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
        return createHash('md5')
          .update(`${text.join('&')}&key=${key}`)
          .digest('hex')
          .toUpperCase();
      },
    },
    scenario: {},
    rule: 'signature-wrong',
  },
  {
    name: 'sends bytes that are not UTF-8',
    change: {
      write: (fields, key) => {
        const [before = '', after = ''] = String(CAREFUL.write(fields, key)).split('é');
        return Buffer.concat([Buffer.from(before), Buffer.from('é', 'latin1'), Buffer.from(after)]);
      },
    },
    scenario: {},
    orders: [{ openid: 'oxTWIuGaIt6gTKsQRLau2M0yL16E', amountFen: 100, wishing: 'café' }],
    rule: 'not-utf8',
  },
  {
    name: 'writes XML without escaping',
    change: {
      write: (fields) =>
        `<xml>${Object.entries(fields)
          .map(([name, value]) => `<${name}>${value}</${name}>`)
          .join('')}</xml>`,
    },
    scenario: {},
    orders: [{ openid: 'oxTWIuGaIt6gTKsQRLau2M0yL16E', amountFen: 100, wishing: 'you & me' }],
    rule: 'malformed-xml',
  },
  {
    name: 'begins its requests with a DOCTYPE',
    change: { write: (fields, key) => `<!DOCTYPE xml>${CAREFUL.write(fields, key)}` },
    scenario: {},
    rule: 'doctype-sent',
  },
  {
    name: 'sends risk_info as it is',
    change: withField('risk_info', 'posttime=123&deviceid=IOS'),
    scenario: {},
    rule: 'risk-info-not-encoded',
  },
  {
    name: 'sends an openid as it stood in the file, with its line end',
    change: { fields: (fields) => ({ ...fields, re_openid: `${fields.re_openid} ` }) },
    scenario: {},
    rule: 'id-with-space',
  },
];

/** As a reader of XML does that nobody has told not to. */
async function fetchEntity(reply: string): Promise<boolean> {
  const [, url] = /<!ENTITY[^>]+SYSTEM "([^"]+)"/.exec(reply) ?? [];
  if (url) await fetch(url);
  return true;
}

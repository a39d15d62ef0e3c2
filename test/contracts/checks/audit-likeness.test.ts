/** What only looks like a fault of a client is no finding, and a finding says in figures what was seen. */
import { describe, expect, it } from 'vitest';
import { type AuditContext, type AuditEntry, audit } from '../../../contracts/index.ts';
import {
  canary,
  found,
  NOON_MS,
  OTHER_OPENID,
  paid,
  query,
  refused,
  runOf,
  send,
  without,
} from './runs.ts';

type Call = ReturnType<typeof send>;
type Changes = NonNullable<Parameters<typeof send>[1]>;

const SYSTEMERROR = refused('SYSTEMERROR');
const at = (realAtMs: number) => ({ realAtMs, atMs: realAtMs });
const later = (ms: number) => at(NOON_MS + ms);
const withFields = (request: Readonly<Record<string, string>>, changes: Changes = paid) => ({
  ...changes,
  request,
});
const times = (count: number, make: (index: number) => Call): Call[] =>
  Array.from({ length: count }, (_, index) => make(index));
/** `count` packets, `gapMs` apart. */
const packets = (count: number, gapMs: number, more: Partial<Changes> = {}, fromMs = 0): Call[] =>
  times(count, (index) =>
    send(`${fromMs}n${index}`, { ...paid, ...later(fromMs + index * gapMs), ...more }),
  );

const rulesOf = (entries: readonly AuditEntry[], context?: AuditContext) =>
  audit(entries, context).map(({ rule }) => rule);
const NINE_IN_BEIJING = Date.parse('2026-01-31T09:00:00+08:00');
const SEVEN_IN_BEIJING = Date.parse('2026-01-31T07:00:00+08:00');

describe('no finding is', () => {
  it.each<[string, readonly Call[], AuditContext?]>([
    ['a repeat after exactly a second', [send('A', SYSTEMERROR), send('A', later(1_000))]],
    ['a repeat whose timer rang 10 ms early', [send('A', SYSTEMERROR), send('A', later(990))]],
    [
      'a repeat of which only the clock of the server is known, and that was patient',
      [
        send('A', { ...SYSTEMERROR, atMs: NOON_MS, realAtMs: undefined }),
        send('A', { ...paid, atMs: NOON_MS + 2_000, realAtMs: undefined }),
      ],
    ],
    [
      'a pause that was noted by the machine for one of two calls alone',
      [
        send('A', { ...SYSTEMERROR, atMs: NOON_MS, realAtMs: undefined }),
        send('A', { ...paid, atMs: NOON_MS + 2_000 }),
      ],
    ],
    [
      'a query soon after PROCESSING',
      [send('A', refused('PROCESSING')), query('A', found('SENDING')), send('A')],
    ],
    [
      'PROCESSING sent again after exactly twenty minutes',
      [send('A', refused('PROCESSING')), send('A', { ...paid, ...later(20 * 60_000) })],
    ],
    [
      'a number sent again on the day after its quota was used up',
      [
        send('A', refused('SENDNUM_LIMIT')),
        send('A', { ...paid, ...at(Date.parse('2026-02-01T00:00:00+08:00')) }),
      ],
    ],
    [
      'calls that met FREQ_LIMIT, with a second between them',
      times(5, (index) => send('A', { ...refused('FREQ_LIMIT'), ...later(index * 1_000) })),
    ],
    [
      'a client that backs off after its second FREQ_LIMIT',
      [
        send('A', { ...refused('FREQ_LIMIT'), ...later(0) }),
        send('B', { ...refused('FREQ_LIMIT'), ...later(100) }),
        send('C', { ...paid, ...later(200) }),
      ],
    ],
    ['thirty packets in a second', packets(30, 10)],
    [
      'a thirty-first packet exactly a second after the first',
      [...packets(30, 10), send('x', { ...paid, ...later(1_000) })],
    ],
    [
      'a hundred packets in a second of 2014, which has no such limit',
      packets(100, 1),
      {
        edition: '2014',
      },
    ],
    ['any number of packets over one connection', packets(20, 10, { connection: 7 })],
    [
      'nine new connections in a second, and calls of which nobody noted the connection',
      [
        ...times(9, (index) => send(`N${index}`, { ...paid, ...later(index), connection: index })),
        ...packets(9, 1, { connection: undefined }),
      ],
    ],
    [
      'a query after the order has failed',
      [send('A', refused('SEND_FAILED')), query('A', found('FAILED'))],
    ],
    [
      'a number sent for another payment when the first left it free',
      [
        send('A', refused('SIGN_ERROR')),
        send('A', withFields({ re_openid: OTHER_OPENID }, refused('FATAL_ERROR'))),
        send('A', withFields({ total_amount: '1001' })),
      ],
    ],
    ['the same refusal three times', times(3, () => send('A', refused('ILLEGAL_APPID')))],
    [
      'the same refusal four times, of a request that was changed each time',
      times(4, (index) =>
        send('A', withFields({ total_amount: `${100 + index}` }, refused('MONEY_LIMIT'))),
      ),
    ],
    [
      'four refusals, each for another reason',
      ['ILLEGAL_APPID', 'OPENID_ERROR', 'MONEY_LIMIT', 'CA_ERROR'].map((code) =>
        send('A', refused(code)),
      ),
    ],
    [
      'many tries while the outcome is unknown',
      [...times(5, () => send('A', SYSTEMERROR)), send('A')],
    ],
    [
      'any number of tries at the pace that FREQ_LIMIT wants',
      times(6, () => send('A', refused('FREQ_LIMIT'))),
    ],
    [
      'the certificate of a merchant in a request that names none',
      [without(send('A', refused('PARAM_ERROR')), 'mch_id')],
    ],
    [
      'a text too long by whatever is counted',
      [send('A', withFields({ act_name: '红'.repeat(33) }, refused('PARAM_ERROR')))],
    ],
    [
      'an encoded risk_info, and signs in other fields',
      [send('A', withFields({ risk_info: 'posttime%3d1%26mobile%3d2', wishing: 'a=b&c' }))],
    ],
    [
      'a call without a nonce, and another',
      times(2, (index) => without(send(`N${index}`), 'nonce_str')),
    ],
    [
      'the same body sent twice, with its nonce',
      times(2, () => send('A', withFields({ nonce_str: 'same', sign: 'SAME' }, SYSTEMERROR))),
    ],
    [
      'a number with the day of Beijing',
      [send('10000098202601310000000001', { ...paid, ...at(SEVEN_IN_BEIJING) })],
    ],
    [
      'a number with the day of both',
      [send('10000098202601310000000001', { ...paid, ...at(NINE_IN_BEIJING) })],
    ],
    [
      'a number in which the digits of a day come late',
      [send('10000098x20260130000000001', { ...paid, ...at(SEVEN_IN_BEIJING) })],
    ],
    [
      'a number of a request that names no merchant',
      [without(send('2026013000000001x', { ...paid, ...at(NINE_IN_BEIJING) }), 'mch_id')],
    ],
  ])('%s', (_, calls, context) => {
    expect(rulesOf(runOf(...calls), context)).toEqual([]);
  });
});

describe('a finding is', () => {
  it.each<[string, string, readonly Call[], AuditContext?]>([
    [
      'hopeless-repeat',
      'a code that leaves the order as it is, again and again',
      times(4, () => send('A', refused('FATAL_ERROR'))),
    ],
    [
      'hopeless-repeat',
      'the page of the front server, again and again',
      times(4, () => send('A', { verdict: 'front', paid: false, httpStatus: 400 })),
    ],
    [
      'number-for-two-orders',
      'another amount under the same number',
      [send('A'), send('A', withFields({ total_amount: '1001' }, refused('FATAL_ERROR')))],
    ],
    [
      'send-failed-same-number',
      'a number sent again that gethbinfo called FAILED',
      [
        send('A', refused('NOTENOUGH')),
        query('A', found('FAILED')),
        send('A', refused('SEND_FAILED')),
      ],
    ],
    [
      'retry-within-a-second',
      'a repeat after 989 ms',
      [send('A', SYSTEMERROR), send('A', later(989))],
    ],
    [
      'wrong-client-certificate',
      'the certificate of another merchant',
      [
        send('A', {
          ...refused('CA_ERROR'),
          peer: { kind: 'merchant', mchId: '10010404', serial: '02' },
        }),
      ],
    ],
    [
      'length-in-characters',
      'a text of as many characters as bytes are allowed',
      [send('A', withFields({ act_name: '红'.repeat(32) }, refused('PARAM_ERROR')))],
    ],
    [
      'empty-field',
      'an empty amount, which is no amount in yuan',
      [send('A', withFields({ total_amount: '' }, refused('PARAM_ERROR')))],
    ],
    [
      'undocumented-field',
      'a field of a later edition',
      [send('A', withFields({ scene_id: 'PRODUCT_1' }))],
      { edition: '2014' },
    ],
    [
      'number-with-day-of-utc',
      'the day of UTC by the clock of the machine, wherever the clock of the server stands',
      [
        send('10000098202601300000000001', {
          ...paid,
          atMs: NINE_IN_BEIJING,
          realAtMs: SEVEN_IN_BEIJING,
        }),
      ],
    ],
    [
      'number-with-day-of-utc',
      'the day of UTC by the clock of the server, the only one known',
      [
        send('10000098202601300000000001', {
          ...paid,
          atMs: SEVEN_IN_BEIJING,
          realAtMs: undefined,
        }),
      ],
    ],
  ])('%s: %s', (rule, _, calls, context) => {
    expect(rulesOf(runOf(...calls), context)).toEqual([rule]);
  });
});

describe('a finding tells', () => {
  /** What the rule's one finding says, and the calls that show it. */
  const toldBy = (rule: string, calls: readonly Call[]) => {
    const { what, evidence } = audit(runOf(...calls)).find((each) => each.rule === rule) ?? {};
    return [what, evidence];
  };

  it.each<[string, readonly Call[], RegExp, readonly number[]]>([
    [
      'retry-within-a-second',
      [send('B'), send('A', { ...SYSTEMERROR, ...later(0) }), send('A', later(300))],
      /^A .* 300 ms; at least 1000 /,
      [2, 3],
    ],
    [
      'processing-pressed',
      [send('B'), send('A', refused('PROCESSING')), send('A')],
      /^A .* after 2 s/,
      [2, 3],
    ],
    [
      'quota-pressed',
      [send('B'), send('A', refused('SENDNUM_LIMIT')), send('A')],
      /^A met SENDNUM_LIMIT /,
      [2, 3],
    ],
    [
      'throttle-pressed',
      times(4, (index) => send(`N${index}`, { ...refused('FREQ_LIMIT'), ...later(index * 100) })),
      /^3 calls /,
      [2, 3, 4],
    ],
    [
      'burst',
      [send('slow'), ...packets(31, 10, {}, 5_000), ...packets(31, 10, {}, 50_000), send('last')],
      /^31 packets .*; 30 are allowed/,
      // Of very many the first twenty.
      Array.from({ length: 20 }, (_, index) => index + 2),
    ],
    [
      'connection-storm',
      times(20, (index) =>
        send(`N${index}`, { ...paid, ...later(index), connection: Math.floor(index / 2) }),
      ),
      /^10 connections /,
      Array.from({ length: 10 }, (_, index) => 2 * index + 1),
    ],
    [
      'send-failed-same-number',
      [send('A', refused('SEND_FAILED')), send('A', refused('SEND_FAILED'))],
      /^A had failed for good .* sent once more/,
      [1, 2],
    ],
    [
      'send-failed-same-number',
      times(3, () => send('A', refused('SEND_FAILED'))),
      /^A .* 2 times more/,
      [1, 2, 3],
    ],
    [
      'number-for-two-orders',
      [send('A'), send('A', withFields({ re_openid: OTHER_OPENID }, refused('FATAL_ERROR')))],
      /^A was sent for oxTWIu\w+ and 1000 fen, then for onqOjj\S+ and 1000 fen/,
      [1, 2],
    ],
    [
      'number-for-two-orders',
      [without(send('A'), 're_openid'), send('A', refused('FATAL_ERROR'))],
      /^A was sent for nobody and 1000 fen, then/,
      [1, 2],
    ],
    [
      'success-sent-again',
      [send('A'), send('A', { verdict: 'repeated', paid: true })],
      /^A was answered with success/,
      [1, 2],
    ],
    [
      'hopeless-repeat',
      times(4, () => send('A', refused('ILLEGAL_APPID'))),
      /^A was sent 4 times and met ILLEGAL_APPID/,
      [1, 2, 3, 4],
    ],
    [
      'key-in-body',
      [send('B'), send('A', { ...paid, keyInBody: true })],
      /^1 call carried the API key/,
      [2],
    ],
    [
      'amount-not-an-integer',
      [send('A', withFields({ total_amount: '10.00' }, refused('SIGN_ERROR')))],
      /^total_amount, in 1 call, is "10\.00"/,
      [1],
    ],
    [
      'length-in-characters',
      [send('A', withFields({ act_name: '红'.repeat(12) }, refused('PARAM_ERROR')))],
      /^act_name, .* 12 characters, but 36 bytes/,
      [1],
    ],
    [
      'length-at-edge',
      times(2, (index) => send(`N${index}`, withFields({ act_name: 'a'.repeat(32) }))),
      /^act_name, in 2 calls, has exactly 32 bytes/,
      [1, 2],
    ],
    [
      'undocumented-field',
      [send('A', withFields({ amt_type: 'ALL_RAND' }, refused('SIGN_ERROR')))],
      /^amt_type, .* no field of the endpoint/,
      [1],
    ],
    [
      'sign-type-sent',
      [send('A', withFields({ sign_type: 'MD5' }, refused('SIGN_ERROR')))],
      /^sign_type, .* is "MD5"; /,
      [1],
    ],
    [
      'id-with-space',
      [send('A', withFields({ re_openid: ` ${'o'.repeat(40)}` }))],
      / is " o{39}…", with white space/,
      [1],
    ],
    [
      'id-with-space',
      [send('A', withFields({ re_openid: ` ${'o'.repeat(39)}` }))],
      / is " o{39}", with white space/,
      [1],
    ],
    ['empty-field', [send('A', withFields({ scene_id: '' }))], /^scene_id, .* is empty/, [1]],
    [
      'risk-info-not-encoded',
      [send('A', withFields({ risk_info: 'a=1' }))],
      /^risk_info, .* bare = or &/,
      [1],
    ],
    [
      'signature-wrong',
      [send('A', { ...refused('SIGN_ERROR'), clause: 'sendredpack/signature/md5' })],
      /^1 call met SIGN_ERROR: the signature does not match\.$/,
      [1],
    ],
    ['doctype-expanded', [send('A'), canary], / was fetched once\.$/, [2]],
    ['doctype-expanded', [send('A'), canary, canary], / was fetched 2 times\.$/, [2, 3]],
    [
      'nonce-reused',
      [
        ...times(2, () => send('A', withFields({ nonce_str: 'n', sign: 'S' }, SYSTEMERROR))),
        send('B', withFields({ nonce_str: 'n' })),
        without(send('A', withFields({ nonce_str: 'n' })), 'sign'),
      ],
      /^nonce_str "n" stands in 3 different requests/,
      [1, 3, 4],
    ],
  ])('%s', (rule, calls, told, evidence) => {
    expect(toldBy(rule, calls)).toEqual([expect.stringMatching(told), evidence]);
  });

  it('which field is of another edition', () => {
    const run = runOf(send('A', withFields({ scene_id: 'PRODUCT_1' })));
    expect(audit(run, { edition: '2014' })[0]?.what).toMatch(/^scene_id, .* not of 2014/);
  });
});

it('findings come the gravest first, then by the first call that shows them', () => {
  const run = runOf(
    send('A', refused('PROCESSING')),
    send('A'),
    send('B', withFields({ re_openid: ' o1 ' })),
    send('C', withFields({ scene_id: '' })),
    send('D', withFields({ wishing: '' })),
    send('E', withFields({ risk_info: 'a=1' })),
    send('F', { ...paid, keyInBody: true }),
  );
  const order = audit(run).map(({ severity, evidence }) => `${severity} ${evidence[0]}`);
  expect(order).toEqual(['error 7', 'warning 3', 'warning 4', 'warning 5', 'warning 6', 'note 1']);
});

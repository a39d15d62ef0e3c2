/** What only looks like a fault of a client is no finding, and what looks harmless may be one. */
import { describe, expect, it } from 'vitest';
import { type AuditContext, type AuditEntry, audit } from '../../../contracts/index.ts';
import {
  type Call,
  found,
  later,
  NOON_MS,
  OTHER_OPENID,
  packets,
  paid,
  query,
  refused,
  runOf,
  send,
  times,
  withFields,
  without,
} from './runs.ts';

const SYSTEMERROR = refused('SYSTEMERROR');
const at = (realAtMs: number) => ({ realAtMs, atMs: realAtMs });
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
      'a pause of which the machine noted only the beginning',
      [
        send('A', { ...SYSTEMERROR, atMs: NOON_MS }),
        send('A', { ...paid, atMs: NOON_MS + 2_000, realAtMs: undefined }),
      ],
    ],
    [
      'a repeat of a call without a number',
      [
        without(send('A', { ...refused('PARAM_ERROR'), ...later(0) }), 'mch_billno'),
        without(send('A', { ...refused('PARAM_ERROR'), ...later(300) }), 'mch_billno'),
      ],
    ],
    [
      'calls that met FREQ_LIMIT, with a second between them by a timer that rings early',
      times(5, (index) => send('A', { ...refused('FREQ_LIMIT'), ...later(index * 990) })),
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
      'number-for-two-orders',
      'another user under a number of which nobody knows whether it is paid',
      [
        send('A', SYSTEMERROR),
        send('A', withFields({ re_openid: OTHER_OPENID }, refused('FATAL_ERROR'))),
      ],
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

/** A finding says in figures what was seen, and names the calls that show it. */
import { describe, expect, it } from 'vitest';
import { audit } from '../../../contracts/index.ts';
import {
  type Call,
  canary,
  later,
  OTHER_OPENID,
  packets,
  paid,
  refused,
  runOf,
  send,
  times,
  withFields,
  without,
} from './runs.ts';

const SYSTEMERROR = refused('SYSTEMERROR');
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
      [
        send('slow'),
        ...packets(31, 10, { fromMs: 5_000 }),
        ...packets(31, 10, { fromMs: 50_000 }),
        send('last'),
      ],
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

/** How sure each case is: what no page of an edition says, and nobody captured, is assumed. */
import { describe, expect, it } from 'vitest';
import type { ServerCase } from '../../../contracts/checks/server-case.ts';
import { serverCases } from '../../../contracts/checks/server-cases.ts';
import type { Certainty, Edition } from '../../../contracts/index.ts';

const caseOf = (edition: Edition, id: string): ServerCase | undefined =>
  serverCases(edition).find((each) => each.id === id);

const D = 'documented';
const O = 'observed';
const A = 'assumed';

describe('the case', () => {
  it.each<[string, ...(Certainty | undefined)[]]>([
    // 2014, 2015, current; undefined: the edition has none.
    ['sendredpack/signature/empty-field', A, D, D],
    ['sendredpack/signature/unknown-field', O, O, O],
    ['sendredpack/signature/unknown-field-unsigned', A, A, A],
    ['sendredpack/identity/wxappid/official-account', A, D, D],
    ['sendredpack/product/opened', D, A, O],
    ['sendredpack/product/api-sending', undefined, undefined, D],
    ['sendredpack/product/account', undefined, undefined, A],
    ['sendredpack/address/allowed', A, O, O],
    ['sendredpack/risk/user', A, O, O],
    ['sendredpack/identity/provider', undefined, undefined, D],
    ['sendredpack/identity/consume_mch_id/authorised', undefined, undefined, O],
    ['sendredpack/amount/scene/minimum', undefined, undefined, O],
    ['sendredpack/amount/accepts-100', O, O, O],
    ['sendredpack/amount/accepts-20000', A, A, A],
    ['sendredpack/precedence/fields-before-everything', O, O, O],
    ['sendredpack/precedence/amount-before-balance', A, A, A],
    ['sendredpack/precedence/certificate.present-before-signature.wrong-key', O, O, O],
    ['sendredpack/precedence/fields.wishing.required-before-fields.client_ip.required', A, A, A],
    ['sendredpack/fields/act_name/exact-length', A, A, A],
    ['sendredpack/fields/nonce_str/exact-length', D, D, D],
    ['sendredpack/fields/client_ip/pattern', D, D, D],
    ['sendredpack/fields/re_openid/pattern', O, O, O],
    ['quota/user-packets-per-day', undefined, undefined, D],
    ['quota/user-packets-per-day/repeats', undefined, undefined, A],
    ['quota/user-packets-per-day/number-after', undefined, undefined, O],
    ['quota/closed-hours/midnight', D, undefined, undefined],
    ['quota/closed-hours/order-waits', A, undefined, undefined],
    ['quota/closed-hours/none', undefined, O, O],
    ['frequency/calls-per-second', undefined, undefined, D],
    ['unknown-outcome/SYSTEMERROR', D, D, D],
    ['unknown-outcome/PROCESSING', undefined, O, O],
    ['codes/NO_AUTH', undefined, O, O],
    ['codes/gethbinfo/NO_AUTH', undefined, A, A],
    ['idempotency/same-answer', A, A, A],
  ])('%s is as sure as its source: %s, %s, %s', (id, ...sureness) => {
    const editions = ['2014', '2015', 'current'] as const;
    expect(editions.map((edition) => caseOf(edition, id)?.certainty)).toEqual(sureness);
  });

  it('about a length that is open takes both answers, and says so', () => {
    const open = caseOf('current', 'sendredpack/fields/act_name/exact-length');
    expect(open).toMatchObject({
      source: '§9 no. 7',
      title: expect.stringMatching(/nobody knows/),
    });
    const known = caseOf('current', 'sendredpack/fields/nonce_str/exact-length');
    expect(known?.title).toBe('accepts nonce_str of exactly 32 bytes');
    const answers = (each: ServerCase | undefined) =>
      each?.steps.flatMap((step) =>
        'call' in step ? step.accept.map(({ answer }) => answer) : [],
      );
    expect([answers(open), answers(known)]).toEqual([['sent', 'refused'], ['sent']]);
  });

  it.each([
    ['2015', 'sendredpack/fields/wishing/chinese-fits', /wishing of 42 .*: 126 bytes/],
    ['2014', 'quota/closed-hours/midnight', /^sends nothing at 00:00:00/],
    ['2014', 'quota/closed-hours/eight', /^sends at 08:00:00/],
    ['2015', 'sendredpack/fields/total_num/required', /^refuses a request without total_num/],
    ['2014', 'sendredpack/fields/sub_mch_id/required', /request of a provider without sub_mch_id/],
    ['2015', 'gethbinfo/order/history-days', /for 30 days/],
    ['2015', 'lifecycle/refund', /after 72 hours/],
  ] as const)('of edition %s says its figures: %s', (edition, id, title) => {
    expect(caseOf(edition, id)?.title).toMatch(title);
  });

  it('of a scene says whether the amount passes', () => {
    const titles = ['below-minimum', 'minimum', 'maximum', 'above-maximum'].map(
      (id) => caseOf('current', `sendredpack/amount/scene/${id}`)?.title,
    );
    expect(titles).toEqual([
      'refuses 29 fen with an opened scene',
      'accepts 30 fen with an opened scene',
      'accepts 499900 fen with an opened scene',
      'refuses 499901 fen with an opened scene',
    ]);
  });
});

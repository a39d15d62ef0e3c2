import { expect, it } from 'vitest';
import { fieldRefusals, firstRefusal, type Peer } from '../../contracts/index.ts';
import {
  examples,
  ORDINARY,
  providerExamples,
  signed,
  submission,
  type Values,
} from './support.ts';

const refusalOf = (values: Values, given: Parameters<typeof submission>[1] = {}) =>
  firstRefusal(submission(signed({ ...examples('current'), ...values }), given));

it.each<[Values, string, RegExp]>([
  [{ act_name: '' }, 'fields/act_name/required', /^act_name is missing$/],
  [{ act_name: '猜'.repeat(11) }, 'fields/act_name/max-bytes', /has 33 UTF-8 bytes, at most 32/],
  [{ client_ip: 'nowhere' }, 'fields/client_ip/pattern', /"nowhere", which is not of its form/],
  [{ client_ip: 'x'.repeat(15) }, 'fields/client_ip/pattern', /"x{15}"/],
  [{ total_num: '2' }, 'fields/total_num/one', /read as 2, and must be 1/],
  [{ total_amount: '0' }, 'fields/total_amount/range', /read as 0 fen: not between 1 and/],
  [{ mch_id: '10000099' }, 'fields/mch_id/exists', /no merchant 10000099 here/],
])('%j is refused by %s', (values, clause, why) => {
  const merchant = values.mch_id ? { merchant: undefined } : {};
  expect(refusalOf(values, merchant)).toMatchObject({
    clause: `sendredpack/${clause}`,
    why: expect.stringMatching(why),
  });
});

it('a msgappid of an ordinary merchant is refused by the rule for providers', () => {
  const values = signed(providerExamples('current'));
  expect(firstRefusal(submission(values, { merchant: ORDINARY }))).toMatchObject({
    clause: 'sendredpack/fields/msgappid/provider-only',
  });
});

it.each<[Peer, string, RegExp]>([
  [{ kind: 'none' }, 'certificate/present', /got none \(is it configured\?\)$/],
  [
    { kind: 'untrusted', reason: 'SELF_SIGNED' },
    'certificate/present',
    /not trusted \(SELF_SIGNED\)/,
  ],
  [{ kind: 'merchant', mchId: '888', serial: '1' }, 'certificate/own', /got that of merchant 888$/],
])('the certificate of %j is refused by %s', (peer, clause, why) => {
  expect(refusalOf({}, { peer })).toMatchObject({
    clause: `sendredpack/${clause}`,
    why: expect.stringMatching(why),
  });
});

it('an expired certificate is refused by its own rule', () => {
  const merchant = { ...ORDINARY, certificate: 'expired' } as const;
  expect(refusalOf({}, { merchant })?.clause).toBe('sendredpack/certificate/in-force');
});

it('all that is wrong with the fields is told in table order, and nothing of a right request', () => {
  expect(fieldRefusals(submission(examples('current')))).toEqual([]);
  const wrong = submission({ ...examples('current'), act_name: '', send_name: '', remark: '' });
  expect(fieldRefusals(wrong).map(({ clause }) => clause)).toEqual([
    'sendredpack/fields/send_name/required',
    'sendredpack/fields/act_name/required',
    'sendredpack/fields/remark/required',
  ]);
});

it('a signature that nothing explains is answered with the string to compare', () => {
  const values = { ...examples('current'), sign: '0123456789ABCDEF'.repeat(2) };
  expect(firstRefusal(submission(values))?.why).toContain('; the server signs "act_name=');
  const unsigned = { ...examples('current'), sign: '' };
  expect(firstRefusal(submission(unsigned))?.why).toBe('sign is missing or empty');
});

it('an amount of 2014 below nothing is refused for not being the total', () => {
  const wrong = signed({ ...examples('2014'), min_value: '-1' });
  expect(firstRefusal(submission(wrong, { edition: '2014' }))?.clause).toBe(
    'sendredpack/fields/min_value/equals-total_amount',
  );
});

import { describe, expect, it } from 'vitest';
import { type Coverage, coverage, type Edition, mergeCoverage } from '../../../contracts/index.ts';
import { found, paid, query, refused, runOf, send, withFields, without } from './runs.ts';

type Call = ReturnType<typeof send>;
type Changes = Parameters<typeof send>[1];

const trapsOf = (call: Call, edition: Edition = 'current'): string[] =>
  coverage(runOf(call), edition)
    .sections.traps.rows.filter(({ met }) => met > 0)
    .map(({ name }) => name);

const reply = (...elements: readonly (readonly [string, string])[]): string =>
  `<xml>${elements.map(([name, text]) => `<${name}><![CDATA[${text}]]></${name}>`).join('')}</xml>`;
const brokenAt = (clause: string) => ({ ...refused('PARAM_ERROR'), clause });
const faulty = (...faults: readonly string[]) => ({ ...paid, faults }) as Changes;

const NO_AUTH_IP = 'IP地址非你在商户平台设置的可用IP地址';

describe('a trap is met by', () => {
  it.each<[string, Call]>([
    ['unknown-but-paid', send('A', refused('SYSTEMERROR', '', true))],
    ['unknown-but-paid', send('A', { ...refused('NEVER_SEEN', '', true) })],
    ['unknown-but-paid', send('A', { ...paid, httpStatus: 502 })],
    ['unknown-but-paid', send('A', { ...paid, faults: ['drop'] })],
    ['processing', send('A', refused('PROCESSING'))],
    [
      'fail-under-success',
      send('A', {
        ...refused('NOTENOUGH'),
        reply: reply(['return_code', 'SUCCESS'], ['result_code', 'FAIL']),
      }),
    ],
    [
      'sending-with-reason',
      query('A', { verdict: 'found', reply: reply(['status', 'SENDING'], ['reason', 'x']) }),
    ],
    ['not-found-but-sent', query('A', refused('NOT_FOUND', '', true))],
    ['send-failed', send('A', refused('SEND_FAILED'))],
    ['number-collision', send('A', refused('FATAL_ERROR'))],
    ['bytes-not-characters', send('A', withFields({ send_name: '红'.repeat(10) }))],
    ['bytes-not-characters', send('A', withFields({ send_name: `${'红'.repeat(11)}ab` }))],
    ['decimal-amount', send('A', withFields({ total_amount: '10.5' }))],
    ['wrong-signature', send('A', refused('SIGN_ERROR'))],
    ['not-utf8', send('A', brokenAt('sendredpack/signature/utf-8'))],
    ['certificate', send('A', refused('CA_ERROR'))],
    ['certificate', send('A', { verdict: 'front', paid: false, httpStatus: 400 })],
    ['appid-and-openid', send('A', refused('OPENID_ERROR'))],
    ['appid-and-openid', send('A', refused('ILLEGAL_APPID'))],
    ['scene', send('A', brokenAt('sendredpack/amount/scene-opened'))],
    ['scene', send('A', refused('MONEY_LIMIT'))],
    ['msgappid', send('A', brokenAt('sendredpack/fields/msgappid/provider-only'))],
    ['unsigned-success', send('A')],
    ['xml-of-another-shape', send('A', faulty('reordered'))],
    ['xml-of-another-shape', send('A', faulty('unknown-fields'))],
    ['xml-of-another-shape', send('A', faulty('hblist'))],
    ['doctype', send('A', faulty('external-entity'))],
    ['doctype', send('A', faulty('entity-bomb'))],
    ['expired-number', send('A', brokenAt('sendredpack/order/failed-before'))],
    ['closed-hours', send('A', refused('TIME_LIMITED'))],
    ['throttled', send('A', refused('FREQ_LIMIT'))],
    ['not-enough', send('A', refused('NOTENOUGH'))],
    ['unknown-code', send('A', refused('NEVER_SEEN'))],
    ['unknown-code', send('A', faulty('err-code'))],
    ['lost-answer', send('A', faulty('never-answer'))],
    ['lost-answer', send('A', faulty('truncate'))],
    ['gateway-page', send('A', { ...paid, httpStatus: 500 })],
  ])('%s', (name, call) => {
    expect(trapsOf(call)).toContain(name);
  });

  it.each<[string, Call]>([
    ['unknown-but-paid', send('A', refused('SYSTEMERROR'))],
    ['unknown-but-paid', send('A')],
    ['unknown-but-paid', send('A', refused('NOTENOUGH', '', true))],
    ['unknown-but-paid', query('A', refused('SYSTEMERROR', '', true))],
    [
      'fail-under-success',
      send('A', { ...paid, reply: reply(['return_code', 'SUCCESS'], ['result_code', 'SUCCESS']) }),
    ],
    ['fail-under-success', send('A', { ...paid, reply: reply(['result_code', 'FAIL']) })],
    ['sending-with-reason', query('A', found('SENDING'))],
    [
      'sending-with-reason',
      query('A', { verdict: 'found', reply: reply(['status', 'FAILED'], ['reason', 'x']) }),
    ],
    ['not-found-but-sent', query('A', refused('NOT_FOUND'))],
    ['bytes-not-characters', send('A', withFields({ send_name: 'a'.repeat(32) }))],
    ['bytes-not-characters', send('A', withFields({ send_name: '红'.repeat(9) }))],
    ['decimal-amount', send('A', withFields({ total_amount: '1000' }))],
    ['scene', send('A', { ...refused('MONEY_LIMIT'), request: { scene_id: 'PRODUCT_1' } })],
    ['unsigned-success', send('A', { ...paid, reply: reply(['sign', 'X']) })],
    ['unsigned-success', send('A', refused('NOTENOUGH'))],
    ['unknown-code', send('A', refused('NOTENOUGH'))],
    ['gateway-page', send('A', { ...paid, httpStatus: 200 })],
    ['unknown-code', send('A', faulty('err-code', 'drop'))],
    ['decimal-amount', send('A', withFields({ total_amount: 'x10.5' }))],
    ['decimal-amount', send('A', withFields({ total_amount: '-10.5' }))],
    ['decimal-amount', without(send('A'), 'total_amount')],
    ['bytes-not-characters', send('A', withFields({ attach: '红包' }))],
    ['bytes-not-characters', send('A', withFields({ total_amount: '１００' }))],
    ['xml-of-another-shape', send('A')],
    ['certificate', send('A')],
  ])('and %s not by what only looks like it', (name, call) => {
    expect(trapsOf(call)).not.toContain(name);
  });

  it.each([
    ['no-auth-address', NO_AUTH_IP],
    ['no-auth-risk', '发放失败，此请求可能存在风险，已被微信拦截'],
  ])('%s is what NO_AUTH says in the words %j', (name, words) => {
    const met = trapsOf(send('A', refused('NO_AUTH', words)));
    expect(met.filter((each) => each.startsWith('no-auth'))).toEqual([name]);
  });
});

describe('an old number under a new nonce', () => {
  const repeat = (changes: Changes = {}) =>
    send('A', { verdict: 'repeated', paid: true, ...changes });
  const isMetBy = (...calls: readonly Call[]) =>
    coverage(runOf(...calls), 'current').sections.traps.rows.some(
      ({ name, met }) => name === 'new-nonce-old-number' && met > 0,
    );

  it('is met by a repeat with a nonce of its own', () => {
    expect(isMetBy(send('A'), repeat())).toBe(true);
    expect(isMetBy(query('A', refused('NOT_FOUND')), send('A'), repeat())).toBe(true);
  });

  it.each<[string, readonly Call[]]>([
    [
      'the same nonce',
      [send('A', withFields({ nonce_str: 'same' })), repeat({ request: { nonce_str: 'same' } })],
    ],
    ['a repeat of what another run sent', [repeat()]],
    ['a repeat that was refused', [send('A'), send('A', refused('FREQ_LIMIT'))]],
    ['a query', [send('A'), query('A', { ...found('SENT'), verdict: 'repeated' })]],
    ['a repeat after a query with another nonce', [query('A', refused('NOT_FOUND')), repeat()]],
    [
      'two calls without a number',
      [without(send('A'), 'mch_billno'), without(repeat(), 'mch_billno')],
    ],
  ])('is not met by %s', (_, calls) => {
    expect(isMetBy(...calls)).toBe(false);
  });
});

describe('the coverage of two runs', () => {
  const one = coverage(runOf(send('A', refused('SYSTEMERROR')), send('A')), 'current');
  const two = coverage(
    runOf(send('B', refused('SYSTEMERROR')), query('B', found('SENT'))),
    'current',
  );
  const rowOf = (seen: Coverage) =>
    seen.sections.codes.rows.find(({ name }) => name === 'SYSTEMERROR');

  it('is their sum', () => {
    const both = mergeCoverage(one, two);
    expect(both.calls).toBe(4);
    expect(rowOf(both)?.met).toBe(2);
    expect(rowOf(both)?.next).toEqual({ 'same number': 1, query: 1 });
    expect(both.sections.codes.met).toBe(1);
    expect(both.sections.stages.met).toBe(2);
  });

  it('is none where they are of two editions', () => {
    expect(() => mergeCoverage(one, coverage([], '2014'))).toThrow(/2014.*two matters/);
  });
});

describe('a stage is met', () => {
  const stagesOf = (call: Call): string[] =>
    coverage(runOf(call), 'current')
      .sections.stages.rows.filter(({ met }) => met > 0)
      .map(({ name }) => name);

  it.each<[string, Call]>([
    ['payment', send('A')],
    ['order', send('A', { ...paid, verdict: 'repeated' })],
    ['order', query('A', found('SENT'))],
    ['front', send('A', { verdict: 'front', paid: false, httpStatus: 400 })],
    ['amount', send('A', brokenAt('sendredpack/amount/range'))],
    ['payment', send('A', { ...refused('SYSTEMERROR'), clause: 'sendredpack/scenario/rule-1' })],
  ])('%s', (name, call) => {
    expect(stagesOf(call)).toEqual([name]);
  });

  it('by no call whose code is not known', () => {
    expect(stagesOf(send('A', refused('NEVER_SEEN')))).toEqual([]);
  });
});

it('a field that came empty is not covered', () => {
  const seen = coverage(runOf(send('A', withFields({ remark: '' }))), 'current');
  const met = seen.sections.fields.rows.filter((row) => row.met > 0).map(({ name }) => name);
  expect(met).not.toContain('sendredpack/remark');
  expect(met).toContain('sendredpack/act_name');
});

import { describe, expect, it } from 'vitest';
import {
  ANSWER_FAULTS,
  COVERAGE_SECTIONS,
  type Coverage,
  type CoverageSectionName,
  checkRequirement,
  clausesOf,
  coverage,
  parseRequirement,
  requirementText,
} from '../../../contracts/index.ts';
import { fault } from '../../../mock-server/scenario/fault-schema.ts';
import {
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

const rowOf = (seen: Coverage, section: CoverageSectionName, name: string) =>
  seen.sections[section].rows.find((row) => row.name === name);

const nextAfter = (...calls: readonly Call[]) =>
  rowOf(coverage(runOf(...calls), 'current'), 'codes', 'SYSTEMERROR')?.next;

const SYSTEMERROR = refused('SYSTEMERROR');
const minutesLater = (minutes: number, ms = 0) => {
  const realAtMs = NOON_MS + minutes * 60_000 + ms;
  return { ...paid, atMs: realAtMs, realAtMs };
};
const nameless = (call: Call) => without(call, 'mch_billno');
const inReverse =
  (call: Call): Call =>
  (index) => {
    const entry = call(index);
    return { ...entry, request: Object.fromEntries(Object.entries(entry.request).reverse()) };
  };

const requirement = (text: string) => {
  const result = parseRequirement(text);
  if (!result.ok) throw new Error(result.message);
  return result.value;
};

describe('coverage', () => {
  it('of nothing is nothing, and of every section says what there is', () => {
    const seen = coverage([], 'current');
    for (const section of COVERAGE_SECTIONS) {
      const { rows, met, percent } = seen.sections[section];
      expect([section, met, percent]).toEqual([section, 0, 0]);
      expect(rows.length).toBeGreaterThan(10);
    }
  });

  it('counts codes, fields, stages and traps that were met', () => {
    const seen = coverage(
      runOf(
        send('A', refused('SYSTEMERROR', '', true)),
        send('A', { verdict: 'repeated', paid: true }),
        send('B', { ...refused('PARAM_ERROR'), clause: 'sendredpack/fields/act_name/max-bytes' }),
        query('C', refused('NOT_FOUND')),
      ),
      'current',
    );
    const met = (section: CoverageSectionName) =>
      seen.sections[section].rows.filter((row) => row.met > 0).map(({ name }) => name);
    expect(met('codes')).toEqual(['PARAM_ERROR', 'NOT_FOUND', 'SYSTEMERROR']);
    expect(met('rules')).toEqual(['sendredpack/fields/act_name/max-bytes']);
    expect(met('stages')).toEqual(['fields', 'order', 'payment']);
    expect(met('traps')).toEqual(['unknown-but-paid', 'new-nonce-old-number', 'unsigned-success']);
    expect(met('fields')).toContain('gethbinfo/bill_type');
    expect(met('fields')).not.toContain('sendredpack/scene_id');
    expect(seen.calls).toBe(4);
  });

  it('says how the client answered what it met', () => {
    const failed = refused('SYSTEMERROR');
    expect(nextAfter(send('A', failed), send('A'))).toEqual({ 'same number': 1 });
    expect(nextAfter(send('A', failed), query('A', found('SENT')))).toEqual({ query: 1 });
    expect(nextAfter(send('A', failed), send('B'))).toEqual({ 'new number': 1 });
    expect(nextAfter(send('A', failed))).toEqual({ nothing: 1 });
    const other = { ...paid, request: { re_openid: OTHER_OPENID } };
    expect(nextAfter(send('A', failed), send('B', other))).toEqual({ nothing: 1 });
    expect(nextAfter(send('A', failed), send('A', other))).toEqual({ changed: 1 });
  });

  it.each<[string, string, readonly Call[]]>([
    ['same number', 'the fields in another order', [send('A', SYSTEMERROR), inReverse(send('A'))]],
    ['same number', 'a send after a query that failed', [query('A', SYSTEMERROR), send('A')]],
    [
      'new number',
      'half an hour later, and no more',
      [send('A', SYSTEMERROR), send('B', minutesLater(30))],
    ],
    [
      'nothing',
      'another number after more than half an hour',
      [send('A', SYSTEMERROR), send('B', minutesLater(30, 1))],
    ],
    [
      'nothing',
      'a number that was in use before',
      [send('B'), send('A', SYSTEMERROR), send('B', { verdict: 'repeated', paid: true })],
    ],
    ['nothing', 'a query of another order', [send('A', SYSTEMERROR), query('B', found('SENT'))]],
    [
      'new number',
      'a number that was asked about before it was sent',
      [query('B', refused('NOT_FOUND')), send('A', SYSTEMERROR), send('B')],
    ],
    ['nothing', 'a call without a number', [send('A', SYSTEMERROR), nameless(send('A'))]],
    [
      'nothing',
      'a call without a number after one',
      [nameless(send('A', SYSTEMERROR)), nameless(send('A'))],
    ],
  ])('takes for %s: %s', (step, _, calls) => {
    expect(nextAfter(...calls)).toEqual({ [step]: 1 });
  });

  it('takes for documented what the page has', () => {
    const documented = (section: CoverageSectionName, name: string) =>
      rowOf(coverage([], 'current'), section, name)?.documented;
    expect(documented('faults', 'drop')).toBe(true);
    expect(documented('faults', 'gzip')).toBe(false);
    expect(documented('codes', 'SYSTEMERROR')).toBe(true);
    expect(documented('codes', 'PRODUCT_AUTHORITY_UNOPEN')).toBe(false);
  });

  it('rounds its percentage down', () => {
    const { stages } = coverage(runOf(send('A')), 'current').sections;
    expect([stages.met, stages.rows.length, stages.percent]).toEqual([1, 15, 6]);
  });

  it('names faults that befell an answer', () => {
    const seen = coverage(runOf(send('A', { ...paid, faults: ['delay', 'drop'] })), 'current');
    expect(seen.sections.faults.met).toBe(2);
    expect(rowOf(seen, 'traps', 'lost-answer')?.met).toBe(1);
  });

  it('does not know of an edition what the edition does not have', () => {
    const fields = coverage([], '2014').sections.fields.rows.map(({ name }) => name);
    expect(fields).toContain('sendredpack/nick_name');
    expect(fields).not.toContain('sendredpack/scene_id');
    expect(clausesOf('2014').map(({ name }) => name)).not.toContain(
      'sendredpack/amount/scene-opened',
    );
  });
});

describe('a requirement', () => {
  it('is met by what it asks for, and names what is missing', () => {
    const seen = coverage(runOf(send('A', refused('SYSTEMERROR')), send('A')), 'current');
    expect(checkRequirement(seen, requirement('codes=1%')).met).toBe(true);
    const verdict = checkRequirement(seen, requirement('codes=documented'));
    expect(verdict.met).toBe(false);
    expect(verdict.missing).toContain('PROCESSING');
    expect(verdict.missing).not.toContain('SYSTEMERROR');
    expect(verdict.what).toMatch(/^codes of current: 1 of \d+ documented ones met/);
  });

  it('documented leaves out what is on no page', () => {
    const missing = (text: string) =>
      checkRequirement(coverage([], 'current'), requirement(text)).missing;
    expect(missing('codes=all')).toContain('PRODUCT_AUTHORITY_UNOPEN');
    expect(missing('codes=documented')).not.toContain('PRODUCT_AUTHORITY_UNOPEN');
  });

  /** Coverage of ten codes of which so many are on the page, and so many were met. */
  const ofTen = (documented: number, met: number): Coverage => {
    const rows = Array.from({ length: 10 }, (_, index) => ({
      name: `CODE_${index}`,
      documented: index < documented,
      met: index < met ? 1 : 0,
      next: {},
    }));
    const section = { rows, met, percent: 10 * met };
    const sections = Object.fromEntries(COVERAGE_SECTIONS.map((name) => [name, section]));
    return {
      edition: 'current',
      calls: met,
      sections: sections as unknown as Coverage['sections'],
    };
  };

  it.each([
    ['codes=80%', 8, true, '8 of 10 met (80%), 80% required'],
    ['codes=81%', 8, false, '8 of 10 met (80%), 81% required'],
    ['codes=0%', 0, true, '0 of 10 met (0%), 0% required'],
    ['codes=100%', 10, true, '10 of 10 met (100%), 100% required'],
    ['codes=all', 9, false, '9 of 10 met (90%), 100% required'],
    ['codes=documented', 6, true, '6 of 6 documented ones met (100%), 100% required'],
    [' codes=documented\n', 2, false, '2 of 6 documented ones met (33%), 100% required'],
  ])('%j, with %i of ten codes met, is met: %j', (text, met, isMet, what) => {
    const verdict = checkRequirement(ofTen(6, met), requirement(text));
    expect(verdict.met).toBe(isMet);
    expect(verdict.what).toBe(`codes of current: ${what}`);
    expect(requirementText(verdict.requirement)).toBe(text.trim());
  });

  it('of documented rows is met where the page has none', () => {
    expect(checkRequirement(ofTen(0, 0), requirement('codes=documented'))).toMatchObject({
      met: true,
      missing: [],
    });
  });

  it.each([
    ...['codes', 'codes=', 'codes=101%', 'codes=most', 'cods=all', '=all', 'codes=-1%'],
    ...['codes=50', 'codes=050%0', '1codes=all', 'codes=all!', 'codes=%'],
  ])('%j is refused with what was expected', (text) => {
    const result = parseRequirement(text);
    expect(result).toMatchObject({ ok: false });
    if (!result.ok) expect(result.message).toMatch(/SECTION=documented.*codes, fields, rules/);
  });
});

describe('the table of what befalls answers', () => {
  it('has every fault that a scenario can ask for, and no other', () => {
    const kinds = fault.options.map(({ shape }) => shape.kind.value);
    expect(ANSWER_FAULTS.map(({ name }) => name).sort()).toEqual([...kinds].sort());
  });
});

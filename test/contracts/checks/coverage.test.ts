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
} from '../../../contracts/index.ts';
import { fault } from '../../../mock-server/scenario/fault-schema.ts';
import { found, OTHER_OPENID, paid, query, refused, runOf, send } from './runs.ts';

type Call = ReturnType<typeof send>;

const rowOf = (seen: Coverage, section: CoverageSectionName, name: string) =>
  seen.sections[section].rows.find((row) => row.name === name);

const nextAfter = (...calls: readonly Call[]) =>
  rowOf(coverage(runOf(...calls), 'current'), 'codes', 'SYSTEMERROR')?.next;

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

  it.each(['codes', 'codes=', 'codes=101%', 'codes=most', 'cods=all', '=all', 'codes=-1%'])(
    '%j is refused with what was expected',
    (text) => {
      const result = parseRequirement(text);
      expect(result).toMatchObject({ ok: false });
      if (!result.ok) expect(result.message).toMatch(/SECTION=documented.*codes, fields, rules/);
    },
  );
});

describe('the table of what befalls answers', () => {
  it('has every fault that a scenario can ask for, and no other', () => {
    const kinds = fault.options.map(({ shape }) => shape.kind.value);
    expect(ANSWER_FAULTS.map(({ name }) => name).sort()).toEqual([...kinds].sort());
  });
});

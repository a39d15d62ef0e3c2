/**
 * What of the contract a client's tests have met, and how the client answered it: codes, fields, rules, stages, traps and faults of
 * one edition. Pure, from the journal.
 */
import { ANSWER_FAULTS } from '../tables/answer-faults.ts';
import { clausesOf } from '../tables/clauses.ts';
import { type CodeRow, codesOf, findCode } from '../tables/codes.ts';
import { EDITION_TABLES } from '../tables/editions.ts';
import { STAGES, type Stage } from '../tables/stages.ts';
import { TRAPS } from '../tables/traps.ts';
import { type Edition, ENDPOINTS } from '../types.ts';
import { type AuditCall, type AuditEntry, callsIn } from './audit-entry.ts';
import { NEXT_STEPS, type NextStep, nextSteps, repeatsWithNewNonce } from './coverage-next.ts';
import { trapsOf } from './coverage-traps.ts';

export const COVERAGE_SECTIONS = ['codes', 'fields', 'rules', 'stages', 'traps', 'faults'] as const;
export type CoverageSectionName = (typeof COVERAGE_SECTIONS)[number];

/** One code, field, rule … : how often it was met, and what the client did next about the same order. */
export interface CoverageRow {
  readonly name: string;
  /** Is it on the edition's page? What was only observed, or is assumed, is not. */
  readonly documented: boolean;
  readonly met: number;
  /** Only steps that were taken. */
  readonly next: Readonly<Partial<Record<NextStep, number>>>;
}

export interface CoverageSection {
  readonly rows: readonly CoverageRow[];
  readonly met: number;
  /** Of all rows, rounded down: 100 only when nothing is missing. */
  readonly percent: number;
}

export interface Coverage {
  readonly edition: Edition;
  readonly calls: number;
  readonly sections: Readonly<Record<CoverageSectionName, CoverageSection>>;
}

/** @param entries in any order: sequences say which came first */
export function coverage(entries: readonly AuditEntry[], edition: Edition): Coverage {
  const inOrder = callsIn(entries);
  const next = nextSteps(inOrder);
  const repeats = repeatsWithNewNonce(inOrder);
  const section = (rows: readonly Listed[], namesIn: (entry: AuditCall) => readonly string[]) =>
    sectionOf(rows, inOrder, next, namesIn);
  return {
    edition,
    calls: inOrder.length,
    sections: {
      codes: section(codeRows(edition), ({ code }) => (code ? [code] : [])),
      fields: section(fieldRows(edition), fieldsOf),
      rules: section(clauseRows(edition), ({ clause }) => (clause ? [clause] : [])),
      stages: section(STAGES.map(toListed), stagesOf),
      traps: section(TRAPS.map(toListed), (entry) => trapsOf(entry, edition, repeats.has(entry))),
      faults: section(ANSWER_FAULTS.map(toListed), ({ faults }) => faults ?? []),
    },
  };
}

/** The coverage of several runs as one: each run's orders are its own, so that calls of two runs never follow one another. */
export function mergeCoverage(one: Coverage, other: Coverage): Coverage {
  if (one.edition !== other.edition) {
    throw new Error(`coverage of ${one.edition} and of ${other.edition} are two matters`);
  }
  const sections = Object.fromEntries(
    COVERAGE_SECTIONS.map((name) => [
      name,
      counted(
        one.sections[name].rows.map((row, index) =>
          mergeRow(row, other.sections[name].rows[index]),
        ),
      ),
    ]),
  ) as Record<CoverageSectionName, CoverageSection>;
  return { edition: one.edition, calls: one.calls + other.calls, sections };
}

function mergeRow(one: CoverageRow, other: CoverageRow | undefined): CoverageRow {
  if (!other) return one;
  const next: Partial<Record<NextStep, number>> = {};
  for (const step of NEXT_STEPS) {
    const count = (one.next[step] ?? 0) + (other.next[step] ?? 0);
    if (count > 0) next[step] = count;
  }
  return { ...one, met: one.met + other.met, next };
}

interface Listed {
  readonly name: string;
  readonly documented: boolean;
}

function toListed({ name, certainty }: { name: string; certainty: string }): Listed {
  return { name, documented: certainty === 'documented' };
}

function codeRows(edition: Edition): Listed[] {
  return codesOf(edition).map((row) => ({ name: row.code, documented: isOnPage(row, edition) }));
}

function isOnPage({ documented }: CodeRow, edition: Edition): boolean {
  return typeof documented === 'string' || documented[edition] !== undefined;
}

function fieldRows(edition: Edition): Listed[] {
  return ENDPOINTS.flatMap((endpoint) =>
    EDITION_TABLES[edition].request[endpoint].map(({ name, certainty }) =>
      toListed({ name: `${endpoint}/${name}`, certainty }),
    ),
  );
}

function clauseRows(edition: Edition): Listed[] {
  return clausesOf(edition).map(toListed);
}

function fieldsOf({ endpoint, request }: AuditCall): string[] {
  return Object.entries(request)
    .filter(([, value]) => value !== '')
    .map(([name]) => `${endpoint}/${name}`);
}

const STAGE_NAMES: readonly string[] = STAGES.map(({ name }) => name);

/** Where the call was decided: a stage that refused it, or the payment. */
function stagesOf({ verdict, clause = '', code = '' }: AuditCall): Stage[] {
  if (verdict === 'front') return ['front'];
  if (verdict === 'sent') return ['payment'];
  if (verdict === 'repeated' || verdict === 'found') return ['order'];
  const named = clause.split('/')[1] ?? '';
  if (STAGE_NAMES.includes(named)) return [named as Stage];
  const row = findCode(code);
  return row ? [row.stage] : [];
}

function sectionOf(
  listed: readonly Listed[],
  entries: readonly AuditCall[],
  next: ReadonlyMap<AuditCall, NextStep>,
  namesIn: (entry: AuditCall) => readonly string[],
): CoverageSection {
  const calls = new Map<string, AuditCall[]>(listed.map(({ name }) => [name, []]));
  for (const entry of entries) {
    for (const name of namesIn(entry)) calls.get(name)?.push(entry);
  }
  const rows = listed.map(({ name, documented }): CoverageRow => {
    const met = calls.get(name) ?? [];
    return { name, documented, met: met.length, next: tally(met, next) };
  });
  return counted(rows);
}

function counted(rows: readonly CoverageRow[]): CoverageSection {
  const met = rows.filter((row) => row.met > 0).length;
  return { rows, met, percent: Math.floor((100 * met) / rows.length) };
}

function tally(
  calls: readonly AuditCall[],
  next: ReadonlyMap<AuditCall, NextStep>,
): Partial<Record<NextStep, number>> {
  const counts: Partial<Record<NextStep, number>> = {};
  for (const step of NEXT_STEPS) {
    const count = calls.filter((entry) => next.get(entry) === step).length;
    if (count > 0) counts[step] = count;
  }
  return counts;
}

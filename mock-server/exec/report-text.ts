/** The report for a terminal: findings run by run, then coverage as a table. */
import {
  COVERAGE_SECTIONS,
  type Coverage,
  type CoverageRow,
  type CoverageSection,
  type Edition,
  type Finding,
  requirementText,
  toYuan,
} from '../../contracts/index.ts';
import type { ExecReport, ExecRun } from './run.ts';

export interface TextOptions {
  /** Also name what was never met. */
  readonly missing: boolean;
}

/** Why a run in which nothing is wrong fails. */
export const UNCALLED =
  'nothing was judged: the command never called the mock, which it finds by REDPACK_BASE_URL or by HTTPS_PROXY';

export function textReport(report: ExecReport, { missing }: TextOptions): string {
  const { runs, edition, coverage, requirements, exitCode } = report;
  return [
    '',
    ...runs.flatMap((run) => runLines(run, edition)),
    ...lossLines(runs),
    ...coverage.flatMap((each) => coverageLines(each, missing)),
    ...requirements.map(
      ({ met, what, requirement, missing: absent }) =>
        `${met ? 'met' : 'NOT MET'}  --require ${requirementText(requirement)}: ${what}` +
        (absent.length === 0 || met ? '' : `; missing: ${absent.join(', ')}`),
    ),
    ...metLines(runs),
    `redpack-mock exec: exit ${exitCode}`,
    '',
  ].join('\n');
}

function runLines(run: ExecRun, asked: Edition): string[] {
  const { scenario, title, exitCode, calls, unjudged, findings, whyNotMet } = run;
  const summary = [
    `exit ${exitCode}`,
    counted(calls, 'call'),
    counted(findings.length, 'finding'),
    ...remarks(run, asked),
  ].join(', ');
  return [
    `${plain(scenario)}: ${summary}   (${plain(title)})`,
    ...(calls === 0 ? [`  ${noCallText(run)}`] : []),
    ...(calls > 0 && whyNotMet !== undefined ? [`  the pitfall was not met: ${whyNotMet}`] : []),
    ...(unjudged > 0
      ? [`  of so many calls the first ${unjudged} were not kept, and not judged`]
      : []),
    ...findings.flatMap(findingLines),
    '',
  ];
}

/** What the run's line says beside its numbers. */
export function remarks({ edition, met }: ExecRun, asked: Edition): string[] {
  return [...(edition === asked ? [] : [`edition ${edition}`]), ...(met ? [] : ['not met'])];
}

function noCallText({ connections, met }: ExecRun): string {
  const came = counted(connections, 'connection');
  if (met) return `no call came, as this story wants: ${came}`;
  return connections === 0
    ? 'no call came: does the command read REDPACK_BASE_URL?'
    : `no call came, only ${came}: does the command trust REDPACK_CA, and post to the paths of the API?`;
}

function metLines(runs: readonly ExecRun[]): string[] {
  if (runs.length < 2) return [];
  const met = runs.filter((run) => run.met).length;
  return [`${runs.length} stories, ${met} met, ${runs.length - met} not met`];
}

function findingLines({ rule, severity, title, title_zh, ...finding }: Finding): string[] {
  const { what, evidence, remedy, source, certainty } = finding;
  const calls =
    evidence.length === 0
      ? ''
      : ` (call${evidence.length === 1 ? '' : 's'} ${evidence.join(', ')})`;
  return [
    `  ${severity.toUpperCase()}  ${rule}: ${title} / ${title_zh}`,
    `    ${plain(what)}${calls}`,
    `    Do: ${remedy}`,
    `    Source: ${source} (${certainty})`,
  ];
}

function lossLines(runs: readonly ExecRun[]): string[] {
  const lostFen = lostFenIn(runs);
  return lostFen === 0 ? [] : [`Paid twice: ${lostFen} fen (${toYuan(lostFen)} yuan)`, ''];
}

export function lostFenIn(runs: readonly ExecRun[]): number {
  return runs
    .flatMap(({ findings }) => findings)
    .reduce((sum, { lostFen = 0 }) => sum + lostFen, 0);
}

function coverageLines({ edition, calls, sections }: Coverage, missing: boolean): string[] {
  return [
    `Coverage of the contract, edition ${edition}, ${counted(calls, 'call')}`,
    ...COVERAGE_SECTIONS.flatMap((name) => sectionLines(name, sections[name], missing)),
    '',
  ];
}

function sectionLines(name: string, { rows, met, percent }: CoverageSection, missing: boolean) {
  const seen = rows.filter((row) => row.met > 0);
  const width = Math.max(0, ...seen.map((row) => row.name.length));
  const absent = rows.filter((row) => row.met === 0).map((row) => row.name);
  return [
    `  ${name}: ${met} of ${rows.length} (${percent}%)`,
    // Fields are sent, not met: what came after them says nothing.
    ...(name === 'fields'
      ? []
      : seen.map((row) => `    ${row.name.padEnd(width)}  ${rowText(row)}`)),
    ...(missing && absent.length > 0 ? [`    never: ${absent.join(', ')}`] : []),
  ];
}

/** `3 times, then: query 2, nothing 1` */
export function rowText({ met, next }: CoverageRow): string {
  if (met === 0) return 'never';
  const steps = Object.entries(next).map(([step, count]) => `${step} ${count}`);
  return `${met === 1 ? 'once' : `${met} times`}, then: ${steps.join(', ')}`;
}

export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** What a client sent goes to a terminal: control characters do not. */
function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

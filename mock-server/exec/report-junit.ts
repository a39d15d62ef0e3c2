/** The report for a build server: a suite for each scenario, a case for each rule; and a suite for coverage. */
import { CLIENT_RULES, COVERAGE_SECTIONS, requirementText } from '../../contracts/index.ts';
import { escapeMarkup } from './markup.ts';
import { rowText, UNCALLED } from './report-text.ts';
import { type ExecReport, type ExecRun, isFatal } from './run.ts';

interface Case {
  readonly suite: string;
  readonly name: string;
  /** Why it failed. */
  readonly failure?: string;
  /** What is to be told without failing. */
  readonly output?: string;
  /** Nothing to judge, and why; may be empty. */
  readonly skipped?: string;
}

export function junitReport(report: ExecReport): string {
  const suites = [
    ...report.runs.map((run): [string, readonly Case[], number] => [
      run.scenario,
      runCases(run, report),
      run.tookMs,
    ]),
    ['coverage', coverageCases(report), 0] as const,
  ];
  const all = suites.flatMap(([, cases]) => cases);
  const body = suites.map(([name, cases, tookMs]) => suite(name, cases, tookMs)).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="redpack-mock exec" ${counts(all)}>\n${body}</testsuites>\n`;
}

function runCases(run: ExecRun, { command, failOn, uncalled }: ExecReport): Case[] {
  const exited = run.exitCode === 0 ? [] : [`the command exited with ${run.exitCode}`];
  const [failure] = [...exited, ...(uncalled ? [UNCALLED] : [])];
  const suite = run.scenario;
  const own: Case = {
    suite,
    name: command.join(' '),
    ...(failure === undefined ? {} : { failure }),
  };
  const pitfall: Case = {
    suite,
    name: 'the pitfall was met',
    ...(run.whyNotMet === undefined ? {} : { skipped: run.whyNotMet }),
  };
  const rules = CLIENT_RULES.map(({ id, title }): Case => {
    const found = run.findings.filter(({ rule }) => rule === id);
    const text = found.map(({ severity, what, remedy }) => `${severity}: ${what} ${remedy}`);
    const name = `${id}: ${title}`;
    if (found.length === 0) return { suite, name };
    const fatal = found.some((finding) => isFatal(finding, failOn));
    return { suite, name, [fatal ? 'failure' : 'output']: text.join('\n') };
  });
  return [own, pitfall, ...rules];
}

/** What nobody demanded is no failure: a row that was never met is skipped. */
function coverageCases({ coverage, requirements }: ExecReport): Case[] {
  const demanded = requirements.map(
    ({ requirement, met, what, missing }): Case => ({
      suite: 'coverage',
      name: `--require ${requirementText(requirement)}`,
      ...(met ? { output: what } : { failure: `${what}; missing: ${missing.join(', ')}` }),
    }),
  );
  const rows = coverage.flatMap(({ edition, sections }) =>
    COVERAGE_SECTIONS.flatMap((section) =>
      sections[section].rows.map(
        (row): Case => ({
          suite: `coverage.${edition}.${section}`,
          name: row.name,
          ...(row.met === 0 ? { skipped: '' } : { output: rowText(row) }),
        }),
      ),
    ),
  );
  return [...demanded, ...rows];
}

function suite(name: string, cases: readonly Case[], tookMs: number): string {
  const rows = cases.map(testCase).join('');
  const title = escapeMarkup(name);
  return `<testsuite name="${title}" ${counts(cases)} time="${(tookMs / 1_000).toFixed(3)}">\n${rows}</testsuite>\n`;
}

function counts(cases: readonly Case[]): string {
  const failed = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter((each) => each.skipped !== undefined).length;
  return `tests="${cases.length}" failures="${failed}" errors="0" skipped="${skipped}"`;
}

function skippedElement(why: string | undefined): string {
  if (why === undefined) return '';
  return why === '' ? '<skipped/>' : `<skipped message="${escapeMarkup(why)}"/>`;
}

function testCase({ suite: suiteName, name, failure, output, skipped }: Case): string {
  const head = `<testcase classname="${escapeMarkup(suiteName)}" name="${escapeMarkup(name)}"`;
  const [first = ''] = failure?.split('\n') ?? [];
  const parts = [
    failure === undefined
      ? ''
      : `<failure message="${escapeMarkup(first)}">${escapeMarkup(failure)}</failure>`,
    output === undefined ? '' : `<system-out>${escapeMarkup(output)}</system-out>`,
    skippedElement(skipped),
  ].join('');
  return parts === '' ? `${head}/>\n` : `${head}>${parts}</testcase>\n`;
}

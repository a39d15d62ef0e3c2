/** `redpack-mock exec`, once its options are read: which scenarios, and where the report goes. */
import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import {
  CLIENT_RULES,
  type CoverageRequirement,
  type Edition,
  parseRequirement,
  type Severity,
} from '../../contracts/index.ts';
import type { Output } from '../cli/cli.ts';
import { StartError } from '../listener.ts';
import { loadScenario } from '../scenario/load.ts';
import { chosenScenarios } from './chosen-scenarios.ts';
import { htmlReport } from './report-html.ts';
import { junitReport } from './report-junit.ts';
import { textReport, UNCALLED } from './report-text.ts';
import { type ExecReport, exec } from './run.ts';

type ReportFormat = 'text' | 'html' | 'junit' | 'json';

export interface ExecFlags {
  readonly scenario: readonly string[];
  readonly all: readonly string[];
  readonly edition?: Edition;
  readonly certDir?: string;
  readonly proxy: boolean;
  readonly failOn: Severity | 'never';
  /** Seconds. */
  readonly timeout: number;
  readonly ignore: readonly string[];
  readonly require: readonly string[];
  readonly report?: ReportFormat;
  readonly out?: string;
  readonly coverage?: boolean;
}

const FORMAT_OF: Readonly<Record<string, ReportFormat>> = {
  '.html': 'html',
  '.htm': 'html',
  '.xml': 'junit',
  '.json': 'json',
};

/**
 * @returns the exit code
 * @throws StartError when an option or the report's file cannot be used; ScenarioError, CertificateError
 */
export async function runExec(
  command: readonly string[],
  flags: ExecFlags,
  output: Output,
): Promise<number> {
  const requirements = readRequirements(flags.require);
  // Before a long run, not after it: can the report be written?
  if (flags.out !== undefined) writeReport(flags.out, '');
  const scenarios = chosenScenarios(flags.scenario, flags.all);
  // And can the last scenario be read, when the first has taken an hour?
  for (const name of scenarios) loadScenario(name);
  const report = await exec({
    command,
    scenarios,
    proxy: flags.proxy,
    failOn: flags.failOn,
    timeoutMs: flags.timeout * 1_000,
    ignored: readIgnored(flags.ignore),
    requirements,
    env: process.env,
    warn: output.warn,
    ...(flags.edition ? { edition: flags.edition } : {}),
    ...(flags.certDir ? { certDir: flags.certDir } : {}),
  });
  if (report.uncalled) output.warn(`redpack-mock exec: ${UNCALLED}\n`);
  const { out, coverage: missing = false } = flags;
  if (out === undefined) {
    output.write(inFormat(report, flags.report ?? 'text', missing));
    return report.exitCode;
  }
  output.write(textReport(report, { missing }));
  writeReport(out, inFormat(report, flags.report ?? FORMAT_OF[extname(out)] ?? 'text', missing));
  return report.exitCode;
}

function readIgnored(texts: readonly string[]): string[] {
  const rules = texts.flatMap((text) => text.split(',')).map((rule) => rule.trim());
  const known = CLIENT_RULES.map(({ id }) => id);
  const stranger = rules.find((rule) => !known.includes(rule));
  if (stranger === undefined) return rules;
  throw new StartError(`--ignore: no rule "${stranger}": expected one of ${known.join(', ')}`);
}

function readRequirements(texts: readonly string[]): CoverageRequirement[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => {
      const read = parseRequirement(text);
      if (read.ok) return read.value;
      throw new StartError(`--require: ${read.message}`);
    });
}

function inFormat(report: ExecReport, format: ReportFormat, missing: boolean): string {
  if (format === 'html') return htmlReport(report);
  if (format === 'junit') return junitReport(report);
  return format === 'json'
    ? `${JSON.stringify(report, null, 2)}\n`
    : textReport(report, { missing });
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`cannot write the report ${file}: ${reason}`);
  }
}

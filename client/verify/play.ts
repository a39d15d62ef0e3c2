/** Plays what was asked for on a stage, and writes down what came of it. */
import { writeFileSync } from 'node:fs';
import type { ServerTarget } from '../../contracts/checks/server-target.ts';
import type { CheckResult } from '../../contracts/checks/verify.ts';
import { startProgress } from './progress.ts';
import type { Report } from './reports/report.ts';
import { casesWanted, countWanted, verifyAll, type Wanted } from './run.ts';
import { type ReportForm, UsageError, type VerifyFlags } from './settings.ts';
import type { Stage } from './stage.ts';
import { Stopped, stoppable } from './stop.ts';

export const EXIT = {
  held: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  nothing: 4,
  stopped: 130,
} as const;

/** Where the command writes, and what it leaves behind. */
export interface VerifyIo {
  write(text: string): void;
  warn(text: string): void;
  exit(code: number): void;
  /** Where a bar may be drawn. */
  readonly terminal?: NodeJS.WriteStream;
  /** Calls back on Ctrl-C. @returns stops listening */
  onInterrupt?(listener: () => void): () => void;
}

/** What was asked for, made whole. */
export interface Asked {
  readonly settings: { readonly url: URL };
  readonly flags: VerifyFlags;
  readonly wanted: Wanted;
  readonly io: VerifyIo;
}

/** @param signal ends it @returns the exit code @throws UsageError, AdminError, Stopped */
export async function playAndReport(
  stage: Stage,
  asked: Asked,
  signal: AbortSignal,
): Promise<number> {
  const { settings, flags, wanted, io } = asked;
  const started = new Date();
  const results = await play(stoppable(stage.target, signal), asked);
  if (signal.aborted) throw new Stopped('stopped before all was told');
  const report: Report = {
    url: settings.url.href,
    edition: wanted.edition,
    strict: wanted.strict,
    seed: wanted.seed,
    startedAt: started.toISOString(),
    tookMs: Date.now() - started.getTime(),
    results: stage.target.arrange ? repeatable(results, wanted) : results,
    curl: stage.curl,
  };
  await writeReport(report, flags, io);
  return exitCodeOf(results);
}

async function play(target: ServerTarget, { flags, wanted, io }: Asked): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const progress = startProgress(countWanted(wanted), flags.quiet ? undefined : io.terminal);
  try {
    for await (const result of verifyAll(target, wanted)) {
      results.push(result);
      progress.step(result.verdict === 'failed');
    }
  } finally {
    progress.stop();
  }
  return results;
}

/** What was arranged can be arranged again: what does not hold says how. */
function repeatable(results: readonly CheckResult[], wanted: Wanted): CheckResult[] {
  const cases = new Set(casesWanted(wanted).map(({ id }) => id));
  return results.map((result) => {
    const isBroken = result.verdict === 'failed' || result.verdict === 'differs';
    return isBroken && cases.has(result.id) ? { ...result, replay: `--only ${result.id}` } : result;
  });
}

async function writeReport(report: Report, flags: VerifyFlags, io: VerifyIo): Promise<void> {
  const text = await FORMS[flags.report](report);
  if (flags.output === undefined) {
    io.write(text);
    return;
  }
  try {
    writeFileSync(flags.output, text);
  } catch (error) {
    throw new UsageError(`cannot write the report: ${(error as Error).message}`);
  }
  io.write(await FORMS.text(report));
}

/** Each is loaded when it is asked for. */
const FORMS: Readonly<Record<ReportForm, (report: Report) => Promise<string>>> = {
  text: async (report) => (await import('./reports/text.ts')).textReport(report),
  junit: async (report) => (await import('./reports/junit.ts')).junitReport(report),
  json: async (report) => (await import('./reports/json.ts')).jsonReport(report),
  html: async (report) => (await import('./reports/html.ts')).htmlReport(report),
  markdown: async (report) => (await import('./reports/markdown.ts')).markdownReport(report),
};

function exitCodeOf(results: readonly CheckResult[]): number {
  const verdicts = new Set(results.map(({ verdict }) => verdict));
  if (verdicts.has('failed')) return EXIT.failed;
  return verdicts.has('held') || verdicts.has('differs') ? EXIT.held : EXIT.nothing;
}

/** Runs a command under each scenario, and holds what its client did against the rules for clients. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  audit,
  type Coverage,
  type CoverageRequirement,
  checkRequirement,
  coverage,
  type Edition,
  type Finding,
  isAtLeast,
  mergeCoverage,
  type RequirementVerdict,
  type Severity,
} from '../../contracts/index.ts';
import { type Certificates, openCertificates } from '../certificates/bundle.ts';
import { printable } from '../cli/text.ts';
import { type MockServer, startMockServer } from '../serve.ts';
import { caBundle } from './ca-bundle.ts';
import {
  type CommandEnd,
  exitCodeOf,
  listenForSignals,
  runCommand,
  type Signals,
} from './command.ts';
import { environmentFor } from './environment.ts';
import { type Keeper, startKeeper } from './keeper.ts';
import { whyNotMet } from './pitfall.ts';

export interface ExecSettings {
  readonly command: readonly string[];
  readonly scenarios: readonly string[];
  readonly edition?: Edition;
  /** Left out: a folder of its own that is gone afterwards. */
  readonly certDir?: string;
  /** Lead the real host name to the mock by HTTPS_PROXY. */
  readonly proxy: boolean;
  readonly failOn: Severity | 'never';
  /** The longest that the command may take under one scenario. */
  readonly timeoutMs: number;
  /** Rules whose findings are left out. */
  readonly ignored: readonly string[];
  readonly requirements: readonly CoverageRequirement[];
  readonly env: NodeJS.ProcessEnv;
  /** Told at once of what a person should know before the report. */
  readonly warn: (text: string) => void;
}

/** The command under one scenario. */
export interface ExecRun {
  readonly scenario: string;
  readonly title: string;
  readonly edition: Edition;
  readonly exitCode: number;
  readonly tookMs: number;
  readonly calls: number;
  /** TCP connections, those included whose handshake failed. */
  readonly connections: number;
  /** Did what the scenario is about come about? */
  readonly met: boolean;
  readonly whyNotMet?: string;
  /** Calls that came before those the journal still holds: nobody judged them. */
  readonly unjudged: number;
  readonly findings: readonly Finding[];
}

export interface ExecReport {
  readonly command: readonly string[];
  /** The one asked for, or current. A scenario has its own when none was asked for. */
  readonly edition: Edition;
  readonly failOn: Severity | 'never';
  readonly runs: readonly ExecRun[];
  /** One for each edition that was served. */
  readonly coverage: readonly Coverage[];
  readonly requirements: readonly RequirementVerdict[];
  /** Every run ended well, and none of them called: nothing was judged. */
  readonly uncalled: boolean;
  /** The command's own when it fails, else 2 when nothing was judged, else 1 for a finding or a requirement, else 0. */
  readonly exitCode: number;
}

const UNCALLED_EXIT = 2;

/**
 * Starts a mock on free ports for each scenario in turn, runs the command, and stops the mock. A failing command does not keep the
 * others from running; a signal does.
 * @throws ScenarioError, CertificateError, StartError
 */
export async function exec(settings: ExecSettings): Promise<ExecReport> {
  const signals = listenForSignals();
  const folder = await mkdtemp(join(tmpdir(), 'redpack-exec-'));
  const keeper = startKeeper(folder);
  try {
    const certificates = await openCertificates({ dir: settings.certDir ?? join(folder, 'certs') });
    const caFile = join(folder, 'roots.pem');
    await writeFile(caFile, caBundle(certificates.root, settings.env));
    const judged: Judged[] = [];
    for (const [index, scenario] of settings.scenarios.entries()) {
      if (signals.received) break;
      settings.warn(`--- ${printable(scenario)} (${index + 1} of ${settings.scenarios.length})\n`);
      const journalDir = join(folder, 'journals', String(index));
      const stage = { settings, certificates, caFile, journalDir, signals, keeper };
      const { end, ...one } = await runUnder(scenario, stage);
      judged.push(one);
      if (end.unstarted) break;
    }
    return summary(settings, judged, signals.received);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await keeper.dismiss();
    signals.end();
  }
}

interface Stage {
  readonly settings: ExecSettings;
  readonly certificates: Certificates;
  readonly caFile: string;
  readonly journalDir: string;
  readonly signals: Signals;
  readonly keeper: Keeper;
}

interface Judged {
  readonly run: ExecRun;
  readonly coverage: Coverage;
}

async function runUnder(
  scenario: string,
  { settings, certificates, caFile, journalDir, signals, keeper }: Stage,
): Promise<Judged & { end: CommandEnd }> {
  const { command, edition, env, ignored, timeoutMs, warn } = settings;
  const server = await startMockServer({
    scenario,
    certificates,
    proxy: settings.proxy,
    onProxyRefused: (asked) => warn(proxyRefused(asked)),
    onFault: (error) => warn(`${error instanceof Error ? error.stack : String(error)}\n`),
    ...(edition ? { edition } : {}),
  });
  const beganMs = performance.now();
  try {
    const own = environmentFor({ server, scenario, caFile, journalDir, env });
    const end = await runCommand(command, own, { signals, keeper, timeoutMs });
    if (end.timedOut) warn(`redpack-mock exec, ${scenario}: ${end.timedOut}\n`);
    if (end.unstarted) warn(`${end.unstarted}\n`);
    const tookMs = Math.round(performance.now() - beganMs);
    return { end, ...judge(scenario, server, { end, tookMs, ignored }) };
  } finally {
    await server.stop();
  }
}

function judge(
  name: string,
  { journal, connections, scenario }: MockServer,
  { end, tookMs, ignored }: { end: CommandEnd; tookMs: number; ignored: readonly string[] },
): Judged {
  const { edition, title } = scenario;
  const entries = journal.entries();
  const unmet = whyNotMet(scenario, { calls: entries, connections });
  return {
    run: {
      scenario: name,
      title,
      edition,
      exitCode: end.exitCode,
      tookMs,
      calls: entries.length + journal.dropped,
      connections,
      met: unmet === undefined,
      ...(unmet === undefined ? {} : { whyNotMet: unmet }),
      unjudged: journal.dropped,
      findings: audit(entries, { edition }).filter(({ rule }) => !ignored.includes(rule)),
    },
    coverage: coverage(entries, edition),
  };
}

function summary(
  { command, edition = 'current', failOn, requirements }: ExecSettings,
  judged: readonly Judged[],
  interrupted: NodeJS.Signals | undefined,
): ExecReport {
  const byEdition = new Map<Edition, Coverage>();
  for (const { coverage: one } of judged) {
    const before = byEdition.get(one.edition);
    byEdition.set(one.edition, before ? mergeCoverage(before, one) : one);
  }
  const covered = [...byEdition.values()];
  const verdicts = covered.flatMap((one) =>
    requirements.map((requirement) => checkRequirement(one, requirement)),
  );
  const runs = judged.map(({ run }) => run);
  const failed = runs.find(({ exitCode }) => exitCode !== 0)?.exitCode;
  const wrong =
    runs.some(({ findings }) => findings.some((finding) => isFatal(finding, failOn))) ||
    verdicts.some(({ met }) => !met);
  const uncalled =
    runs.length > 0 && failed === undefined && runs.every((run) => run.calls === 0 && !run.met);
  const found = uncalled ? UNCALLED_EXIT : wrong ? 1 : 0;
  return {
    command,
    edition,
    failOn,
    runs,
    coverage: covered,
    requirements: verdicts,
    uncalled,
    exitCode: failed ?? (interrupted ? exitCodeOf(interrupted) : found),
  };
}

/** Does such a finding fail the build? */
export function isFatal({ severity }: Finding, failOn: ExecReport['failOn']): boolean {
  return failOn !== 'never' && isAtLeast(severity, failOn);
}

function proxyRefused(asked: string): string {
  const host = asked.replace(/\p{Cc}/gu, '?').slice(0, 200);
  return (
    `redpack-mock exec: the command asked the proxy for ${host}, which leads nowhere but to the mock. ` +
    'If it needs that host, name it in NO_PROXY, or run with --no-proxy.\n'
  );
}

/**
 * `redpack verify URL`: is this server like the real one? Exit codes: 0 all that was tried held; 1 a rule does not hold; 2 it was asked
 * something impossible; 3 the server does not answer; 4 nothing could be tried.
 */
import { writeFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { ServerTarget } from '../../contracts/checks/server-target.ts';
import { isReply } from '../../contracts/checks/server-target.ts';
import type { CheckResult } from '../../contracts/checks/verify.ts';
import { EDITIONS } from '../../contracts/index.ts';
import { CredentialError } from '../credentials.ts';
import { curlLine } from './curl.ts';
import { startProgress } from './progress.ts';
import type { Report } from './reports/report.ts';
import { casesWanted, countWanted, verifyAll, type Wanted } from './run.ts';
import {
  curlCertificates,
  REPORTS,
  type ReportForm,
  type Settings,
  settingsOf,
  UsageError,
  type VerifyFlags,
} from './settings.ts';
import { type UrlTarget, urlTarget } from './url-target.ts';

export const EXIT = { held: 0, failed: 1, usage: 2, unreachable: 3, nothing: 4 } as const;

/** It throws instead of ending the process: whoever attaches it ends with the error's exitCode, 0 after --help. */
function throwing(error: CommanderError): never {
  throw error.exitCode === 0 ? error : new CommanderError(EXIT.usage, error.code, error.message);
}

/** Where the command writes, and what it leaves behind. */
export interface VerifyIo {
  write(text: string): void;
  warn(text: string): void;
  exit(code: number): void;
  /** Where a bar may be drawn. */
  readonly terminal?: NodeJS.WriteStream;
}

const PROCESS_IO: VerifyIo = {
  write: (text) => process.stdout.write(text),
  warn: (text) => process.stderr.write(text),
  exit: (code) => {
    process.exitCode = code;
  },
  terminal: process.stderr,
};

export function verifyCommand(io: VerifyIo = PROCESS_IO): Command {
  const command = new Command('verify')
    .description('hold any server to the contract: conformance cases, made-up requests, histories')
    .argument('<url>', 'the server: https://127.0.0.1:8443')
    .addOption(
      new Option('--edition <edition>', 'the API as of a date')
        .choices(EDITIONS)
        .default('current'),
    )
    .addOption(new Option('--mch-id <number>', 'merchant number').env('REDPACK_MCH_ID'))
    .addOption(
      new Option('--api-key <key>', 'API key; better set in the environment').env(
        'REDPACK_API_KEY',
      ),
    )
    .addOption(
      new Option('--appid <appid>', 'official account bound to the merchant').env('REDPACK_APPID'),
    )
    .option('--openid <openid...>', 'real users of the account; default: any are made up')
    .addOption(
      new Option('--cert-dir <folder>', "the merchant's certificate bundle").env(
        'REDPACK_CERT_DIR',
      ),
    )
    .addOption(
      new Option('--ca <file>', 'roots to trust beside those of the system').env('REDPACK_CA'),
    )
    .option('--other-cert-dir <folder>', "another merchant's bundle")
    .option(
      '--untrusted-cert-dir <folder>',
      'a bundle of an authority that the server does not know',
    )
    .addOption(
      new Option('--strict <certainty>', 'how sure a rule must be for its breach to be a failure')
        .choices(['documented', 'observed', 'assumed'])
        .default('observed'),
    )
    .option('--only <part...>', 'only rules whose id has this in it')
    .option('--runs <count>', 'made-up requests; 0 for none', toCount, 500)
    .option('--histories <count>', 'made-up histories; default a fifth of --runs', toCount)
    .option('--seed <number>', 'what is made up begins here; default: another each time', toSeed)
    .option('--path <path>', 'repeat one failure, as it was printed (with --seed)')
    .addOption(
      new Option('--report <form>', 'what is written at the end').choices(REPORTS).default('text'),
    )
    .option('--output <file>', 'write the report there; the summary still comes to the terminal')
    .option('--timeout <ms>', 'for one call', toCount, 10_000)
    .option(
      '--live',
      'twice: send real money where the server is not on this machine',
      (_, n: number) => n + 1,
      0,
    )
    .option('--list', 'list the rules, and call nobody')
    .option('--quiet', 'no progress bar')
    .addHelpText(
      'after',
      '\nExit codes: 0 held, 1 a rule is broken, 2 usage, 3 no answer, 4 nothing could be tried',
    );
  command.exitOverride(throwing).configureOutput({ writeOut: io.write, writeErr: io.warn });
  return command.action(async (address: string, flags: VerifyFlags) => {
    try {
      io.exit(await verify(address, flags, io));
    } catch (error) {
      if (!(error instanceof UsageError || error instanceof CredentialError)) throw error;
      command.error(`error: ${error.message}`, { exitCode: EXIT.usage });
    }
  });
}

async function verify(address: string, flags: VerifyFlags, io: VerifyIo): Promise<number> {
  const settings = settingsOf(address, flags);
  const wanted = wantedOf(settings, flags);
  if (flags.list) {
    for (const { id, title, certainty } of casesWanted(wanted)) {
      io.write(`${id}: ${title} (${certainty})\n`);
    }
    return EXIT.held;
  }
  const target = openTarget(settings, flags);
  try {
    const silence = await whySilent(target);
    if (silence !== undefined) {
      io.warn(`error: ${settings.url.href} does not answer: ${silence}\n`);
      return EXIT.unreachable;
    }
    return await playAndReport({ settings, flags, wanted, target, io });
  } finally {
    await target.close();
  }
}

function wantedOf({ money }: Settings, flags: VerifyFlags): Wanted {
  const { edition, strict, only = [], runs, histories = Math.ceil(runs / 5), path } = flags;
  if (path !== undefined && flags.seed === undefined) {
    throw new UsageError('--path is of no use without the --seed that was printed with it');
  }
  const seed = flags.seed ?? Date.now() % 2 ** 31;
  const runId = Date.now().toString(36);
  return { edition, strict, money, only, requests: runs, histories, seed, path, runId };
}

function openTarget({ url, merchant, folders, ca }: Settings, flags: VerifyFlags): UrlTarget {
  const sources = Object.entries(folders).map(([name, dir]) => [name, { dir }]);
  return urlTarget({
    url,
    merchant,
    certificates: Object.fromEntries(sources),
    ca,
    openids: flags.openid,
    timeoutMs: flags.timeout,
  });
}

/** @returns why nothing comes back, or undefined when something does */
async function whySilent(target: ServerTarget): Promise<string | undefined> {
  const certificate = target.certificates.includes('own') ? 'own' : 'none';
  const reply = await target.post('sendredpack', new Uint8Array(), certificate);
  return isReply(reply) ? undefined : reply.failure;
}

async function playAndReport(run: {
  readonly settings: Settings;
  readonly flags: VerifyFlags;
  readonly wanted: Wanted;
  readonly target: ServerTarget;
  readonly io: VerifyIo;
}): Promise<number> {
  const { settings, flags, wanted, target, io } = run;
  const started = new Date();
  const results: CheckResult[] = [];
  const progress = startProgress(countWanted(wanted), flags.quiet ? undefined : io.terminal);
  for await (const result of verifyAll(target, wanted)) {
    results.push(result);
    progress.step(result.verdict === 'failed');
  }
  progress.stop();
  const curl = {
    url: settings.url,
    certificates: curlCertificates(settings),
    caPath: settings.caPath,
  };
  const report: Report = {
    url: settings.url.href,
    edition: wanted.edition,
    strict: wanted.strict,
    seed: wanted.seed,
    startedAt: started.toISOString(),
    tookMs: Date.now() - started.getTime(),
    results,
    curl: (exchange) => curlLine(curl, exchange),
  };
  await writeReport(report, flags, io);
  return exitCodeOf(results);
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

function toCount(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number, 0 to 999999');
}

function toSeed(text: string): number {
  if (/^-?\d{1,10}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number');
}

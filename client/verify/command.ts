/**
 * `redpack verify URL`: is this server like the real one? Exit codes: 0 all that was tried held; 1 a rule does not hold; 2 it was asked
 * something impossible; 3 the server, or its admin API, does not answer; 4 nothing could be tried; 130 stopped.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EDITIONS } from '../../contracts/core.ts';
import { CredentialError } from '../credentials.ts';
import { AdminError } from './admin.ts';
import { type Asked, EXIT, playAndReport, type VerifyIo } from './play.ts';
import { casesWanted, countWanted, type Wanted } from './run.ts';
import {
  type ArrangedSettings,
  arrangedSettingsOf,
  REPORTS,
  type Settings,
  settingsOf,
  UsageError,
  type VerifyFlags,
} from './settings.ts';
import { openArranged, openAsItIs, type Stage } from './stage.ts';
import { Stopped } from './stop.ts';

/** It throws instead of ending the process: whoever attaches it ends with the error's exitCode, 0 after --help. */
function throwing(error: CommanderError): never {
  throw error.exitCode === 0 ? error : new CommanderError(EXIT.usage, error.code, error.message);
}

export function verifyCommand(io: VerifyIo): Command {
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
      new Option('--key-file <file>', 'the API key is in this file; or set REDPACK_API_KEY'),
    )
    // Read from the environment alone: everybody on the machine can list the flags of a process.
    .addOption(new Option('--api-key <key>').env('REDPACK_API_KEY').hideHelp())
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
    .option(
      '--admin <url>',
      "the admin API of the server, where it is a redpack-mock: a merchant is made there for this run, which every case can arrange; no merchant's flags are needed",
    )
    .addOption(
      new Option('--admin-token <token>', 'its token; better set in the environment').env(
        'REDPACK_ADMIN_TOKEN',
      ),
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
      '\nExit codes: 0 held, 1 a rule is broken, 2 usage, 3 no answer, 4 nothing could be tried, 130 stopped',
    );
  command.exitOverride(throwing).configureOutput({ writeOut: io.write, writeErr: io.warn });
  return command.action(async (address: string, flags: VerifyFlags) => {
    try {
      checkTogether(command, flags);
      io.exit(await verify(address, flags, io));
    } catch (error) {
      if (isUsage(error)) command.error(`error: ${error.message}`, { exitCode: EXIT.usage });
      if (!(error instanceof AdminError || error instanceof Stopped)) throw error;
      io.warn(`error: ${error.message}\n`);
      io.exit(error instanceof Stopped ? EXIT.stopped : EXIT.unreachable);
    }
  });
}

/** What says who the merchant is. */
const OF_A_MERCHANT = [
  ['mchId', '--mch-id'],
  ['keyFile', '--key-file'],
  ['appid', '--appid'],
  ['openid', '--openid'],
  ['certDir', '--cert-dir'],
  ['otherCertDir', '--other-cert-dir'],
  ['untrustedCertDir', '--untrusted-cert-dir'],
] as const;

/** What the environment says may be for other commands: only flags contradict each other. @throws UsageError */
function checkTogether(command: Command, { admin }: VerifyFlags): void {
  const isSaid = (name: string): boolean => command.getOptionValueSource(name) === 'cli';
  if (isSaid('apiKey')) {
    throw new UsageError(
      'the key is no flag, everybody on the machine can read those: set REDPACK_API_KEY, or give --key-file',
    );
  }
  if (admin === undefined && isSaid('adminToken')) {
    throw new UsageError('--admin-token is of no use without --admin');
  }
  const said = OF_A_MERCHANT.filter(([name]) => admin !== undefined && isSaid(name));
  if (said.length === 0) return;
  const flags = said.map(([, flag]) => flag).join(', ');
  throw new UsageError(`--admin makes a merchant of its own for the run: leave out ${flags}`);
}

/** Only an admin API that says nothing is no mistake of whoever asked. */
function isUsage(error: unknown): error is Error {
  if (error instanceof AdminError) return error.trouble !== 'silent';
  return error instanceof UsageError || error instanceof CredentialError;
}

async function verify(address: string, flags: VerifyFlags, io: VerifyIo): Promise<number> {
  const { admin } = flags;
  const settings =
    admin === undefined ? settingsOf(address, flags) : arrangedSettingsOf(address, admin, flags);
  const wanted = wantedOf(settings, flags);
  if (flags.list) {
    for (const { id, title, certainty } of casesWanted(wanted)) {
      io.write(`${id}: ${title} (${certainty})\n`);
    }
    return EXIT.held;
  }
  const stop = new AbortController();
  const stopListening = io.onInterrupt?.(() => stop.abort());
  try {
    return await playOn(await open(settings, flags), { settings, flags, wanted, io }, stop.signal);
  } finally {
    stopListening?.();
  }
}

async function playOn(stage: Stage, asked: Asked, signal: AbortSignal): Promise<number> {
  const { settings, io } = asked;
  try {
    const silence = await stage.whySilent();
    if (silence !== undefined) {
      io.warn(`error: ${settings.url.href} does not answer: ${silence}\n`);
      return EXIT.unreachable;
    }
    return await playAndReport(stage, asked, signal);
  } finally {
    const left = await stage.close();
    if (left !== undefined) io.warn(`warning: ${left}\n`);
  }
}

async function open(settings: Settings | ArrangedSettings, flags: VerifyFlags): Promise<Stage> {
  return 'admin' in settings ? openArranged(settings, flags) : openAsItIs(settings, flags);
}

function wantedOf({ money }: Settings | ArrangedSettings, flags: VerifyFlags): Wanted {
  const { edition, strict, only = [], runs, histories = Math.ceil(runs / 5), path } = flags;
  if (path !== undefined && flags.seed === undefined) {
    throw new UsageError('--path is of no use without the --seed that was printed with it');
  }
  const seed = flags.seed ?? Date.now() % 2 ** 31;
  const runId = Date.now().toString(36);
  const wanted = { edition, strict, money, only, requests: runs, histories, seed, path, runId };
  if (countWanted(wanted) > 0) return wanted;
  throw new UsageError(
    only.length > 0
      ? `no rule of edition ${edition} has ${only.map((each) => `"${each}"`).join(' or ')} in its id: --list shows them`
      : 'nothing is left to be tried: leave out --runs 0',
  );
}

function toCount(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number, 0 to 999999');
}

function toSeed(text: string): number {
  if (/^-?\d{1,10}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number');
}

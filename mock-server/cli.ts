/**
 * The command line `redpack-mock`. Exit codes: 0 done, 1 a fault of the mock itself, 2 it was asked something impossible; `exec` has
 * its command's own, or 1 for what it found, or 2 when its command never called the mock.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EDITIONS, type Edition, SEVERITIES } from '../contracts/index.ts';
import { CertificateError } from './bundle.ts';
import { type CertsFlags, writeBundle } from './cli-certs.ts';
import {
  jsonLine,
  jsonReady,
  jsonReload,
  notReloadedText,
  printable,
  readyText,
  reloadText,
  requestLine,
} from './cli-text.ts';
import type { ExecFlags } from './exec/cli.ts';
import { StartError } from './listener.ts';
import type { Reload } from './reload.ts';
import { ScenarioError } from './scenario/folder.ts';
import { startMockServer } from './serve.ts';
import { packageVersion } from './version.ts';

export interface Output {
  write(text: string): void;
  warn(text: string): void;
}

const DEFAULT_PORT = 8443;
const USAGE_EXIT = 2;

interface ServeFlags {
  readonly port: number;
  readonly host: string;
  readonly edition?: Edition;
  readonly scenario: string;
  readonly reload: boolean;
  readonly certDir: string;
  readonly proxy?: boolean | number;
  readonly admin?: boolean | number;
  readonly adminToken?: string;
  readonly adminHost: string;
  readonly adminName?: string[];
  readonly p12: 'compatible' | 'vendor';
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/**
 * Runs a command to its end; `serve` ends with SIGINT or SIGTERM.
 * @param args without node and script
 * @returns the exit code
 */
export async function run(args: readonly string[], output: Output): Promise<number> {
  let exitCode = 0;
  const program = buildProgram(output, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT;
    if (isUsageFault(error)) {
      output.warn(`${error.message}\n`);
      return USAGE_EXIT;
    }
    throw error;
  }
}

function isUsageFault(error: unknown): error is Error {
  return (
    error instanceof ScenarioError ||
    error instanceof CertificateError ||
    error instanceof StartError
  );
}

/** @param end takes an exit code of a command's own */
function buildProgram(output: Output, end: (exitCode: number) => void): Command {
  const program = new Command('redpack-mock')
    .description('A faithful local WeChat Pay red packet API (sendredpack v2) behind mutual TLS')
    .version(packageVersion(), '--version', 'print the version')
    .exitOverride()
    .configureOutput({ writeOut: output.write, writeErr: output.warn });

  program
    .command('serve', { isDefault: true })
    .description('serve the API until Ctrl-C')
    .option('--port <port>', 'port to listen on, 0 for a free one', toPort, DEFAULT_PORT)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .addOption(
      new Option('--edition <edition>', "the API as of a date; default the scenario's").choices(
        EDITIONS,
      ),
    )
    .option('--scenario <file|name>', 'what the server does', 'default')
    .option('--no-reload', 'keep the scenario as it is when its file is saved')
    .option('--cert-dir <folder>', 'where certificates are kept, made when missing', '.redpack')
    .option('--proxy [port]', 'also listen as a CONNECT proxy for the real host', toPort)
    .option('--admin [port]', 'also listen for the admin API, on plain HTTP', toPort)
    .addOption(
      new Option(
        '--admin-token <token>',
        'what callers of the admin API have to send; better said by the environment than here',
      ).env('REDPACK_ADMIN_TOKEN'),
    )
    .option('--admin-host <address>', 'address for the admin API to listen on', '127.0.0.1')
    .option('--admin-name <name...>', 'further names by which the admin API is called')
    .addOption(
      new Option(
        '--p12 <form>',
        'form of apiclient_cert.p12; vendor: the old one, refused by OpenSSL 3',
      )
        .choices(['compatible', 'vendor'])
        .default('compatible'),
    )
    .option('--json', 'print one JSON object a line')
    .option('--quiet', 'no line per request')
    .action((flags: ServeFlags) => serve(flags, output));

  program
    .command('scenarios')
    .description('list the built-in scenarios, or explain one')
    .argument('[name]', 'a name from the list, or a file')
    .option('--json', 'print JSON')
    .action(async (name: string | undefined, { json }: { json?: boolean }) => {
      const { explainScenario, listScenarios } = await import('./cli-scenarios.ts');
      output.write(name === undefined ? listScenarios(json) : explainScenario(name, json));
    });

  program
    .command('certs')
    .description("write a merchant's certificate bundle, as a merchant downloads it")
    .argument('[mch_id]', 'merchant number', '10000098')
    .option('--cert-dir <folder>', 'where certificates are kept', '.redpack')
    .option('--company <name>', 'OU of the certificate')
    .addOption(
      new Option('--p12 <form>', 'form of apiclient_cert.p12')
        .choices(['compatible', 'vendor'])
        .default('compatible'),
    )
    .option('--json', 'print JSON')
    .action((mchId: string, flags: CertsFlags) => writeBundle(mchId, flags, output));

  addExec(program, output, end);
  return program;
}

function addExec(program: Command, output: Output, end: (exitCode: number) => void): void {
  program
    .command('exec')
    .description('run your own test command against the mock, and judge what your client did')
    .usage('[options] -- COMMAND [ARGUMENTS]')
    .argument('<command...>', 'it finds the mock by REDPACK_BASE_URL, or by HTTPS_PROXY')
    .option('--scenario <a,b>', 'run under each of these, one after the other', collect, [])
    .option('--all <folder>', 'under all of stories, faults, codes/current …', collect, [])
    .addOption(new Option('--edition <edition>', "default the scenario's").choices(EDITIONS))
    .option('--cert-dir <folder>', 'where certificates are kept; default a folder that is removed')
    .option('--no-proxy', 'do not lead the real host to the mock by HTTPS_PROXY')
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 on a finding so grave, or graver')
        .choices([...SEVERITIES, 'never'])
        .default('error'),
    )
    .option('--timeout <seconds>', 'end the command after so long, exit 124', toSeconds, 300)
    .option('--ignore <rule,…>', 'rules that your tests break on purpose', collect, [])
    .option('--require <what>', 'exit 1 unless met: codes=documented, traps=80%', collect, [])
    .option('--coverage', 'also list what was never met')
    .addOption(
      new Option('--report <format>', 'default text').choices(['text', 'html', 'junit', 'json']),
    )
    .option('--out <file>', 'write the report there, the text still to the terminal')
    .addHelpText(
      'after',
      "\nExit code: the command's own when it fails; else 2 when no run called the mock (nothing was judged); else 1 for what was found; else 0.",
    )
    .action(async (command: string[], flags: ExecFlags) => {
      const { runExec } = await import('./exec/cli.ts');
      end(await runExec(command, flags, output));
    });
}

function toSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('expected seconds, above 0 and at most 86400.');
}

function collect(text: string, before: readonly string[]): string[] {
  return [...before, text];
}

async function serve(flags: ServeFlags, output: Output): Promise<void> {
  const server = await startMockServer({
    port: flags.port,
    host: flags.host,
    scenario: flags.scenario,
    reload: flags.reload,
    onReload: (reload) => tellReload(reload, flags, output),
    certDir: flags.certDir,
    p12Form: flags.p12,
    adminHost: flags.adminHost,
    onProxyRefused: (asked) => output.warn(`proxy: refused ${printable(asked)}\n`),
    onFault: (error) => output.warn(`${error instanceof Error ? error.stack : String(error)}\n`),
    ...(flags.edition ? { edition: flags.edition } : {}),
    ...(flags.proxy === undefined ? {} : { proxy: flags.proxy }),
    ...(flags.admin === undefined ? {} : { admin: flags.admin }),
    ...(flags.adminToken === undefined ? {} : { adminToken: flags.adminToken }),
    ...(flags.adminName ? { adminNames: flags.adminName } : {}),
  });
  // Listened for before anything is printed: whoever reads the ready line may signal at once.
  const signal = untilSignal();
  output.write(flags.json ? jsonReady(server) : readyText(server));
  if (!flags.quiet) {
    const toLine = flags.json ? jsonLine : requestLine;
    server.journal.subscribe((entry) => output.write(toLine(entry)));
  }
  await signal;
  await server.stop();
}

function tellReload(reload: Reload, { json }: ServeFlags, output: Output): void {
  if (reload.ok) output.write(json ? jsonReload(reload) : reloadText(reload));
  else output.warn(notReloadedText(reload));
}

/** Ctrl-C, or the polite kill of a process manager. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('expected a port, 0 to 65535.');
}

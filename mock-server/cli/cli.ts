/**
 * The command line `redpack-mock`. Exit codes: 0 done, 1 a fault of the mock itself, 2 it was asked something impossible; `exec` has
 * its command's own, or 1 for what it found, or 2 when its command never called the mock.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { SEVERITIES } from '../../contracts/checks/audit-run.ts';
import { EDITIONS } from '../../contracts/core.ts';
import { CertificateError } from '../certificates/bundle.ts';
import type { ExecFlags } from '../exec/cli.ts';
import { StartError } from '../listener.ts';
import { ScenarioError } from '../scenario/folder.ts';
import { packageVersion } from '../version.ts';
import { type CertsFlags, writeBundle } from './certs.ts';
import { type ServeFlags, serve } from './serve.ts';
import { printable } from './text.ts';

export interface Output {
  write(text: string): void;
  warn(text: string): void;
}

const DEFAULT_PORT = 8443;
const USAGE_EXIT = 2;

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
    .allowExcessArguments()
    .action((flags: ServeFlags, command: Command) => {
      refuseArguments(command);
      refuseAdminAlone(flags, command);
      return serve(flags, output);
    });

  program
    .command('scenarios')
    .description('list the built-in scenarios, or explain one')
    .argument('[name]', 'a name from the list, or a file')
    .option('--json', 'print JSON')
    .action(async (name: string | undefined, { json }: { json?: boolean }) => {
      const { explainScenario, listScenarios } = await import('./scenarios.ts');
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
      const { runExec } = await import('../exec/cli.ts');
      end(await runExec(command, flags, output));
    });
}

/** The default command hears what is no command; its own words name none. */
function refuseArguments({ args, parent }: Command): void {
  const [argument] = args;
  if (argument === undefined || !parent) return;
  const shown = printable(argument);
  if (parent.args[0] === 'serve') {
    throw new StartError(
      `serve takes flags only, not "${shown}": a scenario is --scenario ${shown}`,
    );
  }
  const commands = parent.commands.map((command) => command.name());
  throw new StartError(`unknown command "${shown}": expected one of ${commands.join(', ')}`);
}

/** A token in the environment may be there for another time; a flag was meant. */
function refuseAdminAlone({ admin }: ServeFlags, command: Command): void {
  if (admin !== undefined) return;
  const alone = ['adminToken', 'adminHost', 'adminName'].filter(
    (name) => command.getOptionValueSource(name) === 'cli',
  );
  if (alone.length === 0) return;
  const flags = alone.map((name) => name.replace('admin', '--admin-').toLowerCase()).join(', ');
  throw new StartError(`${flags} says nothing without --admin: give --admin too`);
}

function toSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('expected seconds, above 0 and at most 86400.');
}

function collect(text: string, before: readonly string[]): string[] {
  return [...before, text];
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('expected a port, 0 to 65535.');
}

/** The command line `redpack`. A command is a function of the process it runs in; another one is a line in {@link COMMANDS}. */
import { existsSync, readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { BillnoError } from '../billno.ts';
import { CredentialError } from '../credentials.ts';
import { JournalError } from '../journal/lines.ts';
import { ClientOptionsError } from '../options.ts';
import { batchCommand } from './batch.ts';
import { type Context, EXIT, MachineError, UsageError } from './context.ts';
import { queryCommand } from './query.ts';
import { sendCommand } from './send.ts';
import { signCommand } from './sign-command.ts';
import { printableLines } from './text.ts';
import { verifyCommand } from './verify-command.ts';

const COMMANDS = [sendCommand, queryCommand, batchCommand, signCommand] as const;

const HELP = `
Without --live nothing that moves money is dialled anywhere but on this machine.
To rehearse: start redpack-mock, then redpack send --mock --to … --amount 1.00

Exit codes: 0 sent, 1 refused, 2 usage, 3 unknown (settle the number that is printed),
  70 a fault of redpack or of the machine, 130 stopped by Ctrl-C`;

/**
 * Runs a command to its end.
 * @param args without node and script
 * @returns the exit code
 */
export async function run(args: readonly string[], context: Context): Promise<number> {
  let exitCode: number = EXIT.sent;
  const program = buildProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.sent : EXIT.usage;
    if (isUsageFault(error)) {
      context.warn(`${printableLines(error.message)}\n`);
      return EXIT.usage;
    }
    context.warn(faultText(error));
    return EXIT.fault;
  }
}

function isUsageFault(error: unknown): error is Error {
  return (
    error instanceof UsageError ||
    error instanceof ClientOptionsError ||
    error instanceof CredentialError ||
    error instanceof BillnoError
  );
}

/** The machine's faults need a sentence, our own need a stack. */
export function faultText(error: unknown): string {
  return printableLines(faultWords(error));
}

function faultWords(error: unknown): string {
  if (error instanceof MachineError) return `${error.message}\n`;
  if (error instanceof JournalError) {
    return `${error.message}. What was under way is noted as open: mend it, then the same command again settles it\n`;
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `redpack itself failed. What was under way is noted in the journal. Please report this:\n${told}\n`;
}

function buildProgram(context: Context, end: (exitCode: number) => void): Command {
  const program = new Command('redpack')
    .description('Pays WeChat cash red packets (sendredpack v2), each once')
    .version(packageVersion(), '--version', 'print the version')
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({ writeOut: context.write, writeErr: context.warn });
  for (const make of COMMANDS) {
    program.addCommand(make(context, end).copyInheritedSettings(program));
  }
  // What it loads when it is called has a help of its own.
  program.addCommand(verifyCommand(context, end).copyInheritedSettings(program).helpOption(false));
  return program;
}

function packageVersion(): string {
  const file = new URL('../../../package.json', import.meta.url);
  // From the sources, as tests run it, the package is one folder nearer.
  const path = existsSync(file) ? file : new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

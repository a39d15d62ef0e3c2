/** `redpack verify`: the checks are many files, loaded when they are asked for; the other commands start without them. */
import { Command } from 'commander';
import type { Context } from './context.ts';

export function verifyCommand(context: Context, end: (exitCode: number) => void): Command {
  return new Command('verify')
    .description('hold any server to the contract: conformance cases, made-up requests, histories')
    .argument('[args...]')
    .usage('[options] <url>')
    .allowUnknownOption()
    .action(async (_args: string[], _flags: object, self: Command) => {
      const { verifyCommand: load } = await import('../verify/command.ts');
      const { write, warn, terminal, onInterrupt } = context;
      const io = { write, warn, exit: end, onInterrupt, ...(terminal ? { terminal } : {}) };
      await load(io).name('redpack verify').parseAsync(self.args, { from: 'user' });
    });
}

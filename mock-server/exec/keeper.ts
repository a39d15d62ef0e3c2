/**
 * Tidies up after us when we are killed in a way that no process can answer (SIGKILL, out of memory): a shell that holds one end of a
 * pipe, and learns from its end that we are gone. It is in a session of its own, so what is meant for our group does not reach it.
 * What it cannot know of is a command that was started in the very milliseconds in which we were killed.
 */
import { spawn } from 'node:child_process';

export interface Keeper {
  /** Whose process group is to end with us; undefined: nobody's any more. */
  guard(group: number | undefined): void;
  /** We tidy up ourselves: it goes without doing anything. Resolves when it is gone. */
  dismiss(): Promise<void>;
}

/**
 * Each line is the group of now, and the last that came counts: `-` for none, `dismissed` for the end. Signals as every shell
 * understands them: `kill -s TERM -- -1` is not said in all of them.
 */
const SCRIPT = `
group=-
while read -r line; do group=$line; done
[ "$group" = dismissed ] && exit 0
if [ "$group" != - ]; then
  kill -TERM "-$group"
  for second in 1 2; do kill -0 "-$group" && sleep 1; done
  kill -KILL "-$group"
fi
rm -rf -- "$1"
`;

const NOBODY: Keeper = { guard: () => undefined, dismiss: async () => undefined };

/** @param folder is removed with everything in it when we are killed */
export function startKeeper(folder: string): Keeper {
  if (process.platform === 'win32') return NOBODY;
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'redpack-mock-keeper', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const gone = new Promise<void>((resolve) => {
    shell.once('error', () => resolve()).once('exit', () => resolve());
  });
  // Whoever ended it, or has no shell, goes without it.
  shell.stdin.on('error', () => undefined);
  return {
    guard(group) {
      shell.stdin.write(`${group ?? '-'}\n`);
    },
    dismiss() {
      shell.stdin.end('dismissed\n');
      return gone;
    },
  };
}

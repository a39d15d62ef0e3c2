/** What a command sees of the process it runs in, so that a test can be that process. */
export interface Context {
  /** To stdout: results. */
  write(text: string): void;
  /** To stderr: everything else. */
  warn(text: string): void;
  /** stderr, when a person looks at it. */
  readonly terminal?: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names of files are relative to it. */
  readonly cwd: string;
  /** All of it. */
  readStdin(): Promise<Uint8Array>;
  /** Calls back on Ctrl-C and on the polite kill of a process manager. @returns stops listening */
  onInterrupt(listener: () => void): () => void;
}

/** What was asked for cannot be done; nothing was dialled. The message says what was wrong, where, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The machine failed after money may have moved: a full disk. The message says what is lost, and what to do. */
export class MachineError extends Error {
  override readonly name = 'MachineError';
}

/** What a process says when it ends. */
export const EXIT = {
  /** Sent; or done. */
  sent: 0,
  /** Refused: nothing was paid. */
  refused: 1,
  /** Asked wrongly: nothing was dialled. */
  usage: 2,
  /** Nobody knows whether it was paid: the number that was printed is to be settled. */
  unknown: 3,
  /** A fault of redpack or of the machine: a full disk, a bug. */
  fault: 70,
  /** Stopped by Ctrl-C before all was done. */
  interrupted: 130,
} as const;

const FAULTS_SHOWN_MAX = 50;

/** Every fault on a line of its own, unless they are very many. */
export function usageErrorOf(faults: readonly string[]): UsageError {
  const shown = faults.slice(0, FAULTS_SHOWN_MAX);
  const more = faults.length - shown.length;
  return new UsageError([...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n'));
}

/** The user's own command: started in a process group of its own, given our signals, and gone with all its children at the end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Keeper } from './keeper.ts';

/** How a command ended, as a shell says it: 128 and the signal's number when a signal ended it. */
export interface CommandEnd {
  readonly exitCode: number;
  /** It could not be started; the message says why. */
  readonly unstarted?: string;
  /** It took too long and was ended; the message says so. */
  readonly timedOut?: string;
}

/** The signals that this process is sent, from beginning to end: they go to the command, and never end us before we have tidied up. */
export interface Signals {
  /** The first that came. */
  readonly received: NodeJS.Signals | undefined;
  passTo(receive: ((signal: NodeJS.Signals) => void) | undefined): void;
  end(): void;
}

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** A person who has asked so often wants it to end. */
const ASKED_OFTEN = 3;
/** As `timeout` of the coreutils has it. */
const TIMED_OUT_EXIT = 124;
const GRACE_MS = 2_000;
const LOOK_AGAIN_MS = 20;
/** What a killed process may take to leave the table; one that nobody buries never does. */
const BURIAL_MS = 1_000;

const OWN_GROUP = process.platform !== 'win32';

export function listenForSignals(): Signals {
  let received: NodeJS.Signals | undefined;
  let receiver: ((signal: NodeJS.Signals) => void) | undefined;
  let asked = 0;
  const pass = (signal: NodeJS.Signals): void => {
    received ??= signal;
    asked += 1;
    receiver?.(asked < ASKED_OFTEN ? signal : 'SIGKILL');
  };
  for (const signal of PASSED_ON) process.on(signal, pass);
  return {
    get received() {
      return received;
    },
    passTo(receive) {
      receiver = receive;
    },
    end() {
      for (const signal of PASSED_ON) process.off(signal, pass);
    },
  };
}

interface Attendance {
  readonly signals: Signals;
  readonly keeper: Keeper;
  readonly timeoutMs: number;
}

/** Runs a command to its end, with our own terminal. Resolves when it and everything in its group are gone. */
export async function runCommand(
  [file = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  { signals, keeper, timeoutMs }: Attendance,
): Promise<CommandEnd> {
  const child = spawn(file, args, { stdio: 'inherit', env, detached: OWN_GROUP });
  keeper.guard(child.pid);
  signals.passTo((signal) => signalGroup(child, signal));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CommandEnd>((resolve) => {
    const message = `the command was ended after ${timeoutMs / 1_000} s: has its client a timeout?`;
    timer = setTimeout(() => resolve({ exitCode: TIMED_OUT_EXIT, timedOut: message }), timeoutMs);
  });
  try {
    return await Promise.race([ended(child), late]);
  } finally {
    clearTimeout(timer);
    await endGroup(child);
    keeper.guard(undefined);
    signals.passTo(undefined);
  }
}

/** The exit code of whoever a signal ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

function ended(child: ChildProcess): Promise<CommandEnd> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const exitCode = error.code === 'ENOENT' ? 127 : 126;
      resolve({ exitCode, unstarted: `cannot run the command: ${error.message}` });
    });
    child.once('exit', (code, signal) => {
      resolve({ exitCode: signal ? exitCodeOf(signal) : (code ?? 1) });
    });
  });
}

/** Whatever the command left running in its group is asked to end, then made to. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (!signalGroup(child, 'SIGTERM')) return;
  if (await isGoneWithin(child, GRACE_MS)) return;
  signalGroup(child, 'SIGKILL');
  await isGoneWithin(child, BURIAL_MS);
}

async function isGoneWithin(child: ChildProcess, ms: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < ms; waitedMs += LOOK_AGAIN_MS) {
    if (!signalGroup(child, 0)) return true;
    await sleep(LOOK_AGAIN_MS);
  }
  return !signalGroup(child, 0);
}

/** @returns false when nobody is there any more */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  if (!OWN_GROUP) return child.exitCode === null && child.kill(signal);
  try {
    return process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}

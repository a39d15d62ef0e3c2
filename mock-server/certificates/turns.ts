/**
 * Taking turns in a directory, also between processes. The lock is a folder with one file named by its owner's random id. It is taken
 * by renaming a filled folder onto it, which fails while another owner's file is inside, and given up by removing one's own file:
 * nobody can remove the claim of an owner that he did not mean.
 */
import { randomUUID } from 'node:crypto';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const LOCK_STALE_MS = 60_000; // a holder signs a few certificates, which takes it well under 1 s
const LOCK_POLL_MS = 15;
// What renaming onto a folder that is not empty, or removing it, gives (the last two on Windows).
const TAKEN = ['ENOTEMPTY', 'EEXIST', ...(process.platform === 'win32' ? ['EPERM', 'EACCES'] : [])];

/** Another process holds the lock for too long; the message says what to remove. */
export class LockError extends Error {
  override readonly name = 'LockError';
}

/** Runs the step while no other process, and nothing else in this one, makes certificates here. */
export async function alone<Result>(dir: string, step: () => Promise<Result>): Promise<Result> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const lock = join(dir, '.lock');
  const owner = randomUUID();
  await takeLock(dir, lock, owner);
  try {
    return await step();
  } finally {
    await removeOwner(lock, owner);
  }
}

async function takeLock(dir: string, lock: string, owner: string): Promise<void> {
  const claim = await mkdtemp(join(dir, '.claim-'));
  const deadline = Date.now() + 2 * LOCK_STALE_MS;
  try {
    await writeFile(join(claim, owner), `${process.pid}@${hostname()}`, { mode: 0o600 });
    while (!(await renamed(claim, lock))) {
      if (Date.now() > deadline) throw new LockError(waitedTooLong(lock));
      await removeDeadOwners(lock);
      await sleep(LOCK_POLL_MS);
    }
  } finally {
    await rm(claim, { recursive: true, force: true });
  }
}

function waitedTooLong(lock: string): string {
  return `Another process has been making certificates for too long: end it, then remove ${lock}.`;
}

async function renamed(from: string, to: string): Promise<boolean> {
  const outcome = await unless(TAKEN, async () => {
    await rename(from, to);
    return true;
  });
  return outcome ?? false;
}

async function removeDeadOwners(lock: string): Promise<void> {
  const owners = (await unless(['ENOENT'], () => readdir(lock))) ?? [];
  for (const owner of owners) {
    if (await isDead(join(lock, owner))) await removeOwner(lock, owner);
  }
}

async function removeOwner(lock: string, owner: string): Promise<void> {
  await rm(join(lock, owner), { force: true });
  await unless(['ENOENT', ...TAKEN], () => rmdir(lock));
}

async function isDead(ownerPath: string): Promise<boolean> {
  const written = await unless(['ENOENT'], () => stat(ownerPath));
  const content = await unless(['ENOENT'], () => readFile(ownerPath, 'utf8'));
  if (!written || !content) return false;
  const [pid, host] = content.split('@');
  // A process on another machine can't be asked; nor is a number reused by another process ours.
  if (Date.now() - written.mtimeMs > LOCK_STALE_MS) return true;
  return host === hostname() && !isRunning(Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== 'ESRCH'; // EPERM: it runs, as another user
  }
}

/** The step's result, or undefined when it fails with one of these codes of the file system. */
export async function unless<Result>(
  codes: readonly string[],
  step: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await step();
  } catch (error) {
    if (codes.includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** The code of a system error: ENOENT, EACCES … */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

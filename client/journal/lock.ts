/**
 * One process at a time, also after a kill -9. The lock is a folder with one file named by its owner; it is taken by renaming a filled
 * folder onto it, which fails while another owner's file is inside. Only the file of a process that is dead is ever removed, by its
 * own name, so nobody can remove the claim of one that lives. Whether it lives can be told only of a process that this one could see:
 * of this machine, since it was started, and not in another container.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, readlink, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

export interface Lock {
  release(): Promise<void>;
}

const TRIES_MAX = 5;
const SEPARATOR = '~';

/** @returns the lock, or who has it, in words */
export async function takeLock(folder: string): Promise<Lock | string> {
  const place = await placeOf();
  const owner = [process.pid, await startOf(process.pid), ...place, randomUUID()].join(SEPARATOR);
  const claim = `${folder}.${owner}`;
  await mkdir(claim, { mode: 0o700 });
  await writeFile(join(claim, owner), '', { mode: 0o600 });
  try {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (await renamed(claim, folder)) return { release: () => release(folder, owner) };
      const holder = await removeDead(folder, place);
      if (holder) return `${holder}; if that is no longer so, remove ${folder}`;
    }
    return `others want it too, try again; if nobody does, remove ${folder}`;
  } finally {
    await rm(claim, { recursive: true, force: true });
  }
}

async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Windows says the last two, and does not rename onto an empty folder either.
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(code ?? '')) throw error;
    if (code === 'EPERM' || code === 'EACCES') await rmdir(to).catch(() => undefined);
    return false;
  }
}

/** Host, start of the machine, process numbers: where a process is seen by its number. The last two are Linux's, and empty elsewhere. */
type Place = readonly [host: string, boot: string, numbers: string];

async function placeOf(): Promise<Place> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const numbers = await readlink('/proc/self/ns/pid').catch(() => '');
  return [hostname(), boot.trim(), numbers.replace(/\D/g, '')];
}

/** Removes the files of dead owners. @returns the owner that may live, in words */
async function removeDead(folder: string, ours: Place): Promise<string | undefined> {
  for (const owner of await readdir(folder).catch(() => [])) {
    const [pid = '', start, host, boot, numbers] = owner.split(SEPARATOR);
    if (host !== ours[0]) return `process ${pid} on ${host} has it`;
    if (boot !== ours[1]) return `process ${pid} had it before ${host} was started anew`;
    if (numbers !== ours[2]) return `process ${pid} of another container has it`;
    const now = await startOf(Number(pid));
    if (isAlive(Number(pid)) && (start === now || start === '' || now === '')) {
      return `process ${pid} has it`;
    }
    await rm(join(folder, owner), { force: true });
  }
  return undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process began, as Linux tells it: another process may have its number by now. Empty where nobody tells. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function release(folder: string, owner: string): Promise<void> {
  await rm(join(folder, owner), { force: true });
  await rmdir(folder).catch(() => undefined);
}

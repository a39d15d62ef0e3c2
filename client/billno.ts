/**
 * Makes mch_billno as the page advises: mch_id, Beijing day, ten digits. The digits are a block that a process takes for itself and a
 * count within it, so that two processes of one machine never make the same number; machines that share a merchant are told apart by
 * `instance`, or else by the draw of the block among a million.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beijingDay } from '../contracts/core.ts';

const DIGITS = 10;
const COUNT_DIGITS = 4;
const BLOCK_TRIES_MAX = 1_000;
/** mch_billno has at most 28 bytes (String(28)), eighteen of which are day and digits. */
const MCH_ID_BYTES_MAX = 10;

export interface BillnoOptions {
  readonly mchId: string;
  /** Epoch milliseconds; the day in the number is Beijing's. */
  readonly nowMs: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** 0 to 99: of several machines that send for one merchant each has its own. */
  readonly instance?: number;
  /** Where this machine's processes agree on blocks. Default: a folder of this user among the temporary files. */
  readonly dir?: string;
}

/** No number can be made; the message says why and what to do. */
export class BillnoError extends Error {
  override readonly name = 'BillnoError';
}

/** @returns a function that makes one number after another @throws BillnoError */
export function createBillnoMaker(options: BillnoOptions): () => string {
  const { mchId, instance } = options;
  if (!/^[0-9A-Za-z]+$/.test(mchId)) {
    throw new BillnoError(`mch_id is ${JSON.stringify(mchId)}: expected 1 to 10 of 0-9 A-Z a-z`);
  }
  if (mchId.length > MCH_ID_BYTES_MAX) {
    throw new BillnoError(
      `mch_id ${mchId} leaves no room for day and digits in 28 bytes: give every order a mch_billno of your own`,
    );
  }
  if (instance !== undefined && !(Number.isInteger(instance) && instance >= 0 && instance <= 99)) {
    throw new BillnoError(`instance is ${instance}: expected a whole number, 0 to 99`);
  }
  let day = '';
  let block = '';
  let count = 0;
  return () => {
    const today = beijingDay(options.nowMs());
    if (today !== day || count === 10 ** COUNT_DIGITS) {
      block = takeBlock(options, today);
      day = today;
      count = 0;
    }
    const number = `${mchId}${day}${block}${String(count).padStart(COUNT_DIGITS, '0')}`;
    count += 1;
    return number;
  };
}

/** A block is a file that only one process can create. */
function takeBlock({ mchId, random, instance, dir }: BillnoOptions, day: string): string {
  const prefix = instance === undefined ? '' : String(instance).padStart(2, '0');
  const digits = DIGITS - COUNT_DIGITS - prefix.length;
  const folder = join(dir ?? defaultFolder(), mchId);
  try {
    if (dir === undefined) for (const each of [defaultFolder(), folder]) makeOwn(each);
    mkdirSync(join(folder, day), { recursive: true, mode: 0o700 });
    for (let tries = 0; tries < BLOCK_TRIES_MAX; tries++) {
      const block = `${prefix}${String(Math.floor(random() * 10 ** digits)).padStart(digits, '0')}`;
      if (!claimed(join(folder, day, block))) continue;
      forgetOlderDays(folder, day);
      return block;
    }
  } catch (error) {
    const { message } = error as Error;
    throw new BillnoError(
      `cannot keep order numbers apart in ${folder} (${message}): give another folder, or every order a mch_billno of your own`,
    );
  }
  throw new BillnoError(`no block of order numbers is left for ${day} in ${folder}`);
}

function claimed(path: string): boolean {
  try {
    writeFileSync(path, '', { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Anybody may make a folder of this name among the temporary files first: what we do in it must not be done for him. */
function makeOwn(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const user = process.getuid?.();
  const stat = lstatSync(folder);
  const own = stat.isDirectory() && (user === undefined || stat.uid === user);
  const shared = user !== undefined && (stat.mode & 0o022) !== 0;
  if (!own || shared) throw new Error(`${folder} is no folder that this user alone may write to`);
}

/** Yesterday's blocks stay: a process whose clock is behind may still be taking one. Nothing but blocks is ever removed. */
function forgetOlderDays(folder: string, day: string): void {
  const days = readdirSync(folder).filter((name) => /^\d{8}$/.test(name) && name < day);
  for (const old of days.sort().slice(0, -1)) {
    try {
      const blocks = readdirSync(join(folder, old)).filter((name) => /^\d{4,6}$/.test(name));
      for (const block of blocks) rmSync(join(folder, old, block));
      rmdirSync(join(folder, old));
    } catch {
      // Another process has just done it, or there is something else in it.
    }
  }
}

function defaultFolder(): string {
  return join(tmpdir(), `redpack-numbers-${process.getuid?.() ?? 'user'}`);
}

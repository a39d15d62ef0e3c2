/**
 * A journal in a file: one JSON record a line, appended and synced before the promise resolves. What a killed process left half
 * written is cut off at the next opening; anything else that cannot be read stops it, because guessing would cost money.
 */
import { type FileHandle, mkdir, open, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { holdersOf, type PaymentJournal, type PaymentRecord } from './journal.ts';
import { JournalError, load, type Money } from './lines.ts';
import { type Lock, takeLock } from './lock.ts';

export interface FileJournalOptions {
  /**
   * `none`: the payments go to a mock. What was sent there says nothing about real money, so a journal of one kind is not opened as the
   * other: it would call a payment sent that never was. Left out: not looked at.
   */
  readonly money?: Money;
}

export interface FileJournal extends PaymentJournal {
  readonly path: string;
  /** Records that are in it. */
  readonly size: number;
  /** The latest record of every payment, oldest payment first. */
  records(): Iterable<PaymentRecord>;
  /** Ends it and lets another process open it. */
  close(): Promise<void>;
}

interface Waiting {
  readonly line: string;
  readonly done: (error?: Error) => void;
}

/**
 * Opens the journal, or makes it, mode 0600. One process at a time: two would give one payment two numbers.
 * @throws JournalError when another process has it, it cannot be read, or it is about other money
 */
export async function openFileJournal(
  file: string,
  { money }: FileJournalOptions = {},
): Promise<FileJournal> {
  const path = await placeOf(resolve(file));
  const lock = await lockOf(path);
  try {
    const handle = await open(path, 'a+', 0o600);
    try {
      const records = await load(handle, path, money);
      return serve(path, handle, lock, records);
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    await lock.release();
    throw error instanceof JournalError ? error : cannotOpen(path, error);
  }
}

/** Where it is whatever name it goes by: two names of one file must not be two locks. Made if it is not there, for a link may lead to it. */
async function placeOf(path: string): Promise<string> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const handle = await open(path, 'a', 0o600);
    const { nlink } = await handle.stat().finally(() => handle.close());
    if (nlink === 1) return await realpath(path);
  } catch (error) {
    throw cannotOpen(path, error);
  }
  throw new JournalError(
    `${path} has another name (a hard link), under which another process could use it: give the journal one name, or copy it`,
  );
}

async function lockOf(path: string): Promise<Lock> {
  try {
    const lock = await takeLock(`${path}.lock`);
    if (typeof lock === 'string') throw new JournalError(`${path} is in use: ${lock}`, true);
    return lock;
  } catch (error) {
    throw error instanceof JournalError ? error : cannotOpen(path, error);
  }
}

function cannotOpen(path: string, error: unknown): JournalError {
  const { message } = error as Error;
  return new JournalError(`cannot open the journal ${path}: ${message}`);
}

function serve(
  path: string,
  handle: FileHandle,
  lock: Lock,
  records: Map<string, PaymentRecord>,
): FileJournal {
  const holders = holdersOf(records.values());
  let queue: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  let broken: Error | undefined;
  let closed = false;

  /** What came while the last sync was under way goes out together, with one sync. */
  const flush = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      try {
        // A line may be half written: nothing may follow it.
        if (broken) throw broken;
        await handle.appendFile(batch.map(({ line }) => line).join(''));
        await handle.datasync();
        for (const { done } of batch) done();
      } catch (error) {
        broken ??= new JournalError(`cannot write ${path}: ${(error as Error).message}`);
        for (const { done } of batch) done(broken);
      }
    }
    flushing = undefined;
  };

  return {
    path,
    get size() {
      return records.size;
    },
    records: () => records.values(),
    read: async (id) => records.get(id),
    holderOf: async (mch_billno) => holders.get(mch_billno),
    write(record) {
      if (closed) return Promise.reject(new JournalError(`${path} is closed`));
      if (broken) return Promise.reject(broken);
      return new Promise((resolve, reject) => {
        const done = (error?: Error): void => {
          if (error) reject(error);
          else {
            records.set(record.id, record);
            holders.add(record);
            resolve();
          }
        };
        queue.push({ line: `${JSON.stringify(record)}\n`, done });
        flushing ??= flush();
      });
    },
    async close() {
      if (closed) return;
      closed = true;
      await flushing;
      await handle.close();
      await lock.release();
    },
  };
}

/**
 * A journal in a file: one JSON record a line, appended and synced before the promise resolves. What a killed process left half
 * written is cut off at the next opening; anything else that cannot be read stops it, because guessing would cost money.
 */
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { PaymentJournal, PaymentRecord } from './journal.ts';
import { type Lock, takeLock } from './lock.ts';

/** The journal cannot be used; the message says where and what to do. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  /** Another process has it: it may be free in a moment. */
  readonly inUse: boolean;

  constructor(message: string, inUse = false) {
    super(message);
    this.inUse = inUse;
  }
}

export interface FileJournalOptions {
  /**
   * `none`: the payments go to a mock. What was sent there says nothing about real money, so a journal of one kind is not opened as the
   * other: it would call a payment sent that never was. Left out: not looked at.
   */
  readonly money?: 'real' | 'none';
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

const HEADER = { journal: 'redpack-kit', version: 1 } as const;

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
  const path = resolve(file);
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

async function lockOf(path: string): Promise<Lock> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
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

/** Reads what is whole, and cuts off what is not. */
async function load(
  handle: FileHandle,
  path: string,
  money: FileJournalOptions['money'],
): Promise<Map<string, PaymentRecord>> {
  const bytes = await handle.readFile();
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) await handle.truncate(end);
  const records = new Map<string, PaymentRecord>();
  const lines = bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
  lines.forEach((line, index) => {
    const value = parseLine(line, path, index + 1);
    if (index === 0) checkHeader(value, path, money);
    else {
      const record = toRecord(value, path, index + 1);
      records.set(record.id, record);
    }
  });
  if (lines.length === 0) {
    await handle.appendFile(`${JSON.stringify({ ...HEADER, money })}\n`);
    await handle.datasync();
  }
  return records;
}

function parseLine(line: string, path: string, number: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw damaged(path, number, 'is no JSON object');
}

function checkHeader(
  value: Record<string, unknown>,
  path: string,
  money: FileJournalOptions['money'],
): void {
  if (value.journal !== HEADER.journal || value.version !== HEADER.version) {
    throw new JournalError(
      `${path} is no journal of redpack-kit, version ${HEADER.version}: give the name of another file`,
    );
  }
  if (money === undefined || value.money === undefined || value.money === money) return;
  const [its, ours] = money === 'real' ? ['at a mock', 'real'] : ['real', 'at a mock'];
  throw new JournalError(
    `${path} is about payments ${its}, these are ${ours}: give the name of another file`,
  );
}

function toRecord(value: Record<string, unknown>, path: string, number: number): PaymentRecord {
  const texts = ['id', 'mch_id', 'mch_billno', 're_openid'];
  const sound =
    texts.every((name) => typeof value[name] === 'string') &&
    Number.isSafeInteger(value.total_amount) &&
    Number.isSafeInteger(value.openedAtMs) &&
    Array.isArray(value.formerNumbers) &&
    typeof value.open === 'boolean';
  if (!sound) throw damaged(path, number, 'is no record of a payment');
  return value as unknown as PaymentRecord;
}

function damaged(path: string, number: number, what: string): JournalError {
  return new JournalError(
    `${path}, line ${number}, ${what}: the journal is damaged. Do not delete it: it alone knows which numbers may be paid`,
  );
}

function serve(
  path: string,
  handle: FileHandle,
  lock: Lock,
  records: Map<string, PaymentRecord>,
): FileJournal {
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
        if (broken) throw broken;
        await handle.appendFile(batch.map(({ line }) => line).join(''));
        await handle.datasync();
        for (const { done } of batch) done();
      } catch (error) {
        // A line may be half written: nothing may follow it.
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
    write(record) {
      if (closed) return Promise.reject(new JournalError(`${path} is closed`));
      return new Promise((resolve, reject) => {
        const done = (error?: Error): void => {
          if (error) reject(error);
          else {
            records.set(record.id, record);
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

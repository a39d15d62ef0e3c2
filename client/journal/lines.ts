/** The lines of a journal file: a header, then one record a line; what is read of them, and what is refused. */
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PaymentRecord } from './journal.ts';

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

/** `none`: payments to a mock. */
export type Money = 'real' | 'none';

const HEADER = { journal: 'redpack-kit', version: 1 } as const;
const headerLine = (money: Money | undefined): string =>
  `${JSON.stringify({ ...HEADER, money })}\n`;
const HEADER_LINES = [undefined, 'real' as const, 'none' as const].map(headerLine);

/**
 * Reads what is whole, and then cuts off what is not: a file that is none of ours stays as it was.
 * @throws JournalError
 */
export async function load(
  handle: FileHandle,
  path: string,
  money: Money | undefined,
): Promise<Map<string, PaymentRecord>> {
  const bytes = await handle.readFile();
  const end = bytes.lastIndexOf('\n') + 1;
  const lines = bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
  const torn = bytes.subarray(end).toString('latin1');
  if (lines.length === 0 && !HEADER_LINES.some((line) => line.startsWith(torn))) {
    throw foreign(path);
  }
  const records = new Map<string, PaymentRecord>();
  for (const [index, line] of lines.entries()) {
    if (index === 0) {
      checkHeader(line, path, money);
      continue;
    }
    const record = toRecord(parseLine(line, path, index + 1), path, index + 1);
    records.set(record.id, record);
  }
  if (torn !== '') await handle.truncate(end);
  if (lines.length === 0) {
    await handle.appendFile(headerLine(money));
    await handle.datasync();
    await keepName(path);
  }
  return records;
}

/** A new file's name is in its folder, which is written apart from it. */
async function keepName(path: string): Promise<void> {
  // Windows opens no folders, and needs not.
  const folder = await open(dirname(path)).catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

function checkHeader(line: string, path: string, money: Money | undefined): void {
  const { journal, version, money: its } = headerOf(line);
  if (journal !== HEADER.journal || version !== HEADER.version) throw foreign(path);
  if (money === undefined || its === undefined || its === money) return;
  const [theirs, ours] = money === 'real' ? ['at a mock', 'real'] : ['real', 'at a mock'];
  throw new JournalError(
    `${path} is about payments ${theirs}, these are ${ours}: give the name of another file`,
  );
}

function headerOf(line: string): { journal?: unknown; version?: unknown; money?: unknown } {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
}

function foreign(path: string): JournalError {
  return new JournalError(
    `${path} is no journal of redpack-kit, version ${HEADER.version}: give the name of another file`,
  );
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

function toRecord(value: Record<string, unknown>, path: string, number: number): PaymentRecord {
  if (!isRecord(value)) throw damaged(path, number, 'is no record of a payment');
  return value;
}

function isRecord(
  value: Record<string, unknown>,
): value is Record<string, unknown> & PaymentRecord {
  const texts = ['id', 'mch_id', 'mch_billno', 're_openid'];
  return (
    texts.every((name) => typeof value[name] === 'string') &&
    Number.isSafeInteger(value.total_amount) &&
    Number.isSafeInteger(value.openedAtMs) &&
    Array.isArray(value.formerNumbers) &&
    typeof value.open === 'boolean'
  );
}

function damaged(path: string, number: number, what: string): JournalError {
  return new JournalError(
    `${path}, line ${number}, ${what}: the journal is damaged. Do not delete it: it alone knows which numbers may be paid`,
  );
}

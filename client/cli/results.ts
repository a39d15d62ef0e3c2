/** The results of a batch as CSV, whole or not at all: what is in it is known to the journal, so it can be made anew at any time. */
import { open, rename, rm } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { toYuan } from '../../contracts/core.ts';
import type { Outcome } from '../outcome.ts';
import type { Row } from './rows.ts';
import { adviceText, printable } from './text.ts';

export interface RowResult {
  readonly row: Row;
  /** undefined: not begun. */
  readonly outcome: Outcome | undefined;
  readonly formerNumbers: readonly string[];
}

const COLUMNS = [
  'line',
  'id',
  'openid',
  'amount',
  'outcome',
  'mch_billno',
  'send_listid',
  'code',
  'message',
  'next',
  'former_numbers',
] as const;

/** @throws what the file system throws; then the former file, if any, is as it was */
export async function writeResults(path: string, results: readonly RowResult[]): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const handle = await open(temporary, 'w', 0o600);
    try {
      await handle.writeFile(resultsText(results));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** With a mark for Excel, and no cell that it would take for a formula. */
export function resultsText(results: readonly RowResult[]): string {
  const records = results.map(({ row, outcome, formerNumbers }) => ({
    line: String(row.line),
    id: row.name,
    openid: row.openid,
    amount: toYuan(row.amountFen),
    outcome: outcome?.kind ?? 'not begun',
    mch_billno: outcome?.mch_billno,
    send_listid: outcome?.kind === 'sent' ? outcome.send_listid : undefined,
    code: outcome && outcome.kind !== 'sent' ? (outcome.code ?? whyOf(outcome)) : undefined,
    message: outcome && printable(messageOf(outcome)),
    next: outcome && nextOf(outcome),
    former_numbers: formerNumbers.join(' '),
  }));
  return stringify(records, {
    columns: [...COLUMNS],
    header: true,
    bom: true,
    escape_formulas: true,
  });
}

function whyOf(outcome: Exclude<Outcome, { kind: 'sent' }>): string {
  return outcome.kind === 'unknown' ? outcome.why : outcome.code;
}

function messageOf(outcome: Outcome): string {
  if (outcome.kind === 'sent') return outcome.status ?? '';
  return outcome.kind === 'unknown' ? outcome.detail : outcome.message;
}

function nextOf(outcome: Outcome): string {
  if (outcome.kind === 'sent') return '';
  return outcome.kind === 'unknown' ? 'settle it: --resume' : adviceText(outcome);
}

/** Records of a CSV file to payments, or all that is wrong with them. A row that could mean two things is refused. */
import { type Edition, toYuan } from '../../contracts/core.ts';
import type { CsvRecord } from './csv-file.ts';
import { fenOfDigits, fenOfYuan } from './money.ts';
import { type PacketFields, packetFieldNames } from './packet.ts';

export interface Row {
  /** From 1. */
  readonly line: number;
  /** The payment's name: its id, else its mch_billno, else openid and amount. */
  readonly name: string;
  readonly openid: string;
  readonly amountFen: number;
  /** What the row says besides: fields by their wire names, mch_billno among them. */
  readonly fields: PacketFields;
}

export interface RowsResult {
  readonly rows: readonly Row[];
  /** `12: amount: 1,5: …` */
  readonly faults: readonly string[];
}

export interface RowsOptions {
  readonly edition: Edition;
  readonly ignoreUnknownColumns: boolean;
}

const ALIASES: Readonly<Record<string, string>> = { re_openid: 'openid' };
const OWN_COLUMNS = ['id', 'openid', 'amount', 'fen'] as const;

export function rowsOf(
  header: CsvRecord,
  records: readonly CsvRecord[],
  options: RowsOptions,
): RowsResult {
  const columns = columnsOf(header, options);
  if (columns.faults.length > 0) return { rows: [], faults: columns.faults };
  const rows: Row[] = [];
  const faults: string[] = [];
  const seen = new Map<string, number>();
  for (const record of records) {
    const read = rowOf(record, columns.names);
    faults.push(...read.faults.map((fault) => `${record.line}: ${fault}`));
    if (!read.row) continue;
    rows.push(read.row);
    for (const [key, complaint] of uniqueKeys(read.row, columns.names)) {
      const line = seen.get(key);
      if (line === undefined) seen.set(key, record.line);
      else faults.push(`${record.line}: ${complaint(line)}`);
    }
  }
  if (records.length === 0) faults.push(`${header.line}: no rows below the names of the columns`);
  return { rows, faults };
}

/** undefined: a column that is left alone. */
type Columns = readonly (string | undefined)[];

function columnsOf(
  { line, values }: CsvRecord,
  { edition, ignoreUnknownColumns }: RowsOptions,
): { names: Columns; faults: string[] } {
  const known = [...OWN_COLUMNS, 'mch_billno', ...packetFieldNames(edition)];
  const faults: string[] = [];
  const names = values.map((value) => {
    const lower = value.trim().toLowerCase();
    const name = ALIASES[lower] ?? lower;
    if (known.includes(name)) return name;
    if (!ignoreUnknownColumns) {
      faults.push(
        `${line}: column ${name || '(without a name)'}: expected one of ${known.join(', ')}; --ignore-unknown-columns leaves others alone`,
      );
    }
    return undefined;
  });
  const twice = names.filter((name, index) => name && names.indexOf(name) !== index);
  faults.push(...twice.map((name) => `${line}: column ${name} comes twice`));
  if (!names.includes('openid')) faults.push(`${line}: no column openid`);
  const amounts = names.filter((name) => name === 'amount' || name === 'fen').length;
  if (amounts !== 1) {
    faults.push(
      `${line}: expected one column with the amount, either amount (yuan, like 1.00) or fen`,
    );
  }
  return { names, faults };
}

function rowOf({ line, values }: CsvRecord, names: Columns): { row?: Row; faults: string[] } {
  if (values.length !== names.length) {
    const fault = `${values.length} values, the header has ${names.length}: a value with a comma needs quotes`;
    return { faults: [fault] };
  }
  const fields: Record<string, string> = {};
  names.forEach((name, index) => {
    const value = values[index] ?? '';
    // Texts are the merchant's words as they stand; what identifies has no spaces around it.
    if (name) fields[name] = TRIMMED.includes(name) ? value.trim() : value;
  });
  const { id, openid = '', amount, fen, ...rest } = fields;
  const faults: string[] = [];
  const read = amount === undefined ? fenOfDigits(fen ?? '') : fenOfYuan(amount);
  if (!read.ok) faults.push(`${amount === undefined ? 'fen' : 'amount'}: ${read.message}`);
  if (id === '') faults.push('id: every row needs one when there is such a column');
  if (openid === '') faults.push('openid: missing');
  if (!read.ok || faults.length > 0) return { faults };
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ''));
  const name = id ?? given.mch_billno ?? `${openid} ${read.fen}`;
  return { row: { line, name, openid, amountFen: read.fen, fields: given }, faults };
}

const TRIMMED: readonly string[] = ['id', 'openid', 'amount', 'fen', 'mch_billno', 'scene_id'];

/** What no two rows may share, and what is said when they do. */
function uniqueKeys(
  { name, openid, amountFen, fields }: Row,
  names: Columns,
): [key: string, complaint: (line: number) => string][] {
  const { mch_billno } = fields;
  const number: [string, (line: number) => string][] = mch_billno
    ? [[`number ${mch_billno}`, (line) => `mch_billno ${mch_billno} is that of line ${line}`]]
    : [];
  if (names.includes('id')) {
    return [[`id ${name}`, (line) => `id ${name} is that of line ${line}`], ...number];
  }
  if (mch_billno) return number;
  const same = (line: number): string =>
    `${openid} gets ${toYuan(amountFen)} yuan on line ${line} too: if both are meant, give every row an id, in a column id`;
  return [[`row ${name}`, same]];
}

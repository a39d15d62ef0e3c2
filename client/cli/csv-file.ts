/** A CSV file as spreadsheets write it, to records with their lines: UTF-8 with or without a mark, or GBK as Excel in China saves it. */
import { CsvError, parse } from 'csv-parse/sync';

export interface CsvRecord {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly values: readonly string[];
}

export type CsvResult =
  | {
      readonly ok: true;
      readonly header: CsvRecord;
      readonly records: readonly CsvRecord[];
      /** Not UTF-8: worth saying. */
      readonly gbk: boolean;
    }
  | { readonly ok: false; readonly line: number; readonly message: string };

export function readCsv(bytes: Uint8Array): CsvResult {
  const decoded = decode(bytes);
  if ('message' in decoded) return { ok: false, line: 1, ...decoded };
  const text = decoded.text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const records = parseRecords(text);
  if ('message' in records) return { ok: false, ...records };
  const [header, ...rest] = records;
  if (!header) return { ok: false, line: 1, message: 'the file is empty' };
  return { ok: true, header, records: rest, gbk: decoded.gbk };
}

function decode(bytes: Uint8Array): { text: string; gbk: boolean } | { message: string } {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return { message: 'the file is UTF-16: save it as CSV UTF-8' };
  }
  const utf8 = decodeAs('utf-8', bytes);
  if (utf8 !== undefined) return { text: utf8, gbk: false };
  // gb18030 is gbk with all that came later.
  const gbk = decodeAs('gb18030', bytes);
  if (gbk !== undefined) return { text: gbk, gbk: true };
  return { message: 'the file is neither UTF-8 nor GBK: save it as CSV UTF-8' };
}

function decodeAs(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** `lines`: those up to its end, beginning from 1. */
interface Parsed {
  readonly record: string[];
  readonly lines: number;
}

function parseRecords(text: string): CsvRecord[] | { line: number; message: string } {
  try {
    return wholeRecords(text).map(({ record, lines }) => ({
      line: lines - record.join('').split('\n').length + 1,
      values: record,
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines, records } = error as CsvError & { lines?: unknown; records?: unknown };
    // It tells where the file ends, not where the quote began: in the row after the last whole one.
    const open = error.code === 'CSV_QUOTE_NOT_CLOSED' && Number(records) > 0;
    const last = open ? wholeRecords(text, Number(records)).at(-1) : undefined;
    const line = error.code === 'CSV_QUOTE_NOT_CLOSED' ? (last?.lines ?? 0) + 1 : lines;
    return { line: Number(line) || 1, message: quoteMessage(error.code) };
  }
}

/** @param to so many only, header and empty records included @throws CsvError */
function wholeRecords(text: string, to?: number): Parsed[] {
  const records: Parsed[] = [];
  parse(text, {
    delimiter: delimiterOf(text),
    record_delimiter: '\n',
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    on_record: (record, { lines }) => {
      records.push({ record, lines });
      return record;
    },
    ...(to === undefined ? {} : { to }),
  });
  return records;
}

/** Its own messages quote the file at length. */
function quoteMessage(code: string): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a quote in this row never ends';
  if (/QUOTE/.test(code)) {
    return 'a quote in the middle of a value: put the value in quotes, and write "" for one in it';
  }
  if (code === 'CSV_MAX_RECORD_SIZE') return 'the line is far too long';
  return `cannot be read (${code})`;
}

/** Excel writes semicolons in some countries, and tabs into its text files. A name of a column has none of the three. */
function delimiterOf(text: string): string {
  const [header = ''] = text.split('\n', 1);
  return [',', ';', '\t'].find((each) => header.includes(each)) ?? ',';
}

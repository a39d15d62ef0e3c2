/** Does the file still say what the journal knows was paid, or may have been? A row that was changed or taken out would be paid again. */
import { toYuan } from '../../contracts/core.ts';
import type { PaymentRecord } from '../journal/journal.ts';
import type { Row } from './rows.ts';

/** @returns what does not fit, in sentences, each without the name of the file */
export function misfits(
  records: Iterable<PaymentRecord>,
  rows: readonly Row[],
  mchId: string,
): string[] {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const complaints: string[] = [];
  for (const record of records) {
    if (!record.open && record.outcome?.kind !== 'sent') continue;
    const complaint = misfit(record, byName.get(record.id), mchId);
    if (complaint) complaints.push(complaint);
  }
  return complaints;
}

function misfit(record: PaymentRecord, row: Row | undefined, mchId: string): string | undefined {
  const { id, mch_id, mch_billno, re_openid, total_amount, open } = record;
  const was = `${toYuan(total_amount)} yuan for ${re_openid}, number ${mch_billno}`;
  const state = open ? 'may have been sent' : 'was sent';
  if (mch_id !== mchId) {
    return `the journal is merchant ${mch_id}'s, this is ${mchId}: give another --out`;
  }
  if (!row) {
    return `no row is ${id} any more, which ${state} (${was}): put it back, or give new rows another --out`;
  }
  if (row.openid !== re_openid || row.amountFen !== total_amount) {
    const now = `${toYuan(row.amountFen)} yuan for ${row.openid}`;
    return `line ${row.line}, ${id}: ${now}, but it ${state} as ${was}: put it back; another payment needs a row of its own`;
  }
  const number = row.fields.mch_billno;
  if (number && number !== mch_billno && !record.formerNumbers.includes(number)) {
    return `line ${row.line}, ${id}: mch_billno ${number}, but it ${state} as ${was}: put it back`;
  }
  return undefined;
}

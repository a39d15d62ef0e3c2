/** What a client did about orders whose end it could not know, or knew: where money is lost. */
import { toYuan } from '../wire/measure.ts';
import {
  type AuditCall,
  amountFenOf,
  billnoOf,
  heardOf,
  isSamePayment,
  orderKeyOf,
} from './audit-entry.ts';
import type { Doubt } from './audit-orders.ts';
import type { AuditRun, Observation } from './audit-run.ts';

/** A new number in place of one that was in this doubt: of gravity `money` when both were paid, else what it would have cost. */
export function newNumberAfter(...doubts: readonly Doubt[]): (run: AuditRun) => Observation[] {
  return ({ orders }) =>
    orders.replacements
      .filter(({ doubt }) => doubts.includes(doubt))
      .map(({ doubt, oldNumber, newNumber, amountFen, paidBefore, evidence }) => {
        const replaced = `${oldNumber} was open when ${newNumber} was sent for the same user`;
        const fen = `${amountFen} fen (${toYuan(amountFen)} yuan)`;
        if (doubt === 'odd-answer') {
          return { what: `${replaced}: if that answer was not read, ${fen} are lost.`, evidence };
        }
        if (paidBefore === undefined) {
          return {
            what: `${replaced}: had both been paid, ${fen} would have been lost.`,
            evidence,
          };
        }
        const paid = paidBefore === oldNumber ? 'both' : `${paidBefore} and ${newNumber}`;
        const what = `${replaced}: ${paid} were paid, ${fen} lost.`;
        return { what, evidence, severity: 'money', lostFen: amountFen };
      });
}

/** An order that was left in this doubt, with no call about it any more. */
export function abandonedAfter(...doubts: readonly Doubt[]): (run: AuditRun) => Observation[] {
  return ({ orders }) =>
    orders.abandonments
      .filter(({ doubt }) => doubts.includes(doubt))
      .map(({ number, amountFen, paid, evidence }) => ({
        what: `Nothing was asked about ${number} any more; its ${amountFen} fen were ${paid ? '' : 'not '}paid.`,
        evidence,
      }));
}

/** The same number again after it had failed for good. */
export function failedNumberSentAgain({ entries }: AuditRun): Observation[] {
  const failed = new Map<string, AuditCall>();
  const again = new Map<string, AuditCall[]>();
  for (const entry of entries) {
    const key = orderKeyOf(entry);
    const before = failed.get(key);
    if (before && entry.endpoint === 'sendredpack') {
      again.set(key, [...(again.get(key) ?? [before]), entry]);
    }
    const heard = heardOf(entry);
    const hasFailed =
      (heard.kind === 'code' && heard.after === 'closed') ||
      (heard.kind === 'status' && heard.status === 'FAILED');
    if (hasFailed && !before) failed.set(key, entry);
  }
  return [...again.values()].map((calls) => ({
    what: `${numberOf(calls)} had failed for good and was sent ${times(calls.length - 1)} more.`,
    evidence: sequencesOf(calls),
  }));
}

/** One number for two payments: another user, or another amount, after the first was stored. */
export function numberForTwoOrders({ sends }: AuditRun): Observation[] {
  const stored = new Map<string, AuditCall>();
  const found: Observation[] = [];
  for (const entry of sends) {
    const before = stored.get(orderKeyOf(entry));
    if (before && !isSamePayment(before, entry)) {
      found.push({
        what: `${billnoOf(entry)} was sent for ${payment(before)}, then for ${payment(entry)}.`,
        evidence: sequencesOf([before, entry]),
      });
    }
    const heard = heardOf(entry);
    const free = heard.kind === 'code' && (heard.after === 'free' || heard.after === 'kept');
    if (!before && !free && billnoOf(entry) !== '') stored.set(orderKeyOf(entry), entry);
  }
  return found;
}

/** The same number again after a plain success: the answer was not understood. */
export function successSentAgain({ sends }: AuditRun): Observation[] {
  const succeeded = new Map<string, AuditCall>();
  const found: Observation[] = [];
  for (const entry of sends) {
    const before = succeeded.get(orderKeyOf(entry));
    if (before && isSamePayment(before, entry)) {
      found.push({
        what: `${billnoOf(entry)} was answered with success, and sent again.`,
        evidence: sequencesOf([before, entry]),
      });
    }
    if (heardOf(entry).kind === 'success') succeeded.set(orderKeyOf(entry), entry);
  }
  return found;
}

const SAME_REFUSAL_MAX = 3;

/** The same request again and again, though only a change of it, or of the account, can help. */
export function hopelessRepeats({ sends }: AuditRun): Observation[] {
  const refused = new Map<string, { readonly code: string; readonly calls: AuditCall[] }>();
  for (const entry of sends) {
    const heard = heardOf(entry);
    const mendable = heard.kind === 'code' && ['free', 'kept'].includes(heard.after);
    if (!mendable || heard.code === 'FREQ_LIMIT' || billnoOf(entry) === '') continue;
    const { code } = heard;
    const key = `${orderKeyOf(entry)}/${code}/${entry.request.re_openid}/${amountFenOf(entry)}`;
    const group = refused.get(key) ?? { code, calls: [] };
    group.calls.push(entry);
    refused.set(key, group);
  }
  return [...refused.values()]
    .filter(({ calls }) => calls.length > SAME_REFUSAL_MAX)
    .map(({ code, calls }) => ({
      what: `${numberOf(calls)} was sent ${times(calls.length)} and met ${code} each time.`,
      evidence: sequencesOf(calls),
    }));
}

function payment(entry: AuditCall): string {
  return `${entry.request.re_openid ?? 'nobody'} and ${amountFenOf(entry)} fen`;
}

function numberOf([first]: readonly AuditCall[]): string {
  return first ? billnoOf(first) : '';
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function sequencesOf(entries: readonly AuditCall[]): number[] {
  return entries.map(({ sequence }) => sequence);
}

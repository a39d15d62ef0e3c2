/** How a client answered what it met: its next call about the same order. */
import { type AuditCall, amountFenOf, billnoOf, elapsedMs, orderKeyOf } from './audit-entry.ts';
import { NEW_NUMBER_WINDOW_MS } from './audit-orders.ts';

/**
 * `same number`: sent again as it was. `changed`: the same number, with another request. `query`: gethbinfo. `new number`: another
 * number for the same user and amount, soon. `nothing`: no further call about it.
 */
export const NEXT_STEPS = ['same number', 'changed', 'query', 'new number', 'nothing'] as const;
export type NextStep = (typeof NEXT_STEPS)[number];

/** @param entries oldest first */
export function nextSteps(entries: readonly AuditCall[]): ReadonlyMap<AuditCall, NextStep> {
  const steps = new Map<AuditCall, NextStep>();
  const nextOfOrder = new Map<string, AuditCall>();
  // The next send of a number that was not seen before it, by what it pays: found going backwards, with each number's first send.
  const nextOfPayee = new Map<string, AuditCall>();
  const firstSends = firstSendsOf(entries);
  for (const entry of [...entries].reverse()) {
    const next = nextOfOrder.get(orderKeyOf(entry));
    const other = nextOfPayee.get(payeeOf(firstSends.get(orderKeyOf(entry)) ?? entry));
    steps.set(entry, stepOf(entry, next, other));
    if (billnoOf(entry) !== '') nextOfOrder.set(orderKeyOf(entry), entry);
    if (firstSends.get(orderKeyOf(entry)) === entry) nextOfPayee.set(payeeOf(entry), entry);
  }
  return steps;
}

/** The calls that repeat a number under a nonce of their own. */
export function repeatsWithNewNonce(entries: readonly AuditCall[]): ReadonlySet<AuditCall> {
  const firstSends = firstSendsOf(entries);
  return new Set(
    entries.filter((entry) => {
      const first = firstSends.get(orderKeyOf(entry));
      if (!first || entry.endpoint !== 'sendredpack') return false;
      return first.request.nonce_str !== entry.request.nonce_str;
    }),
  );
}

function firstSendsOf(entries: readonly AuditCall[]): Map<string, AuditCall> {
  const firsts = new Map<string, AuditCall>();
  for (const entry of entries) {
    if (entry.endpoint !== 'sendredpack' || billnoOf(entry) === '') continue;
    if (!firsts.has(orderKeyOf(entry))) firsts.set(orderKeyOf(entry), entry);
  }
  return firsts;
}

function stepOf(
  entry: AuditCall,
  next: AuditCall | undefined,
  other: AuditCall | undefined,
): NextStep {
  if (next) {
    if (next.endpoint === 'gethbinfo') return 'query';
    return entry.endpoint === 'gethbinfo' || isUnchanged(entry, next) ? 'same number' : 'changed';
  }
  return other && elapsedMs(entry, other) <= NEW_NUMBER_WINDOW_MS ? 'new number' : 'nothing';
}

/** Nonce and signature differ in every honest repeat. */
function isUnchanged(before: AuditCall, after: AuditCall): boolean {
  return contentOf(before) === contentOf(after);
}

function contentOf({ request, peer }: AuditCall): string {
  const { nonce_str: _nonce, sign: _sign, ...content } = request;
  const fields = Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([fields, peer.kind]);
}

function payeeOf({ request, ...entry }: AuditCall): string {
  return JSON.stringify([request.mch_id, request.re_openid, amountFenOf({ request, ...entry })]);
}

/**
 * Orders as their client saw them: which it was left in doubt about, and what it did then. A heuristic, because two packets of one
 * amount to one user may both be meant. They are taken for one, paid twice, when the second number first appears while the client
 * can't know how the first ended, within {@link NEW_NUMBER_WINDOW_MS}, and the first number is never sent again. So who settles the
 * first (by gethbinfo, or by repeating it to an answer) may send a second packet at once, and who goes on with both numbers may too.
 */
import {
  type AuditCall,
  amountFenOf,
  billnoOf,
  elapsedMs,
  heardOf,
  orderKeyOf,
} from './audit-entry.ts';

/** A retry by hand comes minutes later; a second packet after half an hour is likelier another one. */
export const NEW_NUMBER_WINDOW_MS = 30 * 60_000;

/** Why the client can't know how an order ended, or knows that it is not over. */
export type Doubt =
  | 'systemerror'
  | 'processing'
  | 'not-found'
  | 'no-answer'
  | 'odd-answer'
  | 'page'
  | 'unknown-code'
  | 'sending'
  | 'stored';

/** An order in doubt, and the number that was sent in its place. */
interface Replacement {
  readonly doubt: Doubt;
  readonly oldNumber: string;
  readonly newNumber: string;
  readonly amountFen: number;
  /** When the new number was paid: the number before it that was paid too, itself or one that it had replaced. */
  readonly paidBefore: string | undefined;
  /** What put it in doubt, what was heard of it last, the new number. */
  readonly evidence: readonly number[];
}

/** An order in doubt that nobody asked about again. */
interface Abandonment {
  readonly doubt: Doubt;
  readonly number: string;
  readonly amountFen: number;
  readonly paid: boolean;
  readonly evidence: readonly number[];
}

interface Trace {
  readonly first: AuditCall;
  paid: boolean;
  /** Was the client told that it was paid? */
  succeeded: boolean;
  doubt: Doubt | undefined;
  /** What put it in doubt, if anything did. */
  doubted: AuditCall;
  /** What was heard of it last. */
  last: AuditCall;
  /** The order in whose place it was sent. */
  replaces: Trace | undefined;
  /** Calls about it since it came into doubt. */
  followUps: number;
  replacedBy:
    | { readonly trace: Trace; readonly doubt: Doubt; readonly evidence: number[] }
    | undefined;
}

export interface OrderTraces {
  readonly replacements: readonly Replacement[];
  readonly abandonments: readonly Abandonment[];
}

/** @param entries oldest first */
export function traceOrders(entries: readonly AuditCall[]): OrderTraces {
  const traces = new Map<string, Trace>();
  // The orders that one user may be owed, by merchant, openid and amount: few, where a run has thousands of orders.
  const inDoubt = new Map<string, Set<Trace>>();
  for (const entry of entries) {
    if (billnoOf(entry) === '') continue;
    const trace = traces.get(orderKeyOf(entry));
    const payee = payeeOf(trace?.first ?? entry);
    if (trace) {
      follow(trace, entry);
    } else if (entry.endpoint === 'sendredpack') {
      const opened = open(entry);
      traces.set(orderKeyOf(entry), opened);
      const replaced = latestInDoubt(inDoubt.get(payee), entry);
      if (replaced) replace(replaced, opened, entry);
    }
    keepInDoubt(inDoubt, payee, traces.get(orderKeyOf(entry)));
  }
  const all = [...traces.values()];
  return { replacements: all.flatMap(toReplacement), abandonments: all.flatMap(toAbandonment) };
}

function payeeOf(entry: AuditCall): string {
  return JSON.stringify([entry.request.mch_id, entry.request.re_openid, amountFenOf(entry)]);
}

function open(entry: AuditCall): Trace {
  const trace: Trace = {
    first: entry,
    paid: entry.paid,
    succeeded: false,
    doubt: undefined,
    doubted: entry,
    last: entry,
    followUps: 0,
    replaces: undefined,
    replacedBy: undefined,
  };
  learn(trace, entry);
  return trace;
}

function follow(trace: Trace, entry: AuditCall): void {
  trace.paid ||= entry.paid;
  trace.followUps += 1;
  // Whoever sends the old number again has not given it up.
  if (entry.endpoint === 'sendredpack' && trace.replacedBy) {
    trace.replacedBy.trace.replaces = undefined;
    trace.replacedBy = undefined;
  }
  learn(trace, entry);
  trace.last = entry;
}

function learn(trace: Trace, entry: AuditCall): void {
  const before = trace.doubt;
  trace.succeeded ||= saysPaid(entry);
  trace.doubt = doubtAfter(before, entry);
  if (before === undefined) {
    trace.doubted = entry;
    trace.followUps = 0;
  }
}

function saysPaid(entry: AuditCall): boolean {
  const heard = heardOf(entry);
  return (
    heard.kind === 'success' ||
    (heard.kind === 'status' && !['SENDING', 'FAILED'].includes(heard.status))
  );
}

/** What a call leaves of the doubt about its order. */
function doubtAfter(before: Doubt | undefined, entry: AuditCall): Doubt | undefined {
  const heard = heardOf(entry);
  if (entry.endpoint === 'gethbinfo') {
    if (heard.kind === 'status') return heard.status === 'SENDING' ? 'sending' : undefined;
    const notFound = heard.kind === 'code' && heard.code === 'NOT_FOUND';
    return notFound && before !== undefined ? 'not-found' : before;
  }
  if (heard.kind === 'nothing') return 'no-answer';
  if (heard.kind === 'page') return 'page';
  if (heard.kind === 'perhaps') return 'odd-answer';
  if (heard.kind !== 'code') return undefined;
  if (heard.after === 'unknown') return heard.code === 'PROCESSING' ? 'processing' : 'systemerror';
  if (heard.after === 'undocumented') return 'unknown-code';
  if (heard.after === 'stored') return 'stored';
  return heard.after === 'closed' ? undefined : before;
}

function latestInDoubt(traces: Iterable<Trace> | undefined, entry: AuditCall): Trace | undefined {
  const near = [...(traces ?? [])].filter(
    (trace) => isUnsettled(trace) && elapsedMs(trace.last, entry) <= NEW_NUMBER_WINDOW_MS,
  );
  return near.at(-1);
}

/** Nothing stands in its place, or only a number that came to nothing itself. */
function isUnsettled({ replacedBy }: Trace): boolean {
  if (!replacedBy) return true;
  const { doubt, succeeded } = replacedBy.trace;
  return doubt === undefined && !succeeded;
}

function replace(old: Trace, trace: Trace, entry: AuditCall): void {
  if (old.doubt === undefined) return;
  const steps = [old.doubted, old.last, entry].map(({ sequence }) => sequence);
  trace.replaces = old;
  old.replacedBy = { trace, doubt: old.doubt, evidence: [...new Set(steps)] };
}

function keepInDoubt(
  inDoubt: Map<string, Set<Trace>>,
  payee: string,
  trace: Trace | undefined,
): void {
  if (!trace) return;
  const traces = inDoubt.get(payee) ?? new Set();
  traces.delete(trace);
  if (trace.doubt !== undefined) inDoubt.set(payee, traces.add(trace));
}

function toReplacement(old: Trace): Replacement[] {
  if (!old.replacedBy) return [];
  const { trace, doubt, evidence } = old.replacedBy;
  return [
    {
      doubt,
      evidence,
      oldNumber: billnoOf(old.first),
      newNumber: billnoOf(trace.first),
      amountFen: amountFenOf(old.first),
      paidBefore: trace.paid ? paidAmong(old) : undefined,
    },
  ];
}

/** The number itself or the nearest that it had replaced, if one of them was paid. */
function paidAmong(trace: Trace): string | undefined {
  for (let each: Trace | undefined = trace; each; each = each.replaces) {
    if (each.paid) return billnoOf(each.first);
  }
  return undefined;
}

function toAbandonment({
  doubt,
  doubted,
  first,
  paid,
  followUps,
  replacedBy,
}: Trace): Abandonment[] {
  if (doubt === undefined || followUps > 0 || replacedBy) return [];
  const evidence = [doubted.sequence];
  return [{ doubt, number: billnoOf(first), amountFen: amountFenOf(first), paid, evidence }];
}

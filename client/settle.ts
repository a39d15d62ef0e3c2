/**
 * The safe way to pay: the number is noted before it is sent, kept while anything is unknown, and replaced only when the contract says
 * that it is dead. Killed at any instant and called again with the same journal, it pays once.
 */

import { type Attempt, learn, type RetryPolicy } from './attempt.ts';
import type { ClientClock } from './clock.ts';
import type { PaymentJournal, PaymentRecord } from './journal/journal.ts';
import { firstStep, nextStep, type Step } from './next-step.ts';
import type { Order } from './order.ts';
import type { Outcome, QueryOutcome, Refused } from './outcome.ts';

/** A payment's last outcome, and the numbers that failed for good on the way there. */
export type Settled = Outcome & { readonly formerNumbers: readonly string[] };

/** What the loop needs of a client. */
export interface Hands {
  send(order: Order, mch_billno: string, signal: AbortSignal | undefined): Promise<Outcome>;
  query(mch_billno: string, signal: AbortSignal | undefined): Promise<QueryOutcome>;
  makeNumber(): string;
  /** From 0 to below 1. */
  random(): number;
  tell(event: SettleEvent): void;
  readonly clock: ClientClock;
  readonly mchId: string;
}

export type SettleEvent =
  | {
      readonly type: 'waiting';
      readonly mch_billno: string;
      readonly ms: number;
      readonly next: 'send' | 'query';
      readonly why: string;
    }
  | {
      readonly type: 'new-number';
      readonly mch_billno: string;
      readonly formerNumber: string;
      readonly why: string;
    };

export interface Payment {
  readonly id: string;
  readonly order: Order;
  /** What the contract has against the order; it is not sent then. */
  readonly invalid: Refused | undefined;
  readonly journal: PaymentJournal;
  readonly retry: RetryPolicy;
  readonly signal: AbortSignal | undefined;
}

/** @throws what the journal throws */
export async function settle(hands: Hands, payment: Payment): Promise<Settled> {
  const { journal, id, order } = payment;
  const before = await journal.read(id);
  const mismatch = before && mismatchOf(before, hands.mchId, payment);
  if (mismatch) return mismatched(order.mch_billno, `${mismatch} (${standingOf(before)})`);
  const { mch_billno } = order;
  const holder = mch_billno === undefined ? undefined : await journal.holderOf?.(mch_billno);
  if (holder !== undefined && holder !== id) {
    const why = `the number ${mch_billno} is payment ${holder} in the journal, now ${id}: every payment needs a number of its own`;
    return mismatched(mch_billno, why);
  }
  if (before?.outcome?.kind === 'sent') {
    return { ...before.outcome, formerNumbers: before.formerNumbers };
  }
  if (payment.invalid) return unsendable(payment.invalid, before);
  // What was certain before is so no longer: who reads the journal after a crash must find the doubt, not the old outcome.
  const { lostAtMs, outcome: _, ...record } = before ?? opened(hands, payment);
  const doubt: Doubt = before?.open
    ? { doubtful: true, lostAtMs: lostAtMs ?? hands.clock.nowMs() }
    : CERTAIN;
  // Whatever happens from here on, the number is known to the journal as one that may be paid.
  const open: PaymentRecord = {
    ...record,
    re_openid: order.re_openid,
    total_amount: order.total_amount,
    open: true,
  };
  await journal.write(open);
  return run(hands, payment, open, doubt, before);
}

/** An order that cannot be sent as it is; what an earlier run left open stays so. */
function unsendable(invalid: Refused, before: PaymentRecord | undefined): Settled {
  if (!before) return { ...invalid, formerNumbers: [] };
  const { mch_billno, formerNumbers, open } = before;
  if (!open) {
    return { ...bound({ ...invalid, mch_billno }, before, before), formerNumbers };
  }
  const detail = `an earlier run left this number open, and the order is not in order now: ${invalid.message}`;
  return { kind: 'unknown', mch_billno, why: 'order-invalid', detail, formerNumbers };
}

/** What WeChat may keep under a number from before binds it, also when this run's calls never got so far. */
function bound(
  outcome: Outcome,
  { mch_billno }: PaymentRecord,
  before: PaymentRecord | undefined,
): Outcome {
  if (outcome.kind !== 'refused' || before?.mch_billno !== mch_billno) return outcome;
  const kept = before.open || (before.outcome?.kind === 'refused' && !before.outcome.numberFree);
  return kept ? { ...outcome, numberFree: false } : outcome;
}

/** What a former run left open. When it died, nobody knows when its last send ended: now at the latest. */
type Doubt = Pick<Attempt, 'doubtful' | 'lostAtMs'>;
const CERTAIN: Doubt = { doubtful: false, lostAtMs: undefined };

/** Openid and amount are bound to a number that may be paid, or that WeChat keeps. @returns what differs, or undefined */
function mismatchOf(record: PaymentRecord, mchId: string, payment: Payment): string | undefined {
  const { id, order } = payment;
  if (record.mch_id !== mchId) {
    return `the journal has payment ${id} of merchant ${record.mch_id}, this is ${mchId}: give each merchant a journal of its own`;
  }
  const { outcome, open } = record;
  const free = !open && outcome?.kind === 'refused' && outcome.numberFree;
  const same = record.re_openid === order.re_openid && record.total_amount === order.total_amount;
  if (!same && !free) {
    return `payment ${id} is ${record.total_amount} fen for ${record.re_openid} in the journal, now ${order.total_amount} fen for ${order.re_openid}: another payment needs another id`;
  }
  const numbers = [undefined, record.mch_billno, ...record.formerNumbers];
  if (numbers.includes(order.mch_billno)) return undefined;
  return `payment ${id} has the number ${record.mch_billno} in the journal, now ${order.mch_billno}: a payment keeps its number`;
}

/** What the journal knows of a payment, so that nobody takes it for unpaid because another one was refused. */
function standingOf({ mch_billno, open, outcome }: PaymentRecord): string {
  if (open) return `${mch_billno} may have been paid`;
  return `${mch_billno} was ${outcome?.kind === 'sent' ? 'paid' : 'not paid'}`;
}

/** About this call alone: the payment that is in the journal already is another. */
function mismatched(mch_billno: string | undefined, message: string): Settled {
  return {
    kind: 'refused',
    mch_billno,
    by: 'checks',
    code: 'PAYMENT_MISMATCH',
    message,
    advice: 'fix',
    numberFree: false,
    formerNumbers: [],
  };
}

function opened(hands: Hands, { id, order }: Payment): PaymentRecord {
  return {
    id,
    mch_id: hands.mchId,
    mch_billno: order.mch_billno ?? hands.makeNumber(),
    re_openid: order.re_openid,
    total_amount: order.total_amount,
    openedAtMs: hands.clock.nowMs(),
    formerNumbers: [],
    open: true,
  };
}

async function run(
  hands: Hands,
  payment: Payment,
  opening: PaymentRecord,
  doubt: Doubt,
  before: PaymentRecord | undefined,
): Promise<Settled> {
  const { clock } = hands;
  const deadlineAtMs = clock.nowMs() + payment.retry.deadlineMs;
  let record = opening;
  let attempt = attemptOf(hands, payment, record, deadlineAtMs, doubt);
  let step: Step = firstStep(attempt, clock.nowMs());
  while (step.do !== 'stop') {
    if (step.do === 'new-number') {
      record = await renumber(hands, payment, record, step.why);
      attempt = attemptOf(hands, payment, record, deadlineAtMs, CERTAIN, attempt.renumbered + 1);
      step = firstStep(attempt, clock.nowMs());
      continue;
    }
    await waitUntil(hands, record.mch_billno, step, payment.signal);
    const call = step.do;
    const outcome = await perform(hands, payment, record.mch_billno, call);
    const nowMs = clock.nowMs();
    attempt = { ...learn(attempt, call, outcome, nowMs), jitter: hands.random() };
    step = nextStep(outcome, attempt, nowMs);
  }
  const outcome = bound(step.outcome, record, before);
  const open = outcome.kind === 'unknown';
  const { lostAtMs } = attempt;
  const lost = open && lostAtMs !== undefined ? { lostAtMs } : {};
  await payment.journal.write({ ...record, ...lost, open, outcome });
  return { ...outcome, formerNumbers: record.formerNumbers };
}

function perform(
  hands: Hands,
  { order, signal }: Payment,
  mch_billno: string,
  call: 'send' | 'query',
): Promise<Outcome | QueryOutcome> {
  return call === 'send' ? hands.send(order, mch_billno, signal) : hands.query(mch_billno, signal);
}

function attemptOf(
  hands: Hands,
  { order, retry }: Payment,
  { mch_billno, openedAtMs }: PaymentRecord,
  deadlineAtMs: number,
  doubt: Doubt,
  renumbered = 0,
): Attempt {
  return {
    mch_billno,
    amountFen: order.total_amount,
    lastCall: undefined,
    calls: 0,
    ...doubt,
    sendFailures: 0,
    refusal: undefined,
    processingAtMs: undefined,
    openedAtMs,
    renumbered,
    deadlineAtMs,
    retry,
    jitter: hands.random(),
  };
}

/** The new number is in the journal before it is used, and the dead one with it. */
async function renumber(
  hands: Hands,
  { journal }: Payment,
  record: PaymentRecord,
  why: string,
): Promise<PaymentRecord> {
  const { outcome: _, ...rest } = record;
  const next: PaymentRecord = {
    ...rest,
    mch_billno: hands.makeNumber(),
    openedAtMs: hands.clock.nowMs(),
    formerNumbers: [...record.formerNumbers, record.mch_billno],
    open: true,
  };
  await journal.write(next);
  const { mch_billno } = next;
  hands.tell({ type: 'new-number', mch_billno, formerNumber: record.mch_billno, why });
  return next;
}

async function waitUntil(
  { clock, tell }: Hands,
  mch_billno: string,
  step: Extract<Step, { do: 'send' | 'query' | 'new-number' }>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const ms = step.atMs - clock.nowMs();
  if (ms <= 0 || step.do === 'new-number') return;
  tell({ type: 'waiting', mch_billno, ms, next: step.do, why: step.why });
  await clock.sleep(ms, signal);
}

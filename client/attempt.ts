/** What is known of one order number, and what every outcome adds to it: what the next step is decided by. */
import type { Outcome, QueryOutcome, Refused } from './outcome.ts';

/** What is known of one order number so far. Instants are epoch milliseconds. */
export interface Attempt {
  readonly mch_billno: string;
  readonly amountFen: number;
  /** What the last call was; the outcome is its. */
  readonly lastCall: 'send' | 'query' | undefined;
  /** Calls about this number, in this run. */
  readonly calls: number;
  /** May a send of this number have been paid? It stays so until something certain is known. */
  readonly doubtful: boolean;
  /** When the last send without a certain answer ended, or at the latest: for a while it may still be on its way. */
  readonly lostAtMs: number | undefined;
  /** How often sendredpack said SEND_FAILED of this number. */
  readonly sendFailures: number;
  /** The last refusal of a send. */
  readonly refusal: Refused | undefined;
  /** When PROCESSING was last said: the number is not sent again for twenty minutes from then. */
  readonly processingAtMs: number | undefined;
  /** When the number was given out: gethbinfo remembers it for thirty days. */
  readonly openedAtMs: number;
  /** Numbers that failed for good before this one, in this run. */
  readonly renumbered: number;
  /** Nothing is tried after it. */
  readonly deadlineAtMs: number;
  readonly retry: RetryPolicy;
  /** From 0 to 1, drawn anew for every step, so that many clients do not come back at once. */
  readonly jitter: number;
}

export interface RetryPolicy {
  /** Shortest time between two tries of one number, ms; at least 1000, which the API demands (E22). */
  readonly delayMsMin: number;
  /** Longest time between two tries, ms, before jitter. */
  readonly delayMsMax: number;
  /** How long to go on at all, ms. 0: no second call. */
  readonly deadlineMs: number;
}

export const RETRY_POLICY: RetryPolicy = {
  delayMsMin: 1_000,
  delayMsMax: 60_000,
  deadlineMs: 120_000,
};

/** Notes what an outcome teaches about the number, before the next step is asked for. */
export function learn(
  attempt: Attempt,
  call: 'send' | 'query',
  outcome: Outcome | QueryOutcome,
  nowMs: number,
): Attempt {
  const learned = { ...attempt, lastCall: call, calls: attempt.calls + 1 };
  if (call === 'query') return { ...learned, doubtful: doubtAfter(outcome, attempt) };
  if (outcome.kind === 'unknown') {
    const processingAtMs = outcome.why === 'processing' ? nowMs : attempt.processingAtMs;
    return { ...learned, doubtful: true, lostAtMs: nowMs, processingAtMs };
  }
  if (outcome.kind !== 'refused' || outcome.by !== 'wechat') return learned;
  if (outcome.code !== 'SEND_FAILED') return { ...learned, refusal: outcome };
  // A repeat of a number that was paid may be answered so too (E70): gethbinfo has to agree that it has failed.
  const sendFailures = attempt.sendFailures + 1;
  return { ...learned, refusal: outcome, sendFailures, doubtful: true };
}

/** FAILED is certain; an order that is SENDING for no reason may be sent at any time. */
function doubtAfter(outcome: Outcome | QueryOutcome, { doubtful }: Attempt): boolean {
  if (outcome.kind !== 'found') return doubtful;
  if (outcome.status === 'FAILED') return false;
  return doubtful || (outcome.status === 'SENDING' && outcome.reason === undefined);
}

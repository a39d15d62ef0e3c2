/**
 * What to do after an outcome: one pure function. The rules it stands on (domain facts §2.1, §7.2, §8): the same number never pays
 * twice; an unknown result keeps its number; a new number is taken only after SEND_FAILED, and only when gethbinfo agrees; one number
 * is left alone for a second between tries.
 */
import { CODES, type CodeRow, DAY_MS, MINUTE_MS } from '../contracts/core.ts';
import type { Attempt } from './attempt.ts';
import type { Found, Outcome, QueryOutcome, Refused, Unknown, UnknownReason } from './outcome.ts';
import { backOff, waitFor } from './waits.ts';

export type Step =
  | { readonly do: 'stop'; readonly outcome: Outcome }
  /** `new-number`: this one is dead for certain; go on with another. */
  | { readonly do: 'send' | 'query' | 'new-number'; readonly atMs: number; readonly why: string };

/** gethbinfo knows the orders of thirty days (§4); a day less, for clocks that differ. */
const REMEMBERED_MS = 29 * DAY_MS;
/** New numbers in one run: a server that fails them all will fail the next one too. */
const RENUMBERED_MAX = 3;
/** Tries of a connection that cannot be made, when nothing hangs on it yet. */
const UNSENT_TRIES_MAX = 4;
/** How long a send that was given up may still arrive: the system goes on sending what a closed connection left (assumed). */
const LINGER_MS = MINUTE_MS;
/** "Ask after twenty minutes; when it still is PROCESSING, the same number again" (§2.1). */
const PROCESSING_MS = 20 * MINUTE_MS;

/** Where to begin with a number: one that a former run left open is asked about before it is sent again. */
export function firstStep(attempt: Attempt, nowMs: number): Step {
  if (!attempt.doubtful) return { do: 'send', atMs: nowMs, why: 'first try' };
  if (nowMs - attempt.openedAtMs <= REMEMBERED_MS) {
    return { do: 'query', atMs: nowMs, why: 'an earlier run left this number open' };
  }
  const detail =
    'gethbinfo forgets a number after thirty days: look it up in the merchant platform';
  return stop(unknownOf(attempt, 'too-old', detail));
}

/**
 * @param outcome of the last call about this number, already learned
 * @param nowMs when that call ended
 */
export function nextStep(outcome: Outcome | QueryOutcome, attempt: Attempt, nowMs: number): Step {
  const step = wanted(outcome, attempt, nowMs);
  if (step.do === 'stop' || step.atMs <= attempt.deadlineAtMs) return step;
  return stop(atDeadline(outcome, attempt));
}

function wanted(outcome: Outcome | QueryOutcome, attempt: Attempt, nowMs: number): Step {
  const atMs = nowMs + backOff(attempt);
  switch (outcome.kind) {
    case 'sent':
      return stop(outcome);
    case 'found':
      return afterFound(outcome, attempt, nowMs, atMs);
    case 'not-found':
      return afterNotFound(attempt, atMs);
    case 'unknown':
      return afterUnknown(outcome, attempt, atMs);
    case 'refused':
      if (outcome.by === 'checks') return stop(outcome);
      if (outcome.by === 'connection') return afterNoConnection(outcome, attempt, atMs);
      return attempt.lastCall === 'query'
        ? afterRefusedQuery(outcome, attempt, atMs)
        : afterRefusedSend(outcome, attempt, nowMs, atMs);
  }
}

/** What gethbinfo answers best before the number is sent again. */
const ASK_FIRST: readonly UnknownReason[] = [
  'processing',
  'unknown-code',
  'contradiction',
  'other-order',
];

function afterUnknown(outcome: Unknown, attempt: Attempt, atMs: number): Step {
  // The caller has gone; or the front server does not take our certificate, which no repeating will change.
  if (outcome.why === 'aborted' || outcome.why === 'certificate-page') {
    return stop(attempt.doubtful ? unknownOf(attempt, outcome.why, outcome.detail) : outcome);
  }
  if (attempt.lastCall === 'query') {
    return { do: 'query', atMs, why: `gethbinfo did not tell (${outcome.why}): ask again` };
  }
  if (ASK_FIRST.includes(outcome.why) || attempt.processingAtMs !== undefined) {
    return { do: 'query', atMs, why: `${outcome.why}: ask before the number is sent again` };
  }
  return { do: 'send', atMs, why: `${outcome.why}: the same number, which pays at most once` };
}

function afterNoConnection(outcome: Refused, attempt: Attempt, atMs: number): Step {
  const call = attempt.lastCall ?? 'send';
  const why = `${outcome.code}: the request did not leave, try again`;
  if (attempt.doubtful && outcome.code !== 'ABORTED') return { do: call, atMs, why };
  if (attempt.doubtful) return stop(unknownOf(attempt, 'aborted', outcome.message));
  if (attempt.refusal) return stop(attempt.refusal);
  const hopeless = outcome.advice === 'fix' || attempt.calls >= UNSENT_TRIES_MAX;
  return hopeless ? stop(outcome) : { do: call, atMs, why };
}

/** gethbinfo would not say. A doubt goes on; a refusal of the send stands. */
function afterRefusedQuery(outcome: Refused, attempt: Attempt, atMs: number): Step {
  if (outcome.code === 'FREQ_LIMIT') return { do: 'query', atMs, why: 'FREQ_LIMIT: ask again' };
  if (!attempt.doubtful && attempt.refusal) return stop(attempt.refusal);
  const why = `gethbinfo refused (${outcome.code}): the same number, which pays at most once`;
  return { do: 'send', atMs, why };
}

function afterRefusedSend(outcome: Refused, attempt: Attempt, nowMs: number, atMs: number): Step {
  const { code } = outcome;
  if (code === 'SEND_FAILED') {
    return { do: 'query', atMs, why: 'SEND_FAILED: ask before another number is taken' };
  }
  if (code === 'FREQ_LIMIT') {
    return { do: 'send', atMs, why: 'FREQ_LIMIT: nothing was kept, the same number again' };
  }
  // Most refusals come before the number is looked up, and say nothing of an earlier try.
  if (attempt.doubtful) {
    return { do: 'query', atMs, why: `${code}: an earlier try of the number is still open` };
  }
  if (outcome.advice === 'query') {
    return { do: 'query', atMs, why: `${code}: gethbinfo knows what became of the order` };
  }
  const waitMs = waitFor(outcome.retryAfter, nowMs);
  if (waitMs === undefined || outcome.advice !== 'same') return stop(outcome);
  const why = `${code}: the same number when its window is over`;
  return { do: 'send', atMs: Math.max(atMs, nowMs + waitMs), why };
}

function afterFound(found: Found, attempt: Attempt, nowMs: number, atMs: number): Step {
  const { mch_billno, amountFen } = attempt;
  const { status } = found;
  if (found.amountFen !== amountFen) {
    const detail = `gethbinfo has ${found.amountFen} fen under the number, ours is ${amountFen}`;
    return stop(unknownOf(attempt, 'other-order', detail));
  }
  if (status === 'FAILED') return afterFailed(attempt, nowMs, atMs);
  if (status === 'SENDING') return afterSending(found, attempt, nowMs, atMs);
  const send_listid = found.detail_id;
  return stop({ kind: 'sent', mch_billno, send_listid, amountFen, by: 'query', status });
}

/** FAILED ends the number, but only SEND_FAILED allows another one: the same number once more will say it. */
function afterFailed(attempt: Attempt, nowMs: number, atMs: number): Step {
  return attempt.sendFailures > 0
    ? newNumber(attempt, nowMs, 'SEND_FAILED, and FAILED: this number is dead')
    : { do: 'send', atMs, why: 'FAILED: the same number will say SEND_FAILED' };
}

/** With a reason it waits unpaid, and the same request completes it later; without one nobody knows yet. */
function afterSending(found: Found, attempt: Attempt, nowMs: number, atMs: number): Step {
  if (found.reason !== undefined) {
    const { lostAtMs } = attempt;
    if (lostAtMs === undefined || nowMs >= lostAtMs + LINGER_MS) {
      return stop(waitingOrder(found, found.reason));
    }
    return { do: 'query', atMs, why: 'SENDING, unpaid; but a send may still be on its way' };
  }
  // When an earlier run was told of it, the number is at least as old.
  const { processingAtMs = attempt.openedAtMs } = attempt;
  if (atMs >= processingAtMs + PROCESSING_MS) {
    return { do: 'send', atMs, why: 'SENDING for twenty minutes: the same number again' };
  }
  return { do: 'query', atMs, why: 'SENDING: ask again' };
}

function newNumber(attempt: Attempt, nowMs: number, why: string): Step {
  const { refusal, renumbered } = attempt;
  if (refusal && renumbered >= RENUMBERED_MAX) return stop(refusal);
  return { do: 'new-number', atMs: nowMs, why };
}

function afterNotFound(attempt: Attempt, atMs: number): Step {
  if (attempt.sendFailures > 0) {
    return { do: 'query', atMs, why: 'SEND_FAILED, but NOT_FOUND is not failed: ask again' };
  }
  // It was refused and nothing was kept: the refusal stands.
  const { refusal, doubtful } = attempt;
  if (refusal && !doubtful) return stop(refusal);
  return { do: 'send', atMs, why: 'NOT_FOUND is not failed: the same number again' };
}

/** The end, when there is no more time: certain only of what is certain. */
function atDeadline(outcome: Outcome | QueryOutcome, attempt: Attempt): Outcome {
  if (!attempt.doubtful) {
    if (attempt.refusal) return attempt.refusal;
    if (outcome.kind === 'refused') return outcome;
  }
  if (outcome.kind === 'unknown' && attempt.lastCall === 'send') return outcome;
  const why = outcome.kind === 'found' ? 'in-progress' : 'deadline';
  return unknownOf(attempt, why, `not settled in time; the last word was ${wordsFor(outcome)}`);
}

function wordsFor(outcome: Outcome | QueryOutcome): string {
  if (outcome.kind === 'found') return `gethbinfo: ${outcome.status}`;
  if (outcome.kind === 'refused') return `${outcome.code}: ${outcome.message}`;
  return outcome.kind === 'unknown' ? outcome.detail : outcome.kind;
}

/** An order that SENDING shows with a reason: kept, unpaid, to be completed by the same request (§3, E24, E40). */
function waitingOrder({ mch_billno }: Found, reason: string): Refused {
  const row: CodeRow | undefined = CODES.find(({ wordings }: CodeRow) =>
    wordings.some(({ text }) =>
      typeof text === 'string' ? text === reason : Object.values(text).includes(reason),
    ),
  );
  return {
    kind: 'refused',
    mch_billno,
    by: 'wechat',
    code: row?.code ?? 'SENDING',
    message: reason,
    advice: 'same',
    ...(row?.retryAfter === undefined ? {} : { retryAfter: row.retryAfter }),
    numberFree: false,
  };
}

function stop(outcome: Outcome): Step {
  return { do: 'stop', outcome };
}

function unknownOf({ mch_billno }: Attempt, why: UnknownReason, detail: string): Unknown {
  return { kind: 'unknown', mch_billno, why, detail };
}

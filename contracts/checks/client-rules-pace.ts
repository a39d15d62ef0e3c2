/** How fast a client went: retries, polling, bursts, connections. */
import { codeRow } from '../tables/codes.ts';
import { LIMITS } from '../tables/limits.ts';
import { beijingDay } from '../wire/beijing-time.ts';
import {
  type AuditCall,
  billnoOf,
  elapsedMs,
  heardOf,
  isSamePayment,
  orderKeyOf,
} from './audit-entry.ts';
import type { AuditRun, Observation } from './audit-run.ts';

/** 超时时间(同笔订单最短重试时间) 1s, E22. */
const RETRY_MS_MIN = 1_000;
/** A timer may ring some milliseconds early, and two clocks are rounded. */
const ROUNDING_MS = 10;
const STORM_CONNECTIONS = 10;
const SECOND_MS = 1_000;

/** The same number within a second. */
export function hastyRetries({ sends }: AuditRun): Observation[] {
  return retriesOf(sends).flatMap(([before, entry]) => {
    const gapMs = elapsedMs(before, entry);
    if (gapMs >= RETRY_MS_MIN - ROUNDING_MS) return [];
    const what = `${billnoOf(entry)} was sent again after ${gapMs} ms; at least ${RETRY_MS_MIN} are due.`;
    return [{ what, evidence: [before.sequence, entry.sequence] }];
  });
}

/** Sent again after PROCESSING, with neither a look at gethbinfo nor the twenty minutes of the page in between. */
export function processingPressed({ entries }: AuditRun): Observation[] {
  const dueMs = Number(codeRow('PROCESSING').retryAfter);
  const waiting = new Map<string, AuditCall>();
  const found: Observation[] = [];
  for (const entry of entries) {
    const before = waiting.get(orderKeyOf(entry));
    if (before && entry.endpoint === 'sendredpack' && elapsedMs(before, entry) < dueMs) {
      const seconds = Math.round(elapsedMs(before, entry) / SECOND_MS);
      found.push({
        what: `${billnoOf(entry)} was PROCESSING and sent again after ${seconds} s, without a query.`,
        evidence: [before.sequence, entry.sequence],
      });
    }
    waiting.delete(orderKeyOf(entry));
    const heard = heardOf(entry);
    const processing = heard.kind === 'code' && heard.code === 'PROCESSING';
    if (processing && entry.endpoint === 'sendredpack') waiting.set(orderKeyOf(entry), entry);
  }
  return found;
}

const CODES_UNTIL_TOMORROW = [
  'SENDNUM_LIMIT',
  'SENDAMOUNT_LIMIT',
  'RCVDAMOUNT_LIMIT',
  'DAY_OVER_LIMITED',
];

/** Sent again on the day whose quota is used up. */
export function quotaPressed({ sends }: AuditRun): Observation[] {
  return retriesOf(sends)
    .filter(([before, entry]) => {
      const heard = heardOf(before);
      const usedUp = heard.kind === 'code' && CODES_UNTIL_TOMORROW.includes(heard.code);
      return usedUp && beijingDay(before.atMs) === beijingDay(entry.atMs);
    })
    .map(([before, entry]) => ({
      what: `${billnoOf(entry)} met ${before.code} and was sent again on the same day.`,
      evidence: [before.sequence, entry.sequence],
    }));
}

/** On and on after FREQ_LIMIT, less than a second after each. */
export function throttlePressed({ entries }: AuditRun): Observation[] {
  const pressed = entries.filter((entry, index) => {
    const before = entries[index - 1];
    return before?.code === 'FREQ_LIMIT' && elapsedMs(before, entry) < RETRY_MS_MIN - ROUNDING_MS;
  });
  if (pressed.length < 3) return [];
  const what = `${pressed.length} calls followed a FREQ_LIMIT within a second.`;
  return [{ what, evidence: pressed.map(({ sequence }) => sequence) }];
}

/** More sends in a second than the page of 2025 allows. */
export function burst({ sends, edition }: AuditRun): Observation[] {
  const perSecond = LIMITS.callsPerSecond.value[edition];
  if (perSecond === null) return [];
  const most = mostWithinASecond(sends);
  if (most.length <= perSecond) return [];
  const what = `${most.length} packets were sent within a second; ${perSecond} are allowed.`;
  return [{ what, evidence: most.map(({ sequence }) => sequence) }];
}

/** A new connection, and a new handshake, for each call of many. */
export function connectionStorm({ entries }: AuditRun): Observation[] {
  const firsts = new Map<number, AuditCall>();
  for (const entry of entries) {
    if (entry.connection !== undefined && !firsts.has(entry.connection)) {
      firsts.set(entry.connection, entry);
    }
  }
  const most = mostWithinASecond([...firsts.values()]);
  if (most.length < STORM_CONNECTIONS) return [];
  const what = `${most.length} connections were opened within a second.`;
  return [{ what, evidence: most.map(({ sequence }) => sequence) }];
}

/** Each send of an order with the one before it: the same number for the same user and amount. */
function retriesOf(sends: readonly AuditCall[]): [AuditCall, AuditCall][] {
  const last = new Map<string, AuditCall>();
  const pairs: [AuditCall, AuditCall][] = [];
  for (const entry of sends) {
    if (billnoOf(entry) === '') continue;
    const before = last.get(orderKeyOf(entry));
    if (before && isSamePayment(before, entry)) pairs.push([before, entry]);
    last.set(orderKeyOf(entry), entry);
  }
  return pairs;
}

/** The longest stretch of calls that lie within one second. */
function mostWithinASecond(entries: readonly AuditCall[]): readonly AuditCall[] {
  let best: readonly AuditCall[] = [];
  let from = 0;
  for (const [to, entry] of entries.entries()) {
    for (let first = entries[from]; first && elapsedMs(first, entry) >= SECOND_MS; ) {
      first = entries[++from];
    }
    if (to + 1 - from > best.length) best = entries.slice(from, to + 1);
  }
  return best;
}

/** How long to leave a number alone. */
import {
  beijingDayNumber,
  beijingHour,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  minuteNumber,
} from '../contracts/core.ts';
import type { Attempt } from './attempt.ts';
import type { Refused } from './outcome.ts';

/** Doubles with every call, and a quarter more by chance; never below the shortest delay. */
export function backOff({ calls, retry, jitter }: Attempt): number {
  const { delayMsMin, delayMsMax } = retry;
  const delayMs = Math.min(delayMsMax, delayMsMin * 2 ** Math.max(0, calls - 1));
  return Math.ceil(Math.max(delayMs, delayMsMin) * (1 + jitter / 4));
}

/** How long until then, ms; a second more where a window turns, for clocks that differ. */
export function waitFor(until: Refused['retryAfter'], nowMs: number): number | undefined {
  const slackMs = 1_000;
  if (until === undefined || typeof until === 'number') return until;
  if (until === 'next-minute') return (minuteNumber(nowMs) + 1) * MINUTE_MS - nowMs + slackMs;
  const dayStartMs = beijingDayNumber(nowMs) * DAY_MS - 8 * HOUR_MS;
  if (until === 'next-day') return dayStartMs + DAY_MS - nowMs + slackMs;
  const nextEightMs = dayStartMs + 8 * HOUR_MS + (beijingHour(nowMs) >= 8 ? DAY_MS : 0);
  return nextEightMs - nowMs + slackMs;
}

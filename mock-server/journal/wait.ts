/** Waiting until calls have come: what a test does after it has set something going. */

import type { JournalEntry, JournalFilter } from './entry.ts';
import type { Journal } from './journal.ts';

const WAIT_MS = 10_000;

export interface WaitOptions extends JournalFilter {
  /** Only calls with a higher sequence. */
  readonly after?: number | undefined;
  /** Default 10000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Waited {
  readonly end: 'reached' | 'timeout' | 'aborted';
  /** What came, oldest first; `count` of them when it was reached. */
  readonly calls: readonly JournalEntry[];
}

/** A call that is cleared or dropped while this waits has come all the same. */
export function waitForCalls(
  journal: Journal,
  count: number,
  { timeoutMs = WAIT_MS, signal, after = 0, ...filter }: WaitOptions = {},
): Promise<Waited> {
  const calls: JournalEntry[] = [];
  let seen = after;
  const look = (): boolean => {
    calls.push(...journal.page({ ...filter, after: seen, limit: count - calls.length }).calls);
    seen = Math.max(seen, journal.sequence);
    return calls.length >= count;
  };

  return new Promise((resolve) => {
    if (look()) return resolve({ end: 'reached', calls });
    const finish = (end: Waited['end']): void => {
      clearTimeout(timer);
      ignore();
      signal?.removeEventListener('abort', abort);
      resolve({ end, calls });
    };
    const abort = (): void => finish('aborted');
    const timer = setTimeout(() => finish('timeout'), timeoutMs);
    const ignore = journal.onChange(() => {
      if (look()) finish('reached');
    });
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
  });
}

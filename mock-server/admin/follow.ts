/**
 * Follows the journal call by call. A follower keeps no queue: it remembers where it is and reads on from the ring when it is asked to,
 * so one that is slow costs nothing but what it misses, and is told how much that was.
 */

import type { JournalEntry, JournalFilter } from '../journal/entry.ts';
import type { Journal } from '../journal/journal.ts';

type Followed =
  | { readonly kind: 'call'; readonly entry: JournalEntry }
  /** So many calls, of whatever kind, were let go by the ring before they were read. */
  | { readonly kind: 'dropped'; readonly calls: number }
  /** Calls were taken out of the journal on purpose, or it is another one: what was shown of it is out of date. */
  | { readonly kind: 'cleared' }
  /** Nothing was new for a while. */
  | { readonly kind: 'idle' };

interface FollowOptions {
  /** The last call that was seen. One that never was means that the server was started anew since: then all are new. */
  readonly after: number;
  readonly filter: JournalFilter;
  readonly idleMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const PAGE_CALLS = 100;

export async function* follow(
  journal: Journal,
  { after, filter, idleMs, signal }: FollowOptions,
): AsyncGenerator<Followed, void, undefined> {
  const isAnother = after > journal.sequence;
  let seen = isAnother ? 0 : after;
  let { clears } = journal;
  if (isAnother) yield { kind: 'cleared' };
  while (!signal.aborted) {
    if (journal.clears !== clears) {
      clears = journal.clears;
      yield { kind: 'cleared' };
    }
    // All of one instant: whoever reads slowly finds another ring after each yield.
    const { sequence } = journal;
    const dropped = journal.droppedAfter(seen);
    const page = journal.page({ ...filter, after: seen, limit: PAGE_CALLS });
    if (dropped > 0) yield { kind: 'dropped', calls: dropped };
    for (const entry of page.calls) yield { kind: 'call', entry };
    seen = page.next ?? sequence;
    if (journal.sequence > seen || journal.clears !== clears) continue;
    if (!(await hasNews(journal, idleMs, signal))) yield { kind: 'idle' };
  }
}

/** Resolves with true at the next change or when it is ended, with false when the time is up. */
function hasNews(journal: Journal, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (news: boolean): void => {
      clearTimeout(timer);
      ignore();
      signal.removeEventListener('abort', changed);
      resolve(news);
    };
    const changed = (): void => finish(true);
    const timer = setTimeout(() => finish(false), timeoutMs);
    const ignore = journal.onChange(changed);
    signal.addEventListener('abort', changed);
    if (signal.aborted) changed();
  });
}

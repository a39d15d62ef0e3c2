/**
 * What came, what was decided, and why: a ring of the last calls that counts what it dropped. It keeps bytes as they were on the
 * wire, which costs a request almost nothing, and reads them when somebody asks. API keys never come out of it.
 */
import {
  type Heard,
  type JournalEntry,
  type JournalFilter,
  type Line,
  matches,
  type Said,
  toEntry,
} from './journal-entry.ts';
import { type Waited, type WaitOptions, waitForCalls } from './journal-wait.ts';
import { createSecrets, type Secrets } from './secrets.ts';

export const JOURNAL_ENTRIES_MAX = 10_000;

export interface JournalQuery extends JournalFilter {
  /** Only calls with a higher sequence. */
  readonly after?: number | undefined;
  /** Only calls with a lower sequence. */
  readonly before?: number | undefined;
  /** Default: all of them. */
  readonly limit?: number | undefined;
  /** Which come first. Default `oldest`. */
  readonly order?: 'oldest' | 'newest' | undefined;
}

interface JournalPage {
  readonly calls: readonly JournalEntry[];
  /** Where to go on: `after` of the next page, or `before` when the newest come first. undefined: this was the last. */
  readonly next: number | undefined;
}

export interface Journal {
  add(atMs: number, heard: Heard, said: Said): void;
  /** All that the filter lets through, oldest first. */
  entries(filter?: JournalFilter): readonly JournalEntry[];
  page(query: JournalQuery): JournalPage;
  /** Resolves as soon as `count` such calls are there: those of the past count too, unless `after` says from when on. */
  wait(count: number, options?: WaitOptions): Promise<Waited>;
  /** The number of the last call; 0 before the first. */
  readonly sequence: number;
  /** How many calls the ring has let go, by itself, since it was last cleared. */
  readonly dropped: number;
  /** How many of them came after this call. */
  droppedAfter(sequence: number): number;
  /** How often it was cleared. */
  readonly clears: number;
  clear(): void;
  /** Calls `listener` with each new entry. @returns a function that ends it */
  subscribe(listener: (entry: JournalEntry) => void): () => void;
  /** Calls `listener` after each call, and after the journal was cleared; nothing is read for it. @returns a function that ends it */
  onChange(listener: () => void): () => void;
}

/** No request of the API is longer; of what is, the journal keeps no body. */
const KEPT_BODY_BYTES_MAX = 8_192;

function abridged(heard: Heard): Heard {
  const { endpoint, peer, callerIp, body } = heard;
  if (!body || body.length <= KEPT_BODY_BYTES_MAX) return heard;
  return { endpoint, peer, callerIp, body: undefined };
}

/** @param secrets blotted out wherever they stand: the merchants' keys */
export function createJournal(
  secrets: Secrets = createSecrets(),
  entriesMax = JOURNAL_ENTRIES_MAX,
): Journal {
  const ring: Line[] = [];
  const listeners = new Set<(entry: JournalEntry) => void>();
  const watchers = new Set<() => void>();
  let sequence = 0;
  // The sequence before the ring's first line.
  let base = 0;
  let clears = 0;

  /** The sequence of the last call that is gone; the ring begins after it. */
  const gone = (): number => sequence - ring.length;
  const lineAt = (number: number): Line | undefined => ring[(number - 1 - base) % entriesMax];

  const page = (query: JournalQuery): JournalPage => {
    const { after = 0, before = sequence + 1, limit = entriesMax, order = 'oldest' } = query;
    const first = Math.max(gone(), after) + 1;
    const last = Math.min(sequence, before - 1);
    const step = order === 'oldest' ? 1 : -1;
    const calls: JournalEntry[] = [];
    for (
      let number = step > 0 ? first : last;
      number >= first && number <= last && calls.length < limit;
      number += step
    ) {
      const line = lineAt(number);
      if (line && matches(line, query)) calls.push(toEntry(line, number, secrets));
    }
    const end = calls.at(-1)?.sequence;
    const isLast = calls.length < limit || end === (step > 0 ? last : first);
    return { calls, next: isLast ? undefined : end };
  };

  const subscribe: Journal['subscribe'] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };

  const announce = (line: Line): void => {
    if (listeners.size > 0) {
      const entry = toEntry(line, sequence, secrets);
      for (const listener of listeners) listener(entry);
    }
    for (const watcher of watchers) watcher();
  };

  const journal: Journal = {
    page,
    subscribe,
    add(atMs, heard, said) {
      const line = { atMs, heard: abridged(heard), said };
      ring[(sequence - base) % entriesMax] = line;
      sequence += 1;
      if (listeners.size > 0 || watchers.size > 0) announce(line);
    },
    entries: (filter = {}) => page(filter).calls,
    wait: (count, options) => waitForCalls(journal, count, options),
    get sequence() {
      return sequence;
    },
    get dropped() {
      return gone() - base;
    },
    droppedAfter: (number) => Math.max(0, gone() - Math.max(number, base)),
    get clears() {
      return clears;
    },
    clear() {
      ring.length = 0;
      base = sequence;
      clears += 1;
      for (const watcher of watchers) watcher();
    },
    onChange(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
  };
  return journal;
}

/**
 * What came, what was decided, and why: a ring of the last calls that counts what it dropped. It keeps bytes as they were on the
 * wire, which costs a request almost nothing, and reads them when somebody asks. API keys never come out of it.
 */
import {
  type Heard,
  type JournalEntry,
  type JournalFilter,
  matches,
  type Said,
  toEntry,
} from './entry.ts';
import { Line } from './line.ts';
import { createSecrets, type Secrets } from './secrets.ts';
import { type Waited, type WaitOptions, waitForCalls } from './wait.ts';

const JOURNAL_ENTRIES_MAX = 10_000;

interface JournalQuery extends JournalFilter {
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
  /** How many calls the ring has let go since it was last cleared, because others came. */
  readonly dropped: number;
  /** How many of them came after this call; where lines were taken out, at most so many. */
  droppedAfter(sequence: number): number;
  clear(): void;
  /** Lets go of a merchant's lines, without counting them as dropped. */
  forget(mchId: string): void;
  /** How often lines were taken out, by {@link clear} or {@link forget}. */
  readonly clears: number;
  /** A text that is blotted out wherever it stands, also in lines from before: a merchant's key. */
  hide(secret: string): void;
  /** A merchant has another key, or is gone: the old one is blotted out as long as there are lines from before. */
  retire(secret: string): void;
  /** Calls `listener` with each new entry. @returns a function that ends it */
  subscribe(listener: (entry: JournalEntry) => void): () => void;
  /** Calls `listener` after each call and each clearing; nothing is read for it. @returns a function that ends it */
  onChange(listener: () => void): () => void;
}

/** @param secrets blotted out from the beginning */
export function createJournal(
  secrets: Secrets = createSecrets(),
  entriesMax = JOURNAL_ENTRIES_MAX,
): Journal {
  const ring = createRing(entriesMax);
  const listeners = new Set<(entry: JournalEntry) => void>();
  const watchers = new Set<() => void>();
  let sequence = 0;
  let clears = 0;

  /** The sequence of the oldest line, or of the next when there is none. */
  const oldest = (): number => ring.at(0)?.sequence ?? sequence + 1;
  const notify = (): void => {
    for (const watcher of watchers) watcher();
  };
  const takeOut = (remove: () => void): void => {
    remove();
    clears += 1;
    notify();
  };

  const journal: Journal = {
    add(atMs, heard, said) {
      sequence += 1;
      const line = ring.next();
      line.fill(sequence, atMs, heard, said);
      if (listeners.size > 0) {
        const entry = toEntry(line, secrets);
        for (const listener of listeners) listener(entry);
      }
      if (watchers.size > 0) notify();
    },
    entries: (filter = {}) => journal.page(filter).calls,
    page: (query) => readPage(ring, query, secrets),
    wait: (count, options) => waitForCalls(journal, count, options),
    get sequence() {
      return sequence;
    },
    get dropped() {
      return ring.dropped;
    },
    droppedAfter: (after) => Math.max(0, Math.min(ring.dropped, oldest() - 1 - after)),
    clear: () => takeOut(ring.clear),
    forget: (mchId) => takeOut(() => ring.remove((line) => line.mchId === mchId)),
    get clears() {
      return clears;
    },
    hide: secrets.add,
    retire: (secret) => secrets.retire(secret, sequence, oldest()),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onChange(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
  };
  return journal;
}

type Ring = ReturnType<typeof createRing>;

/** Grows to its size; then the oldest line is the next. */
function createRing(linesMax: number) {
  let lines: Line[] = [];
  let oldest = 0;
  let dropped = 0;
  const at = (index: number): Line | undefined => lines[(oldest + index) % linesMax];

  return {
    /** By age: 0 is the oldest. */
    at,
    get length() {
      return lines.length;
    },
    get dropped() {
      return dropped;
    },
    /** @returns the line to fill next: a new one, or the oldest */
    next(): Line {
      const longest = lines.length === linesMax ? lines[oldest] : undefined;
      if (longest) {
        dropped += 1;
        oldest = (oldest + 1) % linesMax;
        return longest;
      }
      const line = new Line();
      lines.push(line);
      return line;
    },
    clear(): void {
      lines = [];
      oldest = 0;
      dropped = 0;
    },
    remove(isOut: (line: Line) => boolean): void {
      lines = [...lines.slice(oldest), ...lines.slice(0, oldest)].filter((line) => !isOut(line));
      oldest = 0;
    },
  };
}

function readPage(ring: Ring, query: JournalQuery, secrets: Secrets): JournalPage {
  const { after = 0, before = Number.POSITIVE_INFINITY, limit, order = 'oldest' } = query;
  const first = indexAfter(ring, after);
  const last = indexAfter(ring, before - 1) - 1;
  const step = order === 'oldest' ? 1 : -1;
  const calls: JournalEntry[] = [];
  for (let index = step > 0 ? first : last; index >= first && index <= last; index += step) {
    const line = ring.at(index);
    if (!line || !matches(line, query)) continue;
    if (calls.length === limit) return { calls, next: calls.at(-1)?.sequence };
    calls.push(toEntry(line, secrets));
  }
  return { calls, next: undefined };
}

/** Where the first line with a higher sequence is. */
function indexAfter(ring: Ring, sequence: number): number {
  let low = 0;
  let high = ring.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ring.at(middle)?.sequence ?? 0) <= sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What came, what was decided, and why: a ring of the last calls that counts what it dropped. API keys never stand in it. */
import type { EndpointName, Fields, Peer } from '../contracts/index.ts';

export const JOURNAL_ENTRIES_MAX = 10_000;

/** One call, as the exchange saw it. */
export interface JournalRecord {
  /** Epoch milliseconds on the server's clock, which a scenario may have frozen. */
  readonly atMs: number;
  readonly endpoint: EndpointName | undefined;
  readonly peer: Peer;
  readonly callerIp: string;
  readonly request: Fields;
  /** sent, repeated, found: as asked. refused: an error code. front: the front server's page. fault: our own. */
  readonly verdict: 'sent' | 'repeated' | 'found' | 'refused' | 'front' | 'fault';
  /** err_code of a refusal. */
  readonly code?: string;
  /** The rule that decided, `sendredpack/fields/act_name/max-bytes`. */
  readonly clause?: string;
  readonly why: string;
  /** Has money left the balance for this order, whatever was answered? */
  readonly paid: boolean;
  readonly httpStatus: number;
  readonly reply: string;
}

export interface JournalEntry extends Omit<JournalRecord, 'request'> {
  /** Counts from 1 and never repeats. */
  readonly sequence: number;
  readonly request: Readonly<Record<string, string>>;
}

export interface Journal {
  add(record: JournalRecord): void;
  /** Oldest first. */
  entries(): readonly JournalEntry[];
  /** How many calls the ring has let go. */
  readonly dropped: number;
  clear(): void;
  /** Calls `listener` with each new entry. @returns a function that ends it */
  subscribe(listener: (entry: JournalEntry) => void): () => void;
}

/** @param secrets texts that are blotted out wherever they stand: the merchants' keys */
export function createJournal(
  secrets: readonly string[],
  entriesMax = JOURNAL_ENTRIES_MAX,
): Journal {
  const ring: (JournalRecord & { sequence: number })[] = [];
  const listeners = new Set<(entry: JournalEntry) => void>();
  let sequence = 0;

  const redact = (text: string): string =>
    secrets.reduce((clean, secret) => clean.replaceAll(secret, '[redacted]'), text);
  const toEntry = (record: JournalRecord & { sequence: number }): JournalEntry => ({
    ...record,
    request: Object.fromEntries([...record.request].map(([name, value]) => [name, redact(value)])),
    why: redact(record.why),
    reply: redact(record.reply),
  });

  return {
    add(record) {
      sequence += 1;
      const numbered = { ...record, sequence };
      ring[(sequence - 1) % entriesMax] = numbered;
      if (listeners.size === 0) return;
      const entry = toEntry(numbered);
      for (const listener of listeners) listener(entry);
    },
    entries() {
      const oldest = sequence > ring.length ? sequence % entriesMax : 0;
      return [...ring.slice(oldest), ...ring.slice(0, oldest)].map(toEntry);
    },
    get dropped() {
      return sequence - ring.length;
    },
    clear() {
      ring.length = 0;
      sequence = 0;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

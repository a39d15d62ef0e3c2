/**
 * What came, what was decided, and why: a ring of the last calls that counts what it dropped. It keeps bytes as they were on the
 * wire, which costs a request almost nothing, and reads them when somebody asks. API keys never come out of it.
 */
import { type EndpointName, type Peer, parseFieldsLossy } from '../contracts/index.ts';

export const JOURNAL_ENTRIES_MAX = 10_000;

/** One call, as the exchange saw it. */
export interface JournalRecord {
  /** Epoch milliseconds on the server's clock, which a scenario may have frozen. */
  readonly atMs: number;
  readonly endpoint: EndpointName | undefined;
  readonly peer: Peer;
  readonly callerIp: string;
  /** The request as it came. */
  readonly body: Uint8Array;
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
  readonly reply: Uint8Array;
}

export interface JournalEntry extends Omit<JournalRecord, 'body' | 'reply'> {
  /** Counts from 1 and never repeats. */
  readonly sequence: number;
  /** The fields of the request; empty when it was no XML. */
  readonly request: Readonly<Record<string, string>>;
  readonly reply: string;
}

type Numbered = JournalRecord & { readonly sequence: number };

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

const utf8 = new TextDecoder();

/** @param secrets texts that are blotted out wherever they stand: the merchants' keys */
export function createJournal(
  secrets: readonly string[],
  entriesMax = JOURNAL_ENTRIES_MAX,
): Journal {
  const ring: Numbered[] = [];
  const listeners = new Set<(entry: JournalEntry) => void>();
  let sequence = 0;

  const redact = (text: string): string =>
    secrets.reduce((clean, secret) => clean.replaceAll(secret, '[redacted]'), text);
  const toEntry = ({ body, reply, ...record }: Numbered): JournalEntry => {
    const fields = parseFieldsLossy(body);
    const request = fields.ok ? [...fields.value] : [];
    return {
      ...record,
      request: Object.fromEntries(request.map(([name, value]) => [name, redact(value)])),
      why: redact(record.why),
      reply: redact(utf8.decode(reply)),
    };
  };

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

/**
 * What came, what was decided, and why: a ring of the last calls that counts what it dropped. It keeps bytes as they were on the
 * wire, which costs a request almost nothing, and reads them when somebody asks. API keys never come out of it.
 */
import { type EndpointName, type Peer, parseFieldsLossy } from '../contracts/index.ts';
import type { FaultKind } from './scenario/fault-schema.ts';

const JOURNAL_ENTRIES_MAX = 10_000;

/** What came, from whom. */
interface Heard {
  /** canary: no call of the API, but a fetch of what an external entity pointed to. Its request is the one so answered. */
  readonly endpoint: { readonly name: EndpointName | 'canary' };
  readonly peer: Peer;
  readonly callerIp: string;
  /** undefined: it was longer than the front server takes. */
  readonly body: Uint8Array | undefined;
  /** Which connection it came over, by a number of its own; undefined in process. */
  readonly connection?: number | undefined;
}

/** What was decided, why, and what went back. */
interface Said {
  /**
   * sent, repeated, found: as asked. refused: an error code. front: the front server's page. undecided: the client left before.
   * canary: it expanded an external entity.
   */
  readonly verdict: 'sent' | 'repeated' | 'found' | 'refused' | 'front' | 'undecided' | 'canary';
  /** err_code of a refusal. */
  readonly code?: string | undefined;
  /** The rule that decided, `sendredpack/fields/act_name/max-bytes`. */
  readonly clause?: string | undefined;
  readonly why: string;
  /** Has money left the balance for this order, whatever was answered? */
  readonly paid: boolean;
  /** 0: not even a status line was sent. */
  readonly httpStatus: number;
  /** What of the answer was sent; of a huge one the beginning. */
  readonly reply: Uint8Array;
  /** Faults of the wire that a rule of the scenario wanted; undefined: none. */
  readonly faults?: readonly FaultKind[];
  /** Did they strike before or after the money moved? */
  readonly strikes?: 'before' | 'after';
}

export interface JournalEntry extends Omit<Said, 'reply'> {
  /** Counts from 1 and never repeats. */
  readonly sequence: number;
  /** Epoch milliseconds on the server's clock, which a scenario may have frozen. */
  readonly atMs: number;
  /** Epoch milliseconds on the machine's clock, by which a client waits. */
  readonly realAtMs: number;
  readonly endpoint: EndpointName | 'canary';
  readonly peer: Peer;
  readonly callerIp: string;
  readonly connection?: number | undefined;
  /** A merchant's API key stood in the body; it is blotted out here. */
  readonly keyInBody?: true;
  /** The fields of the request; empty when it was no XML. */
  readonly request: Readonly<Record<string, string>>;
  readonly reply: string;
}

interface Line {
  readonly atMs: number;
  readonly realAtMs: number;
  readonly heard: Heard;
  readonly said: Said;
}

export interface Journal {
  add(atMs: number, heard: Heard, said: Said): void;
  /** Oldest first. */
  entries(): readonly JournalEntry[];
  /** How many calls the ring has let go. */
  readonly dropped: number;
  clear(): void;
  /** Calls `listener` with each new entry. @returns a function that ends it */
  subscribe(listener: (entry: JournalEntry) => void): () => void;
}

const utf8 = new TextDecoder();

/** No request of the API is longer; of what is, the journal keeps no body. */
const KEPT_BODY_BYTES_MAX = 8_192;

function abridged(heard: Heard): Heard {
  const { body } = heard;
  if (!body || body.length <= KEPT_BODY_BYTES_MAX) return heard;
  return { ...heard, body: undefined };
}

/** @param secrets texts that are blotted out wherever they stand: the merchants' keys */
export function createJournal(
  secrets: readonly string[],
  entriesMax = JOURNAL_ENTRIES_MAX,
): Journal {
  const ring: Line[] = [];
  const listeners = new Set<(entry: JournalEntry) => void>();
  let sequence = 0;
  // The sequence before the ring's first line.
  let base = 0;

  const redact = (text: string): string =>
    secrets.reduce((clean, secret) => clean.replaceAll(secret, '[redacted]'), text);
  const toEntry = ({ atMs, realAtMs, heard, said }: Line, number: number): JournalEntry => {
    const body = heard.body ?? new Uint8Array();
    const fields = parseFieldsLossy(body);
    const text = utf8.decode(body);
    const keyInBody = secrets.some((secret) => text.includes(secret));
    const request = fields.ok ? [...fields.value] : [];
    return {
      ...said,
      sequence: number,
      atMs,
      realAtMs,
      endpoint: heard.endpoint.name,
      peer: heard.peer,
      callerIp: heard.callerIp,
      ...(heard.connection === undefined ? {} : { connection: heard.connection }),
      ...(keyInBody ? { keyInBody } : {}),
      request: Object.fromEntries(request.map(([name, value]) => [name, redact(value)])),
      why: redact(said.why),
      reply: redact(utf8.decode(said.reply)),
    };
  };

  return {
    add(atMs, heard, said) {
      const line = { atMs, realAtMs: Date.now(), heard: abridged(heard), said };
      ring[(sequence - base) % entriesMax] = line;
      sequence += 1;
      if (listeners.size === 0) return;
      const entry = toEntry(line, sequence);
      for (const listener of listeners) listener(entry);
    },
    entries() {
      const oldest = sequence - base > ring.length ? (sequence - base) % entriesMax : 0;
      const first = sequence - ring.length + 1;
      const inOrder = [...ring.slice(oldest), ...ring.slice(0, oldest)];
      return inOrder.map((line, index) => toEntry(line, first + index));
    },
    get dropped() {
      return sequence - base - ring.length;
    },
    clear() {
      ring.length = 0;
      base = sequence;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

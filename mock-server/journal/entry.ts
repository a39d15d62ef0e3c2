/** One call as the journal keeps it, as it shows it, and what can be asked of it. */
import {
  type EndpointName,
  type Fields,
  type Peer,
  parseFieldsLossy,
} from '../../contracts/core.ts';
import type { FaultKind } from '../scenario/fault-schema.ts';
import type { Line } from './line.ts';
import type { Secrets } from './secrets.ts';

/**
 * sent, repeated, found: as asked. refused: an error code. front: the front server's page. undecided: the client left before.
 * canary: it expanded an external entity.
 */
export const VERDICTS = [
  'sent',
  'repeated',
  'found',
  'refused',
  'front',
  'undecided',
  'canary',
] as const;

/** What came, from whom. */
export interface Heard {
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
export interface Said {
  /** The merchant by whose scenario it was answered; undefined: one that nobody knows, by the scenario of the start. */
  readonly mchId?: string | undefined;
  readonly verdict: (typeof VERDICTS)[number];
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

/** Which calls; what is left out is not asked. */
export interface JournalFilter {
  /** Whose scenario answered; where none did: whom the request names, or else the certificate. */
  readonly mch_id?: string | undefined;
  readonly mch_billno?: string | undefined;
  readonly endpoint?: JournalEntry['endpoint'] | undefined;
  readonly verdict?: JournalEntry['verdict'] | undefined;
  /** err_code of a refusal. */
  readonly code?: string | undefined;
}

const utf8 = new TextDecoder();
const NOTHING = new Uint8Array();

export function toEntry(line: Line, secrets: Secrets): JournalEntry {
  const clean = (text: string): string => secrets.redact(text);
  const { connection, faults, strikes, body = NOTHING } = line;
  const request = [...fieldsOf(line)].map(([name, value]) => [clean(name), clean(value)]);
  return {
    mchId: line.mchId,
    verdict: line.verdict,
    code: line.code,
    clause: line.clause,
    why: clean(line.why),
    paid: line.paid,
    httpStatus: line.httpStatus,
    ...(faults === undefined ? {} : { faults }),
    ...(strikes === undefined ? {} : { strikes }),
    sequence: line.sequence,
    atMs: line.atMs,
    realAtMs: line.realAtMs,
    endpoint: line.endpoint.name,
    peer: line.peer,
    callerIp: line.callerIp,
    ...(connection === undefined ? {} : { connection }),
    ...(secrets.isIn(utf8.decode(body)) ? { keyInBody: true } : {}),
    request: Object.fromEntries(request),
    reply: clean(utf8.decode(line.reply)),
  };
}

/** Reads the request only when everything else fits. */
export function matches(line: Line, filter: JournalFilter): boolean {
  const { mch_id, mch_billno, endpoint, verdict, code } = filter;
  if (endpoint !== undefined && line.endpoint.name !== endpoint) return false;
  if (verdict !== undefined && line.verdict !== verdict) return false;
  if (code !== undefined && line.code !== code) return false;
  const known = line.mchId;
  if (mch_id !== undefined && known !== undefined && known !== mch_id) return false;
  if (mch_billno === undefined && (mch_id === undefined || known !== undefined)) return true;
  const fields = fieldsOf(line);
  if (mch_billno !== undefined && fields.get('mch_billno') !== mch_billno) return false;
  if (mch_id === undefined) return true;
  return (known ?? fields.get('mch_id') ?? certified(line.peer)) === mch_id;
}

function fieldsOf({ body }: Line): Fields {
  const parsed = parseFieldsLossy(body ?? NOTHING);
  return parsed.ok ? parsed.value : new Map();
}

function certified(peer: Peer): string | undefined {
  return peer.kind === 'merchant' ? peer.mchId : undefined;
}

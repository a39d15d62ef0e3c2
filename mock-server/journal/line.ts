/** What the journal keeps of one call: bytes as they were on the wire, read when somebody asks. */
import type { Heard, Said } from './entry.ts';

/** No request of the API is longer; of what is, the journal keeps no body. */
const KEPT_BODY_BYTES_MAX = 8_192;
/** Requests differ by some bytes: a line has room for the next one too. */
const ROOM_BYTES = 512;

/**
 * Filled again when the ring comes round to it, bytes and all: what is kept for thousands of calls and then let go is what costs a
 * garbage collector most, more than these copies. They also let go of what hangs on a call, its socket and its answer.
 */
export class Line {
  sequence = 0;
  /** Epoch milliseconds on the merchant's clock. */
  atMs = Number.NaN;
  /** Epoch milliseconds on the machine's clock. */
  realAtMs = Number.NaN;
  endpoint: Heard['endpoint'] = { name: 'sendredpack' };
  peer: Heard['peer'] = { kind: 'none' };
  callerIp = '';
  connection: Heard['connection'];
  mchId: Said['mchId'];
  verdict: Said['verdict'] = 'undecided';
  code: Said['code'];
  clause: Said['clause'];
  why = '';
  paid = false;
  httpStatus = 0;
  faults: Said['faults'];
  strikes: Said['strikes'];
  /** The body and, behind it, the reply. */
  #bytes = new Uint8Array();
  /** undefined: there is no body. */
  #bodyLength: number | undefined;
  #replyLength = 0;

  fill(sequence: number, atMs: number, heard: Heard, said: Said): void {
    this.sequence = sequence;
    this.atMs = atMs;
    this.realAtMs = Date.now();
    this.endpoint = heard.endpoint;
    this.peer = heard.peer;
    this.callerIp = heard.callerIp;
    this.connection = heard.connection;
    this.mchId = said.mchId;
    this.verdict = said.verdict;
    this.code = said.code;
    this.clause = said.clause;
    this.why = said.why;
    this.paid = said.paid;
    this.httpStatus = said.httpStatus;
    this.faults = said.faults;
    this.strikes = said.strikes;
    this.#keep(heard.body, said.reply);
  }

  get body(): Uint8Array | undefined {
    return this.#bodyLength === undefined ? undefined : this.#bytes.subarray(0, this.#bodyLength);
  }

  get reply(): Uint8Array {
    const start = this.#bodyLength ?? 0;
    return this.#bytes.subarray(start, start + this.#replyLength);
  }

  #keep(body: Uint8Array | undefined, reply: Uint8Array): void {
    const kept = body && body.length <= KEPT_BODY_BYTES_MAX ? body : undefined;
    const start = kept?.length ?? 0;
    const length = start + reply.length;
    if (length > this.#bytes.length) {
      this.#bytes = new Uint8Array(Math.ceil(length / ROOM_BYTES) * ROOM_BYTES);
    }
    if (kept) this.#bytes.set(kept);
    this.#bytes.set(reply, start);
    this.#bodyLength = kept?.length;
    this.#replyLength = reply.length;
  }
}

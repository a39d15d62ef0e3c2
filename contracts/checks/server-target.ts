/** A server as the checks see it: somebody who answers bytes, and who may let himself be arranged. Its effects are all in here. */
import type { SampleMerchant } from '../sample.ts';
import type { Edition, EndpointName, Fields } from '../types.ts';
import type { WireReply } from './reply-view.ts';
import type { Needs, ShownCertificate } from './server-case.ts';

/** Nothing came back: the connection was refused, or broke. */
export interface NoReply {
  readonly failure: string;
}

/** What a case wants of the server. */
export interface Arrangement {
  readonly edition: Edition;
  readonly needs: Needs;
  /** The users that risk control shall stop. */
  readonly riskyOpenids: readonly string[];
}

export interface ServerTarget {
  /** Whose requests are sent. */
  readonly merchant: SampleMerchant;
  /** The certificates that it can show. */
  readonly certificates: readonly ShownCertificate[];
  /** The users that there are; left out: any well-formed openid will do. */
  readonly openids?: readonly string[];
  post(
    endpoint: EndpointName,
    body: Uint8Array,
    certificate: ShownCertificate,
  ): Promise<WireReply | NoReply>;
  /** Makes the server so; it may be a fresh one. Left out: the server is as it is. */
  arrange?(arrangement: Arrangement): Promise<'done' | { readonly skip: string }>;
  /** Who names no merchant that it knows, and shows no certificate, is answered as before: for him nothing can be arranged. */
  readonly strangers?: 'not-arranged';
  /** Moves the server's clock. */
  advance?(ms: number): Promise<void>;
  /** Adds to the merchant's balance. */
  topUp?(fen: number): Promise<void>;
  /** A user opens the packet. */
  claim?(billno: string): Promise<void>;
  /** Waits in our own time, before a call that came too fast is made again. */
  pause(ms: number): Promise<void>;
  /** Our own time, epoch ms. */
  nowMs(): number;
}

/** One call of a history, with all that is needed to make it again. */
export interface Exchange {
  readonly endpoint: EndpointName;
  readonly certificate: ShownCertificate;
  /** What the body says; undefined: nothing that can be read. */
  readonly fields: Fields | undefined;
  readonly body: Uint8Array;
  readonly reply: WireReply | NoReply;
}

export function isReply(reply: WireReply | NoReply): reply is WireReply {
  return 'status' in reply;
}

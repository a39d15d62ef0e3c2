/** An answer, ready for the wire, and how it is to be sent when a fault wants it otherwise than at once and whole. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
  /** Besides the content type and length. */
  readonly headers?: Readonly<Record<string, string>>;
  /** undefined: as usual. */
  readonly delivery?: Delivery;
}

export interface Delivery {
  /** How long nothing happens first. */
  readonly delayMs: number;
  /** undefined: as fast as it goes. */
  readonly bytesPerSecond?: number;
  /** In chunks of so many bytes, without a content-length. */
  readonly chunkBytes?: number;
  readonly end: Ending;
}

/**
 * cut: the connection is closed. silence: nothing more comes until the client leaves. `afterBytes` of the body; undefined: before
 * any header. abrupt: whole, ended by the end of the connection alone, and TLS is not told good-bye.
 */
type Ending =
  | { readonly kind: 'whole' }
  | { readonly kind: 'abrupt' }
  | { readonly kind: 'cut' | 'silence'; readonly afterBytes: number | undefined };

/** The same, for a listener whose connections end without good-bye. */
export function abruptly(answer: Answer): Answer {
  const { delivery = { delayMs: 0, end: { kind: 'whole' } } } = answer;
  if (delivery.end.kind !== 'whole') return answer;
  return { ...answer, delivery: { ...delivery, end: { kind: 'abrupt' } } };
}

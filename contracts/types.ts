/** Words that every table and every check shares. Types of one table stand beside that table. */

/** The API as of a date: the two seed documents, and the one in force. */
export const EDITIONS = ['2014', '2015', 'current'] as const;
export type Edition = (typeof EDITIONS)[number];

export const ENDPOINTS = ['sendredpack', 'gethbinfo'] as const;
export type EndpointName = (typeof ENDPOINTS)[number];

/** How sure we are of a row: an official page says so, a real answer showed it, or nobody knows. */
export type Certainty = 'documented' | 'observed' | 'assumed';

/** Where a row comes from: a seed document, or an evidence id of the domain facts (`E5`, `E22` …). */
export interface Provenance {
  readonly source: string;
  readonly certainty: Certainty;
}

/** What came in, element by element. Values are strings, untrimmed, in the order of the document. */
export type Fields = ReadonlyMap<string, string>;

/**
 * Who called, as the TLS edge saw it. `untrusted` is a certificate that the front server refuses
 * (foreign, self-signed, expired); `merchant` is one that chains to our root.
 */
export type Peer =
  | { readonly kind: 'none' }
  | { readonly kind: 'untrusted'; readonly reason: string }
  | { readonly kind: 'merchant'; readonly mchId: string; readonly serial: string };

/**
 * How a signature is made, step by step, so that a mistake is one step done otherwise. The right draft is the server's own way
 * (domain facts §5): its fields, in ASCII order, joined, the key behind them, UTF-8.
 */
import { SIGNED_FIELDS } from '../tables/endpoints.ts';
import type { EndpointName, Fields } from '../types.ts';
import { readInt } from './measure.ts';

export interface Entry {
  readonly name: string;
  readonly value: string;
}

/** One way to a signature, right or wrong. */
export interface Draft {
  /** What is signed, in no order yet. */
  readonly entries: readonly Entry[];
  readonly order: (a: Entry, b: Entry) => number;
  readonly join: (entries: readonly Entry[]) => string;
  readonly key: string;
  readonly addKey: (text: string, key: string) => string;
  /** The whole string, key and all, to what goes into the digest; a string stands for its UTF-8 bytes. */
  readonly finish: (text: string) => string | Uint8Array;
}

/** A request whose signature is in question. */
export interface SignCase {
  readonly endpoint: EndpointName;
  /** As the server reads them, `sign` among them. */
  readonly fields: Fields;
  readonly key: string;
  /** The document itself, for what stood between its tags; undefined when only the fields are known. */
  readonly document?: string | undefined;
}

/** One way to make a mistake on this request: what a client did, and what that changes. */
export interface Way {
  /** What stands after "the client": `signed the empty field remark`. */
  readonly did: string;
  readonly edit: (draft: Draft) => Draft;
}

/** The ways in which a mistake can be made on a request; none where it cannot. */
export type Ways = (seen: SignCase) => readonly Way[];

/** What stands for the key wherever a string is shown. */
export const HIDDEN_KEY = '…';

export function byName(a: Entry, b: Entry): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

export function joinPairs(entries: readonly Entry[]): string {
  let text = '';
  for (const { name, value } of entries)
    text += text === '' ? `${name}=${value}` : `&${name}=${value}`;
  return text;
}

export function rightDraft({ endpoint, fields, key }: SignCase): Draft {
  const { ints } = SIGNED_FIELDS[endpoint];
  const entries: Entry[] = [];
  for (const [name, value] of fields) {
    if (value === '' || !isSigned(endpoint, name)) continue;
    entries.push({ name, value: ints.has(name) ? String(readInt(value)) : value });
  }
  return {
    entries,
    order: byName,
    join: joinPairs,
    key,
    addKey: (text, own) => `${text}&key=${own}`,
    finish: (text) => text,
  };
}

/** The fields in order, joined: the part of the string before the key. */
export function joinDraft({ entries, order, join }: Draft): string {
  return join([...entries].sort(order));
}

/** The whole string, before `finish`. */
export function writeDraft(draft: Draft): string {
  return draft.addKey(joinDraft(draft), draft.key);
}

/** Is it among the fields that the endpoint signs? */
export function isSigned(endpoint: EndpointName, name: string): boolean {
  return SIGNED_FIELDS[endpoint].names.includes(name);
}

const SHOWN_MAX = 40;

/** What came from a body, short enough to stand in a sentence. */
export function shorten(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

/** A way that changes the values of what is signed, each by itself. */
export function changing(did: string, change: (value: string, name: string) => string): Way {
  return {
    did,
    edit: (draft) => ({
      ...draft,
      entries: draft.entries.map(({ name, value }) => ({ name, value: change(value, name) })),
    }),
  };
}

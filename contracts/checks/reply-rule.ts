/** A rule of replies, and what most of them say: an element is there, and says what it must. */
import type { EndpointName, Provenance } from '../types.ts';
import type { ReplyKind, ReplyView } from './reply-view.ts';

/** What is wrong with a reply: undefined when nothing is. */
export type Complaint = { readonly expected: string; readonly got: string } | undefined;

export interface ReplyRule extends Provenance {
  /** Below the endpoint: `reply/unsigned`. */
  readonly rule: string;
  /** A sentence in the present tense. */
  readonly title: string;
  readonly endpoints: readonly EndpointName[];
  /** The kinds of answer that it is about. */
  readonly kinds: readonly ReplyKind[];
  check(view: ReplyView): Complaint;
}

export const BOTH: readonly EndpointName[] = ['sendredpack', 'gethbinfo'];
export const SEND: readonly EndpointName[] = ['sendredpack'];
export const XML: readonly ReplyKind[] = ['sent', 'found', 'refused'];
export const GOOD: readonly ReplyKind[] = ['sent', 'found'];

export function says(name: string, value: string | undefined): string {
  return value === undefined ? `no ${name}` : `${name} "${value}"`;
}

/** The element's text must be this; undefined: there must be none. */
export function mustBe(view: ReplyView, name: string, expected: string | undefined): Complaint {
  const got = view.get(name);
  return got === expected ? undefined : { expected: says(name, expected), got: says(name, got) };
}

export function mustMatch(view: ReplyView, name: string, pattern: RegExp, what: string): Complaint {
  const got = view.get(name);
  if (got !== undefined && pattern.test(got)) return undefined;
  return { expected: `${name}: ${what}`, got: says(name, got) };
}

/** An answer as its bytes are: what a judge looks at. */
import { EDITION_TABLES } from '../tables/editions.ts';
import type { Edition, EndpointName, Fields } from '../types.ts';
import { parseTree, type XmlElement } from '../wire/xml.ts';

/** An answer as it came over the wire. */
export interface WireReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** What was asked. */
export interface JudgedRequest {
  readonly edition: Edition;
  readonly endpoint: EndpointName;
  /** undefined: the body was none that a server could read. */
  readonly fields: Fields | undefined;
  /** The merchant's key, to verify a signed answer. */
  readonly key: string;
}

/**
 * What kind of answer it is, by its own words. `page`: the front server's, no XML; `broken`: XML was meant, and cannot be read.
 */
export type ReplyKind = 'sent' | 'found' | 'refused' | 'page' | 'broken';

export interface ReplyView {
  readonly request: JudgedRequest;
  readonly reply: WireReply;
  readonly text: string;
  readonly kind: ReplyKind;
  /** Elements below the root, in their order. */
  readonly elements: readonly XmlElement[];
  /** The text of an element, the first of its name; undefined when it is absent. */
  get(name: string): string | undefined;
}

export function viewOf(request: JudgedRequest, reply: WireReply): ReplyView {
  const text = Buffer.from(reply.body).toString('utf8');
  const tree = parseTree(reply.body, Number.POSITIVE_INFINITY);
  const elements = tree.ok && tree.value.name === 'xml' ? tree.value.children : [];
  const get = (name: string): string | undefined =>
    elements.find((element) => element.name === name)?.text;
  return { request, reply, text, elements, get, kind: kindOf(request, text, get, elements) };
}

function kindOf(
  { endpoint }: JudgedRequest,
  text: string,
  get: ReplyView['get'],
  elements: readonly XmlElement[],
): ReplyKind {
  if (elements.length === 0) return /^\s*<(?:!doctype )?html/i.test(text) ? 'page' : 'broken';
  if (get('result_code') !== 'SUCCESS') return 'refused';
  return endpoint === 'sendredpack' ? 'sent' : 'found';
}

/** Did the server read nothing of the request? Then it echoes zeros (E8). */
export function isUnreadable(view: ReplyView): boolean {
  return view.get('err_code') === 'XML_ERROR';
}

export function envelopeOf(view: ReplyView): (typeof EDITION_TABLES)[Edition]['envelope'] {
  return EDITION_TABLES[view.request.edition].envelope;
}

/**
 * XML bytes to values and back, strict both ways. Well-formedness is saxes' work, which refuses all that XML 1.0 refuses; on top of it
 * this refuses what no request or reply of the API has: DOCTYPE, processing instructions, mixed text, in requests nesting and
 * duplicates. Sources: domain facts §1.4, §3, §8 no. 21; clients' facts, "On the way in".
 */
import { isUtf8 } from 'node:buffer';
import { SaxesParser } from 'saxes';
import type { Fields } from '../types.ts';

/** A request of the longest legal fields is under 3 KiB; nothing that needs more is a request. */
export const XML_BYTES_MAX = 65_536;

export type XmlReason =
  | 'empty'
  | 'oversize'
  | 'not-utf8'
  | 'doctype'
  | 'malformed'
  | 'nested'
  | 'duplicate';

export interface XmlRefusal {
  readonly reason: XmlReason;
  /** One sentence for a developer: what was wrong and where. */
  readonly detail: string;
}

export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

export type XmlResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: XmlRefusal };

/** A value to write: text goes out as CDATA, a number or `{ bare }` without, an array is a list of elements. */
export type XmlValue = string | number | { readonly bare: string } | readonly XmlEntry[];
export type XmlEntry = readonly [name: string, value: XmlValue];

const lossyUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

const NOT_XML_SPACE = /[^ \t\r\n]/;
const EMPTY = /^\ufeff?[ \t\r\n]*$/;

class Refused extends Error {
  readonly refusal: XmlRefusal;
  constructor(reason: XmlReason, detail: string) {
    super(detail);
    this.refusal = { reason, detail };
  }
}

/**
 * Reads a flat document (any root name) into its fields, values untouched.
 * Refuses nesting and a field that comes twice; see {@link readDocument} for the rest.
 */
export function parseFields(bytes: Uint8Array, bytesMax = XML_BYTES_MAX): XmlResult<Fields> {
  return attempt(() => {
    const text = decode(bytes, bytesMax);
    return readPlainFields(text) ?? toFields(readDocument(text));
  });
}

// A field as most clients write it: a name in lower case, one CDATA section or bare text, no character that needs a thought.
const PLAIN_FIELD =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those that need a thought are named
  /<([a-z_]+)>(?:<!\[CDATA\[([^\]\u0000-\u001f\ufffe\uffff]*)\]\]>|([^<>&\]\u0000-\u001f\ufffe\uffff]*))<\/\1>[ \n]*/y;
const PLAIN_START = /^<xml>[ \n]*/;
const PLAIN_END = '</xml>';

/**
 * Reads the plain form that most clients send, several times faster than a parser does: reading was a tenth of a request's time.
 * Anything else, right or wrong, is undefined, and the parser's to judge. A property holds the two together.
 */
function readPlainFields(text: string): Fields | undefined {
  const start = PLAIN_START.exec(text);
  if (!start) return undefined;
  const fields = new Map<string, string>();
  let at = start[0].length;
  for (;;) {
    PLAIN_FIELD.lastIndex = at;
    const field = PLAIN_FIELD.exec(text);
    if (!field) break;
    const [whole, name = '', section, plain = ''] = field;
    if (fields.has(name)) return undefined;
    fields.set(name, section ?? plain);
    at += whole.length;
  }
  return text.slice(at) === PLAIN_END ? fields : undefined;
}

/**
 * The same for bytes that are not UTF-8, so that a refusal can still echo what it could read:
 * bytes that are no UTF-8 come out as U+FFFD.
 */
export function parseFieldsLossy(bytes: Uint8Array): XmlResult<Fields> {
  return attempt(() => toFields(readDocument(lossyUtf8.decode(bytes))));
}

/** Reads a document of any depth: replies nest one list (`hblist`). */
export function parseTree(bytes: Uint8Array, bytesMax = XML_BYTES_MAX): XmlResult<XmlElement> {
  return attempt(() => readDocument(decode(bytes, bytesMax)));
}

/**
 * Writes one element a line below `<xml>`, as the real server does (domain facts §1.4), no declaration, no BOM.
 * Values must be legal XML text; names are ours and trusted.
 */
export function writeXml(entries: readonly XmlEntry[]): string {
  let text = '<xml>\n';
  for (const entry of entries) text += writeEntry(entry);
  return `${text}</xml>`;
}

function attempt<T>(step: () => T): XmlResult<T> {
  try {
    return { ok: true, value: step() };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

function decode(bytes: Uint8Array, bytesMax: number): string {
  if (bytes.length > bytesMax) {
    throw new Refused('oversize', `the document has ${bytes.length} bytes, at most ${bytesMax}`);
  }
  if (!isUtf8(bytes)) throw new Refused('not-utf8', 'the document is not UTF-8 (GBK, perhaps?)');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** An element while it is being read. */
interface OpenElement {
  readonly name: string;
  text: string;
  readonly children: OpenElement[];
}

function readDocument(text: string): XmlElement {
  if (EMPTY.test(text)) throw new Refused('empty', 'the document is empty');
  // `position` puts line and column before messages; the parser keeps count of them without it.
  const parser = new SaxesParser({
    defaultXMLVersion: '1.0',
    forceXMLVersion: true,
    position: false,
  });
  const open: OpenElement[] = [];
  let root: OpenElement | undefined;
  const refuse = (reason: XmlReason, what: string): never => {
    throw new Refused(reason, `${what} (line ${parser.line}, column ${parser.column})`);
  };
  const addText = (part: string): void => {
    const element = open.at(-1);
    if (element) element.text += part;
  };

  parser.on('error', ({ message }) => refuse('malformed', message));
  parser.on('doctype', () => refuse('doctype', 'DOCTYPE is refused, and so is all it declares'));
  parser.on('processinginstruction', () =>
    refuse('malformed', 'processing instructions are refused'),
  );
  parser.on('opentag', ({ name }) => {
    const element: OpenElement = { name, text: '', children: [] };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed && closed.children.length > 0 && NOT_XML_SPACE.test(closed.text)) {
      refuse('malformed', `<${closed.name}> mixes text and elements`);
    }
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  return root ?? refuse('malformed', 'there is no root element');
}

function toFields(root: XmlElement): Fields {
  const fields = new Map<string, string>();
  if (root.children.length === 0 && NOT_XML_SPACE.test(root.text)) {
    throw new Refused('malformed', `<${root.name}> holds text where fields were expected`);
  }
  for (const { name, text, children } of root.children) {
    if (children.length > 0) throw new Refused('nested', `<${name}> holds elements, not a value`);
    if (fields.has(name)) throw new Refused('duplicate', `<${name}> comes twice`);
    fields.set(name, text);
  }
  return fields;
}

interface Tags {
  readonly open: string;
  readonly close: string;
  readonly openSection: string;
  readonly closeSection: string;
}

/** The tags of an element, put together once: names are ours, and few. */
const TAGS = new Map<string, Tags>();

function tagsOf(name: string): Tags {
  let tags = TAGS.get(name);
  if (!tags) {
    const open = `<${name}>`;
    const close = `</${name}>\n`;
    tags = { open, close, openSection: `${open}<![CDATA[`, closeSection: `]]>${close}` };
    TAGS.set(name, tags);
  }
  return tags;
}

function writeEntry([name, value]: XmlEntry): string {
  const { open, close, openSection, closeSection } = tagsOf(name);
  if (typeof value === 'string') return openSection + inSection(value) + closeSection;
  if (typeof value === 'number') return open + String(value) + close;
  if (isList(value)) return `${open}\n${value.map(writeEntry).join('')}${close}`;
  return open + escapeXml(value.bare) + close;
}

function isList(value: XmlValue): value is readonly XmlEntry[] {
  return Array.isArray(value);
}

/** CDATA cannot hold `]]>`, and a reader turns a bare CR into LF: both are written around. */
function inSection(text: string): string {
  if (!text.includes(']]>') && !text.includes('\r')) return text;
  return text.replaceAll(']]>', ']]]]><![CDATA[>').replaceAll('\r', ']]>&#13;<![CDATA[');
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

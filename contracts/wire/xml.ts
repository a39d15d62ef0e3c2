/**
 * XML bytes to values and back, strict both ways. The grammar is the product's own narrow one (a root,
 * fields below it, in replies one list below that); well-formedness is fast-xml-parser's work, and
 * everything that parser lets pass (DOCTYPE, `]]>` in text, undeclared entities, illegal characters,
 * duplicates) is refused here. Sources: domain facts §1.4, §3, §8 no. 21; clients' facts, "On the way in".
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
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

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: '#cdata',
});
const utf8 = new TextDecoder('utf-8', { fatal: true });
const lossyUtf8 = new TextDecoder('utf-8');

// XML 1.0 "Char": these can stand in no document. Lone surrogates cannot come out of UTF-8.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the rule is about exactly these characters
const ILLEGAL_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const XML_DECLARATION = /^<\?xml\s[^?]*\?>/;
const PREDEFINED: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

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
  return attempt(() => toFields(readDocument(decode(bytes, bytesMax))));
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
  return `<xml>\n${entries.map(writeEntry).join('')}</xml>`;
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
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Refused('not-utf8', 'the document is not UTF-8 (GBK, perhaps?)');
  }
}

function readDocument(text: string): XmlElement {
  if (text.trim() === '') throw new Refused('empty', 'the document is empty');
  refuseWhatTheParserLetsPass(text);
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) {
    const { msg, line, col } = verdict.err;
    throw new Refused('malformed', `not well-formed at line ${line}, column ${col}: ${msg}`);
  }
  return toElement(rootOf(parseNodes(text)));
}

function parseNodes(text: string): Node[] {
  try {
    return parser.parse(text) as Node[];
  } catch (error) {
    // The parser throws on what it holds to be dangerous (a field called __proto__, for one).
    throw new Refused('malformed', error instanceof Error ? error.message : String(error));
  }
}

/** Walks the markup once: comments and CDATA are skipped whole, everything between them is looked at. */
function refuseWhatTheParserLetsPass(text: string): void {
  const illegal = ILLEGAL_CHARACTER.exec(text);
  if (illegal) {
    const code = illegal[0].charCodeAt(0).toString(16).padStart(4, '0');
    throw new Refused('malformed', `character U+${code} at ${illegal.index} is not legal in XML`);
  }
  let from = XML_DECLARATION.exec(text)?.[0].length ?? 0;
  for (;;) {
    const mark = text.indexOf('<!', from);
    refuseBetweenSections(text, from, mark === -1 ? text.length : mark);
    if (mark === -1) return;
    const [end, closing] = text.startsWith('<![CDATA[', mark)
      ? [text.indexOf(']]>', mark + 9), ']]>']
      : text.startsWith('<!--', mark)
        ? [text.indexOf('-->', mark + 4), '-->']
        : [undefined, ''];
    if (end === undefined) {
      throw new Refused('doctype', `DOCTYPE and declarations are refused (at ${mark})`);
    }
    if (end === -1) throw new Refused('malformed', `a section is not closed by ${closing}`);
    from = end + closing.length;
  }
}

function refuseBetweenSections(text: string, from: number, to: number): void {
  const between = text.slice(from, to);
  if (between.includes(']]>')) {
    throw new Refused('malformed', `"]]>" must not stand in text (after ${from})`);
  }
  if (between.includes('<?')) {
    throw new Refused('malformed', `a processing instruction is refused (after ${from})`);
  }
}

/** A node of the parser: one key is its name (or #text, #cdata), beside it perhaps `:@` for attributes. */
type Node = Readonly<Record<string, unknown>>;

function nameOf(node: Node): string {
  for (const key in node) if (key !== ':@') return key;
  return '';
}

function childrenOf(node: Node, name: string): readonly Node[] {
  return node[name] as readonly Node[];
}

function rootOf(nodes: readonly Node[]): Node {
  const roots = nodes.filter((node) => nameOf(node) !== '#text');
  const [root] = roots;
  if (!root || roots.length > 1) throw new Refused('malformed', 'a document has one root element');
  return root;
}

function toElement(node: Node): XmlElement {
  const name = nameOf(node);
  let text = '';
  const children: XmlElement[] = [];
  for (const child of childrenOf(node, name)) {
    const kind = nameOf(child);
    if (kind === '#text') text += unescapeXml(String(child[kind]));
    else if (kind === '#cdata') text += childrenOf(child, kind).map(rawText).join('');
    else children.push(toElement(child));
  }
  if (children.length > 0 && text.trim() !== '') {
    throw new Refused('malformed', `<${name}> mixes text and elements`);
  }
  return { name, text, children };
}

function rawText(node: Node): string {
  return String(node['#text']);
}

function toFields(root: XmlElement): Fields {
  const fields = new Map<string, string>();
  if (root.children.length === 0 && root.text.trim() !== '') {
    throw new Refused('malformed', `<${root.name}> holds text where fields were expected`);
  }
  for (const { name, text, children } of root.children) {
    if (children.length > 0) throw new Refused('nested', `<${name}> holds elements, not a value`);
    if (fields.has(name)) throw new Refused('duplicate', `<${name}> comes twice`);
    fields.set(name, text);
  }
  return fields;
}

/** The five predefined entities and numeric references; any other is undeclared, and so malformed. */
function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;]*)(;?)/g, (whole, name: string, semicolon: string) => {
    const value = semicolon && (PREDEFINED[name] ?? fromReference(name));
    if (!value) throw new Refused('malformed', `"${whole.slice(0, 20)}" is no entity known here`);
    return value;
  });
}

function fromReference(name: string): string | undefined {
  const match = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name);
  if (!match) return undefined;
  const code = match[1] ? Number.parseInt(match[1], 16) : Number(match[2]);
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  if (code === 0 || code > 0x10ffff || isSurrogate) return undefined;
  const character = String.fromCodePoint(code);
  return ILLEGAL_CHARACTER.test(character) ? undefined : character;
}

function writeEntry([name, value]: XmlEntry): string {
  if (typeof value === 'string') return `<${name}>${cdata(value)}</${name}>\n`;
  if (typeof value === 'number') return `<${name}>${value}</${name}>\n`;
  if (isList(value)) return `<${name}>\n${value.map(writeEntry).join('')}</${name}>\n`;
  return `<${name}>${escapeXml(value.bare)}</${name}>\n`;
}

function isList(value: XmlValue): value is readonly XmlEntry[] {
  return Array.isArray(value);
}

/** CDATA cannot hold `]]>`, and a reader turns a bare CR into LF: both are written around. */
function cdata(text: string): string {
  const safe = text.replaceAll(']]>', ']]]]><![CDATA[>').replaceAll('\r', ']]>&#13;<![CDATA[');
  return `<![CDATA[${safe}]]>`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

/**
 * Faults of the document: bytes in, bytes out. What is put in or taken out is ASCII, so the bytes are handled one character each,
 * whatever encoding an earlier fault has left them in.
 */
import { encodeGbk } from '../../contracts/core.ts';
import type { Fault } from '../scenario/fault-schema.ts';

/** @param canaryUrl where an external entity points to */
export function changeDocument(body: Buffer, fault: Fault, canaryUrl: string): Buffer {
  switch (fault.kind) {
    case 'truncate':
      return body.subarray(0, keptOf(body, fault.keptBytes));
    case 'malformed':
      return onText(body, MALFORMED[fault.as]);
    case 'encoding':
      return encoded(body, fault.as);
    case 'huge':
      return onText(body, (text) =>
        withLast(text, `<padding>${'x'.repeat(fault.bytes)}</padding>`),
      );
    case 'external-entity':
      return onText(body, (text) => ENTITIES[fault.as](text, canaryUrl));
    case 'entity-bomb':
      return onText(body, (text) => bomb(text, fault.levels));
    default:
      return body;
  }
}

/** How much of a body comes: never all of it. */
export function keptOf(body: Uint8Array, keptBytes: number | undefined): number {
  const most = Math.max(0, body.length - 1);
  return Math.min(keptBytes ?? Math.floor(body.length / 2), most);
}

function onText(body: Buffer, change: (text: string) => string): Buffer {
  return Buffer.from(change(body.toString('latin1')), 'latin1');
}

const END = '</xml>';

function withLast(text: string, element: string): string {
  const end = text.lastIndexOf(END);
  return end < 0 ? text + element : `${text.slice(0, end)}${element}\n${text.slice(end)}`;
}

/** Puts markup into a text that was in CDATA; where the answer has no such text, into an element of its own. */
function withMarkup(text: string, markup: string): string {
  const [whole, message = ''] = /<return_msg><!\[CDATA\[(.*?)\]\]><\/return_msg>/s.exec(text) ?? [];
  if (whole === undefined) return withLast(text, `<return_msg>${markup}</return_msg>`);
  const plain = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return text.replace(whole, () => `<return_msg>${plain}${markup}</return_msg>`);
}

type Malformation = Extract<Fault, { kind: 'malformed' }>['as'];

const MALFORMED: Record<Malformation, (text: string) => string> = {
  ampersand: (text) => withMarkup(text, ' & co'),
  unclosed: (text) => text.slice(0, Math.max(0, text.lastIndexOf(END))),
  crossed: (text) => text.replace(/<\/([\w.-]+)>(\s*)<\/xml>$/, `${END}$2</$1>`),
  'control-character': (text) => withMarkup(text, '\u0001'),
  trailing: (text) => `${text}\nOK`,
};

type EntityForm = Extract<Fault, { kind: 'external-entity' }>['as'];

const ENTITIES: Record<EntityForm, (text: string, url: string) => string> = {
  general: (text, url) =>
    `<!DOCTYPE xml [<!ENTITY canary SYSTEM "${url}">]>\n${withMarkup(text, '&canary;')}`,
  parameter: (text, url) => `<!DOCTYPE xml [<!ENTITY % canary SYSTEM "${url}"> %canary;]>\n${text}`,
  dtd: (text, url) => `<!DOCTYPE xml SYSTEM "${url}">\n${text}`,
};

function bomb(text: string, levels: number): string {
  const entities = ['<!ENTITY e0 "hongbao">'];
  for (let level = 1; level <= levels; level++) {
    entities.push(`<!ENTITY e${level} "${`&e${level - 1};`.repeat(10)}">`);
  }
  return `<!DOCTYPE xml [${entities.join('')}]>\n${withMarkup(text, `&e${levels};`)}`;
}

type Encoding = Extract<Fault, { kind: 'encoding' }>['as'];

function encoded(body: Buffer, as: Encoding): Buffer {
  const declared = (encoding: string): Buffer =>
    Buffer.from(`<?xml version="1.0" encoding="${encoding}"?>\n`);
  switch (as) {
    case 'bom':
      return Buffer.concat([Buffer.from('\ufeff'), body]);
    case 'declaration':
      return Buffer.concat([declared('UTF-8'), body]);
    case 'gbk':
      return inGbk(body);
    case 'gbk-declared':
      return Buffer.concat([declared('GBK'), inGbk(body)]);
  }
}

function inGbk(body: Buffer): Buffer {
  const encoded = encodeGbk(body.toString());
  if (!encoded) throw new Error('this Node was built without GBK: the fault `encoding` needs it');
  return Buffer.from(encoded);
}

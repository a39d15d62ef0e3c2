/**
 * How fields can be written as bytes: the forms that clients use (clients' facts, "On the way in" 1, 2, 7), and those that no server
 * may read.
 */
import type { Fields } from '../types.ts';
import { encodeGbk } from '../wire/gbk.ts';
import { writeXml, XML_BYTES_MAX } from '../wire/xml.ts';

type Write = (fields: Fields) => string | Uint8Array;

const PREDEFINED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => PREDEFINED[char] ?? char);
}

function numbered(text: string): string {
  return [...text].map((char) => `&#${char.codePointAt(0)};`).join('');
}

/** Each field written by `value`, between `open` and `close`. */
function written(
  fields: Fields,
  value: (text: string) => string,
  { open = '<xml>', close = '</xml>', between = '' } = {},
): string {
  const parts = [...fields].map(([name, text]) => `<${name}>${value(text)}</${name}>`);
  return [open, ...parts, close].join(between);
}

/** `]]>` in a value is written around, as a section cannot hold it. */
const section = (text: string): string =>
  `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;

/** The first two characters, whole ones. */
function head(text: string): string {
  return [...text].slice(0, 2).join('');
}

function withField(fields: Fields, added: string): string {
  return written(fields, section).replace('</xml>', `${added}</xml>`);
}

/** As a client sends it that writes GBK. @throws when this Node was built without GBK: then there is nothing to send */
function gbk(fields: Fields): Uint8Array {
  const bytes = encodeGbk(writeXml([...fields]));
  if (!bytes)
    throw new Error('a request of this case cannot be written: this Node was built without GBK');
  return bytes;
}

const WIRE_FORMS = {
  /** As the real server writes. */
  plain: (fields) => writeXml([...fields]),
  text: (fields) => written(fields, escaped),
  'one-line': (fields) => written(fields, section),
  indented: (fields) => written(fields, section, { between: '\r\n\t  ' }),
  declaration: (fields) => `<?xml version="1.0" encoding="UTF-8"?>\n${written(fields, section)}`,
  'other-root': (fields) => written(fields, section, { open: '<request>', close: '</request>' }),
  'reverse-order': (fields) => writeXml([...fields].reverse()),
  'numeric-entities': (fields) => written(fields, numbered),
  'split-sections': (fields) =>
    written(fields, (text) => section(head(text)) + section(text.slice(head(text).length))),
  'section-and-text': (fields) =>
    written(fields, (text) => section(head(text)) + escaped(text.slice(head(text).length))),
  'trailing-newline': (fields) => `${written(fields, section)}\n`,

  empty: () => '',
  'blank-only': () => ' \r\n',
  'form-encoded': (fields) =>
    [...fields].map(([name, text]) => `${name}=${encodeURIComponent(text)}`).join('&'),
  json: (fields) => JSON.stringify(Object.fromEntries(fields)),
  'text-only': () => '<xml>hello</xml>',
  unclosed: (fields) => written(fields, section, { close: '' }),
  'cut-off': (fields) => written(fields, section).slice(0, -40),
  'two-roots': (fields) => `${written(fields, section)}<xml></xml>`,
  unescaped: (fields) => withField(fields, '<attach>a & b</attach>'),
  'unescaped-less-than': (fields) => withField(fields, '<attach>a < b</attach>'),
  'section-end-in-text': (fields) => withField(fields, '<attach>a ]]> b</attach>'),
  'control-character': (fields) => withField(fields, '<attach>\u0001</attach>'),
  'undeclared-entity': (fields) => withField(fields, '<attach>&nbsp;</attach>'),
  nested: (fields) => withField(fields, '<attach><inner>1</inner></attach>'),
  'duplicate-field': (fields) =>
    withField(fields, `<mch_billno>${fields.get('mch_billno') ?? ''}</mch_billno>`),
  doctype: (fields) => `<!DOCTYPE xml>${written(fields, section)}`,
  'external-entity': (fields) =>
    `<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/hostname">]>${withField(fields, '<attach>&e;</attach>')}`,
  gbk,
  oversize: (fields) => withField(fields, `<attach>${'x'.repeat(XML_BYTES_MAX)}</attach>`),
} as const satisfies Readonly<Record<string, Write>>;

export type WireForm = keyof typeof WIRE_FORMS;

export function writtenAs(form: WireForm, fields: Fields): Uint8Array {
  const write: Write = WIRE_FORMS[form];
  const body = write(fields);
  return typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
}

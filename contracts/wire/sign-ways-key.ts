/** Mistakes behind the fields: in the key, in how it is joined, in the bytes that are digested. */
import { encodeGbk } from './gbk.ts';
import { wellFormed } from './measure.ts';
import { digestHex } from './sign.ts';
import type { Draft, Way, Ways } from './sign-draft.ts';

function keying(did: string, change: (key: string) => string): Way {
  return { did, edit: (draft) => ({ ...draft, key: change(draft.key) }) };
}

export const keyWhiteSpace: Ways = () =>
  (
    [
      ['a line feed behind', '', '\n'],
      ['CR LF behind', '', '\r\n'],
      ['a space behind', '', ' '],
      ['a space before', ' ', ''],
      ['a tab behind', '', '\t'],
      ['spaces around', ' ', ' '],
      ['a byte order mark before', '\ufeff', ''],
    ] as const
  ).map(([what, before, behind]) =>
    keying(`used the key with ${what} it`, (key) => `${before}${key}${behind}`),
  );

export const keyQuoted: Ways = () => [
  keying('used the key with its quotation marks', (key) => `"${key}"`),
  keying("used the key with its apostrophes ('…')", (key) => `'${key}'`),
];

export const keyCase: Ways = () => [
  keying('used the key in upper case', (key) => key.toUpperCase()),
  keying('used the key in lower case', (key) => key.toLowerCase()),
];

/** Printed in the documentation, and so in many examples. */
const DOCUMENTATION_KEY = '192006250b4c09247ec02edce69f6a2d';

export const keyOfTheDocumentation: Ways = () => [
  keying('used the key that the documentation prints as an example', () => DOCUMENTATION_KEY),
];

function adding(did: string, addKey: Draft['addKey']): Way {
  return { did, edit: (draft) => ({ ...draft, addKey }) };
}

export const keyMissing: Ways = () => [
  adding('left out &key= and the key', (text) => text),
  adding('left the key empty behind &key=', (text) => `${text}&key=`),
];

const OTHER_KEY_NAMES = [
  'Key',
  'KEY',
  'secret',
  'apikey',
  'api_key',
  'appkey',
  'partnerkey',
  'partnerKey',
  'mch_key',
];

export const keyJoinedOtherwise: Ways = () => [
  adding('wrote key= without an ampersand before it', (text, key) => `${text}key=${key}`),
  adding('put the key behind the string without &key=', (text, key) => `${text}${key}`),
  adding('put & and the key behind the string, without key=', (text, key) => `${text}&${key}`),
  adding('put the key before the string', (text, key) => `${key}${text}`),
  adding('put key= and the key before the string', (text, key) => `key=${key}&${text}`),
  adding('put &amp;key= behind the string', (text, key) => `${text}&amp;key=${key}`),
  ...OTHER_KEY_NAMES.map((name) =>
    adding(`wrote &${name}= where &key= belongs`, (text, key) => `${text}&${name}=${key}`),
  ),
];

export const keySortedIn: Ways = () => [
  {
    did: 'sorted the key in among the fields instead of putting it last',
    edit: (draft) => ({
      ...draft,
      entries: [...draft.entries, { name: 'key', value: draft.key }],
      addKey: (text) => text,
    }),
  },
];

function finishing(did: string, change: (text: string) => string | Uint8Array): Way {
  return {
    did,
    edit: (draft) => ({
      ...draft,
      finish: (text) => {
        const before = draft.finish(text);
        return typeof before === 'string' ? change(before) : before;
      },
    }),
  };
}

export const wholeChanged: Ways = () => [
  finishing('made the whole string lower case before digesting it', (text) => text.toLowerCase()),
  finishing('made the whole string upper case before digesting it', (text) => text.toUpperCase()),
];

export const wholeEncoded: Ways = () => [
  finishing('url-encoded the whole string, the key with it', (text) =>
    encodeURIComponent(wellFormed(text)),
  ),
  finishing('url-encoded the whole string, the key with it (lower-case hex)', (text) =>
    encodeURIComponent(wellFormed(text)).replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()),
  ),
];

export const digestedTwice: Ways = () => [
  finishing('digested the digest once more', (text) => digestHex('md5', text).toLowerCase()),
  finishing('digested the upper-case digest once more', (text) => digestHex('md5', text)),
];

export const gbkSigned: Ways = () => [
  finishing('digested the GBK bytes of the string', (text) => encodeGbk(text) ?? text),
];

const NOT_LATIN = /[\u0100-\u{10ffff}]/gu;
const NOT_LATIN_UNIT = /[\u0100-\uffff]/g;

export const narrowSigned: Ways = () => [
  finishing('digested the low byte of each character (latin1, "binary")', (text) =>
    Buffer.from(text, 'latin1'),
  ),
  finishing('digested the string in ISO-8859-1, where a Chinese character is a ?', (text) =>
    Buffer.from(text.replace(NOT_LATIN, '?'), 'latin1'),
  ),
  finishing(
    'digested the string in ASCII, where a Chinese character is a ? and an emoji two',
    (text) => Buffer.from(text.replace(NOT_LATIN_UNIT, '?'), 'latin1'),
  ),
];

export const encodedTwice: Ways = () => [
  finishing('digested UTF-8 that was encoded twice', (text) =>
    Buffer.from(text, 'utf8').toString('latin1'),
  ),
];

/** UTF-8 of each half of a surrogate pair by itself, as old encoders write an emoji. */
function halves(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) bytes.push(unit);
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  return Uint8Array.from(bytes);
}

export const wideSigned: Ways = () => [
  finishing('digested the string in UTF-16', (text) => Buffer.from(text, 'utf16le')),
  finishing('digested emoji as two halves (CESU-8)', (text) => halves(text)),
  finishing('digested the string with a byte order mark before it', (text) => `\ufeff${text}`),
];

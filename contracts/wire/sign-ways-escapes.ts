/** Mistakes in how a value is written for signing: markers, entities, escapes and encodings that belong elsewhere. */
import { SIGNED_FIELDS } from '../tables/endpoints.ts';
import { wellFormed } from './measure.ts';
import { changing, type SignCase, type Ways } from './sign-draft.ts';

/** What stands between the tags of a field, markers and escapes and all. */
function innerText({ document }: SignCase, name: string): string | undefined {
  if (document === undefined) return undefined;
  const opening = `<${name}>`;
  const start = document.indexOf(opening);
  const end = document.indexOf(`</${name}>`, start);
  return start < 0 || end < 0 ? undefined : document.slice(start + opening.length, end);
}

const CDATA = '<![CDATA[';

function inCdata(value: string): string {
  return `${CDATA}${value}]]>`;
}

export const cdataSigned: Ways = (seen) => {
  const { ints } = SIGNED_FIELDS[seen.endpoint];
  return [
    changing('signed the CDATA markers along with the values', (value, name) => {
      const inner = innerText(seen, name);
      return inner?.includes(CDATA) ? inner : value;
    }),
    changing('signed CDATA markers around every value', inCdata),
    changing('signed CDATA markers around every text', (value, name) =>
      ints.has(name) ? value : inCdata(value),
    ),
  ];
};

function escapeMarkup(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export const escapedSigned: Ways = (seen) => {
  const markup = 'signed the values escaped for XML';
  return [
    changing('signed the values as they stand in the XML, escapes and all', (value, name) => {
      const inner = innerText(seen, name);
      return inner === undefined || inner.includes(CDATA) ? value : inner;
    }),
    changing(`${markup} (& is &amp;)`, escapeMarkup),
    changing(`${markup} (& is &amp;, " is &quot;)`, (value) =>
      escapeMarkup(value).replaceAll('"', '&quot;'),
    ),
    ...['&#39;', '&#039;', '&apos;'].map((apostrophe) =>
      changing(`${markup} (& is &amp;, " is &quot;, ' is ${apostrophe})`, (value) =>
        escapeMarkup(value).replaceAll('"', '&quot;').replaceAll("'", apostrophe),
      ),
    ),
    changing('signed the values with & as &amp; alone', (value) => value.replaceAll('&', '&amp;')),
  ];
};

function unicodeEscaped(value: string, upper: boolean): string {
  return JSON.stringify(value)
    .slice(1, -1)
    .replace(/[\u0080-\uffff]/g, (unit) => {
      const hex = unit.charCodeAt(0).toString(16).padStart(4, '0');
      return `\\u${upper ? hex.toUpperCase() : hex}`;
    });
}

export const jsonEscaped: Ways = () => [
  changing('signed the values escaped as JSON (\\u7ea2)', (value) => unicodeEscaped(value, false)),
  changing('signed the values escaped as JSON (\\u7ea2, \\/)', (value) =>
    unicodeEscaped(value, false).replaceAll('/', '\\/'),
  ),
  changing('signed the values escaped as JSON (\\u7EA2)', (value) => unicodeEscaped(value, true)),
  changing('signed the values with / as \\/', (value) => value.replaceAll('/', '\\/')),
];

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** All but letters, digits and `-_.~`, where encodeURIComponent spares more. */
function rfc3986(value: string): string {
  return encodeURIComponent(wellFormed(value)).replace(/[!'()*]/g, percent);
}

function asForm(value: string): string {
  return rfc3986(value).replaceAll('%20', '+').replaceAll('~', '%7E');
}

function lowerHex(encoded: string): string {
  return encoded.replace(/%[0-9A-F]{2}/g, (sequence) => sequence.toLowerCase());
}

export const urlEncoded: Ways = () => {
  const encoders: readonly (readonly [string, (value: string) => string])[] = [
    ['space is %20', rfc3986],
    ['as a form, space is +', asForm],
    ["space is %20, !'()* as they are", (value) => encodeURIComponent(wellFormed(value))],
    ['as a form, * as it is', (value) => asForm(value).replaceAll('%2A', '*')],
    [
      'only what is not ASCII',
      (value) => wellFormed(value).replace(/[\u0080-\uffff]+/g, encodeURIComponent),
    ],
    ['as an address, ASCII punctuation as it is', (value) => encodeURI(wellFormed(value))],
  ];
  return encoders.flatMap(([how, encode]) => [
    changing(`url-encoded the values (${how})`, encode),
    changing(`url-encoded the values (${how}, lower-case hex)`, (value) => lowerHex(encode(value))),
  ]);
};

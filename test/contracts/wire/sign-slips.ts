/**
 * Clients that sign wrongly, each written by hand from node:crypto and nothing of ours: what the doctor must see through.
 * A slip is the request as it is sent, and the signature that this client makes of it.
 */
import { createHash, createHmac } from 'node:crypto';
import known from '../../vectors/signatures.json' with { type: 'json' };

export const KEY = known.key;

export type Values = Readonly<Record<string, string>>;

export interface Slip {
  /** Id of the mistake's row; two where two are made at once, in the order of their steps. */
  readonly ids: readonly string[];
  /** What this client does. */
  readonly does: string;
  readonly sign: string;
  /** The body where it is not plain CDATA. */
  readonly body: Uint8Array;
  readonly endpoint?: 'gethbinfo';
  readonly key?: string;
}

/** K8 of the domain facts, in an order of its own. */
export const SENT: Values = {
  nonce_str: '50780e0cca98c8c8e814883e5caa672e',
  mch_billno: '0010010404201411170000046545',
  mch_id: '888',
  wxappid: 'wxcbda96de0b165486',
  send_name: 'send_name',
  re_openid: 'onqOjjmM1tad-3ROpncN-yUfa6uI',
  total_amount: '200',
  total_num: '1',
  wishing: '恭喜发财',
  client_ip: '127.0.0.1',
  act_name: '新年红包',
  remark: '新年红包',
};
export const ASKED: Values = {
  appid: 'wxcbda96de0b165486',
  bill_type: 'MCHT',
  mch_billno: '0010010404201411170000046545',
  mch_id: '888',
  nonce_str: '50780e0cca98c8c8e814883e5caa672e',
};

export const md5 = (message: string | Uint8Array): string =>
  createHash('md5').update(message).digest('hex').toUpperCase();
export const sorted = (values: Values): string[] => Object.keys(values).sort();
export const joined = (values: Values, names: readonly string[] = sorted(values)): string =>
  names.map((name) => `${name}=${values[name]}`).join('&');
/** The signature over these values, made as it should be. */
export const signs = (values: Values): string => md5(`${joined(values)}&key=${KEY}`);
export const each = (values: Values, change: (value: string) => string): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
export const but = (values: Values, ...names: string[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
export const renamed = (values: Values, rename: (name: string) => string): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [rename(name), value]));

export const xml = (values: Values, sign: string, inner = (v: string) => `<![CDATA[${v}]]>`) =>
  Buffer.from(
    `<xml>\n${Object.entries({ ...values, sign })
      .map(([name, value]) => `<${name}>${inner(value)}</${name}>\n`)
      .join('')}</xml>`,
  );
const escaped = (value: string): string =>
  value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

export const slip = (
  ids: string,
  does: string,
  sign: string,
  values: Values = SENT,
  rest = {},
): Slip => ({
  ids: ids.split(' '),
  does,
  sign,
  body: xml(values, sign),
  ...rest,
});
/** Sends one thing and signs another. */
const differs = (ids: string, does: string, sent: Values, signed: Values): Slip =>
  slip(ids, does, signs(signed), sent);
/** Signs the right fields, and does `write` to the string with the key. */
export const writes = (
  ids: string,
  does: string,
  write: (text: string) => string | Uint8Array,
): Slip => slip(ids, does, md5(write(joined(SENT))));

/** GBK of the characters in SENT, from a table of them; the rest is ASCII. */
const GBK: Values = {
  新: 'd0c2',
  年: 'c4ea',
  红: 'baec',
  包: 'b0fc',
  恭: 'b9a7',
  喜: 'cfb2',
  发: 'b7a2',
  财: 'b2c6',
};
export const gbk = (text: string): Uint8Array =>
  Buffer.concat([...text].map((c) => (GBK[c] ? Buffer.from(GBK[c], 'hex') : Buffer.from(c))));

export const lowerHex = (text: string): string => text.replace(/%../g, (hex) => hex.toLowerCase());
const unicode = (text: string): string =>
  [...text].map((c) => (c < '\x7f' ? c : `\\u${c.charCodeAt(0).toString(16)}`)).join('');
const SPACED = { ...SENT, wishing: 'a b~(c)*!' };
const form = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+')
    .replace(/~/g, '%7E');
const MARKUP = { ...SENT, wishing: `a & b < "c" 'd'` };
const EMOJI = { ...SENT, wishing: '🧧红' };
const TABLE_ORDER = (
  'nonce_str mch_billno mch_id wxappid send_name re_openid total_amount total_num wishing ' +
  'client_ip act_name remark'
).split(' ');
const SHUFFLED = Object.fromEntries([...TABLE_ORDER].reverse().map((n) => [n, SENT[n] ?? '']));
const withKey = (key: string): string => `${joined(SENT)}&key=${key}`;

export const SLIPS: readonly Slip[] = [
  // The form of the signature.
  slip('digest-lower-case', 'leaves the digest in lower case', signs(SENT).toLowerCase()),
  slip(
    'digest-hmac',
    'signs with HMAC-SHA256',
    createHmac('sha256', KEY).update(withKey(KEY)).digest('hex').toUpperCase(),
  ),
  slip(
    'digest-sha256',
    'takes SHA-256',
    createHash('sha256').update(withKey(KEY)).digest('hex').toUpperCase(),
  ),
  slip(
    'digest-sha1',
    'takes SHA-1',
    createHash('sha1').update(withKey(KEY)).digest('hex').toUpperCase(),
  ),
  slip('digest-base64', 'writes base64', createHash('md5').update(withKey(KEY)).digest('base64')),
  slip('digest-short', 'takes the middle 16 digits', signs(SENT).slice(8, 24)),
  slip(
    'digest-zeros-dropped',
    'writes the digest as a big integer',
    signs(SENT).replace(/^0+/, ''),
  ),
  slip(
    'digest-zeros-dropped',
    'writes bytes below 16 with one digit',
    [...createHash('md5').update(withKey(KEY)).digest()]
      .map((byte) => byte.toString(16).toUpperCase())
      .join(''),
  ),
  slip('sign-spaced', 'indents the signature', `\n    ${signs(SENT)}\n  `),

  // What is signed.
  differs(
    'sign-type-signed',
    'sends and signs sign_type',
    { ...SENT, sign_type: 'MD5' },
    { ...SENT, sign_type: 'MD5' },
  ),
  differs('sign-type-signed', 'signs sign_type and does not send it', SENT, {
    ...SENT,
    sign_type: 'MD5',
  }),
  differs('sign-type-signed', 'signs sign_type=HMAC-SHA256 and uses MD5', SENT, {
    ...SENT,
    sign_type: 'HMAC-SHA256',
  }),
  differs(
    'unknown-signed',
    'sends and signs amt_type',
    { ...SENT, amt_type: 'ALL_RAND' },
    { ...SENT, amt_type: 'ALL_RAND' },
  ),
  differs(
    'unknown-signed',
    'signs one of two fields that are unknown',
    { ...SENT, a: '1', b: '2' },
    { ...SENT, b: '2' },
  ),
  differs(
    'empty-signed',
    'signs an empty field',
    { ...SENT, scene_id: '' },
    { ...SENT, scene_id: '' },
  ),
  differs(
    'empty-signed',
    'signs two empty fields',
    { ...SENT, scene_id: '', risk_info: '' },
    { ...SENT, scene_id: '', risk_info: '' },
  ),
  differs('empty-signed', 'signs an empty field and drops it from the body', SENT, {
    ...SENT,
    scene_id: '',
  }),
  differs(
    'null-signed',
    'signs null for an empty field',
    { ...SENT, scene_id: '' },
    { ...SENT, scene_id: 'null' },
  ),
  differs(
    'null-signed',
    'signs None for an empty field',
    { ...SENT, scene_id: '' },
    { ...SENT, scene_id: 'None' },
  ),
  differs('sign-signed', 'signs sign while it is empty', SENT, { ...SENT, sign: '' }),
  ...['client_ip', 'nonce_str', 'act_name', 'total_num'].map((name) =>
    differs('left-out', `forgets ${name}`, SENT, but(SENT, name)),
  ),
  differs('left-out', 'sets nick_name after signing', { ...SENT, nick_name: 'n' }, SENT),
  differs('left-out', 'sets scene_id after signing', { ...SENT, scene_id: 'PRODUCT_1' }, SENT),
  differs(
    'left-out',
    'sets min_value and max_value after signing',
    { ...SENT, min_value: '200', max_value: '200' },
    SENT,
  ),

  // Under which names, in which order, how joined.
  differs(
    'names-differ',
    'signs appid for wxappid',
    SENT,
    renamed(SENT, (n) => (n === 'wxappid' ? 'appid' : n)),
  ),
  differs(
    'names-differ',
    'signs mchid for mch_id',
    SENT,
    renamed(SENT, (n) => (n === 'mch_id' ? 'mchid' : n)),
  ),
  slip(
    'names-differ',
    'signs wxappid for appid in a query',
    signs(renamed(ASKED, (n) => (n === 'appid' ? 'wxappid' : n))),
    ASKED,
    { endpoint: 'gethbinfo' },
  ),
  differs(
    'name-case',
    'signs the names of its class',
    SENT,
    renamed(SENT, (n) => n.replace(/_./g, (c) => c.slice(1).toUpperCase())),
  ),
  differs(
    'name-case',
    'signs upper-case names',
    SENT,
    renamed(SENT, (n) => n.toUpperCase()),
  ),
  slip(
    'not-sorted',
    'signs in document order',
    md5(`${joined(SHUFFLED, Object.keys(SHUFFLED))}&key=${KEY}`),
    SHUFFLED,
  ),
  slip('not-sorted', 'sorts backwards', md5(`${joined(SENT, sorted(SENT).reverse())}&key=${KEY}`)),
  slip(
    'not-sorted',
    'sorts upper-cased names, where _ is last',
    md5(
      `${joined(
        SENT,
        sorted(SENT)
          .filter((n) => n !== 're_openid')
          .flatMap((n) => (n === 'remark' ? ['remark', 're_openid'] : [n])),
      )}&key=${KEY}`,
    ),
  ),
  slip(
    'not-sorted',
    'sorts the values',
    md5(
      `${joined(
        SENT,
        Object.entries(SENT)
          .map(([name, value]) => `${value}\0${name}`)
          .sort()
          .map((pair) => pair.split('\0')[1] ?? ''),
      )}&key=${KEY}`,
    ),
  ),
  slip(
    'not-sorted',
    "signs in the page's order",
    md5(`${joined(SHUFFLED, TABLE_ORDER)}&key=${KEY}`),
    SHUFFLED,
  ),
  writes('joined-otherwise', 'leaves an ampersand at the end', (text) => `${text}&&key=${KEY}`),
  writes(
    'joined-otherwise',
    'puts nothing between fields',
    (text) => `${text.replaceAll('&', '')}&key=${KEY}`,
  ),
  writes('joined-otherwise', 'puts no =', (text) => `${text.replaceAll('=', '')}&key=${KEY}`),
  writes(
    'joined-otherwise',
    'joins with &amp;',
    (text) => `${text.replaceAll('&', '&amp;')}&key=${KEY}`,
  ),
  writes(
    'joined-otherwise',
    'puts line ends between',
    (text) => `${text.replaceAll('&', '\n')}&key=${KEY}`,
  ),
  writes(
    'joined-otherwise',
    'quotes the values',
    (text) => `${text.replace(/=([^&]*)/g, '="$1"')}&key=${KEY}`,
  ),
  writes(
    'joined-otherwise',
    'url-encodes what it joined',
    (text) => `${encodeURIComponent(text)}&key=${KEY}`,
  ),

  // The key.
  writes('key-missing', 'forgets the key', (text) => text),
  writes('key-missing', 'has an empty key', (text) => `${text}&key=`),
  ...[`${KEY}\n`, `${KEY}\r\n`, `${KEY} `, ` ${KEY}`, `${KEY}\t`, `\ufeff${KEY}`].map((key) =>
    writes(
      'key-white-space',
      `uses the key ${JSON.stringify(key).replace(KEY, 'KEY')}`,
      (text) => `${text}&key=${key}`,
    ),
  ),
  writes('key-quoted', 'keeps the quotation marks of the key', (text) => `${text}&key="${KEY}"`),
  writes('key-quoted', 'keeps the apostrophes of the key', (text) => `${text}&key='${KEY}'`),
  writes('key-case', 'puts the key in upper case', (text) => `${text}&key=${KEY.toUpperCase()}`),
  writes('key-joined-otherwise', 'misses the ampersand', (text) => `${text}key=${KEY}`),
  writes('key-joined-otherwise', 'puts the key right behind', (text) => text + KEY),
  writes('key-joined-otherwise', 'puts & and the key behind', (text) => `${text}&${KEY}`),
  writes('key-joined-otherwise', 'puts the key first', (text) => KEY + text),
  writes('key-joined-otherwise', 'calls it secret', (text) => `${text}&secret=${KEY}`),
  writes('key-joined-otherwise', 'calls it Key', (text) => `${text}&Key=${KEY}`),
  slip('key-sorted-in', 'sorts the key in', md5(joined({ ...SENT, key: KEY }))),
  slip('key-of-the-documentation', "copies the example's key", signs(SENT), SENT, {
    key: 'k'.repeat(32),
  }),

  // The values.
  differs(
    'integers-as-written',
    'writes 2.00',
    { ...SENT, total_amount: '2.00' },
    { ...SENT, total_amount: '2.00' },
  ),
  differs(
    'integers-as-written',
    'writes 0200',
    { ...SENT, total_amount: '0200' },
    { ...SENT, total_amount: '0200' },
  ),
  differs('other-unit', 'signs yuan', SENT, { ...SENT, total_amount: '2' }),
  differs('other-unit', 'signs yuan with decimals', SENT, { ...SENT, total_amount: '2.00' }),
  differs('other-unit', 'signs a hundred times as much', SENT, { ...SENT, total_amount: '20000' }),
  differs('as-float', 'signs 200.0', SENT, { ...SENT, total_amount: '200.0' }),
  differs('as-float', 'signs 200.00', SENT, { ...SENT, total_amount: '200.00' }),
  differs('as-float', 'signs all integers as floats', SENT, {
    ...SENT,
    total_amount: '200.0',
    total_num: '1.0',
  }),
  differs(
    'numbers-parsed',
    'parses digits as fast-xml-parser does',
    { ...SENT, mch_billno: '10000098201411111234567890' },
    { ...SENT, mch_billno: '1.0000098201411111e+25' },
  ),
  differs(
    'numbers-parsed',
    'prints floats as PHP does',
    { ...SENT, mch_billno: '10000098201411111234567890' },
    { ...SENT, mch_billno: '1.0000098201411E+25' },
  ),
  differs(
    'numbers-parsed',
    'prints doubles as Java does',
    { ...SENT, mch_billno: '10000098201411111234567890' },
    { ...SENT, mch_billno: '1.0000098201411111E25' },
  ),
  differs(
    'numbers-parsed',
    'prints 1.0e+25',
    { ...SENT, mch_billno: '10000098201411111234567890' },
    { ...SENT, mch_billno: '1.0e+25' },
  ),
  differs(
    'numbers-parsed',
    'takes digits through a double',
    { ...SENT, mch_billno: '10000098201411111234567890' },
    { ...SENT, mch_billno: '10000098201411111079641088' },
  ),
  differs('zeros-dropped', 'drops leading zeros', SENT, {
    ...SENT,
    mch_billno: '10010404201411170000046545',
  }),
  differs(
    'white-space-dropped',
    'trims for signing',
    { ...SENT, wishing: ' lead and trail ' },
    { ...SENT, wishing: 'lead and trail' },
  ),
  differs(
    'white-space-dropped',
    'indents the text in its element',
    { ...SENT, wishing: '\n    恭喜发财\n  ' },
    SENT,
  ),
  differs(
    'white-space-dropped',
    'takes all spaces out',
    { ...SENT, wishing: ' a b ' },
    { ...SENT, wishing: 'ab' },
  ),
  differs(
    'white-space-dropped',
    'makes two spaces one',
    { ...SENT, wishing: 'a  b' },
    { ...SENT, wishing: 'a b' },
  ),
  differs('white-space-lost', 'trims for sending', SENT, { ...SENT, wishing: '恭喜发财 ' }),
  differs('white-space-lost', 'reads a line with its end', SENT, {
    ...SENT,
    act_name: '新年红包\n',
  }),
  differs('line-ends', 'signs CR LF', { ...SENT, remark: 'a\nb' }, { ...SENT, remark: 'a\r\nb' }),
  slip(
    'value-case',
    'signs lower-case values',
    md5(`${joined(each(SENT, (v) => v.toLowerCase()))}&key=${'K'.repeat(32)}`),
    SENT,
    { key: 'K'.repeat(32) },
  ),
  differs(
    'value-case',
    'signs upper-case values',
    SENT,
    each(SENT, (v) => v.toUpperCase()),
  ),
  differs(
    'url-decoded',
    'decodes risk_info for signing',
    { ...SENT, risk_info: 'posttime%3d1%26mobile%3d2' },
    { ...SENT, risk_info: 'posttime=1&mobile=2' },
  ),
  differs(
    'unescaped-signed',
    'escapes inside CDATA',
    { ...SENT, wishing: 'a &amp; &quot;b&quot;' },
    { ...SENT, wishing: 'a & "b"' },
  ),
  differs('url-encoded', 'url-encodes Chinese', SENT, each(SENT, encodeURIComponent)),
  differs(
    'url-encoded',
    'url-encodes in lower case',
    SENT,
    each(SENT, (v) => lowerHex(encodeURIComponent(v))),
  ),
  differs('url-encoded', 'encodes as a form', SPACED, each(SPACED, form)),
  differs('url-encoded', 'encodes a space as %20', SPACED, each(SPACED, encodeURIComponent)),
  differs(
    'cdata-signed',
    'signs every value in CDATA',
    SENT,
    each(SENT, (v) => `<![CDATA[${v}]]>`),
  ),
  slip(
    'cdata-signed',
    'signs what stands between the tags',
    signs({ ...SENT, wishing: '<![CDATA[恭喜]]>&amp;<![CDATA[发财]]>' }),
    {},
    {
      body: Buffer.from(
        xml(
          { ...SENT, wishing: 'X' },
          signs({ ...SENT, wishing: '<![CDATA[恭喜]]>&amp;<![CDATA[发财]]>' }),
          (v) => v,
        )
          .toString()
          .replace('>X<', '><![CDATA[恭喜]]>&amp;<![CDATA[发财]]><'),
      ),
    },
  ),
  differs('escaped-signed', 'signs & as &amp;', MARKUP, {
    ...MARKUP,
    wishing: escaped(MARKUP.wishing),
  }),
  differs('escaped-signed', 'signs " as &quot; and \' as &#039;', MARKUP, {
    ...MARKUP,
    wishing: escaped(MARKUP.wishing).replaceAll('"', '&quot;').replaceAll("'", '&#039;'),
  }),
  slip(
    'escaped-signed',
    'signs named characters as they stand in the XML',
    signs({ ...SENT, wishing: 'a &#38; b' }),
    {},
    {
      body: Buffer.from(
        xml({ ...SENT, wishing: 'a &#38; b' }, signs({ ...SENT, wishing: 'a &#38; b' }), (v) => v),
      ),
    },
  ),
  differs('json-escaped', 'escapes as JSON', SENT, each(SENT, unicode)),
  differs(
    'json-escaped',
    'escapes slashes as JSON',
    { ...SENT, remark: '红/包' },
    each({ ...SENT, remark: '红\\/包' }, unicode),
  ),

  // The bytes.
  writes('gbk-signed', 'digests GBK', (text) => gbk(`${text}&key=${KEY}`)),
  writes('narrow-signed', 'digests low bytes', (text) =>
    Uint8Array.from(`${text}&key=${KEY}`, (c) => c.charCodeAt(0) & 255),
  ),
  writes('narrow-signed', 'digests question marks', (text) =>
    `${text}&key=${KEY}`.replace(/[^ -~]/gu, '?'),
  ),
  slip(
    'narrow-signed',
    'digests two question marks for an emoji',
    md5(`${joined(EMOJI)}&key=${KEY}`.replace(/[^ -~]/g, '?')),
    EMOJI,
  ),
  writes('encoded-twice', 'encodes UTF-8 twice', (text) =>
    String.fromCharCode(...new TextEncoder().encode(`${text}&key=${KEY}`)),
  ),
  writes('wide-signed', 'digests UTF-16', (text) => {
    const units = [...`${text}&key=${KEY}`].map((c) => c.charCodeAt(0));
    return Uint8Array.from(units.flatMap((unit) => [unit & 255, unit >> 8]));
  }),
  slip(
    'wide-signed',
    'encodes an emoji as two halves',
    md5(
      Buffer.concat(
        `${joined(EMOJI)}&key=${KEY}`
          .split('🧧')
          .flatMap((part, at) => [
            ...(at ? [Buffer.from('eda0beedb7a7', 'hex')] : []),
            Buffer.from(part),
          ]),
      ),
    ),
    EMOJI,
  ),
  writes('wide-signed', 'writes a byte order mark first', (text) => `\ufeff${text}&key=${KEY}`),
  writes('whole-case', 'puts all in lower case', (text) => `${text}&key=${KEY}`.toLowerCase()),
  writes('whole-case', 'puts all in upper case', (text) => `${text}&key=${KEY}`.toUpperCase()),
  writes('whole-encoded', 'url-encodes all', (text) => encodeURIComponent(`${text}&key=${KEY}`)),
  writes('digested-twice', 'digests the digest', (text) => md5(`${text}&key=${KEY}`)),
  writes('digested-twice', 'digests the digest in lower case', (text) =>
    md5(`${text}&key=${KEY}`).toLowerCase(),
  ),
  slip(
    'body-not-utf8',
    'sends GBK and signs UTF-8',
    signs(SENT),
    {},
    { body: gbk(xml(SENT, signs(SENT)).toString()) },
  ),

  // Two at once.
  slip(
    'gbk-signed body-not-utf8',
    'sends GBK and signs GBK',
    md5(gbk(withKey(KEY))),
    {},
    {
      body: gbk(xml(SENT, md5(gbk(withKey(KEY)))).toString()),
    },
  ),
  slip(
    'key-missing digest-lower-case',
    'forgets the key and the case',
    md5(joined(SENT)).toLowerCase(),
  ),
  slip(
    'sign-type-signed digest-hmac',
    'signs as the newer APIs do',
    createHmac('sha256', KEY)
      .update(`${joined({ ...SENT, sign_type: 'HMAC-SHA256' })}&key=${KEY}`)
      .digest('hex')
      .toUpperCase(),
    { ...SENT, sign_type: 'HMAC-SHA256' },
  ),
  slip(
    'url-encoded key-white-space',
    'url-encodes, and its key ends in a line feed',
    md5(`${joined(each(SENT, encodeURIComponent))}&key=${KEY}\n`),
  ),
  slip(
    'empty-signed not-sorted',
    'signs all that it has as it comes',
    md5(
      `${joined({ scene_id: '', ...SHUFFLED }, ['scene_id', ...Object.keys(SHUFFLED)])}&key=${KEY}`,
    ),
    { scene_id: '', ...SHUFFLED },
  ),
  slip(
    'unknown-signed gbk-signed',
    'signs an unknown field, in GBK',
    md5(gbk(`${joined({ ...SENT, amt_type: 'x' })}&key=${KEY}`)),
    { ...SENT, amt_type: 'x' },
  ),
  differs('left-out left-out', 'forgets two fields', SENT, but(SENT, 'client_ip', 'total_num')),
  differs(
    'left-out json-escaped',
    'forgets a field and escapes the rest',
    SENT,
    each(but(SENT, 'client_ip'), unicode),
  ),
  differs(
    'integers-as-written url-encoded',
    'writes 2.00 and url-encodes',
    { ...SENT, total_amount: '2.00' },
    each({ ...SENT, total_amount: '2.00' }, encodeURIComponent),
  ),
  differs('zeros-dropped as-float', 'makes numbers of digits and floats of integers', SENT, {
    ...SENT,
    mch_billno: '10010404201411170000046545',
    total_amount: '200.0',
  }),
  differs(
    'empty-signed cdata-signed',
    'signs empty CDATA',
    { ...SENT, scene_id: '' },
    each({ ...SENT, scene_id: '' }, (v) => `<![CDATA[${v}]]>`),
  ),
  slip(
    'names-differ key-joined-otherwise',
    'signs for another API',
    md5(`${joined(renamed(SENT, (n) => (n === 'wxappid' ? 'appid' : n)))}&secret=${KEY}`),
  ),
  writes('key-quoted gbk-signed', 'quotes its key, in GBK', (text) => gbk(`${text}&key="${KEY}"`)),
  slip(
    'sign-type-signed not-sorted',
    'appends sign_type to a sorted string',
    md5(`${joined(SENT)}&sign_type=MD5&key=${KEY}`),
    Object.fromEntries(sorted(SENT).map((n) => [n, SENT[n] ?? ''])),
  ),
];

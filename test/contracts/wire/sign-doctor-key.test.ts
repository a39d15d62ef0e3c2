/** What a client can do with the key and with the bytes: each turn of each mistake is found, and told in words of its own. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { diagnose, told } from './diagnose.ts';
import { but, joined, KEY, lowerHex, md5, SENT, signs, type Values, xml } from './sign-slips.ts';

/** What a client is told whose digest is over this string, or these bytes. */
const digested = (message: string | Uint8Array, sent: Values = SENT, key = KEY) =>
  told({ body: xml(sent, md5(message)), key });

describe('the doctor tells a client how it misread its key', () => {
  it.each([
    ['a line feed behind', `${KEY}\n`],
    ['CR LF behind', `${KEY}\r\n`],
    ['a space behind', `${KEY} `],
    ['a space before', ` ${KEY}`],
    ['a tab behind', `${KEY}\t`],
    ['spaces around', ` ${KEY} `],
    ['a byte order mark before', `\ufeff${KEY}`],
  ])('with %s it', (what, key) => {
    expect(digested(`${joined(SENT)}&key=${key}`)).toEqual([`used the key with ${what} it`]);
  });

  it.each([
    ['used the key with its quotation marks', 'Kk', '"Kk"'],
    ["used the key with its apostrophes ('…')", 'Kk', "'Kk'"],
    ['used the key in upper case', 'Kk', 'KK'],
    ['used the key in lower case', 'Kk', 'kk'],
    ['used the key that the documentation prints as an example', 'Kk', KEY],
  ])('%s', (did, key, used) => {
    expect(digested(`${joined(SENT)}&key=${used}`, SENT, key)).toEqual([did]);
  });
});

describe('the doctor tells a client how it joined its key', () => {
  const text = joined(SENT);
  it.each([
    ['left out &key= and the key', text],
    ['left the key empty behind &key=', `${text}&key=`],
    ['wrote key= without an ampersand before it', `${text}key=${KEY}`],
    ['put the key behind the string without &key=', `${text}${KEY}`],
    ['put & and the key behind the string, without key=', `${text}&${KEY}`],
    ['put the key before the string', `${KEY}${text}`],
    ['put key= and the key before the string', `key=${KEY}&${text}`],
    ['put &amp;key= behind the string', `${text}&amp;key=${KEY}`],
    [
      'sorted the key in among the fields instead of putting it last',
      joined({ ...SENT, key: KEY }),
    ],
  ])('%s', (did, message) => {
    expect(digested(message)).toEqual([did]);
  });

  it.each([
    ...['Key', 'KEY', 'secret', 'apikey', 'api_key', 'appkey', 'partnerkey', 'partnerKey'],
    'mch_key',
  ])('wrote &%s= where &key= belongs', (name) => {
    expect(digested(`${text}&${name}=${KEY}`)).toEqual([`wrote &${name}= where &key= belongs`]);
  });
});

describe('the doctor tells a client what it did to the whole string', () => {
  const SPECIAL = { ...SENT, wishing: 'é红🧧 "A"' };
  const whole = `${joined(SPECIAL)}&key=${KEY}`;
  /** Each unit, or each character, that a byte cannot hold. */
  const narrow = (pattern: RegExp) => Buffer.from(whole.replace(pattern, '?'), 'latin1');
  const halves = Buffer.concat(
    whole
      .split('🧧')
      .flatMap((part, at) => [Buffer.from(at ? 'eda0beedb7a7' : '', 'hex'), Buffer.from(part)]),
  );

  it.each([
    ['made the whole string lower case before digesting it', whole.toLowerCase()],
    ['made the whole string upper case before digesting it', whole.toUpperCase()],
    ['url-encoded the whole string, the key with it', encodeURIComponent(whole)],
    [
      'url-encoded the whole string, the key with it (lower-case hex)',
      lowerHex(encodeURIComponent(whole)),
    ],
    ['digested the digest once more', md5(whole).toLowerCase()],
    ['digested the upper-case digest once more', md5(whole)],
    [
      'digested the low byte of each character (latin1, "binary")',
      Uint8Array.from(whole.split(''), (unit) => unit.charCodeAt(0) % 256),
    ],
    [
      'digested the string in ISO-8859-1, where a Chinese character is a ?',
      narrow(/[\u0100-\u{10ffff}]/gu),
    ],
    [
      'digested the string in ASCII, where a Chinese character is a ? and an emoji two',
      narrow(/[\u0100-\uffff]/g),
    ],
    ['digested UTF-8 that was encoded twice', Buffer.from(whole).toString('latin1')],
    ['digested the string in UTF-16', Buffer.from(whole, 'utf16le')],
    ['digested emoji as two halves (CESU-8)', halves],
    ['digested the string with a byte order mark before it', `\ufeff${whole}`],
  ])('%s', (did, message) => {
    expect(digested(message, SPECIAL)).toEqual([did]);
  });

  it('digested emoji as two halves, beside characters of one, two and three bytes', () => {
    const sent = { ...SENT, wishing: '\u007f\u0080\u07ff\u0800🧧' };
    const [before = '', behind = ''] = `${joined(sent)}&key=${KEY}`.split('🧧');
    const emoji = Buffer.from('eda0beedb7a7', 'hex');
    const bytes = Buffer.concat([Buffer.from(before), emoji, Buffer.from(behind)]);
    expect(digested(bytes, sent)).toEqual(['digested emoji as two halves (CESU-8)']);
  });

  it('digested the GBK bytes, where an emoji is a question mark', () => {
    const text = `${joined({ ...SENT, act_name: 'a', remark: 'a', wishing: '红?' })}&key=${KEY}`;
    const bytes = Buffer.from(text.replace('红', '\u00ba\u00ec'), 'latin1');
    const sent = { ...SENT, act_name: 'a', remark: 'a', wishing: '红🧧' };
    expect(digested(bytes, sent)).toEqual(['digested the GBK bytes of the string']);
  });
});

describe('the doctor reads the form of a signature', () => {
  const hash = (algorithm: string, encoding: 'hex' | 'base64' = 'hex') =>
    createHash(algorithm)
      .update(`${joined(SENT)}&key=${KEY}`)
      .digest(encoding);
  const right = signs(SENT);
  /** Values under which the digest begins with a zero, so that leaving it out shows. */
  const ZEROS = Array.from({ length: 4_000 }, (_, at) => ({ ...SENT, act_name: String(at) }));
  const beginning = (zeros: string): Values =>
    ZEROS.find((values) => signs(values).startsWith(zeros)) ?? SENT;
  const idsOf = (sent: Values, sign: string): readonly string[] => {
    const diagnosis = diagnose(xml(sent, sign));
    return diagnosis.kind === 'mistake' ? diagnosis.mistakes.map(({ id }) => id) : [diagnosis.kind];
  };

  it.each([
    ['digest-lower-case', right.toLowerCase()],
    ['sign-spaced digest-lower-case', ` ${right.toLowerCase()}\n`],
    ['sign-spaced digest-base64', `${hash('md5', 'base64')} `],
    ['digest-lower-case digest-sha256', hash('sha256')],
    ['sign-spaced digest-sha256', ` ${hash('sha256').toUpperCase()}`],
    ['digest-lower-case digest-sha1', hash('sha1')],
    ['digest-lower-case digest-short', right.slice(8, 24).toLowerCase()],
  ])('%s', (ids, sign) => {
    expect(idsOf(SENT, sign)).toEqual(ids.split(' '));
  });

  it('knows a digest whose zeros in front are gone, one or more', () => {
    for (const zeros of ['0', '00']) {
      const sent = beginning(zeros);
      const sign = signs(sent).replace(/^0+/, '');
      expect(sign.length).toBeLessThanOrEqual(32 - zeros.length);
      expect(idsOf(sent, sign)).toEqual(['digest-zeros-dropped']);
      expect(idsOf(sent, sign.toLowerCase())).toEqual([
        'digest-lower-case',
        'digest-zeros-dropped',
      ]);
    }
  });

  it('knows a digest whose bytes below 16 are written with one digit, wherever they are', () => {
    for (const sent of ZEROS.slice(0, 40)) {
      const bytes = Buffer.from(signs(sent), 'hex');
      const sign = [...bytes].map((byte) => byte.toString(16).toUpperCase()).join('');
      if (sign.length < 32) expect(idsOf(sent, sign)).toEqual(['digest-zeros-dropped']);
    }
  });

  it('knows the form with another mistake beside it', () => {
    const sent = { ...SENT, scene_id: '' };
    const sign = signs(sent).toLowerCase();
    expect(idsOf(sent, sign)).toEqual(['empty-signed', 'digest-lower-case']);
    const left = md5(`${joined(but(SENT, 'client_ip'))}&key=${KEY}`);
    expect(idsOf(SENT, left.slice(8, 24))).toEqual(['left-out', 'digest-short']);
  });

  it.each([
    ['a digit less', right.slice(0, 15)],
    ['33 digits', `${right}0`],
    ['39 digits', hash('sha1').slice(1)],
    ['41 digits', `${hash('sha1')}0`],
    ['63 digits', hash('sha256').slice(1)],
    ['65 digits', `${hash('sha256')}0`],
    ['a letter that is no digit', `${right.slice(1)}G`],
    ['a letter that is no digit before', `G${right.slice(1)}`],
    ['base64 with a character more', `A${hash('md5', 'base64')}`],
    ['base64 with something behind', `${hash('md5', 'base64')}A`],
  ])('takes %s for no digest', (_, sign) => {
    const diagnosis = diagnose(xml(SENT, sign));
    expect(diagnosis).toMatchObject({ kind: 'unexplained', tries: 0 });
    expect(diagnosis.explanation).toContain(`${sign.length} characters came`);
  });

  it('does not say that a zero is gone from within a byte', () => {
    const sent = ZEROS.find((values) => /^[1-9A-F]{3}0[1-9A-F]{2}/.test(signs(values))) ?? SENT;
    expect(idsOf(sent, signs(sent).replace('0', ''))).toEqual(['unexplained']);
  });

  it('does not say of a digest cut short that its zeros are gone', () => {
    expect(right).toMatch(/[1-9A-F]$/);
    expect(idsOf(SENT, right.slice(0, -1))).toEqual(['unexplained']);
    expect(idsOf(SENT, right.slice(0, 16))).toEqual(['unexplained']);
  });
});

/** How a request is written and signed: each form is what its name says, and reads as it should. */
import { describe, expect, it } from 'vitest';
import { type Signing, signedBy } from '../../../contracts/checks/signings.ts';
import { type WireForm, writtenAs } from '../../../contracts/checks/wire-forms.ts';
import { type Fields, parseFields, sampleRequest } from '../../../contracts/index.ts';

const MERCHANT = {
  mchId: '10000098',
  key: '192006250b4c09247ec02edce69f6a2d',
  appid: 'wx8888888888888888',
};
const HARD = '恭喜 & 发财 <1> "2" ]]> 🧧';
const fields = sampleRequest('current', 'sendredpack', MERCHANT, {
  wishing: HARD,
  sign: null,
});
const textOf = (form: WireForm, from = fields) => Buffer.from(writtenAs(form, from)).toString();

describe('a form that every server reads', () => {
  it.each<[WireForm, RegExp]>([
    ['plain', /^<xml>\n<\w+>.*\n<\/xml>$/s],
    ['text', /^<xml>(?!.*CDATA).*&amp; .* &lt;1&gt; &quot;2&quot; /s],
    ['one-line', /^<xml><\w+><!\[CDATA\[[^\n]*<\/xml>$/],
    ['indented', /^<xml>(?:\r\n\t {2}<\w+>.*?)+\r\n\t {2}<\/xml>$/],
    ['declaration', /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<xml>/],
    ['other-root', /^<request><.*><\/request>$/],
    ['reverse-order', /^<xml>\s*<sign>/],
    ['numeric-entities', /^<xml>(?:<\w+>(?:&#\d+;)+<\/\w+>)+<\/xml>$/],
    ['split-sections', /<wishing><!\[CDATA\[恭喜\]\]><!\[CDATA\[ & /],
    ['section-and-text', /<wishing><!\[CDATA\[恭喜\]\]> &amp; 发财 &lt;/],
    ['trailing-newline', /^<xml><.*<\/xml>\n$/],
  ])('%s is written so, and says every field', (form, looks) => {
    const signed = new Map([...fields, ['sign', 'S']]);
    expect(textOf(form, signed)).toMatch(looks);
    const read = parseFields(writtenAs(form, signed));
    if (!read.ok) throw new Error(read.refusal.detail);
    expect(Object.fromEntries(read.value)).toEqual(Object.fromEntries(signed));
  });

  it('cuts no character in half where it splits a value', () => {
    const emoji = new Map([['wishing', '🧧🧧🧧']]);
    expect(textOf('split-sections', emoji)).toContain('<![CDATA[🧧🧧]]><![CDATA[🧧]]>');
  });
});

describe('a form that no server may read', () => {
  it.each<[WireForm, RegExp]>([
    ['empty', /^$/],
    ['blank-only', /^\s+$/],
    ['form-encoded', /(?:^|&)mch_id=10000098&.*wishing=%E6%81%AD/],
    ['json', /"mch_id":"10000098"/],
    ['text-only', /^<xml>\w+<\/xml>$/],
    ['unclosed', /^<xml><(?!.*<\/xml>).*>$/s],
    ['cut-off', /^<xml><(?!.*<\/xml>)/s],
    ['two-roots', /<\/xml><xml><\/xml>$/],
    ['unescaped', /<attach>a & b<\/attach><\/xml>$/],
    ['unescaped-less-than', /<attach>a < b<\/attach><\/xml>$/],
    ['section-end-in-text', /<attach>a \]\]> b<\/attach><\/xml>$/],
    ['undeclared-entity', /<attach>&nbsp;<\/attach><\/xml>$/],
    ['nested', /<attach><inner>1<\/inner><\/attach><\/xml>$/],
    ['duplicate-field', /<mch_billno>.*<mch_billno>.*<\/mch_billno><\/xml>$/],
    ['doctype', /^<!DOCTYPE xml><xml></],
    ['external-entity', /^<!DOCTYPE xml \[<!ENTITY e SYSTEM "file:.*<attach>&e;<\/attach><\/xml>$/],
    ['oversize', /<attach>x{65536}/],
  ])('%s is written so, and is refused', (form, looks) => {
    expect(textOf(form)).toMatch(looks);
    expect(parseFields(writtenAs(form, fields))).toMatchObject({ ok: false });
  });

  it('a control character stands in a field of its own', () => {
    const written = writtenAs('control-character', fields);
    expect(Buffer.from(written).includes('<attach>\u0001</attach></xml>')).toBe(true);
    expect(parseFields(written)).toMatchObject({ ok: false });
  });

  it('form-encoded and JSON say all the same, to whoever reads that', () => {
    const said = Object.fromEntries(fields);
    expect(Object.fromEntries(new URLSearchParams(textOf('form-encoded')))).toEqual(said);
    expect(JSON.parse(textOf('json'))).toEqual(said);
  });

  it('a field that comes twice says the same twice', () => {
    const [first, second] = textOf('duplicate-field').matchAll(/<mch_billno>(.*?)<\/mch_billno>/g);
    expect(second?.[1]).toBe(first?.[1]?.replace(/<!\[CDATA\[(.*)\]\]>/, '$1'));
  });

  it('GBK is read by whoever expects it', () => {
    const plain = sampleRequest('current', 'sendredpack', MERCHANT);
    const text = new TextDecoder('gbk').decode(writtenAs('gbk', plain));
    expect(text).toContain(plain.get('wishing'));
    expect(parseFields(writtenAs('gbk', plain))).toMatchObject({ ok: false });
  });
});

describe('a signature', () => {
  const signOf = (signing: Signing, from: Fields = fields, key = MERCHANT.key) =>
    signedBy(signing, from, { key, endpoint: 'sendredpack' }).get('sign');
  const right = signOf('right') ?? '';
  const WRONG = [
    'wrong-key',
    'without-key',
    'lower-case',
    'too-long',
    'unsorted',
    'url-encoded',
    'hmac-sha256',
  ] as const satisfies readonly Signing[];

  it('stands last, beside all the fields', () => {
    const signed = signedBy('right', fields, { key: MERCHANT.key, endpoint: 'sendredpack' });
    expect([...signed]).toEqual([...fields, ['sign', right]]);
    expect(right).toMatch(/^[0-9A-F]{32}$/);
  });

  it.each(WRONG)('%s is not the right one', (signing) => {
    expect(signOf(signing)).not.toBe(right);
    expect(signOf(signing)).toMatch(/^[0-9A-Fa-f]{32,64}$/);
  });

  it('is wrong in another way each', () => {
    expect(new Set(WRONG.map((signing) => signOf(signing))).size).toBe(WRONG.length);
  });

  it('can be left out, or empty', () => {
    expect(signOf('missing')).toBeUndefined();
    expect(signOf('empty')).toBe('');
  });

  it('is as its name says', () => {
    expect(signOf('lower-case')?.toUpperCase()).toBe(right);
    expect(signOf('too-long')?.slice(0, -1)).toBe(right);
    expect(signOf('without-key')).toBe(signOf('right', fields, ''));
    expect(signOf('wrong-key')).toBe(signOf('right', fields, 'f'.repeat(32)));
    expect(signOf('hmac-sha256')).toMatch(/^[0-9A-F]{64}$/);
  });

  it.each<[Signing, Readonly<Record<string, string>>, Readonly<Record<string, string>>]>([
    // What makes a difference, and what makes none.
    ['unsorted', { b: '1', a: '2' }, { a: '1' }],
    ['unsorted', { a: '1', b: '2' }, { a: '1', b: '', sign: 'S' }],
    ['url-encoded', { a: 'x y' }, { a: 'xy', b: '', sign: 'x y' }],
    ['values-trimmed', { a: ' x' }, { a: 'x' }],
    ['with-empty', { a: 'x', b: '' }, { a: 'x', sign: '' }],
    ['as-read', { nonce_str: 'n', attach: 'x' }, { nonce_str: 'n', mch_id: '1' }],
    ['as-read', { nonce_str: 'n', total_amount: '1.00' }, { nonce_str: 'n', total_amount: '1' }],
  ])('%s differs from the right one of %j, not of %j', (signing, differs, same) => {
    const [other, alike] = [differs, same].map((each) => new Map(Object.entries(each)));
    expect(signOf(signing, other)).not.toBe(signOf('right', other));
    expect(signOf(signing, alike)).toBe(signOf('right', alike));
  });
});

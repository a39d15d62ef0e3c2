/** What an answer holds, whatever the mistake: what is said, what is shown, and what is kept back. */
import { describe, expect, it } from 'vitest';
import {
  diagnoseBody,
  diagnoseSign,
  type Fields,
  type SignDiagnosis,
} from '../../../contracts/index.ts';
import { diagnose } from './diagnose.ts';
import { ASKED, gbk, joined, KEY, md5, SENT, signs, xml } from './sign-slips.ts';

const NO_DIGEST_OF_OURS = '0123456789ABCDEF'.repeat(2);

const triesOf = (diagnosis: SignDiagnosis): number =>
  diagnosis.kind === 'unexplained' ? diagnosis.tries : Number.NaN;

describe('of two mistakes at once', () => {
  const sent = { ...SENT, scene_id: '' };
  const ask = () => diagnose(xml(sent, signs(sent).toLowerCase()));

  it('the answer is one sentence, with both fixes in both languages', () => {
    expect(ask()).toMatchObject({
      kind: 'mistake',
      explanation:
        'the client signed scene_id, which is empty, and did not put the digest in upper case; ' +
        'to fix it, leave fields without a value out of the string to sign; put the hex digits of the digest in upper case',
      fix: 'leave fields without a value out of the string to sign; put the hex digits of the digest in upper case',
      fix_zh: '值为空的参数不参与签名；把摘要的十六进制字母转成大写',
    });
  });

  it('each has its row', () => {
    expect(ask()).toHaveProperty('mistakes', [
      {
        id: 'empty-signed',
        title: expect.stringMatching(/\S/),
        did: 'signed scene_id, which is empty',
        fix: 'leave fields without a value out of the string to sign',
        fix_zh: '值为空的参数不参与签名',
        source: expect.stringContaining('§'),
        certainty: 'documented',
      },
      expect.objectContaining({
        id: 'digest-lower-case',
        did: 'did not put the digest in upper case',
      }),
    ]);
  });

  it('in one that came in GBK, the GBK is named before what the form shows', () => {
    const body = gbk(xml(SENT, signs(SENT).toLowerCase()).toString());
    const found = diagnose(body);
    expect(found.kind === 'mistake' && found.mistakes.map(({ id }) => id)).toEqual([
      'body-not-utf8',
      'digest-lower-case',
    ]);
  });
});

describe('the key', () => {
  it.each([
    ['is blotted out where it has eight characters', 'remark-8', '…'],
    ['is no secret where it has seven, and would blot out half the string', 'remark7', 'remark7'],
  ])('%s', (_, key, shown) => {
    const sent = { ...SENT, remark: `a ${key} b ${key}` };
    const unknown = { ...sent, [key]: 'x' };
    expect(diagnose(xml(sent, NO_DIGEST_OF_OURS), 'sendredpack', key).stringToSign).toContain(
      `&remark=a ${shown} b ${shown}&`,
    );
    const found = diagnose(xml(unknown, md5(`${joined(unknown)}&key=${key}`)), 'sendredpack', key);
    expect(found).toMatchObject({
      kind: 'mistake',
      stringSigned: expect.stringContaining(`&${shown}=x&`),
      mistakes: [{ did: `signed ${shown}, which sendredpack does not know` }],
    });
  });

  it('is shown as … in what the client signed, with what it did to it', () => {
    const found = diagnose(xml(SENT, md5(`${joined(SENT)}&key="${KEY}"`)));
    expect(found).toMatchObject({ stringSigned: `${joined(SENT)}&key="…"` });
  });
});

describe('a request', () => {
  const ask = (fields: Fields, utf8 = true, body?: Uint8Array): SignDiagnosis =>
    diagnoseSign({ endpoint: 'gethbinfo', fields, utf8, key: KEY, body });
  const inner = { ...ASKED, bill_type: 'a &#38; b' };

  it('without the field sign is unsigned', () => {
    expect(ask(new Map(Object.entries(ASKED)))).toMatchObject({
      kind: 'unsigned',
      got: '',
      signature: signs(ASKED),
      explanation: 'sign is missing or empty',
    });
  });

  it('whose signature is right is told so', () => {
    expect(ask(new Map(Object.entries({ ...ASKED, sign: signs(ASKED) })))).toMatchObject({
      kind: 'right',
      explanation: 'sign is right',
    });
  });

  it('whose body is not known is searched for what shows without it', () => {
    const read = { ...ASKED, bill_type: 'a & b' };
    const asWritten = new Map(Object.entries({ ...read, sign: signs(inner) }));
    expect(ask(asWritten).kind).toBe('unexplained');
    const body = xml(inner, signs(inner), (value) => value);
    expect(ask(asWritten, true, body)).toMatchObject({ mistakes: [{ id: 'escaped-signed' }] });
    const escaped = { ...read, bill_type: 'a &amp; b' };
    const usual = new Map(Object.entries({ ...read, sign: signs(escaped) }));
    expect(ask(usual)).toMatchObject({ mistakes: [{ id: 'escaped-signed' }] });
  });

  it('whose body is a part of a larger buffer is read from where it stands', () => {
    const body = xml(inner, signs(inner), (value) => value);
    const large = Buffer.concat([Buffer.from('before'), body, Buffer.from('behind')]);
    const read = { ...ASKED, bill_type: 'a & b', sign: signs(inner) };
    expect(
      ask(new Map(Object.entries(read)), true, large.subarray(6, 6 + body.length)),
    ).toMatchObject({ mistakes: [{ id: 'escaped-signed' }] });
  });

  it('that is not UTF-8, and whose body is not known, is told that alone', () => {
    const fields = new Map(Object.entries({ ...ASKED, sign: signs(ASKED) }));
    expect(ask(fields, false)).toMatchObject({
      kind: 'unexplained',
      tries: 0,
      explanation:
        'the body is not UTF-8, so no signature over it can match; to fix it, write the XML in UTF-8',
    });
  });

  it('in GBK that nothing explains is told that GBK alone does not', () => {
    const found = diagnose(gbk(xml(SENT, NO_DIGEST_OF_OURS).toString()));
    expect(found.explanation).toBe(
      'the body is not UTF-8, so no signature over it can match (GBK, perhaps, but that alone ' +
        'does not explain this one); to fix it, write the XML in UTF-8',
    );
    expect(triesOf(found)).toBeGreaterThan(3_000);
  });
});

describe('a body', () => {
  const read = (body: Uint8Array) =>
    diagnoseBody(body, (fields) => (fields.has('bill_type') ? 'gethbinfo' : 'sendredpack'), KEY);

  it('says by its fields where it is for', () => {
    for (const [values, endpoint] of [
      [ASKED, 'gethbinfo'],
      [SENT, 'sendredpack'],
    ] as const) {
      expect(read(xml(values, signs(values)))).toMatchObject({
        ok: true,
        value: { endpoint, utf8: true, diagnosis: { kind: 'right' } },
      });
    }
  });

  it('in GBK is read as whoever wrote it meant it', () => {
    const found = read(gbk(xml(SENT, signs(SENT)).toString()));
    expect(found).toMatchObject({ ok: true, value: { utf8: false } });
    expect(found.ok && found.value.fields.get('wishing')).toBe('恭喜发财');
  });

  it('that is neither UTF-8 nor GBK is read with losses', () => {
    const whole = xml({ ...ASKED, bill_type: '#' }, 'x', (value) => value);
    const bytes = whole.map((byte) => (byte === 35 ? 0xd0 : byte));
    const found = read(bytes);
    expect(found).toMatchObject({ ok: true, value: { endpoint: 'gethbinfo', utf8: false } });
    expect(found.ok && found.value.fields.get('mch_id')).toBe(ASKED.mch_id);
    expect(found.ok && found.value.fields.get('bill_type')).toContain('\ufffd');
  });

  it('that is no XML is refused, in GBK too', () => {
    expect(read(Buffer.from('{}'))).toMatchObject({ ok: false, refusal: { reason: 'malformed' } });
    expect(read(gbk('新年'))).toMatchObject({ ok: false, refusal: { reason: 'malformed' } });
  });
});

describe('a search that finds nothing', () => {
  const fieldsOf = (sign: string, more = {}): Fields =>
    new Map(Object.entries({ ...ASKED, ...more, sign }));
  const ask = (fields: Fields, effort: 'quick' | 'thorough' = 'thorough') =>
    diagnoseSign({ endpoint: 'gethbinfo', fields, utf8: true, key: KEY }, effort);

  it('is made for each digest that the signature may be', () => {
    const once = triesOf(ask(fieldsOf(NO_DIGEST_OF_OURS)));
    expect(triesOf(ask(fieldsOf(NO_DIGEST_OF_OURS.slice(0, 31))))).toBe(2 * once);
    expect(triesOf(ask(fieldsOf(NO_DIGEST_OF_OURS.slice(0, 16))))).toBe(2 * once);
    expect(triesOf(ask(fieldsOf(NO_DIGEST_OF_OURS.repeat(2))))).toBe(2 * once);
    expect(triesOf(ask(fieldsOf(NO_DIGEST_OF_OURS.slice(0, 20).repeat(2))))).toBe(once);
  });

  it('says that it tried all, or what would try more', () => {
    const end = ': compare the strings; if they agree, the key is another one';
    const begin = 'sign is not the MD5 of the fields and the key, and ';
    expect(ask(fieldsOf(NO_DIGEST_OF_OURS)).explanation).toBe(
      `${begin}no known mistake makes it, nor any two at once${end}`,
    );
    expect(ask(fieldsOf(NO_DIGEST_OF_OURS), 'quick').explanation).toBe(
      `${begin}none of the 700 likeliest slips makes it (\`redpack sign\` tries more)${end}`,
    );
    // So long that even the thorough search ends before it has tried all.
    const long = ask(fieldsOf(NO_DIGEST_OF_OURS, { mch_billno: 'x'.repeat(2_000_000) }));
    expect(triesOf(long)).toBeGreaterThan(5);
    expect(triesOf(long)).toBeLessThan(20);
    expect(long.explanation).toBe(
      `${begin}none of the ${triesOf(long)} likeliest slips makes it${end}`,
    );
    // Too long to be tried once.
    const longest = ask(fieldsOf(NO_DIGEST_OF_OURS, { mch_billno: 'x'.repeat(600_001) }), 'quick');
    expect(longest.explanation).toContain('none of the 0 likeliest slips makes it');
  });

  it('is not made at all for what is no digest', () => {
    expect(ask(fieldsOf('ABC'))).toMatchObject({
      kind: 'unexplained',
      tries: 0,
      explanation:
        'sign is no digest that is known: 32 upper-case hex digits were expected, 3 characters came',
    });
  });
});

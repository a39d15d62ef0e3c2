import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type EndpointName,
  SIGNED_FIELDS,
  sameSignature,
  signHmacSha256,
  signMd5,
  stringServerSigns,
  stringToSign,
} from '../../../contracts/index.ts';
import known from '../../vectors/signatures.json' with { type: 'json' };
import { fieldsOf, KEY, type Values } from '../support.ts';

interface Vector {
  readonly id: string;
  readonly source: string;
  readonly endpoint?: string;
  readonly fields: object;
  readonly string: string;
  readonly md5?: string;
  readonly hmacSha256?: string;
}

const VECTORS: readonly Vector[] = known.vectors;
const SEED_2015 = valuesOf('K8');

function valuesOf(id: string): Values {
  const vector = VECTORS.find((each) => each.id === id);
  if (!vector) throw new Error(`no vector ${id}`);
  return Object.fromEntries(Object.entries(vector.fields));
}

function isEndpoint(name: string | undefined): name is EndpointName {
  return name === 'sendredpack' || name === 'gethbinfo';
}

describe('known answers', () => {
  it('cover K1 to K9, under the key of the documentation', () => {
    expect(VECTORS.map((each) => each.id).join()).toBe('K1,K2,K3,K4,K5,K6,K7,K8,K9');
    expect(known.key).toBe(KEY);
  });

  it.each(VECTORS)('$id: the string to sign is that of $source', ({ fields, string }) => {
    expect(stringToSign(new Map(Object.entries(fields)))).toBe(string);
  });

  it.each(VECTORS.filter((each) => each.md5))('$id: MD5 agrees with $source', (vector) => {
    expect(signMd5(vector.string, known.key)).toBe(vector.md5);
  });

  it.each(VECTORS.filter((each) => each.hmacSha256))('$id: HMAC agrees with $source', (vector) => {
    expect(signHmacSha256(vector.string, known.key)).toBe(vector.hmacSha256);
  });

  it.each(VECTORS.filter((each) => isEndpoint(each.endpoint)))(
    '$id: the server signs what the client of $source signs',
    ({ endpoint, fields, string, md5 }) => {
      if (!isEndpoint(endpoint)) throw new Error('filtered above');
      const text = stringServerSigns(new Map(Object.entries(fields)), SIGNED_FIELDS[endpoint]);
      expect(text).toBe(string);
      expect(signMd5(text, known.key)).toBe(md5);
    },
  );

  // workwx_sign ends in `&secret=` and is a field of its own; contracts only orders and joins it.
  it.each(known.workwx)('$id: the ordered string gives the digest of $source', (vector) => {
    const text = stringToSign(new Map(Object.entries(vector.fields)));
    expect(text).toBe(vector.string);
    const digest = createHash('md5').update(`${text}&secret=${known.key}`).digest('hex');
    expect(digest.toUpperCase()).toBe(vector.md5);
  });
});

describe('the string that the server signs', () => {
  const signed = SIGNED_FIELDS.sendredpack;
  const serverString = (values: Values): string => stringServerSigns(fieldsOf(values), signed);

  it('re-writes integers after reading them, so that 1.00 is 1', () => {
    const text = serverString({ ...SEED_2015, total_amount: '1.00' });
    expect(text).toContain('&total_amount=1&');
    expect(text).not.toBe(stringToSign(fieldsOf({ ...SEED_2015, total_amount: '1.00' })));
  });

  it.each(['total_amount', 'total_num', 'min_value', 'max_value'])(
    'reads %s as an integer',
    (n) => {
      expect(serverString({ [n]: '007.5' })).toBe(`${n}=7`);
    },
  );

  it('keeps digits that are no integers of the API as they are', () => {
    expect(serverString({ mch_billno: '0010', nonce_str: '1.0' })).toBe(
      'mch_billno=0010&nonce_str=1.0',
    );
  });

  it('leaves out a field that the endpoint does not know, and sign', () => {
    const more = { ...SEED_2015, sign_type: 'MD5', amt_type: 'ALL_RAND', sign: 'X' };
    expect(serverString(more)).toBe(serverString(SEED_2015));
  });

  it('leaves out empty fields', () => {
    expect(serverString({ ...SEED_2015, scene_id: '', remark: '' })).toBe(
      serverString(SEED_2015).replace('&remark=新年红包', ''),
    );
  });

  it('does not depend on the order of the fields', () => {
    const reversed = Object.fromEntries(Object.entries(SEED_2015).reverse());
    expect(serverString(reversed)).toBe(serverString(SEED_2015));
  });

  it('knows the fields of all editions, in ASCII order, without sign', () => {
    expect(signed.names).toEqual([...signed.names].sort());
    expect(signed.names).toEqual(expect.arrayContaining(['nick_name', 'max_value', 'scene_id']));
    expect(signed.names).not.toContain('sign');
    expect(new Set(signed.names).size).toBe(signed.names.length);
  });

  it('of gethbinfo is over five fields', () => {
    expect(SIGNED_FIELDS.gethbinfo.names).toEqual([
      'appid',
      'bill_type',
      'mch_billno',
      'mch_id',
      'nonce_str',
    ]);
  });
});

describe('the string that a client signs', () => {
  it('holds every non-empty field but sign, an unknown one too', () => {
    const text = stringToSign(fieldsOf({ b: '2', zz: '3', a: '1', sign: 'X', empty: '' }));
    expect(text).toBe('a=1&b=2&zz=3');
  });

  it('is in ASCII order: capitals, underscore, small letters', () => {
    expect(stringToSign(fieldsOf({ a_b: '1', aZ: '2', ab: '3', A: '4' }))).toBe(
      'A=4&aZ=2&a_b=1&ab=3',
    );
  });

  it('keeps values raw: spaces, entities, percent signs and emoji', () => {
    expect(stringToSign(fieldsOf({ a: ' x ', b: '&amp;', c: '%3d', d: '🧧' }))).toBe(
      'a= x &b=&amp;&c=%3d&d=🧧',
    );
  });

  it('of nothing is empty', () => {
    expect(stringToSign(fieldsOf({ sign: 'X' }))).toBe('');
  });
});

describe('sameSignature', () => {
  const sign = '0BDE59F92E62C9A6E624640D8FA2584A';

  it('accepts the same digits', () => {
    expect(sameSignature(sign, sign)).toBe(true);
    expect(sameSignature(sign.repeat(2), sign.repeat(2))).toBe(true);
    expect(sameSignature(sign.repeat(2), `${sign.repeat(2)}0`)).toBe(false);
  });

  it.each([
    ['lower case', sign.toLowerCase()],
    ['one digit other', `1${sign.slice(1)}`],
    ['one digit short', sign.slice(1)],
    ['one digit long', `${sign}0`],
    ['trailing space', `${sign} `],
    ['empty', ''],
    ['as many characters but more bytes', `红${sign.slice(1)}`],
    ['as many bytes but fewer characters', `红${sign.slice(3)}`],
  ])('refuses: %s', (_, got) => {
    expect(sameSignature(sign, got)).toBe(false);
  });
});

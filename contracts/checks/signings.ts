/** How a request can be signed: rightly, and in the ways that clients get wrong (domain facts §5, §8 no. 10 and 11). */
import { SIGNED_FIELDS } from '../tables/endpoints.ts';
import type { EndpointName, Fields } from '../types.ts';
import {
  inAsciiOrder,
  signHmacSha256,
  signMd5,
  stringServerSigns,
  stringToSign,
} from '../wire/sign.ts';

type Sign = (fields: Fields, key: string, endpoint: EndpointName) => string | null;

function pairs(names: readonly string[], fields: Fields): string {
  return names.map((name) => `${name}=${fields.get(name) ?? ''}`).join('&');
}

function filled(fields: Fields): string[] {
  return inAsciiOrder(fields.keys()).filter((name) => name !== 'sign' && fields.get(name));
}

const SIGNINGS = {
  /** Every non-empty field as it was written: right, unless a field is unknown or an integer is written oddly. */
  right: (fields, key) => signMd5(stringToSign(fields), key),
  /** What the server signs, whatever else was written. */
  'as-read': (fields, key, endpoint) =>
    signMd5(stringServerSigns(fields, SIGNED_FIELDS[endpoint]), key),
  missing: () => null,
  empty: () => '',
  'wrong-key': (fields) => signMd5(stringToSign(fields), 'f'.repeat(32)),
  'without-key': (fields) => signMd5(stringToSign(fields), ''),
  'lower-case': (fields, key) => signMd5(stringToSign(fields), key).toLowerCase(),
  'too-long': (fields, key) => `${signMd5(stringToSign(fields), key)}0`,
  unsorted: (fields, key) => signMd5(pairs(filled(fields).reverse(), fields), key),
  'url-encoded': (fields, key) => {
    const text = filled(fields).map(
      (name) => `${name}=${encodeURIComponent(fields.get(name) ?? '')}`,
    );
    return signMd5(text.join('&'), key);
  },
  'values-trimmed': (fields, key) => {
    const trimmed = new Map([...fields].map(([name, value]) => [name, value.trim()]));
    return signMd5(stringToSign(trimmed), key);
  },
  /** Empty fields take part, as `name=`. */
  'with-empty': (fields, key) => {
    const names = inAsciiOrder(fields.keys()).filter((name) => name !== 'sign');
    return signMd5(pairs(names, fields), key);
  },
  'hmac-sha256': (fields, key) => signHmacSha256(stringToSign(fields), key),
} as const satisfies Readonly<Record<string, Sign>>;

export type Signing = keyof typeof SIGNINGS;

/** The fields with their signature, which stands last. */
export function signedBy(
  signing: Signing,
  fields: Fields,
  { key, endpoint }: { readonly key: string; readonly endpoint: EndpointName },
): Fields {
  const sign: Sign = SIGNINGS[signing];
  const value = sign(fields, key, endpoint);
  return value === null ? fields : new Map([...fields, ['sign', value]]);
}

/** What the form of a signature tells before anything is recomputed: its length, its digits, their case. */
import { digestHex, hmacSha256 } from './sign.ts';

/** Digests a finished string as somebody wrote the signature: in upper case where it is hex. */
type Digest = (message: string | Uint8Array, key: string) => string;

/** A reading of a signature: which digest it may be, and which mistakes its form shows by itself. */
export interface SignForm {
  readonly digest: Digest;
  /** The signature that came, as `digest` would write it. */
  readonly target: string;
  /** Ids of rows of the table of mistakes. */
  readonly shown: readonly FormMistakeId[];
}

export type FormMistakeId =
  | 'sign-spaced'
  | 'digest-lower-case'
  | 'digest-hmac'
  | 'digest-sha256'
  | 'digest-sha1'
  | 'digest-base64'
  | 'digest-short'
  | 'digest-zeros-dropped';

const md5: Digest = (message) => digestHex('md5', message);

interface Shape {
  readonly id: FormMistakeId;
  readonly pattern: RegExp;
  readonly digest: Digest;
}

const SHAPES: readonly Shape[] = [
  { id: 'digest-hmac', pattern: /^[0-9A-F]{64}$/, digest: hmacSha256 },
  {
    id: 'digest-sha256',
    pattern: /^[0-9A-F]{64}$/,
    digest: (message) => digestHex('sha256', message),
  },
  { id: 'digest-sha1', pattern: /^[0-9A-F]{40}$/, digest: (message) => digestHex('sha1', message) },
  // The middle half: some libraries call it "MD5 of 16".
  {
    id: 'digest-short',
    pattern: /^[0-9A-F]{16}$/,
    digest: (message, key) => md5(message, key).slice(8, 24),
  },
  {
    id: 'digest-zeros-dropped',
    pattern: /^[0-9A-F]{20,31}$/,
    digest: (message, key) => md5(message, key).replace(/^0+/, ''),
  },
  {
    id: 'digest-zeros-dropped',
    pattern: /^[0-9A-F]{16,31}$/,
    digest: (message, key) => md5(message, key).replace(/0([0-9A-F])|([1-9A-F].)/g, '$1$2'),
  },
];

const MD5_HEX = /^[0-9A-F]{32}$/;
const MD5_BASE64 = /^[A-Za-z0-9+/]{22}==$/;

/** The readings of a signature; none when it is no digest that anybody writes. */
export function formsOf(sign: string): readonly SignForm[] {
  const trimmed = sign.trim();
  const spaced: FormMistakeId[] = trimmed === sign ? [] : ['sign-spaced'];
  if (MD5_BASE64.test(trimmed)) {
    const digest: Digest = (message) =>
      Buffer.from(digestHex('md5', message), 'hex').toString('base64');
    return [{ digest, target: trimmed, shown: [...spaced, 'digest-base64'] }];
  }
  const target = trimmed.toUpperCase();
  const shown: FormMistakeId[] = target === trimmed ? spaced : [...spaced, 'digest-lower-case'];
  if (MD5_HEX.test(target)) return [{ digest: md5, target, shown }];
  return SHAPES.filter(({ pattern }) => pattern.test(target)).map(({ id, digest }) => ({
    digest,
    target,
    shown: [...shown, id],
  }));
}

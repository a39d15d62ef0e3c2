/**
 * The v2 signature: non-empty fields but `sign`, sorted by name, joined `k=v` with `&`, then `&key=…`, MD5, upper-case hex.
 * HMAC-SHA256 exists beside it as a function only: no red packet table knows `sign_type`. Source: domain facts §5.
 */
import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { Fields } from '../types.ts';
import { readInt } from './measure.ts';

/** What one endpoint signs: names in ASCII order, and which of them the server reads as integers first. */
export interface SignedFields {
  readonly names: readonly string[];
  readonly ints: ReadonlySet<string>;
}

/** ASCII order, by code unit: the names of the API are ASCII. */
export function inAsciiOrder(names: Iterable<string>): string[] {
  return [...names].sort();
}

/** The string that a careful client signs: every non-empty field but `sign`, values as they are. */
export function stringToSign(fields: Fields): string {
  const parts: string[] = [];
  for (const name of inAsciiOrder(fields.keys())) {
    const value = fields.get(name);
    if (name !== 'sign' && value) parts.push(`${name}=${value}`);
  }
  return parts.join('&');
}

/**
 * The string that the server signs: only the fields that the endpoint knows, integers re-written after parsing. That is why an
 * undocumented field, or an amount sent as `1.00`, ends as SIGN_ERROR (domain facts §5, E32, E77–E80).
 */
export function stringServerSigns(fields: Fields, signed: SignedFields): string {
  let text = '';
  for (const name of signed.names) {
    const value = fields.get(name);
    if (!value) continue;
    const read = signed.ints.has(name) ? String(readInt(value)) : value;
    text += text === '' ? `${name}=${read}` : `&${name}=${read}`;
  }
  return text;
}

/** @returns 32 upper-case hex digits over the UTF-8 bytes of `text&key=…` */
export function signMd5(text: string, key: string): string {
  return hash('md5', `${text}&key=${key}`, 'hex').toUpperCase();
}

/** @returns 64 upper-case hex digits */
export function signHmacSha256(text: string, key: string): string {
  return hmacSha256(`${text}&key=${key}`, key);
}

/** @returns 64 upper-case hex digits; a string stands for its UTF-8 bytes */
export function hmacSha256(message: string | Uint8Array, key: string): string {
  return createHmac('sha256', key).update(message).digest('hex').toUpperCase();
}

/** @returns upper-case hex digits; a string stands for its UTF-8 bytes */
export function digestHex(
  algorithm: 'md5' | 'sha1' | 'sha256',
  message: string | Uint8Array,
): string {
  return hash(algorithm, message, 'hex').toUpperCase();
}

const EXPECTED = Buffer.alloc(64);
const GOT = Buffer.alloc(64);

/** Compares in constant time; the case of the digits matters, as it does to the real server. */
export function sameSignature(expected: string, got: string): boolean {
  // Compared in buffers made once: a signature is 32 or 64 characters, and anything longer is none.
  const length = EXPECTED.fill(0).write(expected, 'utf8');
  const same = GOT.fill(0).write(got, 'utf8') === length && timingSafeEqual(EXPECTED, GOT);
  return same && expected.length === got.length;
}

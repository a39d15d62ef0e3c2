/** How the server measures and reads a value. */

/** String(N) counts UTF-8 bytes, not characters: 15 Chinese characters are 45 (domain facts §3, E55, E74). */
export function utf8Bytes(value: string): number {
  return Buffer.byteLength(value, 'utf8');
}

const PLAIN_INT = /^[0-9]{1,15}$/;

/**
 * Reads an integer as C's `atoi` does: leading white space, a sign, digits, and whatever follows is ignored; no digits give 0.
 * So `1.00` is read as 1 and echoed as 1 (domain facts §1.4, E32). Past the safe integers it stays at that bound.
 */
export function readInt(value: string): number {
  if (PLAIN_INT.test(value)) return Number(value);
  const digits = /^[ \t-\r]*([+-]?[0-9]+)/.exec(value)?.[1];
  if (digits === undefined) return 0;
  const number = Number(digits);
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, number));
}

/** Fen as yuan with two decimals, from integers alone: 100 is `1.00`. */
export function toYuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Without halves of surrogate pairs, which UTF-8 cannot carry: they become U+FFFD. */
export function wellFormed(value: string): string {
  return /[\ud800-\udfff]/.test(value) ? Buffer.from(value, 'utf8').toString('utf8') : value;
}

/** send_listid in the real shape: prefix, Beijing day, serial digits (domain facts §1.2). */
import { beijingDay, type EditionTable } from '../../contracts/core.ts';
import { hash32 } from '../random.ts';

/** Coprime to every power of ten: multiplying by it walks through all serials once before any comes again. */
const STRIDE = 617_363_773n;

/** Powers of ten, by exponent. */
const MODULI = Array.from({ length: 20 }, (_, digits) => 10n ** BigInt(digits));

/** Where a merchant's serials begin: keeps merchants apart. */
export function serialOffset(seed: number, mchId: string): bigint {
  return BigInt(hash32(`${seed}/${mchId}`)) * BigInt(hash32(`${mchId}/${seed}`));
}

/** @param sequence the merchant's count of orders, which makes the number unique for that merchant */
export function sendListid(
  { prefix, serialDigits }: EditionTable['sendListid'],
  { offset, sequence, nowMs }: { offset: bigint; sequence: number; nowMs: number },
): string {
  const serial = (offset + BigInt(sequence) * STRIDE) % (MODULI[serialDigits] ?? 1n);
  return `${prefix}${beijingDay(nowMs)}${String(serial).padStart(serialDigits, '0')}`;
}

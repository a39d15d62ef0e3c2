/** send_listid in the real shape: prefix, Beijing day, serial digits (domain facts §1.2). */
import { beijingDay, type EditionTable } from '../../contracts/index.ts';
import { hash32 } from '../random.ts';

/** Coprime to every power of ten: multiplying by it walks through all serials once before any comes again. */
const STRIDE = 617_363_773n;

/**
 * @param sequence the merchant's count of orders, which makes the number unique for that merchant; the offset by seed and merchant
 * keeps merchants apart
 */
export function sendListid(
  { prefix, serialDigits }: EditionTable['sendListid'],
  order: { seed: number; mchId: string; sequence: number; nowMs: number },
): string {
  const serials = 10n ** BigInt(serialDigits);
  const offset =
    BigInt(hash32(`${order.seed}/${order.mchId}`)) * BigInt(hash32(`${order.mchId}/${order.seed}`));
  const serial = (offset + BigInt(order.sequence) * STRIDE) % serials;
  return `${prefix}${beijingDay(order.nowMs)}${String(serial).padStart(serialDigits, '0')}`;
}

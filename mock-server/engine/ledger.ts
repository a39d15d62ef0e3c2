/** Does the money add up? Opening balance and top-ups against balance, held and received, and those against the orders. */
import type { OrderState } from '../../contracts/core.ts';
import type { Account, Order } from './facts.ts';

/** A merchant's money, in fen. */
export interface Ledger {
  readonly mchId: string;
  readonly openingFen: number;
  readonly topUpFen: number;
  readonly balanceFen: number;
  readonly heldFen: number;
  readonly receivedFen: number;
  readonly packets: Readonly<Record<OrderState, number>>;
  /** Packets whose money left the balance, ever. */
  readonly paidPackets: number;
  /** What does not add up, in sentences; empty when all does. */
  readonly faults: readonly string[];
}

export function ledgerOf(account: Account, orders: readonly Order[]): Ledger {
  const { mchId, openingFen, topUpFen, balanceFen, heldFen, receivedFen } = account;
  const packets = { SENDING: 0, SENT: 0, FAILED: 0, RECEIVED: 0, RFUND_ING: 0, REFUND: 0 };
  for (const order of orders) packets[order.state] += 1;
  const paid = orders.filter((order) => order.paid);
  const inStates = (...states: OrderState[]) =>
    paid
      .filter((order) => states.includes(order.state))
      .reduce((sum, order) => sum + order.amountFen, 0);

  const faults: string[] = [];
  const expectEqual = (what: string, got: number, expected: number): void => {
    if (got !== expected) faults.push(`${what} is ${got} fen, expected ${expected}`);
  };
  expectEqual(
    'balance + held + received',
    balanceFen + heldFen + receivedFen,
    openingFen + topUpFen,
  );
  expectEqual('held', heldFen, inStates('SENDING', 'SENT', 'RFUND_ING'));
  expectEqual('received', receivedFen, inStates('RECEIVED'));
  if (balanceFen < 0) faults.push(`the balance is ${balanceFen} fen, below nothing`);

  return {
    mchId,
    openingFen,
    topUpFen,
    balanceFen,
    heldFen,
    receivedFen,
    packets,
    paidPackets: paid.length,
    faults,
  };
}

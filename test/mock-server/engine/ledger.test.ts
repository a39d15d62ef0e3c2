import { describe, expect, it } from 'vitest';
import type { Account, Order } from '../../../mock-server/engine/facts.ts';
import { ledgerOf } from '../../../mock-server/engine/ledger.ts';

const SOUND: Account = {
  mchId: '10000098',
  openingFen: 1_000,
  topUpFen: 100,
  balanceFen: 600,
  heldFen: 300,
  receivedFen: 200,
  sequence: 4,
};

const order = (state: Order['state'], amountFen: number, paid = true) =>
  ({ mchId: '10000098', state, amountFen, paid }) as Order;

const ORDERS = [
  order('SENT', 100),
  order('SENDING', 150),
  order('RFUND_ING', 50),
  order('RECEIVED', 200),
  order('SENDING', 900, false),
];

describe('the books', () => {
  it('add up, and count the orders of each state', () => {
    expect(ledgerOf(SOUND, ORDERS)).toMatchObject({
      packets: { SENDING: 2, SENT: 1, FAILED: 0, RECEIVED: 1, RFUND_ING: 1, REFUND: 0 },
      paidPackets: 4,
      faults: [],
    });
  });

  it('say what is wrong with them, in figures', () => {
    const { faults } = ledgerOf({ ...SOUND, heldFen: 301, receivedFen: 199 }, ORDERS);
    expect(faults).toEqual(['held is 301 fen, expected 300', 'received is 199 fen, expected 200']);
    expect(ledgerOf({ ...SOUND, balanceFen: 601 }, ORDERS).faults).toEqual([
      'balance + held + received is 1101 fen, expected 1100',
    ]);
  });

  it('never stand below nothing', () => {
    const spent = { ...SOUND, openingFen: 0, topUpFen: 499, balanceFen: -1 };
    expect(ledgerOf(spent, ORDERS).faults).toEqual(['the balance is -1 fen, below nothing']);
    expect(ledgerOf({ ...spent, topUpFen: 500, balanceFen: 0 }, ORDERS).faults).toEqual([]);
  });
});

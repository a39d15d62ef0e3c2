/**
 * The life of an order and of its money: SENDING, SENT, RECEIVED or back as REFUND, or FAILED. Each change is a pure function of order
 * and account; the clock moves them through {@link catchUp}. Sources: domain facts §3, §4, §7.2.
 */
import { MINUTE_MS, type OrderState } from '../../contracts/core.ts';
import type { Account, Order } from './facts.ts';

/** "Ask again after twenty minutes" (§2.1, PROCESSING): by then a paid order has been sent. */
const SENDING_MS_MAX = 20 * MINUTE_MS;
/** 24 h 15 m 39 s from sending to refund_time was measured (E5); the time in RFUND_ING is taken as that quarter of an hour. */
const REFUNDING_MS = 15 * MINUTE_MS;

export interface Holding {
  readonly order: Order;
  readonly account: Account;
}

type Place = 'balanceFen' | 'heldFen' | 'receivedFen';

/** Where the money of a paid order is in a state. */
function placeOf(state: OrderState): Place {
  if (state === 'RECEIVED') return 'receivedFen';
  if (state === 'REFUND' || state === 'FAILED') return 'balanceFen';
  return 'heldFen';
}

/** Money never comes or goes, it changes its place. */
function shift(account: Account, amountFen: number, from: Place, to: Place): Account {
  const change = (place: Place): number =>
    (place === to ? amountFen : 0) - (place === from ? amountFen : 0);
  // Spelt out: every payment comes here, and V8 takes thirty times as long to spread an account.
  return {
    mchId: account.mchId,
    openingFen: account.openingFen,
    topUpFen: account.topUpFen,
    balanceFen: account.balanceFen + change('balanceFen'),
    heldFen: account.heldFen + change('heldFen'),
    receivedFen: account.receivedFen + change('receivedFen'),
    sequence: account.sequence,
  };
}

/** Takes the money of an unpaid order from the balance and leaves the order in `state`. */
export function pay({ order, account }: Holding, state: OrderState, nowMs: number): Holding {
  const paid = state !== 'FAILED';
  const sent: Order = {
    ...order,
    reason: undefined,
    answer: undefined,
    sentAtMs: nowMs,
    receivedAtMs: undefined,
    refundedAtMs: undefined,
    paid,
  };
  return {
    account: shift(account, order.amountFen, 'balanceFen', placeOf(state)),
    order: enter(sent, state, nowMs),
  };
}

/** Moves an order on, and its money with it. */
export function move({ order, account }: Holding, state: OrderState, atMs: number): Holding {
  const moved = enter(order, state, atMs);
  if (!order.paid) return { order: moved, account };
  return {
    account: shift(account, order.amountFen, placeOf(order.state), placeOf(state)),
    order: moved,
  };
}

/** An order that could not be paid now: SENDING until it is, or until it has failed. */
export function hold(order: Order, failAfterMs: number | null): Order {
  const nextAtMs = failAfterMs === null ? null : order.createdAtMs + failAfterMs;
  return { ...order, state: 'SENDING', paid: false, nextAtMs };
}

/** The order as the clock has made it by now: sent, refunded, failed, each change at its own instant. */
export function catchUp(holding: Holding, nowMs: number): Holding {
  const { nextAtMs } = holding.order;
  if (nextAtMs === null || nextAtMs > nowMs) return holding;
  return catchUp(elapse(holding, nextAtMs), nowMs);
}

/** Of itself changes what is SENDING, and after it what nobody claimed. */
function elapse(holding: Holding, atMs: number): Holding {
  const { state, paid } = holding.order;
  if (state === 'SENDING') return move(holding, paid ? 'SENT' : 'FAILED', atMs);
  return move(holding, 'REFUND', atMs);
}

/** The order in a new state: when it got there, and when it leaves by itself. */
export function enter(order: Order, state: OrderState, atMs: number): Order {
  const entered: Order = { ...order, state, nextAtMs: nextAfter(state, order, atMs) };
  if (state === 'RECEIVED') return { ...entered, receivedAtMs: atMs };
  return state === 'REFUND' ? { ...entered, refundedAtMs: atMs } : entered;
}

function nextAfter(state: OrderState, order: Order, atMs: number): number | null {
  if (state === 'SENDING') return atMs + SENDING_MS_MAX;
  if (state === 'RFUND_ING') return atMs + REFUNDING_MS;
  if (state === 'SENT' && order.refundAfterMs !== null) {
    return (order.sentAtMs ?? atMs) + order.refundAfterMs;
  }
  return null;
}

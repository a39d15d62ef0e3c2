/**
 * The life of an order and of its money: SENDING, SENT, RECEIVED or back as REFUND, or FAILED. Each change is a pure function of order
 * and account; the clock moves them through {@link elapse}. Sources: domain facts §3, §4, §7.2.
 */
import { MINUTE_MS, type OrderState } from '../../contracts/index.ts';
import type { Account, Order } from './facts.ts';

/** "Ask again after twenty minutes" (§2.1, PROCESSING): by then a paid order has been sent. */
const SENDING_MS_MAX = 20 * MINUTE_MS;
/** 24 h 15 m 39 s from sending to refund_time was measured (E5); the time in RFUND_ING is taken as that quarter of an hour. */
const REFUNDING_MS = 15 * MINUTE_MS;

export interface Holding {
  readonly order: Order;
  readonly account: Account;
}

/** Where the money of a paid order is in a state. */
function placeOf(state: OrderState): 'heldFen' | 'receivedFen' | 'balanceFen' {
  if (state === 'RECEIVED') return 'receivedFen';
  if (state === 'REFUND' || state === 'FAILED') return 'balanceFen';
  return 'heldFen';
}

/** Takes the money of an unpaid order from the balance and leaves the order in `state`. */
export function pay({ order, account }: Holding, state: OrderState, nowMs: number): Holding {
  const place = placeOf(state);
  const { reason: _, answer: __, ...rest } = order;
  const spent = { ...account, balanceFen: account.balanceFen - order.amountFen };
  const paid: Order = { ...rest, paid: state !== 'FAILED', state, sentAtMs: nowMs };
  return {
    account: { ...spent, [place]: spent[place] + order.amountFen },
    order: withNext(withTimes(paid, state, nowMs), nowMs),
  };
}

/** Moves an order on, and its money with it. */
export function move({ order, account }: Holding, state: OrderState, atMs: number): Holding {
  const moved = withNext(withTimes({ ...order, state }, state, atMs), atMs);
  if (!order.paid) return { order: moved, account };
  const from = placeOf(order.state);
  const to = placeOf(state);
  const taken = { ...account, [from]: account[from] - order.amountFen };
  return {
    account: { ...taken, [to]: taken[to] + order.amountFen },
    order: state === 'FAILED' ? { ...moved, paid: false } : moved,
  };
}

/** An order that could not be paid now: SENDING until it is, or until it has failed. */
export function hold(order: Order, failAfterMs: number | null): Order {
  const nextAtMs = failAfterMs === null ? null : order.createdAtMs + failAfterMs;
  return { ...order, state: 'SENDING', paid: false, nextAtMs };
}

/** What the order turns into at its own next instant; called when that has come. */
export function elapse(holding: Holding): Holding {
  const { order } = holding;
  const atMs = order.nextAtMs;
  if (atMs === null) return holding;
  if (order.state === 'SENDING') return move(holding, order.paid ? 'SENT' : 'FAILED', atMs);
  if (order.state === 'SENT' || order.state === 'RFUND_ING') return move(holding, 'REFUND', atMs);
  return holding;
}

function withTimes(order: Order, state: OrderState, atMs: number): Order {
  if (state === 'RECEIVED') return { ...order, receivedAtMs: atMs };
  if (state === 'REFUND') return { ...order, refundedAtMs: atMs };
  return order;
}

function withNext(order: Order, nowMs: number): Order {
  return { ...order, nextAtMs: nextAfter(order, nowMs) };
}

function nextAfter({ state, refundAfterMs, sentAtMs }: Order, nowMs: number): number | null {
  if (state === 'SENDING') return nowMs + SENDING_MS_MAX;
  if (state === 'RFUND_ING') return nowMs + REFUNDING_MS;
  if (state === 'SENT' && refundAfterMs !== null) return (sentAtMs ?? nowMs) + refundAfterMs;
  return null;
}

/**
 * What a server owes its callers, as small as it can be said: a count of fen and a map of numbers. It shares no line with any engine; a
 * generated history is played against both, and they must agree.
 */
import { limitsOf } from '../tables/limits.ts';
import type { Edition } from '../types.ts';
import { DAY_MS, HOUR_MS } from '../wire/beijing-time.ts';
import { type Acceptable, found, NOT_FOUND, SENT } from './server-case.ts';
import { refusedWith } from './wordings.ts';

interface ModelOrder {
  readonly user: string;
  readonly amountFen: number;
  /** `waiting`: there was not enough money. `back`: nobody opened it. */
  state: 'waiting' | 'sent' | 'back' | 'failed';
  readonly firstMs: number;
  sentMs: number;
}

export interface Model {
  readonly edition: Edition;
  balanceFen: number;
  nowMs: number;
  readonly orders: Map<string, ModelOrder>;
}

/** @param balanceFen Infinity: more than anybody will spend, or nobody knows */
export function modelOf(edition: Edition, balanceFen: number): Model {
  return { edition, balanceFen, nowMs: 0, orders: new Map() };
}

/** A packet is asked for. @returns what the server may answer */
export function modelSend(
  model: Model,
  number: string,
  { user, amountFen }: { readonly user: string; readonly amountFen: number },
): Acceptable[] {
  const { edition, orders, nowMs } = model;
  const known = orders.get(number);
  if (known && known.user !== user) return [refusedWith(edition, 'FATAL_ERROR', 'other-openid')];
  if (known && known.amountFen !== amountFen) {
    return [
      refusedWith(edition, 'FATAL_ERROR', 'other-amount'),
      { answer: 'refused', code: 'PARAM_ERROR' },
    ];
  }
  const failed: Acceptable = { answer: 'refused', code: 'SEND_FAILED' };
  if (known?.state === 'failed') return [failed];
  // Nobody captured what a repeat is answered with (§9 no. 6).
  if (known && known.state !== 'waiting') return [SENT, failed];
  const order = known ?? { user, amountFen, state: 'waiting', firstMs: nowMs, sentMs: nowMs };
  orders.set(number, order);
  if (model.balanceFen < amountFen) return [refusedWith(edition, 'NOTENOUGH')];
  model.balanceFen -= amountFen;
  order.state = 'sent';
  order.sentMs = nowMs;
  return [SENT];
}

const SHOWN = { waiting: 'SENDING', sent: 'SENT', back: 'REFUND', failed: 'FAILED' } as const;

/** A number is asked about. @returns what the server may answer */
export function modelQuery({ edition, orders, nowMs }: Model, number: string): Acceptable[] {
  const order = orders.get(number);
  const historyMs = (limitsOf(edition).historyDays ?? Number.POSITIVE_INFINITY) * DAY_MS;
  if (!order || order.firstMs < nowMs - historyMs) return [NOT_FOUND];
  return [found(SHOWN[order.state], { total_amount: String(order.amountFen) })];
}

/** Time passes: what nobody opened comes back, what could not be paid fails. */
export function modelWait(model: Model, ms: number): void {
  const { refundAfterHours, failAfterHours } = limitsOf(model.edition);
  model.nowMs += ms;
  const passed = (sinceMs: number, hours: number | null): boolean =>
    hours !== null && model.nowMs >= sinceMs + hours * HOUR_MS;
  for (const order of model.orders.values()) {
    if (order.state === 'waiting' && passed(order.firstMs, failAfterHours)) order.state = 'failed';
    if (order.state !== 'sent' || !passed(order.sentMs, refundAfterHours)) continue;
    order.state = 'back';
    model.balanceFen += order.amountFen;
  }
}

export function modelTopUp(model: Model, fen: number): void {
  model.balanceFen += fen;
}

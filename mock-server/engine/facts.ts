/** What the engine keeps, and under which keys. Everything of a merchant hangs under its mch_id. Amounts in fen, instants in epoch ms. */
import {
  beijingDayNumber,
  type CodeName,
  DAY_MS,
  type Fields,
  type Limits,
  MINUTE_MS,
  minuteNumber,
  type OrderState,
  readInt,
} from '../../contracts/index.ts';
import type { Value } from '../store/store.ts';

/** A merchant's money. Always: opening + topUp = balance + held + received. */
export interface Account {
  readonly mchId: string;
  readonly openingFen: number;
  readonly topUpFen: number;
  readonly balanceFen: number;
  /** In packets that nobody has claimed yet. */
  readonly heldFen: number;
  readonly receivedFen: number;
  /** Orders so far; numbers send_listid. */
  readonly sequence: number;
}

export interface Order {
  readonly mchId: string;
  readonly mch_billno: string;
  readonly openid: string;
  readonly amountFen: number;
  readonly state: OrderState;
  /** Has the money left the balance? */
  readonly paid: boolean;
  /** Why it is SENDING without being paid, or FAILED. */
  readonly reason?: string;
  /** What the number was answered with, when not with success. */
  readonly answer?: { readonly code: CodeName; readonly message: string };
  readonly sendListid: string;
  readonly createdAtMs: number;
  readonly sentAtMs?: number;
  readonly receivedAtMs?: number;
  readonly refundedAtMs?: number;
  /** null: unclaimed packets stay. */
  readonly refundAfterMs: number | null;
  /** When its state changes by itself; null: never. */
  readonly nextAtMs: number | null;
}

/** Packets or calls in a window. */
export interface Tally {
  readonly count: number;
  readonly fen: number;
}

export type Read = (key: string) => Value | undefined;

export const accountKey = (mchId: string): string => `${mchId}/account`;
export const orderPrefix = (mchId: string): string => `${mchId}/order/`;
export const orderKey = (mchId: string, billno: string): string => `${orderPrefix(mchId)}${billno}`;

/** The merchant that an order's key belongs to. */
export function mchIdOfKey(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

export function readAccount(read: Read, opening: Account): Account {
  return (read(accountKey(opening.mchId)) as Account | undefined) ?? opening;
}

export function readOrder(read: Read, key: string): Order | undefined {
  return read(key) as Order | undefined;
}

export function readTally(read: Read, window: Window | undefined): Tally {
  return (window && (read(window.key) as Tally | undefined)) ?? { count: 0, fen: 0 };
}

/** A counting window: its key holds the tally until the window is over. */
export interface Window {
  readonly key: string;
  readonly expiresAtMs: number;
}

export type WindowName =
  | 'callsSecond'
  | 'callsMinute'
  | 'minute'
  | 'day'
  | 'userMinute'
  | 'userDay';
export type Windows = Partial<Record<WindowName, Window>>;

/** The windows that a send is counted in: only those that some limit asks for. */
export function windowsOfSend(
  mchId: string,
  openid: string,
  limits: Limits,
  nowMs: number,
): Windows {
  const second = Math.floor(nowMs / 1_000);
  const minute = minuteNumber(nowMs);
  const day = beijingDayNumber(nowMs);
  const windows: Windows = {};
  const open = (name: WindowName, key: string, lengthMs: number): void => {
    // A whole extra length: a clock that is set back a little finds its counts again.
    windows[name] = { key: `${mchId}/${key}`, expiresAtMs: nowMs + 2 * lengthMs };
  };
  if (limits.callsPerSecond !== null) open('callsSecond', `calls-second/${second}`, 1_000);
  if (limits.callsPerMinute !== null) open('callsMinute', `calls-minute/${minute}`, MINUTE_MS);
  if (limits.packetsPerMinute !== null) open('minute', `minute/${minute}`, MINUTE_MS);
  if (limits.packetsPerDay !== null || limits.fenPerDay !== null) {
    open('day', `day/${day}`, DAY_MS);
  }
  if (limits.userPacketsPerMinute !== null) {
    open('userMinute', `user-minute/${openid}/${minute}`, MINUTE_MS);
  }
  if (limits.userPacketsPerDay !== null || limits.userFenPerDay !== null) {
    open('userDay', `user-day/${openid}/${day}`, DAY_MS);
  }
  return windows;
}

/** The window that a query is counted in. */
export function windowsOfQuery(mchId: string, limits: Limits, nowMs: number): Windows {
  if (limits.queriesPerMinute === null) return {};
  const key = `${mchId}/queries-minute/${minuteNumber(nowMs)}`;
  return { callsMinute: { key, expiresAtMs: nowMs + 2 * MINUTE_MS } };
}

export function amountFenOf(fields: Fields): number {
  return readInt(fields.get('total_amount') ?? '');
}

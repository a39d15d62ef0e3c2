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
} from '../../contracts/core.ts';
import type { Value, Write } from '../store/store.ts';

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

/** Every property is always there: orders of one shape are copied several times faster. */
export interface Order {
  readonly mchId: string;
  readonly mch_billno: string;
  readonly openid: string;
  readonly amountFen: number;
  readonly state: OrderState;
  /** Has the money left the balance? */
  readonly paid: boolean;
  /** Why it is SENDING without being paid, or FAILED. */
  readonly reason: string | undefined;
  /** What the number was answered with, when not with success. */
  readonly answer: { readonly code: CodeName; readonly message: string } | undefined;
  readonly sendListid: string;
  readonly createdAtMs: number;
  readonly sentAtMs: number | undefined;
  readonly receivedAtMs: number | undefined;
  readonly refundedAtMs: number | undefined;
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
export const orderKey = (mchId: string, billno: string): string =>
  detached(`${orderPrefix(mchId)}${billno}`);

/** A copy: what was read from a request is a slice that would keep the whole body in memory as long as it is kept itself. */
export function detached(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** The merchant that an order's key belongs to. */
export function mchIdOfKey(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

/** An order with the instant at which it wants attention again. */
export function writeOrder(key: string, order: Order): Write {
  return { key, value: order, dueAtMs: order.nextAtMs };
}

export function writeAccount(key: string, account: Account): Write {
  return { key, value: account };
}

export function readAccount(read: Read, key: string, opening: Account): Account {
  return (read(key) as Account | undefined) ?? opening;
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

type WindowName = 'callsSecond' | 'callsMinute' | 'minute' | 'day' | 'userMinute' | 'userDay';
export type Windows = Partial<Record<WindowName, Window>>;

/** The windows that a send is counted in: only those that some limit asks for. */
export function windowsOfSend(
  mchId: string,
  openid: string,
  limits: Limits,
  nowMs: number,
): Windows {
  const second = windowAt(nowMs, Math.floor(nowMs / 1_000), 1_000);
  const minute = windowAt(nowMs, minuteNumber(nowMs), MINUTE_MS);
  const day = windowAt(nowMs, beijingDayNumber(nowMs), DAY_MS);
  const perDay = limits.packetsPerDay ?? limits.fenPerDay;
  const perUserDay = limits.userPacketsPerDay ?? limits.userFenPerDay;
  const windows: Windows = {};
  if (limits.callsPerSecond !== null) windows.callsSecond = second(`${mchId}/calls-second`);
  if (limits.callsPerMinute !== null) windows.callsMinute = minute(`${mchId}/calls-minute`);
  if (limits.packetsPerMinute !== null) windows.minute = minute(`${mchId}/minute`);
  if (perDay !== null) windows.day = day(`${mchId}/day`);
  if (limits.userPacketsPerMinute !== null) {
    windows.userMinute = minute(detached(`${mchId}/user-minute/${openid}`));
  }
  if (perUserDay !== null) windows.userDay = day(detached(`${mchId}/user-day/${openid}`));
  return windows;
}

/** The window that a query is counted in. */
export function windowsOfQuery(mchId: string, limits: Limits, nowMs: number): Windows {
  if (limits.queriesPerMinute === null) return {};
  const minute = windowAt(nowMs, minuteNumber(nowMs), MINUTE_MS);
  return { callsMinute: minute(`${mchId}/queries-minute`) };
}

/** Named by its number, kept for a length beyond it: the same for every call in it, so that a store notes it once. */
function windowAt(nowMs: number, number: number, lengthMs: number): (name: string) => Window {
  const expiresAtMs = (Math.floor(nowMs / lengthMs) + 2) * lengthMs;
  return (name) => ({ key: `${name}/${number}`, expiresAtMs });
}

export function amountFenOf(fields: Fields): number {
  return readInt(fields.get('total_amount') ?? '');
}

/** A merchant's orders and money, seen and changed by who runs the mock and not by a call of the API. */
import { ORDER_STATES, type OrderState } from '../contracts/core.ts';
import {
  type Order,
  orderKey,
  orderPrefix,
  readAccount,
  readOrder,
  writeAccount,
  writeOrder,
} from './engine/facts.ts';
import { type Ledger, ledgerOf } from './engine/ledger.ts';
import { type Holding, move } from './engine/lifecycle.ts';
import type { Store } from './store/store.ts';
import type { Tenant } from './tenant.ts';
import { MockUsageError } from './usage.ts';

const PAGE_ORDERS_MAX = 1_000;
const PAGE_ORDERS = 100;

/** Which orders to list; what is left out does not matter. */
export interface OrderFilter {
  readonly state?: OrderState | undefined;
  readonly openid?: string | undefined;
  /** The mch_billno after which to go on: `next` of the page before. */
  readonly after?: string | undefined;
  /** How many at most, 1 to 1000; left out: 100. */
  readonly limit?: number | undefined;
}

/** Orders by the instant of their creation, oldest first. */
export interface OrderPage {
  readonly orders: readonly Order[];
  /** There are more: give it as `after`. */
  readonly next?: string;
}

/** Changes an order and its account together. @returns undefined when there is no such order */
export function changeOrder(
  store: Store,
  { accountKey, opening }: Tenant,
  key: string,
  step: (holding: Holding) => Holding,
): Promise<Order | undefined> {
  return store.transact([accountKey, key], (read) => {
    const before = readOrder(read, key);
    if (!before) return { result: undefined, writes: [] };
    const { order, account } = step({
      order: before,
      account: readAccount(read, accountKey, opening),
    });
    return { result: order, writes: [writeOrder(key, order), writeAccount(accountKey, account)] };
  });
}

/** @throws MockUsageError */
export async function topUp(
  store: Store,
  { accountKey, opening }: Tenant,
  fen: number,
): Promise<void> {
  if (!Number.isSafeInteger(fen) || fen < 0) {
    throw new MockUsageError(`cannot top up by ${fen} fen: expected a whole number, 0 or more`);
  }
  await store.transact([accountKey], (read) => {
    const account = readAccount(read, accountKey, opening);
    const topUpFen = account.topUpFen + fen;
    if (!Number.isSafeInteger(account.openingFen + topUpFen)) {
      throw new MockUsageError(`cannot top up by ${fen} fen: more than can be counted exactly`);
    }
    const after = { ...account, topUpFen, balanceFen: account.balanceFen + fen };
    return { result: undefined, writes: [writeAccount(accountKey, after)] };
  });
}

/** The user opens the packet. @throws MockUsageError */
export async function claim(store: Store, tenant: Tenant, billno: string): Promise<void> {
  const nowMs = tenant.clock.nowMs();
  const key = orderKey(tenant.facts.mchId, billno);
  const claimed = await changeOrder(store, tenant, key, (holding) => {
    if (holding.order.state === 'SENT') return move(holding, 'RECEIVED', nowMs);
    throw new MockUsageError(
      `order ${billno} is ${holding.order.state}: only a SENT packet can be claimed`,
    );
  });
  if (!claimed) throw new MockUsageError(`merchant ${tenant.facts.mchId} has no order ${billno}`);
}

export function findOrder(store: Store, mchId: string, billno: string): Promise<Order | undefined> {
  const key = orderKey(mchId, billno);
  return store.transact([key], (read) => ({ result: readOrder(read, key), writes: [] }));
}

export async function readLedger(store: Store, { accountKey, opening }: Tenant): Promise<Ledger> {
  const { mchId } = opening;
  // Account and orders of one instant: between two looks a packet may have been sent.
  const values = new Map(await store.scan(`${mchId}/`));
  const account = readAccount((key) => values.get(key), accountKey, opening);
  const orders = [...values].filter(([key]) => key.startsWith(orderPrefix(mchId)));
  return ledgerOf(
    account,
    orders.map(([, order]) => order as Order),
  );
}

/** @throws MockUsageError */
export async function listOrders(
  store: Store,
  mchId: string,
  filter: OrderFilter = {},
): Promise<OrderPage> {
  const { state, openid, after, limit = PAGE_ORDERS } = filter;
  refuseUnknown(filter);
  const all = (await store.scan(orderPrefix(mchId))).map(([, order]) => order as Order);
  const last = after === undefined ? undefined : all.find((each) => each.mch_billno === after);
  if (after !== undefined && !last) {
    throw new MockUsageError(`merchant ${mchId} has no order ${after} after which to go on`);
  }
  const wanted = all
    .filter((order) => state === undefined || order.state === state)
    .filter((order) => openid === undefined || order.openid === openid)
    .filter((order) => !last || byCreation(last, order) < 0)
    .sort(byCreation);
  const orders = wanted.slice(0, limit);
  const next = orders.at(-1)?.mch_billno;
  return next !== undefined && wanted.length > limit ? { orders, next } : { orders };
}

function refuseUnknown({ state, limit = PAGE_ORDERS }: OrderFilter): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_ORDERS_MAX) {
    throw new MockUsageError(`limit: expected a whole number, 1 to ${PAGE_ORDERS_MAX}`);
  }
  if (state === undefined || ORDER_STATES.some((row) => row.state === state)) return;
  const known = ORDER_STATES.map((row) => row.state).join(', ');
  throw new MockUsageError(`state: expected one of ${known}, got ${state}`);
}

function byCreation(one: Order, other: Order): number {
  if (one.createdAtMs !== other.createdAtMs) return one.createdAtMs - other.createdAtMs;
  return one.mch_billno < other.mch_billno ? -1 : Number(one.mch_billno > other.mch_billno);
}

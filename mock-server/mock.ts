/** One mock: its merchants, its time, its state, its journal; and what can be done to it besides calling it. */
import { type Edition, type Switches, switchesOf } from '../contracts/index.ts';
import { type Clock, frozenClock, realClock, runningClock } from './clock.ts';
import {
  accountKey,
  mchIdOfKey,
  type Order,
  orderKey,
  orderPrefix,
  readAccount,
  readOrder,
} from './engine/facts.ts';
import { type Ledger, ledgerOf } from './engine/ledger.ts';
import { catchUp, type Holding, move } from './engine/lifecycle.ts';
import { createJournal, type Journal } from './journal.ts';
import type { Scenario } from './scenario/schema.ts';
import { createSecrets } from './secrets.ts';
import { createMemoryStore } from './store/memory.ts';
import type { Step, Store, Write } from './store/store.ts';
import { createTenant, type Tenant } from './tenant.ts';

/** What was asked of the mock cannot be done: an unknown merchant or order, or an order in the wrong state. */
export class MockUsageError extends Error {
  override readonly name = 'MockUsageError';
}

export interface Mock {
  readonly scenario: Scenario;
  readonly edition: Edition;
  readonly switches: Switches;
  readonly tenants: ReadonlyMap<string, Tenant>;
  readonly clock: Clock;
  readonly store: Store;
  readonly journal: Journal;
  /** Does what is due by the clock: sends, refunds, fails. Every call does it first. @returns undefined when nothing is */
  settleDue(): Promise<void> | undefined;
  /** @throws MockUsageError */
  topUp(mchId: string, fen: number): Promise<void>;
  /** The user opens the packet. @throws MockUsageError */
  claim(mchId: string, billno: string): Promise<void>;
  /** @throws MockUsageError */
  order(mchId: string, billno: string): Promise<Order | undefined>;
  /** @throws MockUsageError */
  ledger(mchId: string): Promise<Ledger>;
}

export function createMock(scenario: Scenario, parts: { store?: Store; clock?: Clock } = {}): Mock {
  const { edition, rules, seed } = scenario;
  const switches = switchesOf(definedOnly(scenario.switches));
  const tenants = new Map(
    scenario.merchants.map((merchant) => [
      merchant.mch_id,
      createTenant(merchant, { edition, switches, rules, seed }),
    ]),
  );
  const clock = parts.clock ?? clockOf(scenario.clock);
  const store = parts.store ?? createMemoryStore();

  const tenantOf = (mchId: string): Tenant => {
    const tenant = tenants.get(mchId);
    if (!tenant) throw new MockUsageError(`no merchant ${mchId} in this mock`);
    return tenant;
  };

  /** Changes an order and its account together. */
  const change = (tenant: Tenant, key: string, step: (holding: Holding) => Holding) =>
    store.transact([accountKey(mchIdOfKey(key)), key], changeStep(tenant, key, step));

  const settle = async (): Promise<void> => {
    for (;;) {
      const nowMs = clock.nowMs();
      const keys = await store.due(nowMs);
      if (keys.length === 0) return;
      for (const key of keys) {
        await change(tenantOf(mchIdOfKey(key)), key, (holding) => catchUp(holding, nowMs));
      }
    }
  };
  // One after the other: a due key is handed out once, so who comes second waits until the first is through.
  let settling: Promise<void> | undefined;
  const settleDue = (): Promise<void> | undefined => {
    if (!settling && store.idleUntilMs() > clock.nowMs()) return undefined;
    const turn = (settling ?? Promise.resolve()).then(settle, settle).finally(() => {
      if (settling === turn) settling = undefined;
    });
    settling = turn;
    return turn;
  };

  return {
    scenario,
    edition,
    switches,
    tenants,
    clock,
    store,
    journal: createJournal(createSecrets(scenario.merchants.map((merchant) => merchant.key))),
    settleDue,

    async topUp(mchId, fen) {
      const { opening } = tenantOf(mchId);
      if (!Number.isSafeInteger(fen) || fen < 0) {
        throw new MockUsageError(`cannot top up by ${fen} fen: expected a whole number, 0 or more`);
      }
      const key = accountKey(mchId);
      await store.transact([key], (read) => {
        const account = readAccount(read, opening);
        const topUpFen = account.topUpFen + fen;
        if (!Number.isSafeInteger(account.openingFen + topUpFen)) {
          throw new MockUsageError(`cannot top up by ${fen} fen: more than can be counted exactly`);
        }
        const value = { ...account, topUpFen, balanceFen: account.balanceFen + fen };
        return { result: undefined, writes: [{ key, value }] };
      });
    },

    async claim(mchId, billno) {
      await settleDue();
      const nowMs = clock.nowMs();
      await change(tenantOf(mchId), orderKey(mchId, billno), (holding) => {
        if (holding.order.state === 'SENT') return move(holding, 'RECEIVED', nowMs);
        throw new MockUsageError(
          `order ${billno} is ${holding.order.state}: only a SENT packet can be claimed`,
        );
      });
    },

    async order(mchId, billno) {
      tenantOf(mchId);
      await settleDue();
      const key = orderKey(mchId, billno);
      return store.transact([key], (read) => ({ result: readOrder(read, key), writes: [] }));
    },

    async ledger(mchId) {
      const { opening } = tenantOf(mchId);
      await settleDue();
      // Account and orders of one instant: between two looks a packet may have been sent.
      const values = new Map(await store.scan(`${mchId}/`));
      const account = readAccount((key) => values.get(key), opening);
      const orders = [...values].filter(([key]) => key.startsWith(orderPrefix(mchId)));
      return ledgerOf(
        account,
        orders.map(([, order]) => order as Order),
      );
    },
  };
}

function changeStep(
  tenant: Tenant,
  key: string,
  step: (holding: Holding) => Holding,
): Step<undefined> {
  return (read) => {
    const before = readOrder(read, key);
    if (!before) throw new MockUsageError(`no order under ${key}`);
    const { order, account } = step({ order: before, account: readAccount(read, tenant.opening) });
    const writes: Write[] = [
      { key, value: order, dueAtMs: order.nextAtMs },
      { key: accountKey(account.mchId), value: account },
    ];
    return { result: undefined, writes };
  };
}

function clockOf(clock: Scenario['clock']): Clock {
  if (clock.mode === 'frozen') return frozenClock(Date.parse(clock.at));
  return clock.mode === 'running' ? runningClock(Date.parse(clock.from)) : realClock();
}

function definedOnly(switches: Scenario['switches']): Partial<Switches> {
  return Object.fromEntries(
    Object.entries(switches).filter(([, value]) => value !== undefined),
  ) as Partial<Switches>;
}

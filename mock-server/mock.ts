/** One mock: its merchants, their time, their state, its journal; and what can be done to it besides calling it. */
import type { Edition, Switches } from '../contracts/core.ts';
import {
  claim,
  findOrder,
  listOrders,
  type OrderFilter,
  type OrderPage,
  readLedger,
  topUp,
} from './books.ts';
import type { NewMerchant } from './casting.ts';
import type { Clock, ClockSetting } from './clock.ts';
import type { Order } from './engine/facts.ts';
import type { Ledger } from './engine/ledger.ts';
import { createJournal, type Journal } from './journal/journal.ts';
import { Roster } from './roster.ts';
import type { Scenario } from './scenario/schema.ts';
import { createSettler } from './settle.ts';
import { createMemoryStore } from './store/memory.ts';
import type { Store } from './store/store.ts';
import type { Tenant } from './tenant.ts';

/** Every verb that takes a mch_id throws MockUsageError when there is no such merchant. */
export interface Mock {
  /** What the server was started with, in its latest version; it also decides the calls of merchants that nobody knows. */
  readonly scenario: Scenario;
  readonly edition: Edition;
  readonly switches: Switches;
  /** The clock of that scenario: of its merchants, except those that have their own. */
  readonly clock: Clock;
  /** By mch_id. A tenant never changes: a merchant that is switched gets another. */
  readonly tenants: ReadonlyMap<string, Tenant>;
  readonly store: Store;
  readonly journal: Journal;
  /** Does what is due to a merchant by its clock: sends, refunds, fails. Every call does it first. @returns undefined when nothing is */
  settleDue(tenant: Tenant): Promise<void> | undefined;

  /** @throws MockUsageError when the number is taken or something given is wrong */
  createMerchant(spec?: NewMerchant): Promise<Tenant>;
  /** Frees everything that is kept of it; the journal's lines stay, without its key. */
  dropMerchant(mchId: string): Promise<void>;
  /**
   * At one instant: a call is answered wholly by the one scenario or the other. Orders, balance and key stay; what rules have counted
   * does not, and the clock is set as the new scenario says. A merchant that the scenario does not name stands in for its first.
   */
  useScenario(mchId: string, scenario: Scenario): Promise<void>;
  /** A new version of {@link scenario}, for all that play it. @returns what there is to know of it, in sentences */
  reload(scenario: Scenario): Promise<string[]>;

  /**
   * Sets a merchant's clock, which is its own from then on, or (undefined) that of the start scenario; settles what is due by it. Set
   * back, a clock undoes nothing: states and counts stay.
   */
  setClock(mchId: string | undefined, setting: ClockSetting): Promise<void>;
  /** Moves it on, and returns when all that is due by then has been done, in the order of its instants. */
  advance(mchId: string | undefined, ms: number): Promise<void>;

  /** @throws MockUsageError */
  topUp(mchId: string, fen: number): Promise<void>;
  /** The user opens the packet. @throws MockUsageError */
  claim(mchId: string, billno: string): Promise<void>;
  order(mchId: string, billno: string): Promise<Order | undefined>;
  ledger(mchId: string): Promise<Ledger>;
  /** A page of a merchant's orders, oldest first. @throws MockUsageError */
  orders(mchId: string, filter?: OrderFilter): Promise<OrderPage>;

  /**
   * Of one merchant: forgets its orders, counters and journal lines; the balance is its opening one, the clock set as its scenario says.
   * Of all (undefined): everything is as the server was started, and merchants that were made since are gone.
   */
  reset(mchId?: string): Promise<void>;
}

/** @param parts `clock`: somebody else's for the start scenario, which no verb but `setClock` and `advance` moves */
export function createMock(scenario: Scenario, parts: { store?: Store; clock?: Clock } = {}): Mock {
  const store = parts.store ?? createMemoryStore();
  const journal = createJournal();
  const roster = new Roster(scenario, { store, journal, clock: parts.clock });
  const { settleDue, settleAll } = createSettler(store);

  /** The merchant as it is when nothing more is due to it. */
  const settled = async (mchId: string): Promise<Tenant> => {
    await settleDue(roster.find(mchId));
    return roster.find(mchId);
  };
  const move = async (mchId: string | undefined, change: (clock: Clock) => void): Promise<void> => {
    const { clock: shared } = roster.start;
    if (mchId === undefined) change(shared);
    const clock = mchId === undefined ? shared : roster.changeClock(mchId, change);
    await settleAll([...roster.tenants.values()].filter((tenant) => tenant.clock === clock));
  };

  return {
    get scenario() {
      return roster.start.scenario;
    },
    get edition() {
      return roster.start.edition;
    },
    get switches() {
      return roster.start.switches;
    },
    get clock() {
      return roster.start.clock;
    },
    tenants: roster.tenants,
    store,
    journal,
    settleDue,

    createMerchant: async (spec = {}) => roster.create(spec),
    dropMerchant: (mchId) => roster.drop(mchId),
    useScenario: (mchId, next) => roster.play(mchId, next),
    reload: (next) => roster.reload(next),
    reset: (mchId) => (mchId === undefined ? roster.resetAll() : roster.reset(mchId)),

    setClock: (mchId, setting) => move(mchId, (clock) => clock.set(setting)),
    advance: (mchId, ms) => move(mchId, (clock) => clock.advance(ms)),

    topUp: async (mchId, fen) => topUp(store, roster.find(mchId), fen),
    claim: async (mchId, billno) => claim(store, await settled(mchId), billno),
    order: async (mchId, billno) => {
      const { facts } = await settled(mchId);
      return findOrder(store, facts.mchId, billno);
    },
    ledger: async (mchId) => readLedger(store, await settled(mchId)),
    orders: async (mchId, filter) => {
      const { facts } = await settled(mchId);
      return listOrders(store, facts.mchId, filter);
    },
  };
}

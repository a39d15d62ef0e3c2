/**
 * Who is served, and what each plays. The merchants that the scenario of the start names share its clock and what their rules count
 * together; whoever was made since, or plays another scenario, stands for itself. A change is made in one instant: what has to be
 * waited for is done before it, and changes take turns.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Edition, Switches } from '../contracts/core.ts';
import { cast, drawnNumber, type NewMerchant, type Part } from './casting.ts';
import { type Clock, type ClockSetting, createClock, settingOf } from './clock.ts';
import type { Journal } from './journal/journal.ts';
import type { Scenario } from './scenario/schema.ts';
import type { Store } from './store/store.ts';
import { createTenant, type Standing, switchesIn, type Tenant } from './tenant.ts';
import { MockUsageError } from './usage.ts';

/** The scenario that the server was started with: it also decides the calls of merchants that nobody knows. */
export interface Start {
  readonly scenario: Scenario;
  readonly edition: Edition;
  readonly switches: Switches;
  readonly clock: Clock;
  /** Partition of what the rules of its merchants count together. */
  readonly shared: string;
}

interface RosterParts {
  readonly store: Store;
  readonly journal: Journal;
  /** Somebody else's clock for the start: only its owner sets it. */
  readonly clock?: Clock | undefined;
}

export class Roster {
  readonly #tenants = new Map<string, Tenant>();
  readonly #parts: RosterParts;
  #start: Start;
  #changes = 0;
  #drawn = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(scenario: Scenario, parts: RosterParts) {
    this.#parts = parts;
    this.#start = startOf(scenario, parts.clock ?? createClock(scenario.clock), 'scenario#0');
    for (const part of partsOf(scenario)) this.#seat(this.#atStart(part));
  }

  get start(): Start {
    return this.#start;
  }

  get tenants(): ReadonlyMap<string, Tenant> {
    return this.#tenants;
  }

  /** @throws MockUsageError when there is none of that number */
  find(mchId: string): Tenant {
    const tenant = this.#tenants.get(mchId);
    if (!tenant) throw new MockUsageError(`no merchant ${mchId} in this mock`);
    return tenant;
  }

  /** @throws MockUsageError when the number is taken, or what was given is wrong */
  create({ mchId, scenario, ...given }: NewMerchant): Promise<Tenant> {
    return this.#inTurn(async () => {
      const number = mchId ?? this.#freeNumber();
      if (this.#tenants.has(number)) {
        throw new MockUsageError(`merchant ${number} is there already: give another number`);
      }
      const plays = scenario ?? this.#start.scenario;
      const part = await cast(plays, number, given);
      const kept = { ...given, key: part.merchant.key };
      return this.#seat(this.#alone(plays, part, { created: true, given: kept }));
    });
  }

  /** Frees everything that is kept of a merchant; what the journal tells of it stays, without its key. */
  drop(mchId: string): Promise<void> {
    return this.#inTurn(() => this.#remove(this.find(mchId)));
  }

  /** Another scenario, with its clock: orders, money and key stay, what its rules have counted does not. */
  play(mchId: string, scenario: Scenario): Promise<void> {
    return this.#inTurn(async () => {
      const { created, given, facts } = this.find(mchId);
      const part = await cast(scenario, mchId, { ...given, key: facts.key });
      const before = this.find(mchId);
      this.#seat(this.#alone(scenario, part, { created, given, lasting: before }));
      await this.#parts.store.drop(before.counters.own);
    });
  }

  /** A merchant whose clock is moved or set goes by a clock of its own from then on, and moves nobody else's. */
  changeClock(mchId: string, change: (clock: Clock) => void): Clock {
    const tenant = this.find(mchId);
    const isShared = tenant.clock === this.#start.clock;
    const clock = isShared ? createClock(settingOf(tenant.clock.describe())) : tenant.clock;
    change(clock);
    if (isShared) this.#seat({ ...tenant, clock });
    return clock;
  }

  /** Another version of the scenario of the start, for all that play it. @returns what there is to know of it, in sentences */
  reload(scenario: Scenario): Promise<string[]> {
    return this.#inTurn(async () => {
      const old = this.#start;
      const parts = new Map(partsOf(scenario).map((part) => [part.merchant.mch_id, part]));
      for (const mchId of parts.keys()) {
        if (!this.#tenants.get(mchId)?.created) continue;
        throw new MockUsageError(`merchant ${mchId} was made while the server ran: drop it first`);
      }
      for (const { created, facts, given } of this.#playersOf(old)) {
        if (created) parts.set(facts.mchId, await cast(scenario, facts.mchId, given));
      }

      this.#start = startOf(scenario, old.clock, `scenario#${++this.#changes}`);
      if (!this.#parts.clock && !isDeepStrictEqual(scenario.clock, old.scenario.clock)) {
        old.clock.set(scenario.clock);
      }
      const freed = [this.#parts.store.drop(old.shared)];
      const notes: string[] = [];
      for (const tenant of this.#playersOf(old)) {
        const part = parts.get(tenant.facts.mchId);
        parts.delete(tenant.facts.mchId);
        notes.push(...notesOn(tenant, part));
        if (part) this.#seat(this.#recast(tenant, part));
        freed.push(part ? this.#parts.store.drop(tenant.counters.own) : this.#remove(tenant));
      }
      for (const [mchId, part] of parts) {
        if (this.#tenants.has(mchId)) continue;
        notes.push(`merchant ${mchId} is new`);
        this.#seat(this.#atStart(part));
      }
      await Promise.all(freed);
      return notes;
    });
  }

  /** As if it had just begun to play what it plays: no orders, no counts, its opening balance, the clock as its scenario sets it. */
  reset(mchId: string): Promise<void> {
    return this.#inTurn(async () => {
      const { scenario, merchant, rules, created, given, counters } = this.find(mchId);
      const part = { merchant, rules };
      const returns = !created && scenario === this.#start.scenario;
      this.#seat(returns ? this.#atStart(part) : this.#alone(scenario, part, { created, given }));
      const { store, journal } = this.#parts;
      journal.forget(mchId);
      await Promise.all([store.drop(mchId), store.drop(counters.own)]);
    });
  }

  /** As the server was started, with the latest version of its scenario: merchants that were made since are gone. */
  resetAll(): Promise<void> {
    return this.#inTurn(async () => {
      const { store, journal, clock } = this.#parts;
      const { scenario } = this.#start;
      for (const { facts } of this.#tenants.values()) journal.retire(facts.key);
      journal.clear();
      this.#tenants.clear();
      this.#drawn = 0;
      if (!clock) this.#start.clock.set(scenario.clock);
      for (const part of partsOf(scenario)) this.#seat(this.#atStart(part));
      await store.clear();
    });
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(step, step);
    this.#turn = turn;
    return turn;
  }

  #playersOf({ scenario }: Start): Tenant[] {
    return [...this.#tenants.values()].filter((tenant) => tenant.scenario === scenario);
  }

  /** Lets a tenant sit where its merchant sat before. */
  #seat(tenant: Tenant): Tenant {
    const { mchId, key } = tenant.facts;
    const { journal } = this.#parts;
    const keyBefore = this.#tenants.get(mchId)?.facts.key;
    if (key !== keyBefore) {
      journal.hide(key);
      if (keyBefore !== undefined) journal.retire(keyBefore);
    }
    this.#tenants.set(mchId, tenant);
    return tenant;
  }

  async #remove({ facts, counters }: Tenant): Promise<void> {
    const { store, journal } = this.#parts;
    this.#tenants.delete(facts.mchId);
    journal.retire(facts.key);
    await Promise.all([store.drop(facts.mchId), store.drop(counters.own)]);
  }

  /** One of those whom the scenario of the start names. */
  #atStart(part: Part, standing: Partial<Standing> = {}): Tenant {
    const { scenario, clock, shared } = this.#start;
    const { merchant } = part;
    return createTenant(scenario, part, {
      clock: merchant.clock ? createClock(merchant.clock) : clock,
      counters: { own: `${merchant.mch_id}#0`, shared },
      created: false,
      given: {},
      ...standing,
    });
  }

  /** One that stands for itself. */
  #alone(
    scenario: Scenario,
    part: Part,
    standing: Partial<Standing> & Pick<Standing, 'created' | 'given'>,
  ): Tenant {
    const own = this.#freshCounters(part);
    const clock = createClock(part.merchant.clock ?? scenario.clock);
    return createTenant(scenario, part, { clock, counters: { own, shared: own }, ...standing });
  }

  /** The same merchant after a reload. Its clock goes on, unless it is the clock that was changed. */
  #recast(tenant: Tenant, part: Part): Tenant {
    const { scenario } = this.#start;
    const { created, given, clock } = tenant;
    const own = this.#freshCounters(part);
    const standing = { created, given, lasting: tenant };
    const goesOn = isDeepStrictEqual(clockOf(part, scenario), clockOf(tenant, tenant.scenario));
    const kept = goesOn ? { clock } : {};
    if (created) return this.#alone(scenario, part, { ...standing, ...kept });
    const counters = { own, shared: this.#start.shared };
    return this.#atStart(part, { ...standing, ...kept, counters });
  }

  /** A partition in which nothing has been counted. */
  #freshCounters({ merchant }: Part): string {
    return `${merchant.mch_id}#${++this.#changes}`;
  }

  #freeNumber(): string {
    for (;;) {
      const number = drawnNumber(this.#start.scenario.seed, ++this.#drawn);
      if (!this.#tenants.has(number)) return number;
    }
  }
}

function startOf(scenario: Scenario, clock: Clock, shared: string): Start {
  return { scenario, edition: scenario.edition, switches: switchesIn(scenario), clock, shared };
}

function partsOf({ merchants, rules }: Scenario): Part[] {
  return merchants.map((merchant) => ({ merchant, rules }));
}

function clockOf({ merchant }: Part, scenario: Scenario): ClockSetting {
  return merchant.clock ?? scenario.clock;
}

function notesOn({ facts, merchant }: Tenant, part: Part | undefined): string[] {
  if (!part) return [`merchant ${facts.mchId} is gone, with its orders`];
  if (part.merchant.balanceFen === merchant.balanceFen) return [];
  return [`merchant ${facts.mchId} keeps its balance: balanceFen counts from its next reset`];
}

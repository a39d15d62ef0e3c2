/**
 * A merchant as it is served: everything that decides a call of its, resolved against the edition of the scenario that it plays. A
 * tenant never changes; switching its scenario puts another in its place, so that a call is answered wholly by one or the other.
 */
import {
  EDITION_TABLES,
  type Edition,
  type EditionTable,
  type Limits,
  limitsOf,
  type MerchantFacts,
  type Peer,
  type Switches,
  switchesOf,
} from '../contracts/core.ts';
import type { Given, Part } from './casting.ts';
import type { Clock } from './clock.ts';
import { type Account, accountKey } from './engine/facts.ts';
import { serialOffset } from './engine/ids.ts';
import type { Scenario, ScenarioMerchant, ScenarioRule } from './scenario/schema.ts';

/** More than all the money there is, and still exact: below 2^53. */
const BOTTOMLESS_FEN = 9_000_000_000_000_000;

/** Partitions of the store in which rules count calls: of this merchant, and of all that play the scenario together. */
export interface Counters {
  readonly own: string;
  readonly shared: string;
}

export interface Tenant {
  readonly merchant: ScenarioMerchant;
  /** What the contract's own checks need of it. */
  readonly facts: MerchantFacts;
  /** What it plays. */
  readonly scenario: Scenario;
  readonly edition: Edition;
  readonly table: EditionTable;
  readonly switches: Switches;
  readonly limits: Limits;
  readonly rules: readonly ScenarioRule[];
  readonly seed: number;
  /** Its own, or that of the scenario which the server was started with. */
  readonly clock: Clock;
  readonly counters: Counters;
  /** Where its send_listids begin. */
  readonly serialOffset: bigint;
  /** Where its account is kept. */
  readonly accountKey: string;
  /** The account before anything happened. */
  readonly opening: Account;
  /** Was it made while the server ran? */
  readonly created: boolean;
  /** What was said of it itself, whatever it plays. */
  readonly given: Given;
}

/** What of a tenant does not come from its part. `lasting`: what it has from before, when it changes its scenario. */
export interface Standing extends Pick<Tenant, 'clock' | 'counters' | 'created' | 'given'> {
  readonly lasting?: Pick<Tenant, 'opening' | 'serialOffset'>;
}

export function createTenant(
  scenario: Scenario,
  { merchant, rules }: Part,
  { clock, counters, created, given, lasting }: Standing,
): Tenant {
  const { edition, seed } = scenario;
  const { mch_id: mchId, key, role, certificate } = merchant;
  return {
    merchant,
    facts: { mchId, key, role, certificate },
    scenario,
    edition,
    table: EDITION_TABLES[edition],
    switches: switchesIn(scenario),
    limits: limitsOf(edition, definedOnly(merchant.limits) as Partial<Limits>),
    rules,
    seed,
    clock,
    counters,
    serialOffset: lasting?.serialOffset ?? serialOffset(seed, mchId),
    accountKey: accountKey(mchId),
    opening: lasting?.opening ?? openingOf(merchant),
    created,
    given,
  };
}

/** The merchant of the certificate: by whose scenario a call is answered that does not get as far as saying who it is. */
export function holderOf(tenants: ReadonlyMap<string, Tenant>, peer: Peer): Tenant | undefined {
  return peer.kind === 'merchant' ? tenants.get(peer.mchId) : undefined;
}

export function switchesIn({ switches }: Scenario): Switches {
  return switchesOf(definedOnly(switches) as Partial<Switches>);
}

function openingOf({ mch_id: mchId, balanceFen }: ScenarioMerchant): Account {
  const openingFen = balanceFen === 'bottomless' ? BOTTOMLESS_FEN : balanceFen;
  return {
    mchId,
    openingFen,
    topUpFen: 0,
    balanceFen: openingFen,
    heldFen: 0,
    receivedFen: 0,
    sequence: 0,
  };
}

function definedOnly(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** A running mock as its starter holds it: merchants with their certificates, and everything that can be done to it. */

import type { NewMerchant } from './casting.ts';
import {
  type BundleContents,
  type Certificates,
  keepBundle,
  type MerchantBundle,
} from './certificates/bundle.ts';
import type { ClockSetting } from './clock.ts';
import type { Mock } from './mock.ts';
import type { Scenario, ScenarioInput } from './scenario/schema.ts';
import type { Tenant } from './tenant.ts';
import { MockUsageError } from './usage.ts';

/** A merchant of the scenario that the server was started with, with all that a client needs. */
export interface ServedMerchant {
  readonly mchId: string;
  readonly key: string;
  readonly appid: string;
  readonly certificates: MerchantBundle;
}

/** A merchant that was made while the server ran. */
export interface CreatedMerchant {
  readonly mchId: string;
  readonly key: string;
  readonly appid: string;
  /** Made when it is first asked for, off the thread that answers requests, and kept in memory. */
  certificates(): Promise<BundleContents>;
  /** The same as files, in `<folder>/<mch_id>/`. */
  certificates(folder: string): Promise<MerchantBundle>;
}

/** As {@link NewMerchant}; its scenario may be a name, a file or an object too. */
export interface NewServedMerchant extends Omit<NewMerchant, 'scenario'> {
  readonly scenario?: string | ScenarioInput | undefined;
}

/** What can be done to a running server besides calling it; {@link Mock} says more of each. */
export interface Verbs
  extends Pick<Mock, 'topUp' | 'claim' | 'order' | 'ledger' | 'orders' | 'dropMerchant' | 'reset'> {
  /** A merchant of its own for a test. @throws ScenarioError, MockUsageError */
  createMerchant(spec?: NewServedMerchant): Promise<CreatedMerchant>;
  /** A merchant as it is served just now: its edition, what it plays, its clock (which `advance` moves). @throws MockUsageError */
  tenant(mchId: string): Tenant;
  /** Switches a merchant to another scenario, between two calls. @throws ScenarioError, MockUsageError */
  useScenario(mchId: string, scenario: string | ScenarioInput): Promise<void>;
  /** Sets the clock of one merchant, or of all that go by the scenario's, and settles what is due by it. @throws MockUsageError */
  setClock(setting: ClockSetting, mchId?: string): Promise<void>;
  /** Moves that clock on, and returns when all that is due by then has been done. @throws MockUsageError */
  advance(ms: number, mchId?: string): Promise<void>;
}

/** @param resolveScenario finds what a name, a file or an object stands for */
export function verbsOf(
  mock: Mock,
  issue: Issuer,
  resolveScenario: (scenario: string | ScenarioInput) => Promise<Scenario>,
): Verbs {
  return {
    topUp: mock.topUp,
    claim: mock.claim,
    order: mock.order,
    ledger: mock.ledger,
    orders: mock.orders,
    dropMerchant: mock.dropMerchant,
    reset: mock.reset,
    tenant: (mchId) => tenantOf(mock, mchId),
    setClock: (setting, mchId) => mock.setClock(mchId, setting),
    advance: (ms, mchId) => mock.advance(mchId, ms),
    async useScenario(mchId, scenario) {
      await mock.useScenario(mchId, await resolveScenario(scenario));
    },
    async createMerchant({ scenario, ...spec } = {}) {
      const found = scenario === undefined ? {} : { scenario: await resolveScenario(scenario) };
      return handOver(await mock.createMerchant({ ...spec, ...found }), issue);
    },
  };
}

function tenantOf({ tenants }: Mock, mchId: string): Tenant {
  const tenant = tenants.get(mchId);
  if (!tenant) throw new MockUsageError(`no merchant ${mchId} in this mock`);
  return tenant;
}

function handOver(tenant: Tenant, issue: Issuer): CreatedMerchant {
  const { merchant } = tenant;
  async function certificates(): Promise<BundleContents>;
  async function certificates(folder: string): Promise<MerchantBundle>;
  async function certificates(folder?: string): Promise<BundleContents> {
    const issued = await issue(tenant);
    return folder === undefined ? issued : keepBundle(issued, folder);
  }
  return { mchId: merchant.mch_id, key: merchant.key, appid: appidOf(merchant), certificates };
}

/** The certificates of a merchant, made when they are first asked for. */
export type Issuer = (tenant: Tenant) => Promise<BundleContents>;

export function createIssuer(certificates: Certificates): Issuer {
  // By what stays the same through a merchant's life and ends with it: a number may come again.
  const issued = new WeakMap<Tenant['given'], Promise<BundleContents>>();
  return ({ created, given, merchant }) => {
    const { mch_id, company } = merchant;
    if (!created) return certificates.bundle(mch_id, company);
    const known = issued.get(given) ?? certificates.issue(mch_id, company);
    issued.set(given, known);
    known.catch(() => issued.delete(given));
    return known;
  };
}

/** The merchants that a scenario names, with their bundles in the folder of the certificates. */
export function serveMerchants(
  certificates: Certificates,
  { merchants }: Scenario,
): Promise<ServedMerchant[]> {
  return Promise.all(
    merchants.map(async (merchant) => {
      const { mch_id: mchId, key, company } = merchant;
      const bundle = await certificates.bundle(mchId, company);
      return { mchId, key, appid: appidOf(merchant), certificates: bundle };
    }),
  );
}

function appidOf({ appids }: Scenario['merchants'][number]): string {
  return appids[0] ?? '';
}

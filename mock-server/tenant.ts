/** A merchant as it is served: what the scenario says of it, resolved against its edition. */
import {
  EDITION_TABLES,
  type Edition,
  type EditionTable,
  type Limits,
  limitsOf,
  type MerchantFacts,
  type Switches,
} from '../contracts/index.ts';
import type { Account } from './engine/facts.ts';
import { serialOffset } from './engine/ids.ts';
import type { ScenarioMerchant, ScenarioRule } from './scenario/schema.ts';

/** More than all the money there is, and still exact: below 2^53. */
const BOTTOMLESS_FEN = 9_000_000_000_000_000;

export interface Tenant {
  readonly merchant: ScenarioMerchant;
  /** What the contract's own checks need of it. */
  readonly facts: MerchantFacts;
  readonly edition: Edition;
  readonly table: EditionTable;
  readonly switches: Switches;
  readonly limits: Limits;
  readonly rules: readonly ScenarioRule[];
  readonly seed: number;
  /** Where its send_listids begin. */
  readonly serialOffset: bigint;
  /** The account before anything happened. */
  readonly opening: Account;
}

export function createTenant(
  merchant: ScenarioMerchant,
  setting: { edition: Edition; switches: Switches; rules: readonly ScenarioRule[]; seed: number },
): Tenant {
  const { mch_id: mchId, balanceFen } = merchant;
  const openingFen = balanceFen === 'bottomless' ? BOTTOMLESS_FEN : balanceFen;
  return {
    ...setting,
    merchant,
    facts: { mchId, key: merchant.key, role: merchant.role, certificate: merchant.certificate },
    table: EDITION_TABLES[setting.edition],
    limits: limitsOf(setting.edition, definedOnly(merchant.limits)),
    serialOffset: serialOffset(setting.seed, mchId),
    opening: {
      mchId,
      openingFen,
      topUpFen: 0,
      balanceFen: openingFen,
      heldFen: 0,
      receivedFen: 0,
      sequence: 0,
    },
  };
}

function definedOnly(limits: ScenarioMerchant['limits']): Partial<Limits> {
  return Object.fromEntries(
    Object.entries(limits).filter(
      (entry): entry is [string, number | null] => entry[1] !== undefined,
    ),
  );
}

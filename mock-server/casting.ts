/**
 * Which part a merchant plays in a scenario. One that the scenario names plays itself; any other stands in for the scenario's first
 * merchant, under its own number: with that one's limits, products and users, and the rules that are for it.
 */
import type { ClockSetting } from './clock.ts';
import { hash32 } from './random.ts';
import { ScenarioError } from './scenario/folder.ts';
import { MERCHANT_NUMBER } from './scenario/merchant-number.ts';
import type { Scenario, ScenarioInput, ScenarioMerchant, ScenarioRule } from './scenario/schema.ts';
import { MockUsageError } from './usage.ts';

type MerchantInput = ScenarioInput['merchants'][number];

/** A merchant that is made while the server runs. What is left out is as its scenario has it. */
export interface NewMerchant extends Partial<Omit<MerchantInput, 'mch_id' | 'clock'>> {
  /** Left out: a free one of ten digits, drawn from the seed. */
  readonly mchId?: string | undefined;
  /** Left out: the scenario that the server was started with. */
  readonly scenario?: Scenario | undefined;
  /** Left out: a clock of its own, set as its scenario says. */
  readonly clock?: ClockSetting | undefined;
}

/** What was said of a merchant itself: it stays through every change of its scenario. */
export type Given = Omit<NewMerchant, 'mchId' | 'scenario'>;

/** A merchant and the rules that are for it, as a scenario has them. */
export interface Part {
  readonly merchant: ScenarioMerchant;
  readonly rules: readonly ScenarioRule[];
}

/** @throws MockUsageError naming every fault of what was given */
export async function cast(scenario: Scenario, mchId: string, given: Given): Promise<Part> {
  const named = scenario.merchants.find((merchant) => merchant.mch_id === mchId);
  const model = named ?? scenario.merchants[0];
  if (!model) throw new MockUsageError('the scenario has no merchant to stand in for');
  if ('mch_id' in given) throw new MockUsageError('merchant: mch_id: give the number as mchId');
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  const merchant = {
    ...model,
    key: named?.key ?? madeKey(scenario.seed, mchId),
    ...Object.fromEntries(said),
    limits: { ...model.limits, ...given.limits },
    mch_id: mchId,
  };
  const rules = named ? scenario.rules : rulesFor(scenario.rules, model.mch_id, mchId);
  // What a scenario says has been checked with it; a clock is, when it is set.
  const isChecked = MERCHANT_NUMBER.test(mchId) && said.every(([name]) => name === 'clock');
  return {
    merchant: isChecked ? (merchant as ScenarioMerchant) : await checked(scenario, merchant),
    rules,
  };
}

function rulesFor(rules: readonly ScenarioRule[], model: string, mchId: string): ScenarioRule[] {
  return rules.map((rule) =>
    rule.when.mch_id === model ? { ...rule, when: { ...rule.when, mch_id: mchId } } : rule,
  );
}

async function checked(scenario: Scenario, merchant: MerchantInput): Promise<ScenarioMerchant> {
  // Schema and parser take 100 ms to load: they come when they are needed.
  const { checkScenario } = await import('./scenario/load.ts');
  try {
    const { merchants } = checkScenario({
      ...scenario,
      merchants: [merchant],
      rules: [],
      steps: [],
    });
    const [sound] = merchants;
    if (sound) return sound;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const message = error.message.replaceAll(/^scenario: merchants\.0(?:\.|: )/gm, 'merchant: ');
    throw new MockUsageError(message, { cause: error });
  }
  throw new Error('a scenario of one merchant came back without it');
}

/** Ten digits as real numbers have; those begin with 1, these with 9. */
export function drawnNumber(seed: number, nth: number): string {
  return `9${String(hash32(`${seed}/merchant/${nth}`) % 1_000_000_000).padStart(9, '0')}`;
}

function madeKey(seed: number, mchId: string): string {
  const parts = [0, 1, 2, 3].map((nth) => hash32(`${seed}/key/${mchId}/${nth}`));
  return parts.map((part) => part.toString(16).padStart(8, '0')).join('');
}

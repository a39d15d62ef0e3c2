/** Scenarios as the admin API takes them: by name, as an object or as YAML. Data only: no path is ever opened for a caller. */
import { randomBytes } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { ScenarioError } from '../scenario/folder.ts';
import { loadScenario, parseScenario, scenarioNames } from '../scenario/load.ts';
import { object as strictObject } from '../scenario/parts.ts';
import { type Scenario, scenarioSchema } from '../scenario/schema.ts';
import type { ProblemError } from './problem.ts';

function reference(component: 'Scenario' | 'MerchantSettings') {
  return { type: 'object' as const, allOf: [{ $ref: `#/components/schemas/${component}` }] };
}

/** A scenario as an answer shows it: complete, without keys. */
export const shownScenario = z.record(z.string(), z.unknown()).openapi(reference('Scenario'));

/** What a scenario says of a merchant, without number and key. */
export const shownMerchant = z
  .record(z.string(), z.unknown())
  .openapi(reference('MerchantSettings'));

const NAMED = '{"name": "codes/current/NOTENOUGH"}';
const FORMS = `${NAMED}, {"scenario": {…}} or {"yaml": "…"}`;

const builtInName = z.string().max(200).describe('Of a built-in one: GET /scenarios');

export const scenarioInput = z
  .union(
    [
      strictObject({ name: builtInName }),
      strictObject({
        scenario: z.preprocess(withKeys, scenarioSchema).openapi(reference('Scenario')),
      }),
      strictObject({ yaml: z.string().min(1).describe('The text of a scenario file') }),
    ],
    { error: `expected ${FORMS}` },
  )
  .describe('A scenario by its name, as an object, or as YAML')
  .openapi('ScenarioInput');

/** Where a scenario is one setting among others, its name alone says it too. */
export const scenarioOrName = z.union([builtInName, scenarioInput], {
  error: `expected a name like "codes/current/NOTENOUGH", ${FORMS}`,
});
type ScenarioOrName = z.output<typeof scenarioOrName>;

type Found =
  | { readonly ok: true; readonly scenario: Scenario }
  | {
      readonly ok: false;
      readonly problem: 'unknown-scenario' | 'invalid-input';
      readonly detail: string;
      readonly errors: ProblemError[];
    };

/** @param pointer where the input stands in the body */
export function findScenario(input: ScenarioOrName, pointer = ''): Found {
  if (typeof input === 'string') return findByName(input, pointer);
  if ('scenario' in input) return { ok: true, scenario: input.scenario };
  if ('yaml' in input) return readYaml(input.yaml, `${pointer}/yaml`);
  return findByName(input.name, `${pointer}/name`);
}

function findByName(name: string, pointer: string): Found {
  const scenario = builtIn(name);
  if (scenario) return { ok: true, scenario };
  const detail = `no scenario ${JSON.stringify(name)}: GET /scenarios lists them`;
  const errors = [{ in: 'body' as const, pointer, detail }];
  return { ok: false, problem: 'unknown-scenario', detail, errors };
}

/** Only what is listed is ever read. */
export function builtIn(name: string): Scenario | undefined {
  return scenarioNames().includes(name) ? loadScenario(name) : undefined;
}

function readYaml(text: string, pointer: string): Found {
  try {
    return { ok: true, scenario: parseScenario(text, 'yaml') };
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const faults = error.message.split('\n');
    const errors = faults.map((detail) => ({ in: 'body' as const, pointer, detail }));
    return { ok: false, problem: 'invalid-input', detail: faults.join('; '), errors };
  }
}

/** What {@link shownScenario} shows can be sent back: a merchant without a key gets one. */
function withKeys(input: unknown, context: z.RefinementCtx): unknown {
  if (typeof input === 'string') {
    const message = `expected the scenario itself, an object; by its name it is ${NAMED}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
  if (!isRecord(input) || !Array.isArray(input.merchants)) return input;
  const merchants = input.merchants.map((merchant: unknown) =>
    isRecord(merchant) && merchant.key === undefined
      ? { ...merchant, key: randomBytes(16).toString('hex') }
      : merchant,
  );
  return { ...input, merchants };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function showScenario(scenario: Scenario): z.infer<typeof shownScenario> {
  const merchants = scenario.merchants.map(({ key: _, ...merchant }) => merchant);
  return { ...scenario, merchants };
}

/**
 * The components that are said in JSON Schema: scenario files have theirs already. A merchant may leave out its key there, and has none
 * where it is shown.
 */
export function scenarioComponents(): Record<string, Record<string, unknown>> {
  const merchant = scenarioSchema.shape.merchants.element;
  const { $schema: _, ...scenario } = z.toJSONSchema(scenarioSchema, { io: 'input' });
  const { $schema: __, ...shown } = z.toJSONSchema(merchant.omit({ mch_id: true, key: true }));
  const { merchants } = scenario.properties ?? {};
  const items = typeof merchants === 'object' ? merchants.items : undefined;
  if (typeof items === 'object' && !Array.isArray(items)) {
    items.required = items.required?.filter((name) => name !== 'key') ?? [];
  }
  return { Scenario: scenario, MerchantSettings: shown };
}

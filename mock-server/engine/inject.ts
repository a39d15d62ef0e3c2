/** The scenario's rules: which of them strikes this call. Deterministic: the nth call, or a draw from the seed for the nth call. */
import { type EndpointName, type Fields, readInt } from '../../contracts/core.ts';
import { chance } from '../random.ts';
import type { ScenarioRule } from '../scenario/schema.ts';
import type { Write } from '../store/store.ts';
import type { Counters } from '../tenant.ts';
import { detached, type Read } from './facts.ts';

/** A rule that is for such a call, and the key under which its calls are counted. */
export interface Candidate {
  readonly index: number;
  readonly rule: ScenarioRule;
  /** What it is drawn for; the key is that in the partition of its counters. */
  readonly name: string;
  readonly key: string;
}

export interface Injection {
  /** Position of the rule in the scenario, from 1. */
  readonly number: number;
  readonly effect: ScenarioRule['then'];
  /** The rule's name and the number of the call: what draws of chance for this call are named after. */
  readonly purpose: string;
}

/** The rules whose endpoint, merchant and field conditions hold. */
export function candidatesFor(
  rules: readonly ScenarioRule[],
  endpoint: EndpointName,
  fields: Fields,
  counters: Counters,
): Candidate[] {
  const candidates: Candidate[] = [];
  rules.forEach((rule, index) => {
    if (rule.when.endpoint !== endpoint || !holds(rule.when, fields)) return;
    const partition = rule.when.per === 'global' ? counters.shared : counters.own;
    const name = nameOf(rule, index, fields);
    candidates.push({ index, rule, name, key: `${partition}/${name}` });
  });
  return candidates;
}

/** Counts the call for every candidate; the first that strikes decides. */
export function drawInjection(
  candidates: readonly Candidate[],
  read: Read,
  seed: number,
): { injection: Injection | undefined; writes: Write[] } {
  let injection: Injection | undefined;
  const writes: Write[] = [];
  for (const { index, rule, name, key } of candidates) {
    const before = read(key) as { count: number } | undefined;
    const count = (before?.count ?? 0) + 1;
    writes.push({ key, value: { count } });
    if (!injection && strikes(rule.when, count, seed, name)) {
      injection = { number: index + 1, effect: rule.then, purpose: `${name}#${count}` };
    }
  }
  return { injection, writes };
}

function strikes(when: ScenarioRule['when'], count: number, seed: number, name: string): boolean {
  if (when.nth !== undefined && count !== when.nth) return false;
  if (when.everyNth !== undefined && count % when.everyNth !== 0) return false;
  if (when.first !== undefined && count > when.first) return false;
  if (when.probability !== undefined) return chance(seed, `${name}#${count}`) < when.probability;
  return true;
}

function holds({ mch_id, fields: conditions }: ScenarioRule['when'], fields: Fields): boolean {
  if (mch_id !== undefined && fields.get('mch_id') !== mch_id) return false;
  return Object.entries(conditions ?? {}).every(([name, condition]) => {
    const value = fields.get(name) ?? '';
    if (typeof condition === 'string') return value === condition;
    if ('contains' in condition) return value.includes(condition.contains);
    if ('startsWith' in condition) return value.startsWith(condition.startsWith);
    const number = readInt(value);
    return number >= (condition.atLeast ?? number) && number <= (condition.atMost ?? number);
  });
}

function nameOf({ when }: ScenarioRule, index: number, fields: Fields): string {
  const mchId = fields.get('mch_id') ?? '';
  if (when.per === 'global') return `rule/${index}`;
  const name = `${mchId}/rule/${index}`;
  return when.per === 'order' ? detached(`${name}/${fields.get('mch_billno') ?? ''}`) : name;
}

/** `redpack-mock scenarios`: the list, and one of them in words. */
import { stringify } from 'yaml';
import { loadScenario, scenarioNames } from '../scenario/load.ts';
import type { Scenario } from '../scenario/schema.ts';
import { clockText } from './text.ts';

export function listScenarios(json = false): string {
  const rows = scenarioNames().map((name) => {
    const { title, title_zh, edition } = loadScenario(name);
    return { name, edition, title, ...(title_zh ? { title_zh } : {}) };
  });
  if (json) return `${JSON.stringify(rows, null, 2)}\n`;
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, title }) => `${name.padEnd(width)}  ${title}`);
  return `${lines.join('\n')}\n\nredpack-mock serve --scenario NAME  serves one; redpack-mock scenarios NAME  explains it\n`;
}

export function explainScenario(name: string, json = false): string {
  const scenario = loadScenario(name);
  if (json) return `${JSON.stringify(scenario, null, 2)}\n`;
  const steps = scenario.steps.map(withoutDefaults);
  return [
    `${name}: ${scenario.title}`,
    ...(scenario.title_zh ? [scenario.title_zh] : []),
    ...(scenario.description ? ['', scenario.description] : []),
    '',
    `edition  ${scenario.edition}`,
    `clock    ${clockText(scenario.clock)}`,
    `merchants ${scenario.merchants.map(({ mch_id, balanceFen }) => `${mch_id} (balance ${balanceFen} fen)`).join(', ')}`,
    ...(scenario.tls?.fault ? [`tls      ${scenario.tls.fault}`] : []),
    ...section('limits that differ', limitsThatDiffer(scenario)),
    ...section('switches', scenario.switches),
    ...section('rules', scenario.rules.map(withoutMoney)),
    ...section('how to see it (topUpFen, advance and claim: from a test, see README)', steps),
    '',
  ].join('\n');
}

/** A step as its author wrote it: `send: {}` is the printed curl line, `query` a gethbinfo. */
function withoutDefaults(step: Scenario['steps'][number]): object {
  const defaults: Record<string, unknown> = { certificate: 'own', sign: 'right', times: 1 };
  return Object.fromEntries(
    Object.entries(step).filter(([name, value]) => defaults[name] !== value),
  );
}

/** Of an answer that is no error, `money: not-moved` means nothing, and reads as if it did. */
function withoutMoney(rule: Scenario['rules'][number]): object {
  const { money, ...others } = rule.then;
  if (rule.then.code !== undefined) return rule;
  return Object.fromEntries([
    ['when', rule.when],
    ['then', others],
  ]);
}

function limitsThatDiffer({ merchants }: Scenario): Record<string, unknown> {
  return Object.fromEntries(
    merchants
      .filter(({ limits }) => Object.keys(limits).length > 0)
      .map(({ mch_id, limits }) => [mch_id, limits]),
  );
}

function section(title: string, content: object): string[] {
  return Object.keys(content).length === 0 ? [] : ['', `${title}:`, stringify(content).trimEnd()];
}

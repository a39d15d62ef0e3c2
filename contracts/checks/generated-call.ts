/** What the runs of made-up requests and histories share: a call that is judged, what is remembered, and what comes of it. */
import type { RunDetails } from 'fast-check';
import type { Certainty, Edition } from '../types.ts';
import { type Finding, judgeView } from './judge.ts';
import { binds, type CallStep, caseOf, type Needs, NOON } from './server-case.ts';
import { LIFTED } from './server-cases-quotas.ts';
import type { Exchange, ServerTarget } from './server-target.ts';
import type { CheckResult } from './verify.ts';
import { call, ownLimit, ownLimitReason, viewOfExchange } from './verify-call.ts';
import { unacceptable } from './verify-case.ts';
import type { Names } from './verify-names.ts';

export interface GeneratedOptions {
  readonly edition: Edition;
  readonly strict: Certainty;
  /** Single requests. */
  readonly requests: number;
  /** Histories against the model. */
  readonly histories: number;
  readonly seed: number;
  /** As a failure printed it: `name:path`. Only that one is then played. */
  readonly path?: string | undefined;
  readonly runId: string;
}

/** What of a run is to be remembered: its last failure is its smallest. */
export interface Tally {
  answers: number;
  failure:
    | { finding: Finding; limit: string | undefined; history: Exchange[]; story: string[] }
    | undefined;
}

export type Name = 'valid' | 'wrong-once' | 'wrong-twice' | 'histories';

const TITLES: Readonly<Record<Name, string>> = {
  valid: 'takes any valid request',
  'wrong-once': 'refuses any request that is wrong in one way, for that',
  'wrong-twice': 'refuses any request that is wrong in two ways, for the first of them',
  histories: 'agrees with a count of fen and a map of numbers over any history',
};

/** A broken rule, thrown so that fast-check shrinks it. */
class Broken extends Error {}

export interface Setup {
  readonly target: ServerTarget;
  readonly options: GeneratedOptions;
  readonly names: () => Names;
}

/** @returns why the target cannot be made so */
export async function arrange(
  { target, options: { edition } }: Setup,
  merchant: NonNullable<Needs['merchant']>,
): Promise<string | undefined> {
  const needs = { at: NOON, merchant: { limits: LIFTED, ...merchant } };
  const arranged = await target.arrange?.({ edition, needs, riskyOpenids: [] });
  return arranged === undefined || arranged === 'done' ? undefined : arranged.skip;
}

export interface Telling {
  readonly target: ServerTarget;
  readonly options: GeneratedOptions;
  readonly names: Names;
  readonly record: Tally;
  readonly history: Exchange[];
  readonly story: string[];
}

/** @throws Broken when the answer is not acceptable, or could not be the real server's */
export async function callAndJudge(
  step: CallStep,
  { clause, source, certainty }: Pick<Finding, 'clause' | 'source' | 'certainty'>,
  { target, options, names, record, history, story }: Telling,
): Promise<void> {
  const { edition, strict } = options;
  const exchange = await call({ edition, target, names }, step);
  history.push(exchange);
  record.answers += 1;
  const view = viewOfExchange(exchange, edition, target.merchant.key);
  const asCase = caseOf(edition, { id: clause, title: '', source, certainty, steps: [step] });
  const findings = [
    ...unacceptable(asCase, step, exchange, view),
    ...(view ? judgeView(view).flatMap(({ finding }) => finding ?? []) : []),
  ];
  const finding = findings.find((each) => binds(each.certainty, strict));
  if (!finding) return;
  const limit = finding.clause === clause ? ownLimit(target, view) : undefined;
  record.failure = { finding, limit, history: [...history], story: [...story] };
  throw new Broken(`${finding.clause}: expected ${finding.expected}, got ${finding.got}`);
}

/** The path without the name of the kind. */
export function pathOf({ path }: GeneratedOptions): string | undefined {
  return path?.slice(path.indexOf(':') + 1);
}

function headOf(name: Name, edition: Edition) {
  return {
    id: `generated/${name}`,
    title: TITLES[name],
    edition,
    source: 'the tables',
    certainty: 'observed',
  } as const;
}

export function skippedResult(
  name: Name,
  { edition }: GeneratedOptions,
  reason: string,
): CheckResult {
  const head = headOf(name, edition);
  return { ...head, answers: 0, verdict: 'skipped', reason, findings: [], history: [] };
}

export function resultOf<Made>(
  name: Name,
  { edition, seed }: GeneratedOptions,
  { answers, failure }: Tally,
  outcome: RunDetails<Made>,
): CheckResult {
  const head = { ...headOf(name, edition), answers };
  if (!outcome.failed) return { ...head, verdict: 'held', findings: [], history: [] };
  // A failure of our own: neither an answer nor a rule.
  if (!failure || !(outcome.errorInstance instanceof Broken)) throw outcome.errorInstance;
  const [made] = outcome.counterexample as readonly unknown[];
  const commands = /replayPath="([^"]*)"/.exec(String(made))?.[1];
  const path = `${name}:${outcome.counterexamplePath}${commands ? `@${commands}` : ''}`;
  const { finding, limit, history, story } = failure;
  if (limit) {
    const reason = ownLimitReason(limit);
    return { ...head, verdict: 'skipped', reason, findings: [], history: [] };
  }
  const replay = `--seed ${seed} --path ${path}`;
  return { ...head, verdict: 'failed', findings: [finding], history, story, replay };
}

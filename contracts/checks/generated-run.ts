/**
 * Plays what was made up against a server: single requests, and histories against the model. What fails is shrunk to the smallest that
 * fails, and can be repeated from its seed and path.
 */
import fc from 'fast-check';
import type { Certainty, Edition } from '../types.ts';
import {
  type Deed,
  deeds,
  onceWrongProbe,
  type Probe,
  twiceWrongProbe,
  validProbe,
} from './arbitraries.ts';
import { type Finding, judgeView } from './judge.ts';
import { type Model, modelOf, modelQuery, modelSend, modelTopUp, modelWait } from './model.ts';
import { binds, type CallStep, caseOf, type Needs } from './server-case.ts';
import { NOON } from './server-cases-orders.ts';
import { LIFTED } from './server-cases-quotas.ts';
import type { Exchange, ServerTarget } from './server-target.ts';
import type { CheckResult } from './verify.ts';
import { call, viewOfExchange } from './verify-call.ts';
import { unacceptable } from './verify-case.ts';
import { type Names, namesOfRun } from './verify-names.ts';

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
interface Tally {
  answers: number;
  failure: { finding: Finding; history: Exchange[]; story: string[] } | undefined;
}

type Name = 'valid' | 'wrong-once' | 'wrong-twice' | 'histories';

const TITLES: Readonly<Record<Name, string>> = {
  valid: 'takes any valid request',
  'wrong-once': 'refuses any request that is wrong in one way, for that',
  'wrong-twice': 'refuses any request that is wrong in two ways, for the first of them',
  histories: 'agrees with a count of fen and a map of numbers over any history',
};

/** What a history begins with: enough for two or three packets. */
const OPENING_FEN = 400;

/** A broken rule, thrown so that fast-check shrinks it. */
class Broken extends Error {}

/** Yields a result for each kind. All of them may send money. */
export async function* verifyGenerated(
  target: ServerTarget,
  options: GeneratedOptions,
): AsyncGenerator<CheckResult> {
  const { edition, requests, histories } = options;
  const setting = { edition, certificates: target.certificates };
  const third = Math.ceil(requests / 3);
  const probes = [
    ['valid', validProbe(edition), third],
    ['wrong-once', onceWrongProbe(setting), third],
    ['wrong-twice', twiceWrongProbe(setting), requests - 2 * third],
  ] as const;
  const names = namesOfRun(options.runId, target.openids);
  const wanted = options.path?.split(':')[0];
  for (const [name, arbitrary, runs] of probes) {
    if (runs <= 0 || (wanted !== undefined && wanted !== name)) continue;
    yield await checkProbes(name, arbitrary, runs, { target, options, names });
  }
  if (histories <= 0 || (wanted !== undefined && wanted !== 'histories')) return;
  yield await checkHistories({ target, options, names });
}

interface Setup {
  readonly target: ServerTarget;
  readonly options: GeneratedOptions;
  readonly names: () => Names;
}

async function arrange(
  { target, options: { edition } }: Setup,
  merchant: NonNullable<Needs['merchant']>,
): Promise<void> {
  const needs = { at: NOON, merchant: { limits: LIFTED, ...merchant } };
  await target.arrange?.({ edition, needs, riskyOpenids: [] });
}

async function checkProbes(
  name: Name,
  arbitrary: fc.Arbitrary<Probe>,
  numRuns: number,
  setup: Setup,
): Promise<CheckResult> {
  const record: Tally = { answers: 0, failure: undefined };
  await arrange(setup, {});
  const property = fc.asyncProperty(arbitrary, async ({ step, clause, source, certainty }) => {
    const known = { clause, source, certainty };
    await callAndJudge(step, known, {
      ...setup,
      names: setup.names(),
      record,
      history: [],
      story: [],
    });
  });
  const { seed } = setup.options;
  const path = pathOf(setup.options);
  const outcome = await fc.check(property, { numRuns, seed, ...(path ? { path } : {}) });
  return resultOf(name, setup.options, record, outcome);
}

interface Telling {
  readonly target: ServerTarget;
  readonly options: GeneratedOptions;
  readonly names: Names;
  readonly record: Tally;
  readonly history: Exchange[];
  readonly story: string[];
}

/** @throws Broken when the answer is not acceptable, or could not be the real server's */
async function callAndJudge(
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
  record.failure = { finding, history: [...history], story: [...story] };
  throw new Broken(`${finding.clause}: expected ${finding.expected}, got ${finding.got}`);
}

/** A deed as fast-check's model runner wants it. */
class Command implements fc.AsyncCommand<Model, Telling> {
  readonly deed: Deed;

  constructor(deed: Deed) {
    this.deed = deed;
  }

  check({ orders }: Readonly<Model>): boolean {
    const { deed } = this.deed;
    return deed === 'repeat' || deed === 'change' ? orders.has(this.deed.number) : true;
  }

  async run(model: Model, telling: Telling): Promise<void> {
    const { deed } = this;
    telling.story.push(this.toString());
    if (deed.deed === 'wait') {
      await telling.target.advance?.(deed.ms);
      return modelWait(model, deed.ms);
    }
    if (deed.deed === 'topUp') {
      await telling.target.topUp?.(deed.fen);
      return modelTopUp(model, deed.fen);
    }
    const { step, clause } = stepOf(deed, model);
    await callAndJudge(step, { clause, source: '§2.1, §3, §4', certainty: 'observed' }, telling);
  }

  toString(): string {
    const { deed, ...rest } = this.deed;
    return [deed, ...Object.entries(rest).map(([name, value]) => `${name}=${value}`)].join(' ');
  }
}

type Called = Exclude<Deed, { deed: 'wait' | 'topUp' }>;

/** The call that a deed makes, with what the model says to it. */
function stepOf(deed: Called, model: Model): { step: CallStep; clause: string } {
  const { number } = deed;
  if (deed.deed === 'query') {
    const step: CallStep = { call: 'gethbinfo', number, accept: modelQuery(model, number) };
    return { step, clause: 'model/query' };
  }
  const known = model.orders.get(number);
  const again = { user: known?.user ?? 'u', amountFen: known?.amountFen ?? 100 };
  const asked =
    deed.deed === 'send' ? deed : deed.deed === 'repeat' ? again : changed(again, deed.what);
  const fields = { total_amount: String(asked.amountFen) };
  const accept = modelSend(model, number, asked);
  return {
    step: { call: 'sendredpack', number, user: asked.user, fields, accept },
    clause: known
      ? `model/${deed.deed === 'change' ? `other-${deed.what}` : 'repeat'}`
      : 'model/send',
  };
}

function changed(order: { user: string; amountFen: number }, what: 'user' | 'amount') {
  return what === 'user'
    ? { ...order, user: `${order.user}x` }
    : { ...order, amountFen: order.amountFen + 1 };
}

async function checkHistories(setup: Setup): Promise<CheckResult> {
  const { target, options, names } = setup;
  const { edition, histories: numRuns, seed } = options;
  const record: Tally = { answers: 0, failure: undefined };
  const [path, replayPath] = pathOf(options)?.split('@') ?? [];
  const can = { wait: target.advance !== undefined, topUp: target.topUp !== undefined };
  const commands = fc.commands(
    deeds(can).map((each) => each.map((deed) => new Command(deed))),
    { maxCommands: 20, size: 'max', ...(replayPath ? { replayPath } : {}) },
  );
  // Who cannot be arranged has what he has: more than a few packets, it is hoped.
  const balanceFen = target.arrange ? OPENING_FEN : Number.POSITIVE_INFINITY;
  const property = fc.asyncProperty(commands, async (made) => {
    await arrange(setup, { balanceFen: OPENING_FEN });
    const story: string[] = [];
    const telling = { target, options, names: names(), record, history: [], story };
    await fc.asyncModelRun(() => ({ model: modelOf(edition, balanceFen), real: telling }), made);
  });
  const outcome = await fc.check(property, { numRuns, seed, ...(path ? { path } : {}) });
  return resultOf('histories', options, record, outcome);
}

/** The path without the name of the kind. */
function pathOf({ path }: GeneratedOptions): string | undefined {
  return path?.slice(path.indexOf(':') + 1);
}

function resultOf<Made>(
  name: Name,
  { edition, seed }: GeneratedOptions,
  { answers, failure }: Tally,
  outcome: fc.RunDetails<Made>,
): CheckResult {
  const head = {
    id: `generated/${name}`,
    title: TITLES[name],
    edition,
    source: 'the tables',
    certainty: 'observed',
    answers,
  } as const;
  if (!outcome.failed) return { ...head, verdict: 'held', findings: [], history: [] };
  // A failure of our own: neither an answer nor a rule.
  if (!failure || !(outcome.errorInstance instanceof Broken)) throw outcome.errorInstance;
  const [made] = outcome.counterexample as readonly unknown[];
  const commands = /replayPath="([^"]*)"/.exec(String(made))?.[1];
  const path = `${name}:${outcome.counterexamplePath}${commands ? `@${commands}` : ''}`;
  const { finding, history, story } = failure;
  const replay = `--seed ${seed} --path ${path}`;
  return { ...head, verdict: 'failed', findings: [finding], history, story, replay };
}

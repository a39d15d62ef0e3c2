/**
 * Is this server like the real one? Plays cases against a target, judges every answer on the way, and yields a result per case as it
 * goes, then one per rule of replies. Pure but for the effects that the target brings.
 */

import { limitsOf } from '../tables/limits.ts';
import type { Certainty, Edition, Provenance } from '../types.ts';
import { beijingHour } from '../wire/beijing-time.ts';
import { type Finding, replyClauses } from './judge.ts';
import { binds, type CaseStep, type ServerCase } from './server-case.ts';
import type { Exchange, ServerTarget } from './server-target.ts';
import { type Played, playCase } from './verify-case.ts';
import { type Names, namesOfRun } from './verify-names.ts';

/**
 * `failed`: a rule does not hold that one insists on; `differs`: one that is less sure than one insists on; `skipped`: it could not
 * be tried.
 */
export type VerdictName = 'held' | 'failed' | 'differs' | 'skipped';

export interface CheckResult extends Provenance {
  /** The clause: `idempotency/other-openid`, `sendredpack/reply/unsigned`. */
  readonly id: string;
  readonly title: string;
  readonly edition: Edition;
  readonly verdict: VerdictName;
  /** Why it was skipped. */
  readonly reason?: string;
  readonly findings: readonly Finding[];
  /** The calls that led there; of a rule of replies, the one that broke it. */
  readonly history: readonly Exchange[];
  /** How many answers it was held against. */
  readonly answers: number;
  /** Of a generated history: what happened, in words. */
  readonly story?: readonly string[];
  /** Of what was generated: how to repeat it. */
  readonly replay?: string;
}

export interface VerifyOptions {
  /** How sure a rule must be for its breach to be a failure. Default `observed`. */
  readonly strict?: Certainty;
  /** Are cases played that may send money? */
  readonly money: 'allowed' | 'refused';
  /** 1 to 10 of 0-9 a-z that no earlier run against this server had. */
  readonly runId: string;
}

/** All cases are of one edition. */
export async function* verifyServer(
  cases: readonly ServerCase[],
  target: ServerTarget,
  options: VerifyOptions,
): AsyncGenerator<CheckResult> {
  const { strict = 'observed', runId } = options;
  const namesOfCase = namesOfRun(runId, target.openids);
  const replies = new ReplyTally();
  for (const each of cases) {
    const names = namesOfCase();
    const reason = reasonToSkip(each, target, options) ?? (await arrange(each, target, names));
    if (reason !== undefined) {
      yield { ...headOf(each), verdict: 'skipped', reason, findings: [], history: [], answers: 0 };
      continue;
    }
    const played = await playCase(each, { target, names, strict });
    replies.add(played);
    const { findings, history, reason: stopped } = played;
    const outcome = { findings, history, answers: history.length };
    yield stopped === undefined
      ? { ...headOf(each), verdict: verdictOf(findings, strict), ...outcome }
      : { ...headOf(each), verdict: 'skipped', reason: stopped, ...outcome };
  }
  const edition = cases[0]?.edition;
  if (edition) yield* replies.results(edition, strict);
}

function headOf({ id, title, edition, source, certainty }: ServerCase) {
  return { id, title, edition, source, certainty };
}

function verdictOf(findings: readonly Finding[], strict: Certainty): VerdictName {
  if (findings.length === 0) return 'held';
  return findings.some(({ certainty }) => binds(certainty, strict)) ? 'failed' : 'differs';
}

function isCall(step: CaseStep): step is Extract<CaseStep, { call: unknown }> {
  return 'call' in step;
}

/** What can be known without asking the server. */
function reasonToSkip(
  each: ServerCase,
  target: ServerTarget,
  { money }: VerifyOptions,
): string | undefined {
  const { steps, needs, movesMoney, edition } = each;
  if (movesMoney && money === 'refused') return 'it may send money, and that was not allowed';
  const shown = steps.filter(isCall).map(({ certificate = 'own' }) => certificate);
  const lacking = shown.find((certificate) => !target.certificates.includes(certificate));
  if (lacking) return `it needs a certificate that is not there: ${lacking}`;
  if (!target.arrange && Object.keys(needs).length > 0) {
    return `the server cannot be arranged (${Object.keys(needs).sort().join(', ')})`;
  }
  if (!target.advance && steps.some((step) => 'advanceMs' in step)) {
    return 'the clock of the server cannot be moved';
  }
  if (!target.topUp && steps.some((step) => 'topUpFen' in step)) return 'nobody can top up';
  if (!target.claim && steps.some((step) => 'claim' in step)) return 'nobody can open a packet';
  const users = new Set(steps.filter(isCall).map(({ user = 'a' }) => user)).size;
  if (target.openids && target.openids.length < users) return `it needs ${users} users`;
  return !target.arrange && movesMoney && isClosed(edition, target.nowMs())
    ? `edition ${edition} sends nothing at this hour`
    : undefined;
}

function isClosed(edition: Edition, nowMs: number): boolean {
  const { closedFromHour, closedToHour } = limitsOf(edition);
  const hour = beijingHour(nowMs);
  return closedFromHour !== null && hour >= closedFromHour && hour < (closedToHour ?? 24);
}

async function arrange(
  { edition, needs }: ServerCase,
  target: ServerTarget,
  names: Names,
): Promise<string | undefined> {
  const riskyOpenids = (needs.merchant?.riskyUsers ?? []).map((label) => names.openid(label));
  const arranged = await target.arrange?.({ edition, needs, riskyOpenids });
  return arranged === undefined || arranged === 'done' ? undefined : arranged.skip;
}

/** The rules of replies over a whole run: each is held against every answer that it is about. */
class ReplyTally {
  readonly #answers = new Map<string, number>();
  readonly #broken = new Map<string, { readonly finding: Finding; readonly exchange: Exchange }>();

  add({ applications }: Played): void {
    for (const { clause, finding, exchange } of applications) {
      this.#answers.set(clause, (this.#answers.get(clause) ?? 0) + 1);
      if (finding && !this.#broken.has(clause)) this.#broken.set(clause, { finding, exchange });
    }
  }

  *results(edition: Edition, strict: Certainty): Generator<CheckResult> {
    for (const { clause, title, source, certainty } of replyClauses()) {
      const head = { id: clause, title, edition, source, certainty };
      const answers = this.#answers.get(clause) ?? 0;
      const broken = this.#broken.get(clause);
      const findings = broken ? [broken.finding] : [];
      const history = broken ? [broken.exchange] : [];
      if (answers > 0) {
        yield { ...head, verdict: verdictOf(findings, strict), findings, history, answers };
        continue;
      }
      const reason = 'no answer was of its kind';
      yield { ...head, verdict: 'skipped', reason, findings, history, answers };
    }
  }
}

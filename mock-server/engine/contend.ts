/** What the request meets by itself against what a rule of the scenario wants. */
import {
  compareStages,
  type Refusal,
  type RefusalContext,
  refuse,
  toYuan,
} from '../../contracts/index.ts';
import type { Tenant } from '../tenant.ts';
import type { Verdict } from './case.ts';
import type { Injection } from './inject.ts';
import { ordinaryRange } from './limits.ts';

/** The earlier stage answers. An error whose money moves strikes last: what could not be paid by itself is not paid by a rule. */
export function contend(
  verdict: Verdict,
  injected: Refusal | undefined,
  injection: Injection | undefined,
): Verdict {
  if (!injected) return verdict;
  const stage = injection?.effect.money === 'moved' ? 'payment' : injected.stage;
  const strikes =
    verdict.kind === 'payable' ||
    (verdict.kind === 'repeated' && (stage === 'payment' || compareStages(stage, 'order') <= 0)) ||
    (verdict.kind === 'refused' && compareStages(stage, verdict.refusal.stage) <= 0);
  return strikes ? { kind: 'refused', refusal: injected } : verdict;
}

export function injectedRefusal(
  context: RefusalContext,
  tenant: Tenant,
  { number, effect }: Injection,
): Refusal | undefined {
  if (effect.code === undefined) return undefined;
  const { minFen, maxFen } = ordinaryRange(tenant.limits);
  return refuse(context, effect.code, {
    wording: effect.wording,
    message: effect.message,
    figures: { min: toYuan(minFen), max: toYuan(maxFen) },
    clause: `scenario/rule-${number}`,
    why: `rule ${number} of the scenario${effect.money === 'moved' ? ', the money moved' : ''}`,
  });
}

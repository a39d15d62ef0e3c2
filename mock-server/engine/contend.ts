/** What the request meets by itself against what a rule of the scenario wants. */
import { compareStages, type Refusal, refuse, toYuan } from '../../contracts/core.ts';
import type { Situation, Verdict } from './case.ts';
import { ordinaryRange } from './limits.ts';

/** The earlier stage answers. An error whose money moves strikes last: what could not be paid by itself is not paid by a rule. */
export function contend(verdict: Verdict, situation: Situation): Verdict {
  const injected = injectedRefusal(situation);
  if (!injected) return verdict;
  const stage = situation.injection?.effect.money === 'moved' ? 'payment' : injected.stage;
  const strikes =
    verdict.kind === 'payable' ||
    (verdict.kind === 'repeated' && (stage === 'payment' || compareStages(stage, 'order') <= 0)) ||
    (verdict.kind === 'refused' && compareStages(stage, verdict.refusal.stage) <= 0);
  return strikes ? { kind: 'refused', refusal: injected } : verdict;
}

function injectedRefusal(situation: Situation): Refusal | undefined {
  const { injection, tenant } = situation;
  if (injection?.effect.code === undefined) return undefined;
  const { number, effect } = injection;
  const { minFen, maxFen } = ordinaryRange(tenant.limits);
  return refuse(situation, injection.effect.code, {
    wording: effect.wording,
    message: effect.message,
    figures: { min: toYuan(minFen), max: toYuan(maxFen) },
    clause: `scenario/rule-${number}`,
    why: `rule ${number} of the scenario${effect.money === 'moved' ? ', the money moved' : ''}`,
  });
}

/** The decision on a gethbinfo: it looks, and changes nothing but the count of calls. */
import { HOUR_MS, type Refusal, refuse } from '../../contracts/core.ts';
import type { StepResult } from '../store/store.ts';
import { countCall, refusedAdmission, refusedByRate } from './admission.ts';
import type { Decision, Situation, Verdict } from './case.ts';
import { contend } from './contend.ts';
import type { Order } from './facts.ts';
import { enter } from './lifecycle.ts';

export function decideQuery(situation: Situation): StepResult<Decision> {
  const admitted = situation.early ?? refusedByRate(situation);
  const chosen = contend(look(situation, admitted), situation);
  const writes = admitted ? [] : countCall(situation);
  return { result: answerOf(situation, chosen), writes };
}

function look(situation: Situation, admitted: Refusal | undefined): Verdict {
  const refusal = admitted ?? refusedAdmission(situation);
  if (refusal) return { kind: 'refused', refusal };
  const { order, nowMs, tenant } = situation;
  const { historyDays } = tenant.limits;
  const oldestMs = historyDays === null ? 0 : nowMs - historyDays * 24 * HOUR_MS;
  return order && order.createdAtMs >= oldestMs
    ? { kind: 'repeated', order }
    : { kind: 'refused', refusal: notFound(situation) };
}

function answerOf(situation: Situation, chosen: Verdict): Decision {
  if (chosen.kind === 'repeated') {
    const { state, reason } = chosen.order;
    const why = `${state}${reason ? ` (${reason})` : ''}`;
    return { kind: 'found', order: shown(chosen.order, situation), why };
  }
  const refusal = chosen.kind === 'refused' ? chosen.refusal : notFound(situation);
  return { kind: 'refused', refusal, paid: situation.order?.paid ?? false };
}

/** A rule for gethbinfo may show another state than the order's own; the order stays what it is. */
function shown(order: Order, { injection, nowMs }: Situation): Order {
  const { code, state } = injection?.effect ?? {};
  return code === undefined && state !== undefined ? enter(order, state, nowMs) : order;
}

function notFound(situation: Situation): Refusal {
  const number = situation.fields.get('mch_billno');
  return refuse(situation, 'NOT_FOUND', {
    clause: 'order/exists',
    why: situation.order
      ? `${number} is older than the days that are kept`
      : `there is no order ${number}`,
  });
}

/** The decision on a sendredpack: who answers, what is paid, what becomes of the number. */
import { HOUR_MS, type OrderState, type Refusal, refuse } from '../../contracts/core.ts';
import type { StepResult, Write } from '../store/store.ts';
import { count, countCall, refusedAdmission, refusedByRate } from './admission.ts';
import type { Decision, Situation, Verdict } from './case.ts';
import { contend } from './contend.ts';
import {
  amountFenOf,
  detached,
  type Order,
  orderPrefix,
  writeAccount,
  writeOrder,
} from './facts.ts';
import { sendListid } from './ids.ts';
import { type Holding, hold, move, pay } from './lifecycle.ts';
import { refusedByLimits } from './limits.ts';
import { judgeNumber } from './number.ts';

export function decideSend(situation: Situation): StepResult<Decision> {
  const admitted = situation.early ?? refusedByRate(situation);
  const verdict: Verdict = admitted ? { kind: 'refused', refusal: admitted } : natural(situation);
  const chosen = contend(verdict, situation);
  const { result, writes } = carryOut(situation, verdict, chosen);
  return { result, writes: admitted ? writes : [...countCall(situation), ...writes] };
}

function natural(situation: Situation): Verdict {
  const admission = refusedAdmission(situation);
  if (admission) return { kind: 'refused', refusal: admission };
  const number = judgeNumber(situation);
  if (number.kind !== 'open') return number;
  const refusal = refusedByLimits(situation);
  return refusal ? { kind: 'refused', refusal } : { kind: 'payable' };
}

function carryOut(situation: Situation, verdict: Verdict, chosen: Verdict): StepResult<Decision> {
  if (chosen.kind === 'repeated') return { result: repeat(situation, chosen.order), writes: [] };
  if (chosen.kind === 'payable') return send(situation);
  return turnDown(situation, chosen.refusal, verdict);
}

function send(situation: Situation): StepResult<Decision> {
  const state = situation.injection?.effect.state ?? 'SENT';
  const { holding, writes } = payNow(situation, state);
  const waited = situation.order ? 'sent now, the number was waiting' : 'sent';
  const why = state === 'SENT' ? waited : `a rule of the scenario leaves it ${state}`;
  return { result: { kind: 'sent', order: holding.order, why }, writes };
}

/** Answers with an error, and leaves the number as the table of codes says, or as the scenario does. */
function turnDown(situation: Situation, refusal: Refusal, verdict: Verdict): StepResult<Decision> {
  const effect = refusal.clause.includes('/scenario/') ? situation.injection?.effect : undefined;
  const answer = { code: refusal.code, message: refusal.message };
  if (effect?.money === 'moved' && verdict.kind === 'payable') {
    const state = effect.state ?? (refusal.code === 'PROCESSING' ? 'SENDING' : 'SENT');
    const { holding, writes } = payNow(situation, state, answer);
    return { result: { kind: 'refused', refusal, paid: holding.order.paid }, writes };
  }
  const paid = situation.order?.paid ?? false;
  const state = stateAfter(refusal, effect?.state);
  const untouched = state === undefined || paid || situation.order?.state === 'FAILED';
  if (untouched) return { result: { kind: 'refused', refusal, paid }, writes: [] };
  const { order, account } = openOrder(situation);
  const unpaid = situation.tenant.limits.failAfterHours;
  const held: Order = {
    ...hold(order, unpaid === null ? null : unpaid * HOUR_MS),
    // An unknown result has no reason to show (domain facts §8 no. 2).
    reason: refusal.numberAfter === 'unknown' ? undefined : refusal.message,
    answer,
  };
  const stored =
    state === 'SENDING' ? held : move({ order: held, account }, state, situation.nowMs).order;
  return {
    result: { kind: 'refused', refusal, paid: false },
    writes: keep(situation, { order: stored, account }),
  };
}

function stateAfter(refusal: Refusal, wanted: OrderState | undefined): OrderState | undefined {
  if (wanted) return wanted;
  if (refusal.numberAfter === 'stored' || refusal.numberAfter === 'unknown') return 'SENDING';
  return refusal.numberAfter === 'closed' ? 'FAILED' : undefined;
}

/** Pays, counts the packet in its windows. */
function payNow(
  situation: Situation,
  state: OrderState,
  answer?: Order['answer'],
): { holding: Holding; writes: Write[] } {
  const { windows, read, fields, nowMs } = situation;
  const amountFen = amountFenOf(fields);
  const paid = pay(openOrder(situation), state, nowMs);
  const holding = answer ? { ...paid, order: { ...paid.order, answer } } : paid;
  const writes = keep(situation, holding);
  for (const window of [windows.minute, windows.day, windows.userMinute, windows.userDay]) {
    if (window) writes.push(count(window, read, amountFen));
  }
  return { holding, writes };
}

function keep({ numberKey, tenant }: Situation, { order, account }: Holding): Write[] {
  return [writeOrder(numberKey, order), writeAccount(tenant.accountKey, account)];
}

/** The order that waits under the number, or a new one. */
function openOrder(situation: Situation): Holding {
  const { tenant, fields, nowMs, numberKey, account, order } = situation;
  if (order) return { order, account };
  const { refundAfterHours } = tenant.limits;
  const sequence = account.sequence + 1;
  const { mchId } = account;
  return {
    account: { ...account, sequence },
    order: {
      mchId,
      mch_billno: numberKey.slice(orderPrefix(mchId).length),
      openid: detached(fields.get('re_openid') ?? ''),
      amountFen: amountFenOf(fields),
      state: 'SENDING',
      paid: false,
      reason: undefined,
      answer: undefined,
      sendListid: sendListid(tenant.table.sendListid, {
        offset: tenant.serialOffset,
        sequence,
        nowMs,
      }),
      createdAtMs: nowMs,
      sentAtMs: undefined,
      receivedAtMs: undefined,
      refundedAtMs: undefined,
      refundAfterMs: refundAfterHours === null ? null : refundAfterHours * HOUR_MS,
      nextAtMs: null,
    },
  };
}

/** The stored answer again. While a paid order is still SENDING, that is what it was answered with (PROCESSING). */
function repeat(situation: Situation, order: Order): Decision {
  if (order.state === 'SENDING' && order.answer) {
    const refusal = refuse(situation, order.answer.code, {
      message: order.answer.message,
      clause: 'order/repeated',
      why: `${order.mch_billno} was paid before and is still SENDING`,
    });
    return { kind: 'refused', refusal, paid: true };
  }
  const why = `${order.mch_billno} was paid before: the same answer, no second payment`;
  return { kind: 'repeated', order, why };
}

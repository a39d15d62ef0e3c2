/** The decision on a sendredpack: who answers, what is paid, what becomes of the number. */
import {
  HOUR_MS,
  type OrderState,
  type Refusal,
  type RefusalContext,
  refuse,
} from '../../contracts/index.ts';
import type { StepResult, Write } from '../store/store.ts';
import { count, countCall, refusedAdmission, refusedByRate } from './admission.ts';
import { type Case, contextOf, type Decision, type Verdict } from './case.ts';
import { contend, injectedRefusal } from './contend.ts';
import {
  type Account,
  accountKey,
  amountFenOf,
  type Order,
  orderKey,
  type Read,
  readAccount,
  readOrder,
  type Windows,
} from './facts.ts';
import { sendListid } from './ids.ts';
import type { Injection } from './inject.ts';
import { type Holding, hold, move, pay } from './lifecycle.ts';
import { refusedByLimits } from './limits.ts';
import { judgeNumber } from './number.ts';

export function decideSend(
  request: Case,
  windows: Windows,
  injection: Injection | undefined,
  read: Read,
): StepResult<Decision> {
  const { tenant, fields } = request;
  const context = contextOf(request);
  const account = readAccount(read, tenant.opening);
  const order = readOrder(read, orderKey(account.mchId, fields.get('mch_billno') ?? ''));
  const admitted = request.early ?? refusedByRate({ ...request, context }, windows, read);
  const verdict: Verdict = admitted
    ? { kind: 'refused', refusal: admitted }
    : natural(request, context, account, order, windows, read);
  const calls = admitted ? [] : countCall(windows, read);
  const injected = injection && injectedRefusal(context, tenant, injection);
  const chosen = contend(verdict, injected, injection);
  const step = { request, windows, read, account, order, injection };

  if (chosen.kind === 'repeated') return { result: repeat(chosen.order, context), writes: calls };
  const { result, writes } =
    chosen.kind === 'payable' ? send(step) : turnDown(step, chosen.refusal, verdict);
  return { result, writes: [...calls, ...writes] };
}

function natural(
  request: Case,
  context: RefusalContext,
  account: Account,
  order: Order | undefined,
  windows: Windows,
  read: Read,
): Verdict {
  const admission = refusedAdmission({ ...request, context });
  if (admission) return { kind: 'refused', refusal: admission };
  const number = judgeNumber(context, order, request.fields);
  if (number.kind !== 'open') return number;
  const refusal = refusedByLimits({ ...request, context, account, windows, read });
  return refusal ? { kind: 'refused', refusal } : { kind: 'payable' };
}

interface SendStep {
  readonly request: Case;
  readonly windows: Windows;
  readonly read: Read;
  readonly account: Account;
  readonly order: Order | undefined;
  readonly injection: Injection | undefined;
}

function send(step: SendStep): StepResult<Decision> {
  const state = step.injection?.effect.state ?? 'SENT';
  const { holding, writes } = payNow(step, state);
  const why = step.order ? 'sent now, the number was waiting' : 'sent';
  return { result: { kind: 'sent', order: holding.order, why }, writes };
}

/** Answers with an error, and leaves the number as the table of codes says, or as the scenario does. */
function turnDown(step: SendStep, refusal: Refusal, verdict: Verdict): StepResult<Decision> {
  const effect = refusal.clause.includes('/scenario/') ? step.injection?.effect : undefined;
  const answer = { code: refusal.code, message: refusal.message };
  if (effect?.money === 'moved' && verdict.kind === 'payable') {
    const state = effect.state ?? (refusal.code === 'PROCESSING' ? 'SENDING' : 'SENT');
    const { holding, writes } = payNow(step, state, answer);
    return { result: { kind: 'refused', refusal, paid: holding.order.paid }, writes };
  }
  const paid = step.order?.paid ?? false;
  const state = stateAfter(refusal, effect?.state);
  const untouched = state === undefined || paid || step.order?.state === 'FAILED';
  if (untouched) return { result: { kind: 'refused', refusal, paid }, writes: [] };
  const { order, account } = openOrder(step);
  const unpaid = step.request.tenant.limits.failAfterHours;
  const held: Order = {
    ...hold(order, unpaid === null ? null : unpaid * HOUR_MS),
    // An unknown result has no reason to show (domain facts §8 no. 2).
    ...(refusal.numberAfter === 'unknown' ? {} : { reason: refusal.message }),
    answer,
  };
  const stored =
    state === 'SENDING' ? held : move({ order: held, account }, state, step.request.nowMs).order;
  return {
    result: { kind: 'refused', refusal, paid: false },
    writes: [...writeOrder(stored), writeAccount(account)],
  };
}

function stateAfter(refusal: Refusal, wanted: OrderState | undefined): OrderState | undefined {
  if (wanted) return wanted;
  if (refusal.numberAfter === 'stored' || refusal.numberAfter === 'unknown') return 'SENDING';
  return refusal.numberAfter === 'closed' ? 'FAILED' : undefined;
}

/** Pays, counts the packet in its windows. */
function payNow(
  step: SendStep,
  state: OrderState,
  answer?: Order['answer'],
): { holding: Holding; writes: Write[] } {
  const { request, windows, read } = step;
  const amountFen = amountFenOf(request.fields);
  const paid = pay(openOrder(step), state, request.nowMs);
  const holding = answer ? { ...paid, order: { ...paid.order, answer } } : paid;
  const tallied = [windows.minute, windows.day, windows.userMinute, windows.userDay];
  return {
    holding,
    writes: [
      ...writeOrder(holding.order),
      writeAccount(holding.account),
      ...tallied.flatMap((window) => count(window, read, amountFen)),
    ],
  };
}

/** The order that waits under the number, or a new one. */
function openOrder({ request, account, order }: SendStep): Holding {
  if (order) return { order, account };
  const { tenant, fields, nowMs } = request;
  const { refundAfterHours } = tenant.limits;
  const sequence = account.sequence + 1;
  const mchId = account.mchId;
  return {
    account: { ...account, sequence },
    order: {
      mchId,
      mch_billno: fields.get('mch_billno') ?? '',
      openid: fields.get('re_openid') ?? '',
      amountFen: amountFenOf(fields),
      state: 'SENDING',
      paid: false,
      sendListid: sendListid(tenant.table.sendListid, {
        seed: tenant.seed,
        mchId,
        sequence,
        nowMs,
      }),
      createdAtMs: nowMs,
      refundAfterMs: refundAfterHours === null ? null : refundAfterHours * HOUR_MS,
      nextAtMs: null,
    },
  };
}

/** The stored answer again. While a paid order is still SENDING, that is what it was answered with (PROCESSING). */
function repeat(order: Order, context: RefusalContext): Decision {
  if (order.state === 'SENDING' && order.answer) {
    const refusal = refuse(context, order.answer.code, {
      message: order.answer.message,
      clause: 'order/repeated',
      why: `${order.mch_billno} was paid before and is still SENDING`,
    });
    return { kind: 'refused', refusal, paid: true };
  }
  const why = `${order.mch_billno} was paid before: the same answer, no second payment`;
  return { kind: 'repeated', order, why };
}

function writeOrder(order: Order): Write[] {
  const key = orderKey(order.mchId, order.mch_billno);
  return [{ key, value: order, dueAtMs: order.nextAtMs }];
}

function writeAccount(account: Account): Write {
  return { key: accountKey(account.mchId), value: account };
}

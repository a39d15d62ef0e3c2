/**
 * The decision on one request: pure and synchronous. Facts, time, chance and peer are arguments; out come the answer, what to write,
 * and why. It never throws on input.
 */
import {
  compareStages,
  type EndpointName,
  type Fields,
  HOUR_MS,
  type OrderState,
  type Refusal,
  type RefusalContext,
  refuse,
  toYuan,
} from '../../contracts/index.ts';
import type { StepResult, Write } from '../store/store.ts';
import type { Tenant } from '../tenant.ts';
import { count, countCall, refusedAdmission, refusedByRate } from './admission.ts';
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
  windowsOfQuery,
  windowsOfSend,
} from './facts.ts';
import { sendListid } from './ids.ts';
import { type Candidate, candidatesFor, drawInjection, type Injection } from './inject.ts';
import { type Holding, hold, move, pay } from './lifecycle.ts';
import { ordinaryRange, refusedByLimits } from './limits.ts';
import { judgeNumber } from './number.ts';

/** What was decided. `repeated`: the stored answer of a number that was paid before. */
export type Decision =
  | { readonly kind: 'sent' | 'repeated' | 'found'; readonly order: Order; readonly why: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly paid: boolean };

/** One request, ready to be decided. `early` is what the contract's own checks have against it. */
export interface Case {
  readonly tenant: Tenant;
  readonly endpoint: EndpointName;
  readonly fields: Fields;
  readonly early: Refusal | undefined;
  readonly callerIp: string;
  readonly nowMs: number;
}

/** A case with the keys that its decision reads and writes: name them first, load them, then decide. */
export interface Docket {
  readonly keys: readonly string[];
  decide(read: Read): StepResult<Decision>;
}

export function docketOf(request: Case): Docket {
  const { tenant, endpoint, fields, nowMs } = request;
  const mchId = tenant.merchant.mch_id;
  const candidates = candidatesFor(tenant.rules, endpoint, fields);
  const windows =
    endpoint === 'sendredpack'
      ? windowsOfSend(mchId, fields.get('re_openid') ?? '', tenant.limits, nowMs)
      : windowsOfQuery(mchId, tenant.limits, nowMs);
  const keys = [
    accountKey(mchId),
    orderKey(mchId, fields.get('mch_billno') ?? ''),
    ...Object.values(windows).map((window) => window.key),
    ...candidates.map((candidate) => candidate.key),
  ];
  return { keys, decide: (read) => decide(request, windows, candidates, read) };
}

function decide(
  request: Case,
  windows: Windows,
  candidates: readonly Candidate[],
  read: Read,
): StepResult<Decision> {
  const drawn = drawInjection(candidates, read, request.tenant.seed);
  const settled =
    request.endpoint === 'sendredpack'
      ? decideSend(request, windows, drawn.injection, read)
      : decideQuery(request, windows, drawn.injection, read);
  return { result: settled.result, writes: [...drawn.writes, ...settled.writes] };
}

/** What the request meets by itself, before any rule of the scenario. */
type Verdict =
  | { readonly kind: 'payable' }
  | { readonly kind: 'repeated'; readonly order: Order }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

function decideSend(
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

/** The earlier stage answers. An error whose money moves strikes last: what could not be paid by itself is not paid by a rule. */
function contend(
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

function injectedRefusal(
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

function decideQuery(
  request: Case,
  windows: Windows,
  injection: Injection | undefined,
  read: Read,
): StepResult<Decision> {
  const { tenant, fields, nowMs } = request;
  const context = contextOf(request);
  const admitted = request.early ?? refusedByRate({ ...request, context }, windows, read);
  const refusal = admitted ?? refusedAdmission({ ...request, context });
  const order = readOrder(read, orderKey(tenant.merchant.mch_id, fields.get('mch_billno') ?? ''));
  const { historyDays } = tenant.limits;
  const oldestMs = historyDays === null ? 0 : nowMs - historyDays * 24 * HOUR_MS;
  const injected = injection && injectedRefusal(context, tenant, injection);
  const found: Verdict =
    order && order.createdAtMs >= oldestMs
      ? { kind: 'repeated', order }
      : { kind: 'refused', refusal: notFound(context, order, fields) };
  const chosen = contend(refusal ? { kind: 'refused', refusal } : found, injected, injection);
  const writes = admitted ? [] : countCall(windows, read);
  if (chosen.kind === 'repeated') {
    const why = `${chosen.order.state}${chosen.order.reason ? ` (${chosen.order.reason})` : ''}`;
    return { result: { kind: 'found', order: shown(chosen.order, injection), why }, writes };
  }
  const paid = order?.paid ?? false;
  const turnedDown = chosen.kind === 'refused' ? chosen.refusal : notFound(context, order, fields);
  return { result: { kind: 'refused', refusal: turnedDown, paid }, writes };
}

/** A rule for gethbinfo may show another state than the order's own; the order stays what it is. */
function shown(order: Order, injection: Injection | undefined): Order {
  const { code, state } = injection?.effect ?? {};
  return code === undefined && state !== undefined ? { ...order, state } : order;
}

function notFound(context: RefusalContext, order: Order | undefined, fields: Fields): Refusal {
  const number = fields.get('mch_billno');
  return refuse(context, 'NOT_FOUND', {
    clause: 'order/exists',
    why: order ? `${number} is older than the days that are kept` : `there is no order ${number}`,
  });
}

function contextOf({ tenant, endpoint }: Case): RefusalContext {
  return { edition: tenant.edition, endpoint, switches: tenant.switches };
}

function writeOrder(order: Order): Write[] {
  const key = orderKey(order.mchId, order.mch_billno);
  return [{ key, value: order, dueAtMs: order.nextAtMs }];
}

function writeAccount(account: Account): Write {
  return { key: accountKey(account.mchId), value: account };
}

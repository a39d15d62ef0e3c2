/** The decision on a gethbinfo: it looks, and changes nothing but the count of calls. */
import {
  type Fields,
  HOUR_MS,
  type Refusal,
  type RefusalContext,
  refuse,
} from '../../contracts/index.ts';
import type { StepResult } from '../store/store.ts';
import { countCall, refusedAdmission, refusedByRate } from './admission.ts';
import { type Case, contextOf, type Decision, type Verdict } from './case.ts';
import { contend, injectedRefusal } from './contend.ts';
import { type Order, orderKey, type Read, readOrder, type Windows } from './facts.ts';
import type { Injection } from './inject.ts';

export function decideQuery(
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

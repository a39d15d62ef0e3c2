/**
 * The order number: new, repeated, or contradicting what it stands for. The checked fields are openid and amount; a repeat may change
 * nonce, address or wishing (domain facts §3, §8 no. 7 and 8).
 */
import { type Fields, type Refusal, type RefusalContext, refuse } from '../../contracts/index.ts';
import { amountFenOf, type Order } from './facts.ts';

export type NumberVerdict =
  | { readonly kind: 'open' }
  | { readonly kind: 'repeated'; readonly order: Order }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** @param order what is stored under the number, if anything */
export function judgeNumber(
  context: RefusalContext,
  order: Order | undefined,
  fields: Fields,
): NumberVerdict {
  if (!order) return { kind: 'open' };
  const contradiction = contradicted(context, order, fields);
  if (contradiction) return { kind: 'refused', refusal: contradiction };
  if (order.state === 'FAILED') return { kind: 'refused', refusal: failedBefore(context, order) };
  if (!order.paid) return { kind: 'open' };
  if (context.switches.repeatedNumber === 'SEND_FAILED') {
    const refusal = refuse(context, 'SEND_FAILED', {
      clause: 'order/repeated',
      why: `${order.mch_billno} was paid before; the switch repeatedNumber refuses repeats`,
    });
    return { kind: 'refused', refusal: { ...refusal, numberAfter: 'kept' } };
  }
  return { kind: 'repeated', order };
}

function contradicted(context: RefusalContext, order: Order, fields: Fields): Refusal | undefined {
  if (fields.get('re_openid') !== order.openid) {
    return refuse(context, 'FATAL_ERROR', {
      wording: 'other-openid',
      clause: 'order/same-openid',
      why: `${order.mch_billno} was first used for ${order.openid}`,
    });
  }
  if (amountFenOf(fields) === order.amountFen) return undefined;
  const why = `${order.mch_billno} was first used for ${order.amountFen} fen`;
  return context.switches.changedAmount === 'FATAL_ERROR'
    ? refuse(context, 'FATAL_ERROR', { wording: 'other-amount', clause: 'order/same-amount', why })
    : refuse(context, 'PARAM_ERROR', { clause: 'order/same-amount', why });
}

function failedBefore(context: RefusalContext, order: Order): Refusal {
  const closedByAnswer = order.answer?.code === 'SEND_FAILED';
  return refuse(context, 'SEND_FAILED', {
    wording: closedByAnswer ? 'failed' : 'expired',
    clause: 'order/failed-before',
    why: `${order.mch_billno} has FAILED${order.reason ? ` (${order.reason})` : ''}; it needs a new number`,
  });
}

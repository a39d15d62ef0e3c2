/**
 * The order number: new, repeated, or contradicting what it stands for. The checked fields are openid and amount; a repeat may change
 * nonce, address or wishing (domain facts §3, §8 no. 7 and 8).
 */
import { type Refusal, refuse } from '../../contracts/core.ts';
import type { Situation } from './case.ts';
import { amountFenOf, type Order } from './facts.ts';

export type NumberVerdict =
  | { readonly kind: 'open' }
  | { readonly kind: 'repeated'; readonly order: Order }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export function judgeNumber(situation: Situation): NumberVerdict {
  const { order, switches } = situation;
  if (!order) return { kind: 'open' };
  const contradiction = contradicted(situation, order);
  if (contradiction) return { kind: 'refused', refusal: contradiction };
  if (order.state === 'FAILED') return { kind: 'refused', refusal: failedBefore(situation, order) };
  if (!order.paid) return { kind: 'open' };
  if (switches.repeatedNumber === 'SEND_FAILED') {
    const refusal = refuse(situation, 'SEND_FAILED', {
      clause: 'order/repeated',
      why: `${order.mch_billno} was paid before; the switch repeatedNumber refuses repeats`,
    });
    return { kind: 'refused', refusal: { ...refusal, numberAfter: 'kept' } };
  }
  return { kind: 'repeated', order };
}

function contradicted(situation: Situation, order: Order): Refusal | undefined {
  if (situation.fields.get('re_openid') !== order.openid) {
    return refuse(situation, 'FATAL_ERROR', {
      wording: 'other-openid',
      clause: 'order/same-openid',
      why: `${order.mch_billno} was first used for ${order.openid}`,
    });
  }
  if (amountFenOf(situation.fields) === order.amountFen) return undefined;
  const why = `${order.mch_billno} was first used for ${order.amountFen} fen`;
  return situation.switches.changedAmount === 'FATAL_ERROR'
    ? refuse(situation, 'FATAL_ERROR', {
        wording: 'other-amount',
        clause: 'order/same-amount',
        why,
      })
    : refuse(situation, 'PARAM_ERROR', { clause: 'order/same-amount', why });
}

function failedBefore(situation: Situation, order: Order): Refusal {
  const closedByAnswer = order.answer?.code === 'SEND_FAILED';
  return refuse(situation, 'SEND_FAILED', {
    wording: closedByAnswer ? 'failed' : 'expired',
    clause: 'order/failed-before',
    why: `${order.mch_billno} has FAILED${order.reason ? ` (${order.reason})` : ''}; it needs a new number`,
  });
}

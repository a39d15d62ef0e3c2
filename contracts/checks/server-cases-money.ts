/** Cases about money and the life of a packet: what gethbinfo tells, balance, top-up, refund, failure. */
import { EDITION_TABLES } from '../tables/editions.ts';
import { limitsOf } from '../tables/limits.ts';
import type { Edition } from '../types.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../wire/beijing-time.ts';
import {
  type Acceptable,
  type CaseDraft,
  found,
  NOON,
  NOT_FOUND,
  query,
  SENT,
  send,
} from './server-case.ts';
import { messagesOf, refusedWith } from './wordings.ts';

export function moneyCases(edition: Edition): CaseDraft[] {
  return [...queryCases(edition), ...balanceCases(edition), ...lifeCases(edition)];
}

const notEnough = (edition: Edition): Acceptable => refusedWith(edition, 'NOTENOUGH');

function queryCases(edition: Edition): CaseDraft[] {
  const { historyDays } = limitsOf(edition);
  const daysMs = (historyDays ?? 30) * DAY_MS;
  const sendTime = EDITION_TABLES[edition].envelope.sendTime
    ? '2026-01-31-23-45-00'.replaceAll('-', '')
    : null;
  return [
    {
      id: 'sendredpack/reply/send_time/in-Beijing',
      title: 'tells times in Beijing, wherever the server stands',
      source: 'E7, E3, §7.2',
      certainty: 'observed',
      needs: { at: '2026-01-31T15:45:00Z' },
      steps: [
        send({}, { answer: 'sent', fields: { send_time: sendTime } }),
        query({}, found('SENT', { send_time: '2026-01-31 23:45:00' })),
      ],
    },
    {
      id: 'gethbinfo/order/exists',
      title: 'says NOT_FOUND of a number that it does not know',
      source: 'E1, E45, E91',
      certainty: 'observed',
      steps: [query({}, refusedWith(edition, 'NOT_FOUND'))],
    },
    {
      id: 'gethbinfo/order/amount',
      title: 'tells the amount that was sent, and nothing of a refund',
      source: 'E1, §7.2',
      certainty: 'documented',
      steps: [
        send({ fields: { total_amount: '123' } }, SENT),
        query({}, found('SENT', { total_amount: '123', refund_time: null, reason: null })),
      ],
    },
    {
      id: 'gethbinfo/order/pays-nothing',
      title: 'changes nothing by being asked',
      source: 'E1',
      certainty: 'documented',
      needs: { merchant: { balanceFen: 100 }, at: NOON },
      steps: [
        query({}, NOT_FOUND),
        send({}, SENT),
        query({}, found('SENT')),
        query({}, found('SENT')),
        send({ number: 'b', user: 'b' }, notEnough(edition)),
      ],
    },
    {
      id: 'gethbinfo/order/history-days',
      title: `finds an order for ${historyDays} days, and not a second longer`,
      source: '§4',
      certainty: 'documented',
      needs: { at: NOON },
      steps: [
        send({}, SENT),
        { advanceMs: daysMs },
        query({}, found('REFUND')),
        { advanceMs: 1_000 },
        query({}, NOT_FOUND),
      ],
    },
  ];
}

function balanceCases(edition: Edition): CaseDraft[] {
  const [reason = ''] = messagesOf(edition, 'NOTENOUGH');
  const waiting = [...messagesOf(edition, 'NOTENOUGH')].map((text) =>
    found('SENDING', { reason: text }),
  );
  return [
    {
      id: 'balance/exactly-enough',
      title: 'sends when the balance is exactly the amount',
      source: 'seed 000',
      certainty: 'documented',
      needs: { merchant: { balanceFen: 150 }, at: NOON },
      steps: [send({ fields: { total_amount: '150' } }, SENT)],
    },
    {
      id: 'balance/one-fen-short',
      title: 'refuses when a fen is missing',
      source: 'seed 000, E7',
      certainty: 'documented',
      needs: { merchant: { balanceFen: 149 }, at: NOON },
      steps: [send({ fields: { total_amount: '150' } }, notEnough(edition))],
    },
    {
      id: 'balance/falls-by-the-amount',
      title: 'takes the amount from the balance, no more and no less',
      source: 'seed 000',
      certainty: 'documented',
      needs: { merchant: { balanceFen: 333 }, at: NOON },
      steps: [
        send({ fields: { total_amount: '101' } }, SENT),
        send({ number: 'b', user: 'b', fields: { total_amount: '132' } }, SENT),
        send({ number: 'c', user: 'c', fields: { total_amount: '101' } }, notEnough(edition)),
        send({ number: 'd', user: 'd', fields: { total_amount: '100' } }, SENT),
      ],
    },
    {
      id: 'balance/order-waits',
      title: `keeps the order SENDING with its reason (${reason})`,
      source: 'E40, E49',
      certainty: 'observed',
      needs: { merchant: { balanceFen: 0 }, at: NOON },
      steps: [send({}, notEnough(edition)), query({}, ...waiting)],
    },
    {
      id: 'balance/top-up',
      title: 'sends the waiting order when the same number comes after a top-up',
      source: '§2.1, E40',
      certainty: 'documented',
      needs: { merchant: { balanceFen: 99 }, at: NOON },
      steps: [
        send({}, notEnough(edition)),
        { topUpFen: 1 },
        send({}, SENT),
        query({}, found('SENT', { reason: null })),
        send({ number: 'b', user: 'b' }, notEnough(edition)),
      ],
    },
  ];
}

function lifeCases(edition: Edition): CaseDraft[] {
  const { refundAfterHours, failAfterHours } = limitsOf(edition);
  const refundMs = (refundAfterHours ?? 24) * HOUR_MS;
  const failMs = (failAfterHours ?? 24) * HOUR_MS;
  const lastOfAll = { merchant: { balanceFen: 100 }, at: NOON };
  const back = found('REFUND', { refund_amount: '100' });
  return [
    {
      id: 'lifecycle/received',
      title: 'tells who received the packet when',
      source: '§7.2, E3',
      certainty: 'observed',
      needs: { at: NOON },
      steps: [
        send({}, SENT),
        { advanceMs: MINUTE_MS },
        { claim: 'a' },
        query({}, found('RECEIVED')),
      ],
    },
    {
      id: 'lifecycle/received-stays',
      title: 'gives nothing back of what was received',
      source: '§4',
      certainty: 'documented',
      needs: { at: NOON },
      steps: [
        send({}, SENT),
        { claim: 'a' },
        { advanceMs: 2 * refundMs },
        query({}, found('RECEIVED')),
      ],
    },
    {
      id: 'lifecycle/refund',
      title: `gives back what nobody opened after ${refundAfterHours} hours, not before`,
      source: 'E20, E5',
      certainty: 'observed',
      needs: lastOfAll,
      steps: [
        send({}, SENT),
        { advanceMs: refundMs - MINUTE_MS },
        query({}, found('SENT', { refund_time: null, refund_amount: null })),
        send({ number: 'b', user: 'b' }, notEnough(edition)),
        { advanceMs: 20 * MINUTE_MS },
        query({}, back, found('RFUND_ING')),
      ],
    },
    {
      id: 'lifecycle/refund-to-the-balance',
      title: 'puts what comes back into the balance again',
      source: '§4',
      certainty: 'documented',
      needs: lastOfAll,
      steps: [
        send({}, SENT),
        { advanceMs: refundMs + HOUR_MS },
        query({}, back),
        send({ number: 'b', user: 'b' }, SENT),
      ],
    },
    {
      id: 'lifecycle/refunded-number',
      title: 'does not pay a number again whose packet came back',
      source: '§3',
      certainty: 'assumed',
      needs: lastOfAll,
      steps: [
        send({}, SENT),
        { advanceMs: refundMs + HOUR_MS },
        send({}, SENT, refusedWith(edition, 'SEND_FAILED')),
        query({}, back),
        send({ number: 'b', user: 'b' }, SENT),
      ],
    },
    {
      id: 'lifecycle/fails-after-a-day',
      title: `lets an order fail that could not be paid for ${failAfterHours} hours`,
      source: 'E24, E40, E41',
      certainty: 'observed',
      needs: { merchant: { balanceFen: 0 }, at: NOON },
      steps: [
        send({}, notEnough(edition)),
        { advanceMs: failMs - MINUTE_MS },
        query({}, found('SENDING')),
        { advanceMs: HOUR_MS },
        query({}, found('FAILED')),
        { topUpFen: 100 },
        send({}, refusedWith(edition, 'SEND_FAILED', 'expired')),
        send({ number: 'b', user: 'b' }, SENT),
      ],
    },
  ];
}

/** Cases about order numbers and money: repeating, contradicting, querying, the life of a packet, balance. */
import { EDITION_TABLES } from '../tables/editions.ts';
import { limitsOf } from '../tables/limits.ts';
import type { Edition } from '../types.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../wire/beijing-time.ts';
import { messagesOf, refusedWith } from './faults.ts';
import {
  type Acceptable,
  type CaseDraft,
  found,
  NOT_FOUND,
  type Overrides,
  query,
  SENT,
  send,
} from './server-case.ts';

/** Noon in Beijing on a Saturday: open in every edition. */
export const NOON = '2026-01-31T12:00:00+08:00';

export function orderCases(edition: Edition): CaseDraft[] {
  return [
    ...repeatCases(edition),
    ...contradictionCases(edition),
    ...freeNumberCases(edition),
    ...queryCases(edition),
    ...balanceCases(edition),
    ...lifeCases(edition),
  ];
}

const notEnough = (edition: Edition): Acceptable => refusedWith(edition, 'NOTENOUGH');

function repeatCases(edition: Edition): CaseDraft[] {
  // Nobody captured what a repeat is answered with; every source says that it is not paid (§9 no. 6).
  const again = [SENT, refusedWith(edition, 'SEND_FAILED', 'failed')];
  const payTwo = { balanceFen: 200 };
  const repeats = (id: string, title: string, second: Overrides): CaseDraft => ({
    id: `idempotency/${id}`,
    title,
    source: '§3, §8 no. 8',
    certainty: 'assumed',
    steps: [send({}, SENT), send({ fields: second }, ...again), query({}, found('SENT'))],
  });
  return [
    {
      id: 'idempotency/pays-once',
      title: 'pays a number once, however often it comes',
      source: 'seed 000, E70-E72',
      certainty: 'documented',
      needs: { merchant: payTwo, at: NOON },
      steps: [
        send({}, SENT),
        send({}, ...again),
        send({}, ...again),
        send({ number: 'b', user: 'b' }, SENT),
        send({ number: 'c', user: 'c' }, notEnough(edition)),
      ],
    },
    {
      id: 'idempotency/pays-once-at-once',
      title: 'pays a number once when eight requests come at once',
      source: 'seed 000, E70-E72',
      certainty: 'documented',
      needs: { merchant: payTwo, at: NOON },
      steps: [
        send({ atOnce: 8 }, ...again),
        send({ number: 'b', user: 'b' }, SENT),
        send({ number: 'c', user: 'c' }, notEnough(edition)),
      ],
    },
    repeats('same-answer', 'answers a repeat with the same packet', {}),
    ...['wishing', 'send_name', 'act_name', 'remark'].map((name) =>
      repeats(`other-${name}`, `takes a repeat with another ${name} for the same`, {
        [name]: '另',
      }),
    ),
    repeats('other-client_ip', 'takes a repeat with another client_ip for the same', {
      client_ip: '10.0.0.9',
    }),
    {
      id: 'idempotency/case-of-letters',
      title: 'tells numbers apart by the case of their letters',
      source: 'E12',
      certainty: 'observed',
      steps: [
        send({}, SENT),
        query({ written: 'upper-case' }, NOT_FOUND),
        send({ written: 'upper-case', user: 'b' }, SENT),
      ],
    },
    {
      id: 'sendredpack/fields/mch_billno/exact-length',
      title: 'accepts a number of 28 bytes',
      source: 'seed 000',
      certainty: 'documented',
      steps: [send({ written: 'longest' }, SENT), query({ written: 'longest' }, found('SENT'))],
    },
  ];
}

function contradictionCases(edition: Edition): CaseDraft[] {
  const otherOpenid = refusedWith(edition, 'FATAL_ERROR', 'other-openid');
  const otherAmount: Acceptable[] = [
    refusedWith(edition, 'FATAL_ERROR', 'other-amount'),
    { answer: 'refused', code: 'PARAM_ERROR' },
  ];
  const more = { total_amount: '200' };
  return [
    {
      id: 'idempotency/other-openid',
      title: 'refuses a number that stands for another user',
      source: 'E5, E42',
      certainty: 'observed',
      steps: [send({}, SENT), send({ user: 'b' }, otherOpenid), query({}, found('SENT'))],
    },
    {
      id: 'idempotency/other-amount',
      title: 'refuses a number that stands for another amount',
      source: '§2.1',
      certainty: 'documented',
      steps: [
        send({}, SENT),
        send({ fields: more }, ...otherAmount),
        query({}, found('SENT', { total_amount: '100' })),
      ],
    },
    {
      id: 'idempotency/other-openid-of-a-waiting-order',
      title: 'refuses another user also for a number that waits for money',
      source: '§3, E40',
      certainty: 'assumed',
      needs: { merchant: { balanceFen: 0 }, at: NOON },
      steps: [send({}, notEnough(edition)), send({ user: 'b' }, otherOpenid)],
    },
    {
      id: 'idempotency/other-amount-of-a-waiting-order',
      title: 'refuses another amount also for a number that waits for money',
      source: '§3, E40',
      certainty: 'assumed',
      needs: { merchant: { balanceFen: 0 }, at: NOON },
      steps: [send({}, notEnough(edition)), send({ fields: more }, ...otherAmount)],
    },
  ];
}

/** After these the number is as new: it passes with another user and another amount (E5, E34). */
function freeNumberCases(edition: Edition): CaseDraft[] {
  const next = send({ user: 'b', fields: { total_amount: '200' } }, SENT);
  const free = (id: string, first: CaseDraft['steps'][number]): CaseDraft => ({
    id: `idempotency/free-after/${id}`,
    title: `leaves the number free after ${id}`,
    source: 'E5, E34',
    certainty: 'observed',
    steps: [first, query({}, NOT_FOUND), next],
  });
  const refused = (
    code: 'PARAM_ERROR' | 'SIGN_ERROR' | 'MONEY_LIMIT' | 'XML_ERROR',
  ): Acceptable => ({
    answer: 'refused',
    code,
  });
  const page: Acceptable = { answer: 'page', status: 400 };
  return [
    free('PARAM_ERROR', send({ fields: { total_num: '2' } }, refused('PARAM_ERROR'))),
    free('SIGN_ERROR', send({ sign: 'wrong-key' }, refused('SIGN_ERROR'))),
    free('MONEY_LIMIT', send({ fields: { total_amount: '99' } }, refused('MONEY_LIMIT'))),
    free('XML_ERROR', send({ form: 'cut-off' }, refused('XML_ERROR'))),
    free(
      'CA_ERROR',
      send({ certificate: 'none' }, refusedWith(edition, 'CA_ERROR', 'wrong'), page, {
        answer: 'nothing',
      }),
    ),
  ];
}

function queryCases(edition: Edition): CaseDraft[] {
  const { historyDays } = limitsOf(edition);
  const daysMs = (historyDays ?? 30) * DAY_MS;
  const sendTime = EDITION_TABLES[edition].envelope.sendTime ? '20260131234500' : null;
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

import type { Edition } from '../types.ts';
import {
  type Acceptable,
  type CaseDraft,
  found,
  NOON,
  NOT_FOUND,
  type Overrides,
  query,
  SENT,
  send,
} from './server-case.ts';
import { refusedWith } from './wordings.ts';

export function orderCases(edition: Edition): CaseDraft[] {
  return [...repeatCases(edition), ...contradictionCases(edition), ...freeNumberCases(edition)];
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

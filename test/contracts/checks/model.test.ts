/** The model by itself: it must be right before anything is held to it. Figures by hand. */
import { expect, it } from 'vitest';
import {
  modelOf,
  modelQuery,
  modelSend,
  modelTopUp,
  modelWait,
} from '../../../contracts/checks/model.ts';
import { DAY_MS, HOUR_MS } from '../../../contracts/index.ts';

const U100 = { user: 'u', amountFen: 100 };

function said(accept: ReturnType<typeof modelSend>): string[] {
  return accept.map((each) => {
    if (each.answer === 'refused') return each.code;
    return each.answer === 'found' ? each.state : each.answer;
  });
}

it('pays a number once', () => {
  const model = modelOf('current', 250);
  expect(said(modelSend(model, 'a', U100))).toEqual(['sent']);
  expect(said(modelSend(model, 'a', U100))).toEqual(['sent', 'SEND_FAILED']);
  expect(model.balanceFen).toBe(150);
  expect(modelQuery(model, 'a')).toEqual([
    { answer: 'found', state: 'SENT', fields: { total_amount: '100' } },
  ]);
});

it('refuses another user, and another amount', () => {
  const model = modelOf('current', 250);
  modelSend(model, 'a', U100);
  expect(said(modelSend(model, 'a', { ...U100, user: 'v' }))).toEqual(['FATAL_ERROR']);
  expect(said(modelSend(model, 'a', { ...U100, amountFen: 101 }))).toEqual([
    'FATAL_ERROR',
    'PARAM_ERROR',
  ]);
});

it('lets an order wait for money, and pays it when there is some', () => {
  const model = modelOf('current', 99);
  expect(said(modelSend(model, 'a', U100))).toEqual(['NOTENOUGH']);
  expect(said(modelQuery(model, 'a'))).toEqual(['SENDING']);
  modelTopUp(model, 1);
  expect(said(modelSend(model, 'a', U100))).toEqual(['sent']);
  expect(model.balanceFen).toBe(0);
});

it('lets it fail after a day, for good', () => {
  const model = modelOf('current', 0);
  modelSend(model, 'a', U100);
  modelWait(model, DAY_MS - 1);
  expect(said(modelQuery(model, 'a'))).toEqual(['SENDING']);
  modelWait(model, 1);
  modelTopUp(model, 100);
  expect(said(modelQuery(model, 'a'))).toEqual(['FAILED']);
  expect(said(modelSend(model, 'a', U100))).toEqual(['SEND_FAILED']);
});

it.each([
  ['2014', 24],
  ['2015', 72],
  ['current', 24],
] as const)('gives back what nobody opened: edition %s after %i hours', (edition, hours) => {
  const model = modelOf(edition, 100);
  modelSend(model, 'a', U100);
  modelWait(model, hours * HOUR_MS - 1);
  expect(said(modelQuery(model, 'a'))).toEqual(['SENT']);
  modelWait(model, 1);
  expect(said(modelQuery(model, 'a'))).toEqual(['REFUND']);
  expect(model.balanceFen).toBe(100);
});

it('forgets an order after thirty days', () => {
  const model = modelOf('current', 100);
  expect(said(modelQuery(model, 'a'))).toEqual(['NOT_FOUND']);
  modelSend(model, 'a', U100);
  modelWait(model, 30 * DAY_MS);
  expect(said(modelQuery(model, 'a'))).toEqual(['REFUND']);
  modelWait(model, 1);
  expect(said(modelQuery(model, 'a'))).toEqual(['NOT_FOUND']);
});

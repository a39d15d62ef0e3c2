/** Orders and the ledger, as a merchant's own records would show them; and the user who opens a packet. */
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { ORDER_STATES } from '../../../contracts/core.ts';
import type { Order } from '../../engine/facts.ts';
import { object as strictObject } from '../../scenario/parts.ts';
import { type AddRoutes, inPath, unknownMerchant } from '../parts.ts';
import { problem, problems } from '../problem.ts';
import { jsonContent, merchantParams, orderParams, PAGE_MAX, wholeNumber } from '../schemas.ts';

const tags = ['orders'];
const STATES = ORDER_STATES.map(({ state }) => state);
const state = z.enum(STATES);

const orderView = z
  .object({
    mch_id: z.string(),
    mch_billno: z.string(),
    re_openid: z.string(),
    amountFen: z.int(),
    state,
    paid: z.boolean().describe('Has the money left the balance?'),
    reason: z.string().optional().describe('Why it is SENDING without being paid, or FAILED'),
    answered: z
      .object({ err_code: z.string(), err_code_des: z.string() })
      .optional()
      .describe('What the number was answered with, when not with success'),
    send_listid: z.string(),
    createdAtMs: z.int(),
    sentAtMs: z.int().optional(),
    receivedAtMs: z.int().optional(),
    refundedAtMs: z.int().optional(),
    nextAtMs: z.int().nullable().describe('When its state changes by itself; null: never'),
  })
  .openapi('Order');

function showOrder(order: Order): z.infer<typeof orderView> {
  const { mchId, openid, answer, sendListid, refundAfterMs: _, ...rest } = order;
  return {
    ...rest,
    mch_id: mchId,
    re_openid: openid,
    send_listid: sendListid,
    answered: answer && { err_code: answer.code, err_code_des: answer.message },
  };
}

const ordersQuery = strictObject({
  state: state.optional(),
  openid: z.string().min(1).max(128).optional(),
  after: z.string().min(1).max(64).optional().describe('mch_billno: next of the page before'),
  limit: wholeNumber(1, PAGE_MAX).optional(),
});

export const addOrderRoutes: AddRoutes = (app, { mock }) => {
  app.openapi(
    createRoute({
      tags,
      method: 'get',
      path: '/merchants/{mch_id}/orders',
      summary: 'Orders, oldest first',
      request: { params: merchantParams, query: ordersQuery },
      responses: {
        200: jsonContent(
          z.object({
            orders: z.array(orderView),
            next: z.string().optional().describe('There are more: send it as after'),
          }),
          'A page of orders',
        ),
        ...problems('invalid-input', 'unknown-merchant', 'impossible'),
      },
    }),
    async (context) => {
      const { mch_id } = context.req.valid('param');
      if (!mock.tenants.has(mch_id)) return unknownMerchant(context, mch_id);
      const { orders, next } = await mock.orders(mch_id, context.req.valid('query'));
      return context.json({ orders: orders.map(showOrder), ...(next ? { next } : {}) }, 200);
    },
  );

  const responses = {
    200: jsonContent(orderView, 'The order'),
    ...problems('invalid-input', 'unknown-merchant', 'unknown-order'),
  };
  app.openapi(
    createRoute({
      tags,
      method: 'get',
      path: '/merchants/{mch_id}/orders/{mch_billno}',
      summary: 'One order',
      request: { params: orderParams },
      responses,
    }),
    async (context) => {
      const { mch_id, mch_billno } = context.req.valid('param');
      if (!mock.tenants.has(mch_id)) return unknownMerchant(context, mch_id);
      const order = await mock.order(mch_id, mch_billno);
      return order
        ? context.json(showOrder(order), 200)
        : unknownOrder(context, mch_id, mch_billno);
    },
  );
  app.openapi(
    createRoute({
      tags,
      method: 'post',
      path: '/merchants/{mch_id}/orders/{mch_billno}/claim',
      summary: 'The receiver opens the packet',
      request: { params: orderParams },
      responses: { ...responses, ...problems('impossible') },
    }),
    async (context) => {
      const { mch_id, mch_billno } = context.req.valid('param');
      if (!mock.tenants.has(mch_id)) return unknownMerchant(context, mch_id);
      if (await mock.order(mch_id, mch_billno)) await mock.claim(mch_id, mch_billno);
      const order = await mock.order(mch_id, mch_billno);
      return order
        ? context.json(showOrder(order), 200)
        : unknownOrder(context, mch_id, mch_billno);
    },
  );
};

function unknownOrder(context: Context, mchId: string, billno: string) {
  const detail = `merchant ${mchId} has no order ${billno}`;
  return problem(context, 'unknown-order', detail, { errors: inPath('mch_billno', detail) });
}

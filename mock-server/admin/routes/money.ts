/** A merchant's money: what there is of it, where it is, and more of it. */
import { createRoute, z } from '@hono/zod-openapi';
import { ORDER_STATES } from '../../../contracts/core.ts';
import type { Ledger } from '../../engine/ledger.ts';
import { object as strictObject } from '../../scenario/parts.ts';
import { type AddRoutes, unknownMerchant } from '../parts.ts';
import { problems } from '../problem.ts';
import { jsonContent, jsonInput, merchantParams } from '../schemas.ts';

const tags = ['money'];
const state = z.enum(ORDER_STATES.map((row) => row.state));

const ledgerView = z
  .object({
    mch_id: z.string(),
    openingFen: z.int(),
    topUpFen: z.int(),
    balanceFen: z.int(),
    heldFen: z.int().describe('In packets that nobody has claimed yet'),
    receivedFen: z.int(),
    packets: z.record(state, z.int()).describe('How many are in each state'),
    paidPackets: z.int().describe('Packets whose money left the balance'),
    faults: z.array(z.string()).describe('What does not add up; empty when all does'),
  })
  .openapi('Ledger');

function showLedger({ mchId, ...ledger }: Ledger): z.infer<typeof ledgerView> {
  return { mch_id: mchId, ...ledger, faults: [...ledger.faults] };
}

export const addMoneyRoutes: AddRoutes = (app, { mock }) => {
  const responses = {
    200: jsonContent(ledgerView, 'The money, and whether it adds up'),
    ...problems('invalid-input', 'unknown-merchant', 'impossible'),
  };
  app.openapi(
    createRoute({
      tags,
      method: 'post',
      path: '/merchants/{mch_id}/top-up',
      summary: 'Put money into the operating account',
      request: {
        params: merchantParams,
        body: jsonInput(strictObject({ fen: z.int().min(0) }).openapi('TopUp')),
      },
      responses,
    }),
    async (context) => {
      const { mch_id } = context.req.valid('param');
      if (!mock.tenants.has(mch_id)) return unknownMerchant(context, mch_id);
      await mock.topUp(mch_id, context.req.valid('json').fen);
      return context.json(showLedger(await mock.ledger(mch_id)), 200);
    },
  );
  app.openapi(
    createRoute({
      tags,
      method: 'get',
      path: '/merchants/{mch_id}/ledger',
      summary: 'The money of a merchant, and whether it adds up',
      request: { params: merchantParams },
      responses,
    }),
    async (context) => {
      const { mch_id } = context.req.valid('param');
      if (!mock.tenants.has(mch_id)) return unknownMerchant(context, mch_id);
      return context.json(showLedger(await mock.ledger(mch_id)), 200);
    },
  );
};

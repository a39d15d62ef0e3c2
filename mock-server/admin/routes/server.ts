/** The server itself: is it there, and back to its beginning. */
import { createRoute, z } from '@hono/zod-openapi';
import { EDITIONS } from '../../../contracts/core.ts';
import { type AddRoutes, unknownMerchant } from '../parts.ts';
import { problems } from '../problem.ts';
import { DONE, jsonContent, merchantParams } from '../schemas.ts';
import { clockState } from './clock.ts';

const health = z
  .object({
    status: z.literal('ok'),
    version: z.string().describe('Of redpack-kit'),
    apiUrl: z.string().describe('Where the red packet API is'),
    startedAtMs: z.int().describe("Epoch milliseconds on the host's clock"),
    edition: z.enum(EDITIONS),
    scenario: z.object({ title: z.string() }),
    clock: clockState,
    merchants: z.int().describe('How many are served'),
    calls: z.int().describe('How many calls there were'),
  })
  .openapi('Health');

export const addServerRoutes: AddRoutes = (app, { mock, apiUrl, version }) => {
  const startedAtMs = Date.now();

  app.openapi(
    createRoute({
      tags: ['server'],
      method: 'get',
      path: '/health',
      summary: 'Is it there, and what does it serve?',
      responses: { 200: jsonContent(health, 'It is there'), ...problems() },
    }),
    (context) =>
      context.json(
        {
          status: 'ok' as const,
          version,
          apiUrl,
          startedAtMs,
          edition: mock.edition,
          scenario: { title: mock.scenario.title },
          clock: mock.clock.describe(),
          merchants: mock.tenants.size,
          calls: mock.journal.sequence,
        },
        200,
      ),
  );
  app.openapi(
    createRoute({
      tags: ['server'],
      method: 'post',
      path: '/reset',
      summary: 'Everything as the server was started',
      description: 'Orders, money, counters, clocks and calls; merchants made since are gone.',
      responses: { 204: DONE, ...problems() },
    }),
    async (context) => {
      await mock.reset();
      return context.body(null, 204);
    },
  );
  app.openapi(
    createRoute({
      tags: ['server'],
      method: 'post',
      path: '/merchants/{mch_id}/reset',
      summary: 'Forget the orders, counters and calls of a merchant',
      description: 'Its balance is the opening one again, its clock as its scenario says.',
      request: { params: merchantParams },
      responses: { 204: DONE, ...problems('invalid-input', 'unknown-merchant') },
    }),
    async (context) => {
      const { mch_id } = context.req.valid('param');
      if (!mock.tenants.has(mch_id)) return unknownMerchant(context, mch_id);
      await mock.reset(mch_id);
      return context.body(null, 204);
    },
  );
};

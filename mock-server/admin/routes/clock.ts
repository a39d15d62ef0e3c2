/** The clocks: that of the scenario which the server was started with, and each merchant's. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { readDuration } from '../../clock.ts';
import type { Mock } from '../../mock.ts';
import { object as strictObject } from '../../scenario/parts.ts';
import { clockSetting } from '../../scenario/schema.ts';
import { type AddRoutes, unknownMerchant } from '../parts.ts';
import { problems } from '../problem.ts';
import { jsonContent, jsonInput, merchantParams } from '../schemas.ts';

export const clockState = z
  .object({
    mode: z.enum(['real', 'frozen', 'offset', 'running']),
    nowMs: z.int().describe('What it shows, in epoch milliseconds'),
    rate: z.number().describe("Milliseconds per millisecond of the host's clock; 0: it stands"),
    aheadMs: z.number().describe("How far it is ahead of the host's"),
  })
  .openapi('ClockState');

const setting = z.lazy(() => clockSetting).openapi('ClockSetting');

const step = z
  .union(
    [
      strictObject({ ms: z.int().min(0) }),
      strictObject({
        duration: z
          .string()
          .regex(/^\d{1,15}(?:ms|s|m|h|d)$/, 'expected a duration like 500ms, 30s, 5m, 24h or 3d'),
      }),
    ],
    { error: 'expected {"duration": "24h"} or {"ms": 86400000}' },
  )
  .openapi('ClockStep');

const instant = z.iso
  .datetime({ offset: true, error: 'expected an instant like 2026-01-31T03:00:00+08:00' })
  .describe('Left out: where it stands');

export const addClockRoutes: AddRoutes = (app, { mock }) => {
  addClock(app, mock, '', strictObject({}));
  addClock(app, mock, '/merchants/{mch_id}', merchantParams);
};

/** The clock of the start scenario, under no prefix, or that of the merchant in the path. */
function addClock(
  app: OpenAPIHono,
  mock: Mock,
  prefix: '' | '/merchants/{mch_id}',
  params: z.ZodObject,
): void {
  const path = `${prefix}/clock` as const;
  const whose =
    prefix === '' ? 'the clock that merchants of the start share' : "a merchant's clock";
  const change = prefix === '' ? '' : 'It is its own from then on. ';
  const description = `${change}All that is due by it has been done when the answer comes.`;
  const route = {
    tags: ['clock'],
    responses: {
      200: jsonContent(clockState, 'What the clock shows'),
      ...problems('invalid-input', 'unknown-merchant', 'impossible'),
    },
  };

  const show = async (
    context: Context,
    act: (mchId: string | undefined) => Promise<void> | undefined,
  ) => {
    const mchId = context.req.param('mch_id');
    if (mchId !== undefined && !mock.tenants.has(mchId)) return unknownMerchant(context, mchId);
    await act(mchId);
    const clock = mchId === undefined ? mock.clock : mock.tenants.get(mchId)?.clock;
    return clock ? context.json(clock.describe(), 200) : unknownMerchant(context, mchId ?? '');
  };

  app.openapi(
    createRoute({ ...route, method: 'get', path, summary: `Read ${whose}`, request: { params } }),
    (context) => show(context, () => undefined),
  );
  app.openapi(
    createRoute({
      ...route,
      method: 'put',
      path,
      summary: `Set ${whose}`,
      description: `${description} Set back, a clock undoes nothing.`,
      request: { params, body: jsonInput(setting) },
    }),
    (context) => show(context, (mchId) => mock.setClock(mchId, context.req.valid('json'))),
  );
  app.openapi(
    createRoute({
      ...route,
      method: 'post',
      path: `${path}/advance`,
      summary: `Move ${whose} on`,
      description,
      request: { params, body: jsonInput(step) },
    }),
    (context) => {
      const given = context.req.valid('json');
      const ms = 'ms' in given ? given.ms : readDuration(given.duration);
      return show(context, (mchId) => mock.advance(mchId, ms));
    },
  );
  app.openapi(
    createRoute({
      ...route,
      method: 'post',
      path: `${path}/freeze`,
      summary: `Let ${whose} stand`,
      description,
      request: { params, body: jsonInput(strictObject({ at: instant.optional() })) },
    }),
    (context) => {
      const { at } = context.req.valid('json');
      return show(context, (mchId) => mock.setClock(mchId, { mode: 'frozen', at }));
    },
  );
}

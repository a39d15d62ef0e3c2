/** The built-in scenarios, and which one a merchant plays. */
import { setImmediate as breathe } from 'node:timers/promises';
import { createRoute, z } from '@hono/zod-openapi';
import { EDITIONS } from '../../../contracts/core.ts';
import { scenarioNames } from '../../scenario/load.ts';
import { object as strictObject } from '../../scenario/parts.ts';
import { type AddRoutes, inPath, unknownMerchant } from '../parts.ts';
import { problem, problems } from '../problem.ts';
import {
  builtIn,
  findScenario,
  scenarioInput,
  shownScenario,
  showScenario,
} from '../scenario-input.ts';
import { jsonContent, jsonInput, merchantParams } from '../schemas.ts';

const tags = ['scenarios'];

const scenarioRow = z
  .object({
    name: z.string(),
    edition: z.enum(EDITIONS),
    title: z.string(),
    title_zh: z.string().optional(),
  })
  .openapi('ScenarioRow');
type ScenarioRow = z.infer<typeof scenarioRow>;

export const addScenarioRoutes: AddRoutes = (app, parts) => {
  addBuiltIns(app, parts);
  addPlaying(app, parts);
};

const addBuiltIns: AddRoutes = (app) => {
  let rows: Promise<ScenarioRow[]> | undefined;

  app.openapi(
    createRoute({
      tags,
      method: 'get',
      path: '/scenarios',
      summary: 'The built-in scenarios',
      responses: {
        200: jsonContent(z.object({ scenarios: z.array(scenarioRow) }), 'Their names and titles'),
        ...problems(),
      },
    }),
    async (context) => {
      rows ??= readRows();
      return context.json({ scenarios: await rows }, 200);
    },
  );
  app.openapi(
    createRoute({
      tags,
      method: 'get',
      path: '/scenarios/{name}',
      summary: 'A built-in scenario, without keys',
      description:
        'The slashes in a name are written %2F. What it gives can be sent back as {"scenario": …}.',
      request: { params: strictObject({ name: z.string().min(1).max(200) }) },
      responses: {
        200: jsonContent(
          z.object({ name: z.string(), scenario: shownScenario }),
          'The scenario, complete',
        ),
        ...problems('invalid-input', 'unknown-scenario'),
      },
    }),
    (context) => {
      const { name } = context.req.valid('param');
      const scenario = builtIn(name);
      if (scenario) return context.json({ name, scenario: showScenario(scenario) }, 200);
      const detail = `no scenario ${JSON.stringify(name)}: GET /scenarios lists them`;
      return problem(context, 'unknown-scenario', detail, { errors: inPath('name', detail) });
    },
  );
};

const addPlaying: AddRoutes = (app, { mock }) => {
  const path = '/merchants/{mch_id}/scenario';
  const played = jsonContent(z.object({ scenario: shownScenario }), 'What it plays, without keys');

  app.openapi(
    createRoute({
      tags,
      method: 'get',
      path,
      summary: 'What a merchant plays',
      request: { params: merchantParams },
      responses: { 200: played, ...problems('invalid-input', 'unknown-merchant') },
    }),
    (context) => {
      const { mch_id } = context.req.valid('param');
      const tenant = mock.tenants.get(mch_id);
      return tenant
        ? context.json({ scenario: showScenario(tenant.scenario) }, 200)
        : unknownMerchant(context, mch_id);
    },
  );
  app.openapi(
    createRoute({
      tags,
      method: 'put',
      path,
      summary: 'Let a merchant play another scenario',
      description:
        'At one instant, between two calls. Orders, money and key stay; the clock is as the scenario says.',
      request: { params: merchantParams, body: jsonInput(scenarioInput) },
      responses: {
        200: played,
        ...problems('invalid-input', 'unknown-merchant', 'unknown-scenario', 'impossible'),
      },
    }),
    async (context) => {
      const { mch_id } = context.req.valid('param');
      if (!mock.tenants.has(mch_id)) return unknownMerchant(context, mch_id);
      const found = findScenario(context.req.valid('json'));
      if (!found.ok) {
        return problem(context, found.problem, found.detail, { errors: found.errors });
      }
      await mock.useScenario(mch_id, found.scenario);
      return context.json({ scenario: showScenario(found.scenario) }, 200);
    },
  );
};

/** All the files are a quarter of a second's work: calls of the API come in between. */
async function readRows(): Promise<ScenarioRow[]> {
  const rows: ScenarioRow[] = [];
  for (const name of scenarioNames()) {
    await breathe();
    const scenario = builtIn(name);
    if (!scenario) continue;
    const { edition, title, title_zh } = scenario;
    rows.push({ name, edition, title, ...(title_zh === undefined ? {} : { title_zh }) });
  }
  return rows;
}

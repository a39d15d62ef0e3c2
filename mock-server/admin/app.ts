/** The admin API as an app: the guard, then the routes, and a document made from the very schemas that check. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { CertificateError } from '../certificates/bundle.ts';
import { nearestFaults } from '../scenario/nearest-faults.ts';
import { MockUsageError } from '../usage.ts';
import { jsonBody } from './body.ts';
import { type GuardSettings, guard, secureHeaders } from './guard.ts';
import type { AdminParts } from './parts.ts';
import { type ProblemError, problem, problems } from './problem.ts';
import { addClockRoutes } from './routes/clock.ts';
import { addEventRoutes } from './routes/events.ts';
import { addFindingRoutes } from './routes/findings.ts';
import { addJournalRoutes } from './routes/journal.ts';
import { addMerchantRoutes } from './routes/merchants.ts';
import { addMoneyRoutes } from './routes/money.ts';
import { addOrderRoutes } from './routes/orders.ts';
import { addScenarioRoutes } from './routes/scenarios.ts';
import { addServerRoutes } from './routes/server.ts';
import { scenarioComponents } from './scenario-input.ts';
import { jsonContent } from './schemas.ts';

const RESOURCES = [
  addServerRoutes,
  addMerchantRoutes,
  addMoneyRoutes,
  addOrderRoutes,
  addClockRoutes,
  addScenarioRoutes,
  addJournalRoutes,
  addEventRoutes,
  addFindingRoutes,
];

export function createAdminApp(parts: AdminParts, settings: GuardSettings): OpenAPIHono {
  const app = new OpenAPIHono({ defaultHook: refuseInvalid });
  app.use(secureHeaders, guard(settings));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }));
  app.use(jsonBody);
  for (const addRoutes of RESOURCES) addRoutes(app, parts);
  addDocument(app, parts.version);
  app.notFound((context) =>
    problem(context, 'no-such-route', `no ${context.req.path}: GET /openapi.json has all routes`),
  );
  app.onError((error, context) => sayFault(error, context, parts.onFault));
  return app;
}

function addDocument(app: OpenAPIHono, version: string): void {
  const { openAPIRegistry: registry } = app;
  for (const [name, schema] of Object.entries(scenarioComponents())) {
    registry.registerComponent('schemas', name, schema);
  }
  registry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  const document = () =>
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'redpack-mock admin',
        version,
        description:
          'Sets up and watches a running mock. A token is asked for only when the server was started with one.',
      },
      security: [{}, { token: [] }],
    });
  let made: ReturnType<typeof document> | undefined;
  app.openapi(
    createRoute({
      tags: ['server'],
      method: 'get',
      path: '/openapi.json',
      summary: 'This document',
      responses: {
        200: jsonContent(z.looseObject({ openapi: z.string() }), 'OpenAPI 3.1'),
        ...problems(),
      },
    }),
    (context) => {
      made ??= document();
      return context.json(made as { openapi: string }, 200);
    },
  );
}

type Checked =
  | { readonly success: true }
  | { readonly success: false; readonly target: string; readonly error: z.ZodError };

function refuseInvalid(result: Checked, context: Context) {
  if (result.success) return undefined;
  const errors = result.error.issues
    .flatMap(nearestFaults)
    .map((fault) => located(result.target, fault));
  const detail = errors
    .map(({ pointer, name, detail: each }) => `${name ?? (pointer || 'body')}: ${each}`)
    .join('; ');
  return problem(context, 'invalid-input', detail, { errors });
}

function located(
  target: string,
  { path, message }: { path: readonly PropertyKey[]; message: string },
): ProblemError {
  if (target === 'json') {
    const escaped = path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1'));
    const pointer = escaped.map((part) => `/${part}`).join('');
    return { in: 'body', pointer, detail: message };
  }
  const place = target === 'query' || target === 'header' ? target : 'path';
  return { in: place, name: String(path[0] ?? ''), detail: message };
}

function refuseMethod(context: Context, methods: readonly string[]) {
  const allow = methods.join(', ');
  const { method, path } = context.req;
  const detail = `${method} is not for ${path}: expected ${allow}`;
  return problem(context, 'method-not-allowed', detail, { headers: { allow } });
}

function sayFault(error: Error, context: Context, onFault: AdminParts['onFault']) {
  if (error instanceof MockUsageError || error instanceof CertificateError) {
    return problem(context, 'impossible', error.message);
  }
  // The library's own refusals of a body; ours come before them.
  if (error instanceof HTTPException && error.status < 500) {
    return problem(context, 'not-json', error.message);
  }
  onFault(error);
  return problem(context, 'fault', 'It is not your request: the server told its operator.');
}

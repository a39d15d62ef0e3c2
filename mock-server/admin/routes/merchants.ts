/** Merchants: who is served, made and dropped, topped up, and what each plays. */
import { createRoute, z } from '@hono/zod-openapi';
import { EDITIONS } from '../../../contracts/core.ts';
import type { NewMerchant } from '../../casting.ts';
import { type Account, readAccount } from '../../engine/facts.ts';
import type { Mock } from '../../mock.ts';
import { object as strictObject } from '../../scenario/parts.ts';
import { scenarioSchema } from '../../scenario/schema.ts';
import type { Tenant } from '../../tenant.ts';
import { type AddRoutes, unknownMerchant } from '../parts.ts';
import { problem, problems } from '../problem.ts';
import { findScenario, scenarioOrName, shownMerchant } from '../scenario-input.ts';
import { DONE, jsonContent, jsonInput, mchId, merchantParams } from '../schemas.ts';
import { clockState } from './clock.ts';

const tags = ['merchants'];

const merchantView = z
  .object({
    mch_id: z.string(),
    edition: z.enum(EDITIONS),
    scenario: z.object({ title: z.string(), title_zh: z.string().optional() }),
    clock: clockState,
    balanceFen: z.int(),
    heldFen: z.int().describe('In packets that nobody has claimed yet'),
    receivedFen: z.int(),
    settings: shownMerchant.describe('What its scenario, or its making, says of it'),
    created: z.boolean().describe('Was it made while the server ran?'),
  })
  .openapi('Merchant');

async function showMerchant(mock: Mock, tenant: Tenant): Promise<z.infer<typeof merchantView>> {
  const { merchant, edition, scenario, clock, created } = tenant;
  const { mch_id, key: _, ...settings } = merchant;
  const { title, title_zh } = scenario;
  const { balanceFen, heldFen, receivedFen } = await accountOf(mock, tenant);
  return {
    mch_id,
    edition,
    scenario: { title, ...(title_zh === undefined ? {} : { title_zh }) },
    clock: clock.describe(),
    balanceFen,
    heldFen,
    receivedFen,
    settings,
    created,
  };
}

/** The ledger goes through all orders; this is one look. */
async function accountOf(mock: Mock, tenant: Tenant): Promise<Account> {
  await mock.settleDue(tenant);
  const { accountKey, opening } = tenant;
  return mock.store.transact([accountKey], (read) => ({
    result: readAccount(read, accountKey, opening),
    writes: [],
  }));
}

/** Of a scenario's merchant, all that a new one may say of itself; what it does not say is its scenario's, so there are no defaults. */
function newMerchantFields() {
  const { mch_id: _, clock, ...fields } = scenarioSchema.shape.merchants.element.shape;
  const bare = Object.entries({ ...fields, clock }).map(([name, field]) => [
    name,
    (field instanceof z.ZodDefault ? field.unwrap() : field).optional(),
  ]);
  return Object.fromEntries(bare) as Record<string, z.ZodOptional>;
}

const newMerchant = strictObject({
  mch_id: mchId.optional().describe('Left out: a free one'),
  scenario: scenarioOrName.optional().describe("Left out: the server's own"),
  ...newMerchantFields(),
}).openapi('NewMerchant');

const madeMerchant = merchantView
  .extend({ key: z.string().length(32).describe('The API key. It is never shown again') })
  .openapi('MadeMerchant');

const bundleView = z
  .object({
    mch_id: z.string(),
    cert: z.string().describe('apiclient_cert.pem'),
    key: z.string().describe('apiclient_key.pem: the private key'),
    ca: z.string().describe("rootca.pem: who issued the server's certificate"),
    p12Base64: z.string().describe('apiclient_cert.p12; its password is the mch_id'),
  })
  .openapi('CertificateBundle');

export const addMerchantRoutes: AddRoutes = (app, parts) => {
  addServed(app, parts);
  addMaking(app, parts);
};

const addServed: AddRoutes = (app, { mock, issue }) => {
  app.openapi(
    createRoute({
      tags,
      method: 'get',
      path: '/merchants',
      summary: 'All merchants that are served',
      responses: {
        200: jsonContent(z.object({ merchants: z.array(merchantView) }), 'The merchants'),
        ...problems(),
      },
    }),
    async (context) => {
      const shown = [...mock.tenants.values()].map((tenant) => showMerchant(mock, tenant));
      return context.json({ merchants: await Promise.all(shown) }, 200);
    },
  );
  app.openapi(
    createRoute({
      tags,
      method: 'get',
      path: '/merchants/{mch_id}',
      summary: 'One merchant',
      request: { params: merchantParams },
      responses: {
        200: jsonContent(merchantView, 'The merchant'),
        ...problems('invalid-input', 'unknown-merchant'),
      },
    }),
    async (context) => {
      const { mch_id } = context.req.valid('param');
      const tenant = mock.tenants.get(mch_id);
      return tenant
        ? context.json(await showMerchant(mock, tenant), 200)
        : unknownMerchant(context, mch_id);
    },
  );
  app.openapi(
    createRoute({
      tags,
      method: 'get',
      path: '/merchants/{mch_id}/bundle',
      summary: 'The certificate that the merchant calls with, and its private key',
      request: { params: merchantParams },
      responses: {
        200: jsonContent(bundleView, 'The bundle'),
        ...problems('invalid-input', 'unknown-merchant', 'impossible'),
      },
    }),
    async (context) => {
      const { mch_id } = context.req.valid('param');
      const tenant = mock.tenants.get(mch_id);
      if (!tenant) return unknownMerchant(context, mch_id);
      const { cert, key, ca, p12 } = await issue(tenant);
      return context.json({ mch_id, cert, key, ca, p12Base64: p12.toString('base64') }, 200);
    },
  );
};

const addMaking: AddRoutes = (app, { mock }) => {
  app.openapi(
    createRoute({
      tags,
      method: 'post',
      path: '/merchants',
      summary: 'Make a merchant',
      description:
        'It stands in for the first merchant of its scenario, unless the scenario names it; what is said here of it goes before.',
      request: { body: jsonInput(newMerchant) },
      responses: {
        201: jsonContent(madeMerchant, 'The merchant, and this once its key'),
        ...problems('invalid-input', 'unknown-scenario', 'merchant-exists', 'impossible'),
      },
    }),
    async (context) => {
      const { mch_id: wanted, scenario: input, ...given } = context.req.valid('json');
      if (wanted !== undefined && mock.tenants.has(wanted)) {
        return problem(context, 'merchant-exists', `there is a merchant ${wanted} already`);
      }
      const found = input === undefined ? undefined : findScenario(input, '/scenario');
      if (found && !found.ok) {
        return problem(context, found.problem, found.detail, { errors: found.errors });
      }
      const spec: NewMerchant = { ...given, mchId: wanted, scenario: found?.scenario };
      const tenant = await mock.createMerchant(spec);
      const { mch_id, key } = tenant.merchant;
      const headers = { location: `/merchants/${mch_id}` };
      return context.json({ ...(await showMerchant(mock, tenant)), key }, 201, headers);
    },
  );
  app.openapi(
    createRoute({
      tags,
      method: 'delete',
      path: '/merchants/{mch_id}',
      summary: 'Drop a merchant, with its orders and its money',
      request: { params: merchantParams },
      responses: { 204: DONE, ...problems('invalid-input', 'unknown-merchant') },
    }),
    async (context) => {
      const { mch_id } = context.req.valid('param');
      if (!mock.tenants.has(mch_id)) return unknownMerchant(context, mch_id);
      await mock.dropMerchant(mch_id);
      return context.body(null, 204);
    },
  );
};

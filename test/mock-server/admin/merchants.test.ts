import { Pool } from 'undici';
import { expect, it } from 'vitest';
import { ENDPOINT_ROWS, sampleRequest, writeXml } from '../../../contracts/index.ts';
import { OTHER_OPENID } from '../../support/in-process.ts';
import { clientOf, useLab } from '../../support/server.ts';
import { startWithAdmin } from './support.ts';

const lab = useLab();

it('shows who is served, what each plays and has, and no key', async () => {
  const { server, admin } = await startWithAdmin(lab);
  await admin.post('/clock/freeze', { at: '2026-01-31T12:00:00+08:00' });
  const { body } = await admin.get('/merchants');
  expect(body.merchants).toHaveLength(server.merchants.length);
  const one = await admin.get('/merchants/10000098');
  expect(one.status).toBe(200);
  const { aheadMs: _, ...clock } = one.body.clock;
  expect(body.merchants[0]).toMatchObject({ ...one.body, clock });
  expect(one.body).toMatchObject({
    mch_id: '10000098',
    edition: 'current',
    scenario: { title: server.scenario.title },
    created: false,
    heldFen: 0,
    settings: { appids: ['wx8888888888888888'], role: 'ordinary' },
  });
  expect(one.text + JSON.stringify(body)).not.toContain(server.merchant.key);
});

it('makes a merchant whose own client can pay with what the answer and the bundle give it', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const made = await admin.post('/merchants', {
    balanceFen: 500,
    scenario: { name: 'no-limits' },
    clock: { mode: 'frozen', at: '2026-01-31T12:00:00+08:00' },
  });
  expect(made.status).toBe(201);
  const { mch_id: mchId, key, settings, clock, balanceFen, created } = made.body;
  expect(made.headers.location).toBe(`/merchants/${mchId}`);
  expect({ mode: clock.mode, balanceFen, created }).toEqual({
    mode: 'frozen',
    balanceFen: 500,
    created: true,
  });

  const { body: bundle } = await admin.get(`/merchants/${mchId}/bundle`);
  const pool = new Pool(server.url, {
    connect: { cert: bundle.cert, key: bundle.key, ca: bundle.ca },
  });
  const fields = sampleRequest('current', 'sendredpack', { mchId, key, appid: settings.appids[0] });
  const { path } = ENDPOINT_ROWS.sendredpack;
  const reply = await pool.request({ method: 'POST', path, body: writeXml([...fields]) });
  expect(await reply.body.text()).toContain('<result_code><![CDATA[SUCCESS]]></result_code>');
  await pool.close();
  expect((await admin.get(`/merchants/${mchId}`)).body).toMatchObject({
    balanceFen: 400,
    heldFen: 100,
  });
  expect(Buffer.from(bundle.p12Base64, 'base64').length).toBeGreaterThan(1_000);
  expect((await admin.get(`/merchants/${mchId}`)).text).not.toContain(key);
});

it('makes a merchant that plays a scenario by its name alone, as createMerchant does', async () => {
  const { admin } = await startWithAdmin(lab);
  const made = await admin.post('/merchants', { scenario: 'codes/current/NOTENOUGH' });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ scenario: { title: expect.stringMatching(/^NOTENOUGH/) } });
});

it('drops a merchant with everything it had', async () => {
  const { admin } = await startWithAdmin(lab);
  await admin.post('/merchants', { mch_id: '10000001' });
  expect((await admin.remove('/merchants/10000001')).status).toBe(204);
  for (const path of ['', '/ledger', '/orders', '/clock', '/bundle', '/scenario', '/orders/x']) {
    const gone = await admin.get(`/merchants/10000001${path}`);
    expect(gone.body, path).toMatchObject({
      status: 404,
      type: 'urn:redpack-mock:problem:unknown-merchant',
      errors: [{ in: 'path', name: 'mch_id' }],
    });
  }
  expect((await admin.remove('/merchants/10000001')).status).toBe(404);
});

it('says what is wrong with a new merchant, and where, all at once', async () => {
  const { admin } = await startWithAdmin(lab);
  expect((await admin.post('/merchants', { mch_id: '10000098' })).body).toMatchObject({
    status: 409,
    type: 'urn:redpack-mock:problem:merchant-exists',
  });
  const wrong = await admin.post('/merchants', {
    mch_id: '../x',
    balanceFen: -1,
    limits: { callsPerSecond: 'many', nosuch: 1 },
    colour: 'red',
  });
  expect(wrong.status).toBe(400);
  expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
    '/balanceFen',
    '/colour',
    '/limits/callsPerSecond',
    '/limits/nosuch',
    '/mch_id',
  ]);
  const contradictory = await admin.post('/merchants', {
    limits: { amountFenMin: 10, amountFenMax: 5 },
  });
  expect(contradictory.body).toMatchObject({
    status: 409,
    detail: expect.stringContaining('expected no more than amountFenMax'),
  });
});

it('tops up, and shows that the money adds up', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const client = clientOf(server);
  await client.send({ re_openid: OTHER_OPENID });
  const before = (await admin.get('/merchants/10000098/ledger')).body;
  const after = await admin.post('/merchants/10000098/top-up', { fen: 123 });
  expect(after.body).toEqual({
    ...before,
    topUpFen: 123,
    balanceFen: before.balanceFen + 123,
  });
  expect(after.body).toMatchObject({ paidPackets: 1, heldFen: 100, faults: [] });
  for (const fen of [-1, 1.5, '1', null, 1e300]) {
    const refused = await admin.post('/merchants/10000098/top-up', { fen });
    expect(refused.body.errors[0].pointer).toBe('/fen');
  }
  const tooMuch = await admin.post('/merchants/10000098/top-up', { fen: Number.MAX_SAFE_INTEGER });
  expect(tooMuch.body).toMatchObject({ status: 409, detail: expect.stringContaining('exactly') });
  await client.close();
});

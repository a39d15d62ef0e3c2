import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { sampleRequest, writeXml } from '../../../contracts/index.ts';
import { orderKey, writeOrder } from '../../../mock-server/engine/facts.ts';
import { createMemoryStore } from '../../../mock-server/store/memory.ts';
import { packageVersion } from '../../../mock-server/version.ts';
import { clientOf, useLab } from '../../support/server.ts';
import { startWithAdmin } from './support.ts';

const lab = useLab();

it('says that it is there, and what it serves', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const { body } = await admin.get('/health');
  expect(body).toMatchObject({
    status: 'ok',
    version: packageVersion(),
    apiUrl: server.url,
    edition: 'current',
    scenario: { title: server.scenario.title },
    merchants: server.merchants.length,
    calls: 0,
  });
  expect(Math.abs(body.startedAtMs - Date.now())).toBeLessThan(60_000);
});

it('has no admin API unless it is asked for', async () => {
  const server = await lab.start();
  expect(server.adminUrl).toBeUndefined();
});

it('is as it was started after a reset', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const client = clientOf(server);
  const before = (await admin.get('/merchants/10000098/ledger')).body;
  await client.send({ mch_billno: 'a' });
  await admin.post('/merchants', { mch_id: '10000001' });
  await admin.put('/clock', { mode: 'frozen' });
  expect((await admin.post('/reset')).status).toBe(204);
  expect((await admin.get('/merchants/10000098/ledger')).body).toEqual(before);
  expect((await admin.get('/merchants/10000001')).status).toBe(404);
  expect((await admin.get('/clock')).body.mode).toBe('real');
  expect((await admin.get('/journal')).body.calls).toEqual([]);
  expect((await client.send({ mch_billno: 'a' })).fields.result_code).toBe('SUCCESS');
  await client.close();
});

it('resets one merchant and leaves the others alone', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const client = clientOf(server);
  await client.send({ mch_billno: 'a' });
  await admin.post('/merchants', { mch_id: '10000001' });
  await admin.post('/merchants/10000001/top-up', { fen: 5 });
  expect((await admin.post('/merchants/10000098/reset')).status).toBe(204);
  expect((await admin.get('/merchants/10000098/orders')).body).toEqual({ orders: [] });
  expect((await admin.get('/journal')).body.calls).toEqual([]);
  expect((await admin.get('/merchants/10000001/ledger')).body.topUpFen).toBe(5);
  await client.close();
});

it('resets within 50 ms though there are 100 000 orders', async () => {
  const store = createMemoryStore();
  const { server, admin } = await startWithAdmin(lab, { store, scenario: 'no-limits' });
  const client = clientOf(server);
  await client.send({ mch_billno: 'model' });
  const model = await server.order('10000098', 'model');
  if (!model) throw new Error('nothing was sent');
  const fill = async (): Promise<void> => {
    for (let index = 0; index < 100_000; index++) {
      const order = { ...model, mch_billno: String(index), openid: `user${index}` };
      const write = writeOrder(orderKey('10000098', order.mch_billno), order);
      await store.transact([write.key], () => ({ result: undefined, writes: [write] }));
    }
    expect((await server.ledger('10000098')).paidPackets).toBeGreaterThanOrEqual(100_000);
  };
  await admin.document();
  for (const path of ['/merchants/10000098/reset', '/reset']) {
    const took: number[] = [];
    // The best of three: the machine has other things to do as well.
    for (let round = 0; round < 3; round++) {
      await fill();
      const began = performance.now();
      expect((await admin.post(path)).status).toBe(204);
      took.push(performance.now() - began);
      expect((await server.ledger('10000098')).paidPackets).toBe(0);
    }
    expect(Math.min(...took), path).toBeLessThan(50);
  }
  await client.close();
});

it('stops within a second though readers follow and tests wait', async () => {
  const { server, admin } = await startWithAdmin(lab);
  await admin.document();
  const events = await Promise.all([1, 2, 3].map(() => fetch(`${admin.url}/events`)));
  const waiting = admin.get('/journal/wait?count=5&timeoutMs=60000');
  await new Promise((resolve) => setTimeout(resolve, 100));
  const began = performance.now();
  await server.stop();
  expect(performance.now() - began).toBeLessThan(1_000);
  expect((await waiting).body).toMatchObject({ status: 503, wanted: 5, came: 0 });
  for (const response of events) expect(await response.text()).toMatch(/^retry: 1000\n\n/);
});

it('says that its port is in use, and what to do', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', () => resolve()));
  const address = taken.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await expect(lab.start({ admin: port })).rejects.toThrow(
    `port ${port} is in use: stop what listens there, or give another with --admin`,
  );
  await expect(lab.start({ admin: true, adminHost: '192.0.2.1', adminToken: 'x' })).rejects.toThrow(
    '192.0.2.1 is no address of this machine: give one with --admin-host',
  );
  taken.close();
});

it('says what a fault is to its operator, and not to who asked', async () => {
  const faults: unknown[] = [];
  const { server, admin } = await startWithAdmin(lab, { onFault: (fault) => faults.push(fault) });
  const cause = new Error('a secret of the inside');
  Object.defineProperty(server.journal, 'page', {
    value: () => {
      throw cause;
    },
  });
  const { body, text } = await admin.get('/journal');
  expect(body).toMatchObject({ status: 500, type: 'urn:redpack-mock:problem:fault' });
  expect(text).not.toContain('secret');
  expect(faults).toEqual([cause]);
});

it('shows no key and no private key anywhere, whatever clients and callers put into it', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const client = clientOf(server);
  const made = (await admin.post('/merchants', {})).body;
  const { key: pem } = (await admin.get(`/merchants/${made.mch_id}/bundle`)).body;
  const keys = server.merchants.map(({ key }) => key);
  for (const secret of [...keys, made.key, pem]) {
    await client.send({ wishing: secret });
    await client.send({ act_name: `a${secret}`, sign: secret });
    const fields = [...sampleRequest('current', 'sendredpack', server.merchant)];
    await client.post(writeXml([...fields, [`k${secret.replace(/\W/g, '')}`, 'x']]));
    await admin.put('/merchants/10000098/scenario', { name: secret.slice(0, 150) });
  }
  await admin.put('/merchants/10000098/scenario', { name: 'default' });
  const document = await admin.document();
  const reader = await fetch(`${admin.url}/events?after=0`);
  let shown = '';
  for (const [path, methods] of Object.entries(document.paths)) {
    if (!methods.get || path === '/events' || path.endsWith('/bundle')) continue;
    for (const mchId of ['10000098', made.mch_id]) {
      const name = encodeURIComponent('codes/current/NOTENOUGH');
      const place = path.replace('{mch_id}', mchId).replace('{name}', name);
      shown += (await admin.get(place.replace('{mch_billno}', 'none'))).text;
    }
  }
  await server.stop();
  shown += await reader.text();
  expect(shown.length).toBeGreaterThan(50_000);
  for (const key of [...keys, made.key]) expect(shown).not.toContain(key);
  expect(shown).not.toContain('PRIVATE KEY');
  // Every line, and every line as it stands in the name of an element.
  for (const line of pem.split('\n').slice(1, -3)) {
    expect(shown).not.toContain(line);
    expect(shown).not.toContain(line.replace(/\W/g, ''));
  }
  expect(JSON.stringify(server.journal.entries())).not.toContain('PRIVATE KEY');
});

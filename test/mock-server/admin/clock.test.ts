import { expect, it } from 'vitest';
import { clientOf, useLab } from '../../support/server.ts';
import { startWithAdmin } from './support.ts';

const lab = useLab();
const NOON = '2026-01-31T12:00:00+08:00';
const HOUR_MS = 3_600_000;

it('sets, moves and freezes the clock that merchants share', async () => {
  const { server, admin } = await startWithAdmin(lab);
  expect((await admin.get('/clock')).body).toMatchObject({ mode: 'real', rate: 1 });
  const set = await admin.put('/clock', { mode: 'running', from: NOON, rate: 60 });
  expect(set.body).toMatchObject({ mode: 'running', rate: 60 });
  const frozen = await admin.post('/clock/freeze');
  expect(frozen.body).toMatchObject({ mode: 'frozen', rate: 0 });
  expect(frozen.body.nowMs).toBeGreaterThanOrEqual(Date.parse(NOON));
  const at = await admin.post('/clock/freeze', { at: NOON });
  expect(at.body.nowMs).toBe(Date.parse(NOON));
  expect((await admin.post('/clock/advance', { ms: 5 })).body.nowMs).toBe(Date.parse(NOON) + 5);
  const later = await admin.post('/clock/advance', { duration: '2h' });
  expect(later.body.nowMs).toBe(Date.parse(NOON) + 5 + 2 * HOUR_MS);
  expect(server.clock.nowMs()).toBe(later.body.nowMs);
});

it("moves one merchant's clock and nobody else's, and what is due by it is done", async () => {
  const { server, admin } = await startWithAdmin(lab);
  const client = clientOf(server);
  await admin.post('/clock/freeze', { at: NOON });
  await client.send({ mch_billno: 'old' });
  const path = '/merchants/10000098/clock';
  const moved = await admin.post(`${path}/advance`, { duration: '25h' });
  expect(moved.body.nowMs).toBe(Date.parse(NOON) + 25 * HOUR_MS);
  expect((await admin.get('/merchants/10000098/orders/old')).body.state).toBe('REFUND');
  expect((await admin.get('/clock')).body.nowMs).toBe(Date.parse(NOON));
  expect((await admin.put(path, { mode: 'offset', by: '-3d' })).body.mode).toBe('offset');
  expect((await admin.post(`${path}/freeze`)).body.mode).toBe('frozen');
  expect((await admin.get(path)).body.mode).toBe('frozen');
  await client.close();
});

it.each([
  ['PUT', '/clock', { mode: 'frozen', at: '2026-01-31 12:00' }, '/at'],
  ['PUT', '/clock', { mode: 'stopped' }, '/mode'],
  ['PUT', '/clock', { mode: 'running', rate: -1 }, '/rate'],
  ['POST', '/clock/advance', { duration: 'soon' }, '/duration'],
  ['POST', '/clock/advance', { ms: -1 }, '/ms'],
  ['POST', '/clock/freeze', { at: 'now' }, '/at'],
])('%s %s refuses %j at %s', async (method, path, body, pointer) => {
  const { admin } = await startWithAdmin(lab);
  const reply = await admin.call(method, path, body);
  expect(reply.body).toMatchObject({ status: 400, errors: [{ in: 'body', pointer }] });
});

it.each([
  [{ by: '24h' }, '/by', 'unknown key, '],
  ['24h', '', ''],
  [{}, '', ''],
  [{ ms: 1, duration: '1s' }, '', ''],
])('moving it on by %j is refused with the forms that there are', async (body, pointer, fault) => {
  const { admin } = await startWithAdmin(lab);
  const reply = await admin.post('/clock/advance', body);
  expect(reply.body.errors).toEqual([
    { in: 'body', pointer, detail: `${fault}expected {"duration": "24h"} or {"ms": 86400000}` },
  ]);
});

it('says that a clock cannot go so far', async () => {
  const { admin } = await startWithAdmin(lab);
  const { body } = await admin.post('/clock/advance', { duration: '9999999d' });
  expect(body).toMatchObject({ status: 409, detail: expect.stringContaining('1970 to 9999') });
});

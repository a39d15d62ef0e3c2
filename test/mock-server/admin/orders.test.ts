import { expect, it } from 'vitest';
import { OPENID, OTHER_OPENID } from '../../support/in-process.ts';
import { clientOf, useLab } from '../../support/server.ts';
import { startWithAdmin } from './support.ts';

const lab = useLab();
const ORDERS = '/merchants/10000098/orders';

it('lists orders by state and receiver, page by page, and shows one', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const client = clientOf(server);
  for (const [mch_billno, re_openid] of [
    ['a', OPENID],
    ['b', OTHER_OPENID],
    ['c', OPENID],
  ] as const) {
    await client.send({ mch_billno, re_openid });
  }
  const numbers = async (query: string): Promise<string> => {
    const { body } = await admin.get(`${ORDERS}${query}`);
    return `${body.orders.map((each: { mch_billno: string }) => each.mch_billno)}${body.next ?? ''}`;
  };
  expect(await numbers('')).toBe('a,b,c');
  expect(await numbers('?limit=2')).toBe('a,bb');
  expect(await numbers('?limit=2&after=b')).toBe('c');
  expect(await numbers(`?openid=${OPENID}`)).toBe('a,c');
  expect(await numbers('?state=REFUND')).toBe('');
  expect((await admin.get(`${ORDERS}/b`)).body).toMatchObject({
    mch_id: '10000098',
    mch_billno: 'b',
    re_openid: OTHER_OPENID,
    amountFen: 100,
    state: 'SENT',
    paid: true,
  });
  await client.close();
});

it('says of an order that was refused what it was answered with', async () => {
  const { server, admin } = await startWithAdmin(lab, {
    scenario: 'codes/current/NOTENOUGH',
  });
  const client = clientOf(server);
  await client.send({ mch_billno: 'poor' });
  expect((await admin.get(`${ORDERS}/poor`)).body).toMatchObject({
    paid: false,
    state: 'SENDING',
    answered: { err_code: 'NOTENOUGH' },
  });
  await client.close();
});

it('claims a packet as its receiver, once', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const client = clientOf(server);
  await client.send({ mch_billno: 'mine' });
  const claimed = await admin.post(`${ORDERS}/mine/claim`);
  expect(claimed.body).toMatchObject({ state: 'RECEIVED', receivedAtMs: expect.any(Number) });
  expect((await client.query('mine')).fields).toMatchObject({ status: 'RECEIVED' });
  expect((await admin.post(`${ORDERS}/mine/claim`)).body).toMatchObject({
    status: 409,
    detail: 'order mine is RECEIVED: only a SENT packet can be claimed',
  });
  expect((await admin.post(`${ORDERS}/none/claim`)).body).toMatchObject({
    status: 404,
    type: 'urn:redpack-mock:problem:unknown-order',
    errors: [{ in: 'path', name: 'mch_billno' }],
  });
  expect((await admin.get(`${ORDERS}/none`)).status).toBe(404);
  await client.close();
});

it.each([
  '?state=GONE',
  '?limit=0',
  '?limit=1001',
  '?limit=1e2',
  '?limit=',
  '?colour=red',
  '?limit=1&limit=2',
])('refuses the listing %s and names the parameter', async (query) => {
  const { admin } = await startWithAdmin(lab);
  const { status, body } = await admin.get(`${ORDERS}${query}`);
  expect(status).toBe(400);
  expect(body.errors).toMatchObject([{ in: 'query', name: query.slice(1).split('=')[0] }]);
});

import { expect, it } from 'vitest';
import type { showCall } from '../../../mock-server/admin/routes/journal.ts';
import type { JournalEntry } from '../../../mock-server/journal/entry.ts';
import { clientOf, useLab } from '../../support/server.ts';
import { startWithAdmin } from './support.ts';

const lab = useLab();

it('gives calls page by page, filtered, from either end', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const client = clientOf(server);
  for (const mch_billno of ['a', 'b', 'c']) await client.send({ mch_billno });
  await client.query('b');
  await client.send({ mch_billno: 'd', act_name: 'x'.repeat(33) });
  const sequences = async (query: string): Promise<number[]> =>
    (await admin.get(`/journal${query}`)).body.calls.map(
      (call: { sequence: number }) => call.sequence,
    );

  expect(await sequences('')).toEqual([1, 2, 3, 4, 5]);
  expect(await sequences('?order=newest&limit=2')).toEqual([5, 4]);
  expect(await sequences('?order=newest&limit=2&before=4')).toEqual([3, 2]);
  expect(await sequences('?after=1&limit=2')).toEqual([2, 3]);
  expect(await sequences('?mch_billno=b')).toEqual([2, 4]);
  expect(await sequences('?endpoint=gethbinfo')).toEqual([4]);
  expect(await sequences('?verdict=refused&code=PARAM_ERROR')).toEqual([5]);
  expect(await sequences('?mch_id=10000099')).toEqual([]);
  const page = await admin.get('/journal?limit=4&mch_id=10000098');
  expect(page.body).toMatchObject({ next: 4, sequence: 5, dropped: 0 });
  expect((await admin.get('/journal?limit=1')).body.calls[0]).toMatchObject({
    mchId: '10000098',
    verdict: 'sent',
    paid: true,
    peer: { kind: 'merchant', mchId: '10000098' },
    request: { mch_billno: 'a' },
    reply: expect.stringContaining('<result_code><![CDATA[SUCCESS]]></result_code>'),
  });
  expect((await admin.remove('/journal')).status).toBe(204);
  expect((await admin.get('/journal')).body).toEqual({ calls: [], sequence: 5, dropped: 0 });
  await client.close();
});

it('describes all that an entry may have', () => {
  type Undescribed = Exclude<keyof JournalEntry, keyof ReturnType<typeof showCall>>;
  const nothing: [Undescribed] extends [never] ? 'nothing' : Undescribed = 'nothing';
  expect(nothing).toBe('nothing');
});

it('waits for calls that a client makes meanwhile', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const client = clientOf(server);
  await client.send({ mch_billno: 'before' });
  const { sequence } = (await admin.get('/journal')).body;
  const waiting = admin.get(`/journal/wait?count=2&endpoint=sendredpack&after=${sequence}`);
  await client.query('before');
  await client.send({ mch_billno: 'one' });
  await client.send({ mch_billno: 'two' });
  const { status, body } = await waiting;
  expect(status).toBe(200);
  expect(
    body.calls.map((call: { request: { mch_billno: string } }) => call.request.mch_billno),
  ).toEqual(['one', 'two']);
  expect((await admin.get('/journal/wait?count=4')).status).toBe(200);
  await client.close();
});

it('says how many came when the time is up', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const client = clientOf(server);
  await client.send();
  const { body } = await admin.get('/journal/wait?count=3&timeoutMs=50');
  expect(body).toMatchObject({
    type: 'urn:redpack-mock:problem:too-few-calls',
    status: 408,
    detail: '1 of 3 calls had come after 50 ms',
    wanted: 3,
    came: 1,
  });
  await client.close();
});

it('no longer listens for whoever has left', async () => {
  const { server, admin } = await startWithAdmin(lab);
  let watchers = 0;
  const { journal } = server;
  const { onChange } = journal;
  journal.onChange = (listener) => {
    watchers += 1;
    const end = onChange(listener);
    return () => {
      watchers -= 1;
      end();
    };
  };
  const leaving = new AbortController();
  const waiting = fetch(`${admin.url}/journal/wait?count=9`, { signal: leaving.signal });
  await expect.poll(() => watchers).toBe(1);
  leaving.abort();
  await expect(waiting).rejects.toThrow();
  await expect.poll(() => watchers).toBe(0);
});

it('stops within a second while five hundred wait, and calls are answered meanwhile', async () => {
  const { server, admin } = await startWithAdmin(lab);
  let answered = 0;
  const waiting = Array.from({ length: 500 }, async () => {
    const response = await fetch(`${admin.url}/journal/wait?timeoutMs=300000&count=9`);
    answered += 1;
    return ((await response.json()) as { type: string }).type.split(':').at(-1) ?? '';
  });
  await expect.poll(() => answered, { timeout: 30_000 }).toBe(244);
  const client = clientOf(server);
  expect((await client.send()).fields.result_code).toBe('SUCCESS');
  await client.close();
  const began = performance.now();
  await server.stop();
  expect(performance.now() - began).toBeLessThan(1_000);
  const answers = await Promise.all(waiting);
  expect(answers.filter((each) => each === 'busy')).toHaveLength(244);
  expect(answers.filter((each) => each === 'stopping')).toHaveLength(256);
});

it('lets only so many wait', async () => {
  const { admin } = await startWithAdmin(lab);
  const leaving = new AbortController();
  const waiting = Array.from({ length: 256 }, () =>
    fetch(`${admin.url}/journal/wait`, { signal: leaving.signal }).catch(() => undefined),
  );
  await expect
    .poll(async () => (await admin.get('/journal/wait?timeoutMs=1')).status, { timeout: 10_000 })
    .toBe(503);
  leaving.abort();
  await Promise.all(waiting);
  await expect.poll(async () => (await admin.get('/journal/wait?timeoutMs=1')).status).toBe(408);
});

it('counts what the ring has let go', async () => {
  const { server, admin } = await startWithAdmin(lab);
  for (let count = 0; count < 10_005; count++) {
    server.journal.add(
      0,
      {
        endpoint: { name: 'sendredpack' },
        peer: { kind: 'none' },
        callerIp: '127.0.0.1',
        body: Buffer.from(''),
      },
      { verdict: 'front', why: '', paid: false, httpStatus: 400, reply: Buffer.from('') },
    );
  }
  const { body } = await admin.get('/journal?limit=1');
  expect(body).toMatchObject({ sequence: 10_005, dropped: 5, calls: [{ sequence: 6 }] });
});

it.each([
  '?count=0',
  '?count=1001',
  '?timeoutMs=300001',
  '?verdict=nice',
  '?code=1&code=2',
  '?limit=1',
])('refuses the wait %s', async (query) => {
  const { admin } = await startWithAdmin(lab);
  const { body } = await admin.get(`/journal/wait${query}`);
  expect(body).toMatchObject({ status: 400, errors: [{ in: 'query' }] });
});

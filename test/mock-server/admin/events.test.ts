import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { follow } from '../../../mock-server/admin/follow.ts';
import { createJournal, type Journal } from '../../../mock-server/journal/journal.ts';
import type { MockServer } from '../../../mock-server/serve.ts';
import { clientOf, useLab } from '../../support/server.ts';
import { type AdminCaller, startWithAdmin, validate } from './support.ts';

const lab = useLab();

interface SentEvent {
  readonly event: string;
  readonly id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into it
  readonly data: any;
}

interface Reader {
  /** Resolves with the next event; comments are left out. */
  next(): Promise<SentEvent>;
  leave(): void;
}

async function listen(
  { url }: AdminCaller,
  query = '',
  headers: Record<string, string> = {},
): Promise<Reader & { response: Response }> {
  const leaving = new AbortController();
  const response = await fetch(`${url}/events${query}`, { headers, signal: leaving.signal });
  const source = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<SentEvent> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end !== -1) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        const fields = Object.fromEntries(
          block
            .split('\n')
            .map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]),
        );
        if (!fields.event) continue;
        return { event: fields.event, id: fields.id, data: JSON.parse(fields.data ?? 'null') };
      }
      const chunk = await source?.read();
      if (!chunk || chunk.done) throw new Error('the events have ended');
      text += chunk.value;
    }
  };
  return { response, next, leave: () => leaving.abort() };
}

const addTo = ({ journal }: Pick<MockServer, 'journal'>, count: number, body = ''): void => {
  for (let index = 0; index < count; index++) {
    journal.add(
      0,
      {
        endpoint: { name: 'sendredpack' },
        peer: { kind: 'none' },
        callerIp: '127.0.0.1',
        body: Buffer.from(body),
      },
      { verdict: 'front', why: '', paid: false, httpStatus: 400, reply: Buffer.from(body) },
    );
  }
};

it('sends calls as they come, each with its sequence as id, in the shape of the document', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const client = clientOf(server);
  await client.send({ mch_billno: 'before' });
  const reader = await listen(admin);
  expect(reader.response.headers.get('content-type')).toBe('text/event-stream');
  expect(reader.response.headers.get('cache-control')).toBe('no-store');
  await client.send({ mch_billno: 'a' });
  await client.query('a');
  const [send, query] = [await reader.next(), await reader.next()];
  expect(send).toMatchObject({ event: 'call', id: '2', data: { request: { mch_billno: 'a' } } });
  expect(query).toMatchObject({ event: 'call', id: '3', data: { endpoint: 'gethbinfo' } });
  const document = await admin.document();
  for (const { data } of [send, query]) {
    validate(document, document.components.schemas.Call ?? {}, data);
  }
  reader.leave();
  await client.close();
});

it('goes on after Last-Event-ID, and sends only what the filter lets through', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const client = clientOf(server);
  for (const mch_billno of ['a', 'b', 'c']) await client.send({ mch_billno });
  await client.query('c');
  const resumed = await listen(admin, '?after=3', { 'last-event-id': '1' });
  expect([(await resumed.next()).id, (await resumed.next()).id]).toEqual(['2', '3']);
  const filtered = await listen(admin, '?after=0&mch_billno=c');
  expect([(await filtered.next()).id, (await filtered.next()).id]).toEqual(['3', '4']);
  await client.send({ mch_billno: 'd' });
  await client.query('c');
  expect((await filtered.next()).id).toBe('6');
  resumed.leave();
  filtered.leave();
  await client.close();
});

it('says how much was lost when it cannot go on where the reader was', async () => {
  const { server, admin } = await startWithAdmin(lab);
  addTo(server, 10_010);
  const reader = await listen(admin, '', { 'last-event-id': '4' });
  expect(await reader.next()).toMatchObject({ event: 'dropped', data: { calls: 6 } });
  expect((await reader.next()).id).toBe('11');
  reader.leave();
});

it('says that the journal was cleared, and that the server is another', async () => {
  const { server, admin } = await startWithAdmin(lab);
  addTo(server, 2);
  const reader = await listen(admin, '?after=1');
  expect((await reader.next()).id).toBe('2');
  await admin.remove('/journal');
  expect(await reader.next()).toMatchObject({ event: 'cleared', data: {} });
  addTo(server, 1);
  expect((await reader.next()).id).toBe('3');
  const another = await listen(admin, '', { 'last-event-id': '900' });
  expect((await another.next()).event).toBe('cleared');
  expect((await another.next()).id).toBe('3');
  reader.leave();
  another.leave();
});

it('keeps nothing for a reader that does not read, and tells it afterwards what it missed', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const { port, host } = new URL(admin.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(`GET /events?after=0 HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  for (let round = 0; round < 20; round++) {
    addTo(server, 1_000, `<xml><wishing>${'x'.repeat(2_000)}</wishing></xml>`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  // 20 000 calls went by and 10 000 are in the ring. Of the others, what the sockets hold was sent; a queue would have sent all.
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text = `${text}${chunk}`.slice(-400_000);
  });
  const dropped = await new Promise<number>((resolve) => {
    socket.on('data', () => {
      const found = /event: dropped\ndata: \{"calls":(\d+)\}/.exec(text);
      if (found) resolve(Number(found[1]));
    });
    socket.resume();
  });
  expect(dropped).toBeGreaterThan(5_000);
  socket.destroy();
});

it('lets only so many follow, and takes the next when one has left', async () => {
  const { admin } = await startWithAdmin(lab);
  const readers = await Promise.all(Array.from({ length: 64 }, () => listen(admin)));
  const refused = await admin.get('/events');
  expect(refused.body).toMatchObject({ status: 503, type: 'urn:redpack-mock:problem:busy' });
  readers[0]?.leave();
  await expect
    .poll(async () => {
      const reader = await listen(admin);
      reader.leave();
      return reader.response.status;
    })
    .toBe(200);
  for (const reader of readers) reader.leave();
});

it.each(['?after=x', '?limit=1', '?verdict=nice'])('refuses %s', async (query) => {
  const { admin } = await startWithAdmin(lab);
  expect((await admin.get(`/events${query}`)).body.errors).toMatchObject([{ in: 'query' }]);
});

it('refuses a Last-Event-ID that is none', async () => {
  const { admin } = await startWithAdmin(lab);
  const headers = { 'last-event-id': 'x' };
  const { body } = await admin.call('GET', '/events', undefined, { headers });
  expect(body).toMatchObject({ status: 400, errors: [{ in: 'header', name: 'Last-Event-ID' }] });
});

it('gives a sign of life while there is no news', async () => {
  const journal: Journal = createJournal();
  const leaving = new AbortController();
  const news = follow(journal, { after: 0, filter: {}, idleMs: 5, signal: leaving.signal });
  expect((await news.next()).value).toEqual({ kind: 'idle' });
  addTo({ journal }, 1);
  expect((await news.next()).value).toMatchObject({ kind: 'call', entry: { sequence: 1 } });
  leaving.abort();
  expect((await news.next()).done).toBe(true);
});

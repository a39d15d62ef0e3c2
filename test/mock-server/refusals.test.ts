/** What is refused before it is a request of anything says in words that the mock refused it, and nobody's connection is kept. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MockServer } from '../../mock-server/serve.ts';
import { clientOf, useLab } from '../support/server.ts';

const lab = useLab();
let server: MockServer;
const faults: unknown[] = [];
beforeAll(async () => {
  server = await lab.start({
    admin: true,
    bodyTimeoutMs: 300,
    onFault: (error) => faults.push(error),
  });
});
afterAll(() => expect(faults).toEqual([]));

const PATH = '/mmpaymkttransfers/sendredpack';
const HOST = 'Host: localhost\r\n';

async function open(door: 'API' | 'admin'): Promise<Socket> {
  const host = '127.0.0.1';
  if (door === 'API') {
    const socket = connect({ host, port: server.port, ca: server.ca });
    await once(socket, 'secureConnect');
    return socket;
  }
  const socket = connectPlain({ host, port: Number(new URL(server.adminUrl ?? '').port) });
  await once(socket, 'connect');
  return socket;
}

/** All that comes back until the server hangs up. */
async function sent(door: 'API' | 'admin', text: string): Promise<string> {
  const socket = await open(door);
  let back = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    back += chunk;
  });
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return back;
}

const chunked = (extension: string): string =>
  `POST ${PATH} HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1;${extension}\r\nx\r\n0\r\n\r\n`;

const REQUESTS: [what: string, status: number, request: string, words: RegExp][] = [
  ['a Host that is half an address', 400, 'GET / HTTP/1.1\r\nHost: [\r\n\r\n', /Host like/],
  ['a Host of two words', 400, 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', /Host like/],
  ['no Host', 400, 'GET / HTTP/1.1\r\n\r\n', /Host is missing/],
  ['no path', 400, `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, /Invalid URL: expected a path/],
  ['no HTTP', 400, 'hello\r\n\r\n', /Parse Error: /],
  [
    'two lengths',
    400,
    `POST ${PATH} HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
    /Parse Error: /,
  ],
  [
    'an expectation',
    417,
    `POST ${PATH} HTTP/1.1\r\n${HOST}Expect: cake\r\n\r\n`,
    /Expect is "cake"/,
  ],
  [
    'long headers',
    431,
    `GET / HTTP/1.1\r\n${HOST}X: ${'x'.repeat(20_000)}\r\n\r\n`,
    /headers are longer/,
  ],
  ['long chunk extensions', 413, chunked('x'.repeat(20_000)), /chunk extensions/],
];

describe.each(['API', 'admin'] as const)('the %s refuses in words', (door) => {
  it.each(REQUESTS)('%s with %i', async (_, status, request, words) => {
    const [head = '', body = ''] = (await sent(door, request)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head).toMatch(/^x-redpack-mock: request$/im);
    expect(head).toMatch(/^content-type: text\/plain; charset=utf-8$/im);
    expect(head).toMatch(/^connection: close$/im);
    expect(head).toMatch(new RegExp(`^content-length: ${Buffer.byteLength(body)}$`, 'im'));
    expect(body).toMatch(words);
    expect(body).toMatch(/^redpack-mock: [^<]+ This is not an answer of WeChat's\.\n$/);
  });
});

it('a request that does not come to its end is refused in words too', async () => {
  const half = `POST ${PATH} HTTP/1.1\r\n${HOST}Content-Length: 10\r\n\r\nx`;
  expect(await sent('API', half)).toMatch(/^HTTP\/1\.1 408 .*x-redpack-mock: request.*its end/s);
});

it('nothing is written into an answer that has begun', async () => {
  const socket = await open('admin');
  const { host } = new URL(server.adminUrl ?? '');
  let back = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    back += chunk;
  });
  socket.write(`GET /events HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await once(socket, 'data');
  socket.write('hello\r\n\r\n');
  await once(socket, 'close');
  expect(back).toMatch(/^HTTP\/1\.1 200 .*text\/event-stream/s);
  expect(back).not.toContain('x-redpack-mock');
});

it('a handshake that fails is answered with nothing that is no TLS', async () => {
  const socket = connectPlain({ host: '127.0.0.1', port: server.port });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\n\r\n');
  await once(socket, 'close');
  expect(Buffer.concat(chunks).toString('latin1')).not.toContain('HTTP');
});

it('a request without Host is served in HTTP/1.0, and the next connection as ever', async () => {
  expect(await sent('API', 'GET /x HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 404 /);
  const client = clientOf(server);
  expect((await client.send()).fields.result_code).toBe('SUCCESS');
  await client.close();
});

it('a connection is kept after what is only a wrong path', async () => {
  const socket = await open('API');
  socket.setEncoding('utf8');
  for (let round = 0; round < 2; round++) {
    socket.write(`GET /x HTTP/1.1\r\n${HOST}\r\n`);
    const [answer] = await once(socket, 'data');
    expect(answer).toMatch(/^HTTP\/1\.1 404 .*connection: keep-alive/is);
  }
  socket.destroy();
});

describe('the operator is told of a client', () => {
  const strays: string[] = [];
  let told: MockServer;
  beforeAll(async () => {
    told = await lab.start({ onStray: (what) => strays.push(what) });
  });
  const curl = (...args: string[]): Promise<unknown> =>
    promisify(execFile)('curl', ['-sS', ...args]).catch((error: unknown) => error);

  it.each([
    [
      'that speaks plain HTTP',
      () => [told.url.replace('https', 'http')],
      'plain HTTP on the https',
    ],
    ['that does not trust the root', () => [told.url], 'does not trust the server'],
    [
      'that has the path wrong',
      () => ['--cacert', told.merchant.certificates.caPath, `${told.url}${PATH}x`],
      `GET ${PATH}x: there is no such path`,
    ],
  ])('%s', async (_, args, words) => {
    await curl(...args());
    await expect.poll(() => strays.join('\n')).toContain(words);
  });
});

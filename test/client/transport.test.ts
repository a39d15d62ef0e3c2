/**
 * What the connection does to a call, with real servers over real TLS. Each server counts the requests that it has read: what is called
 * unsent must never have come to it, and what has come must never be called unsent.
 */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createPlainServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRedpackClient, type Outcome } from '../../client/index.ts';
import { poolTransport, type Transport } from '../../client/transport.ts';
import { signServer } from '../../mock-server/certificates/authority.ts';
import {
  type Certificates,
  type MerchantBundle,
  openCertificates,
} from '../../mock-server/certificates/bundle.ts';
import { BILLNO, element, MERCHANT_OPTIONS, ORDER, sentAnswer } from './support.ts';

const DAY_MS = 86_400_000;
const PATH = '/mmpaymkttransfers/sendredpack';

let dir: string;
let certificates: Certificates;
let bundle: MerchantBundle;
let identity: SecureContextOptions;
const closing: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'redpack-transport-'));
  certificates = await openCertificates({ dir });
  bundle = await certificates.bundle('10000098');
  identity = { cert: bundle.cert, key: bundle.key, ca: bundle.ca };
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Counted {
  readonly url: string;
  readonly port: number;
  /** Requests of which the head has come. */
  requests: number;
  connections: number;
  readonly sockets: Set<Duplex>;
}

type Handler = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

/** A server of our own certificates; TLS settings laid over it. */
async function serve(handler: Handler, tls: TlsOptions = {}): Promise<Counted> {
  const { cert, key } = certificates.server;
  const server = createServer({ cert, key, ...tls }, (request, response) => {
    counted.requests += 1;
    handler(request, response, counted.requests);
  });
  server.on('connection', (socket) => {
    counted.connections += 1;
    counted.sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const counted: Counted = {
    url: `https://127.0.0.1:${port}`,
    port,
    requests: 0,
    connections: 0,
    sockets: new Set(),
  };
  closing.push(() => {
    for (const socket of counted.sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return counted;
}

function dial(url: string, tls: SecureContextOptions = identity, timeoutMs = 5_000): Transport {
  const transport = poolTransport(new URL(url), createSecureContext(tls), timeoutMs);
  closing.unshift(() => transport.close());
  return transport;
}

const BODY = '<xml></xml>';
const ok: Handler = (_, response) => response.end('answer');
const text = (body: Uint8Array): string => Buffer.from(body).toString();

describe('a call that never left', () => {
  it('finds nobody at the port', async () => {
    const { url, port } = await serve(ok);
    await closing.pop()?.();
    expect(port).toBeGreaterThan(0);
    expect(await dial(url).post(PATH, BODY)).toMatchObject({
      kind: 'unsent',
      code: 'ECONNREFUSED',
    });
  });

  it('ends with the reason, however many wait for a connection, and closes', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const root = {
      cert: certificates.root,
      key: await readFile(join(dir, 'ca', 'root-key.pem'), 'utf8'),
    };
    const names = { hosts: ['example.com'], addresses: [] };
    const server = await serve(ok, { cert: signServer(root, names, key, new Date()), key });
    const transport = dial(server.url);
    const all = await Promise.all(Array.from({ length: 100 }, () => transport.post(PATH, BODY)));
    expect(new Set(all.map((each) => ('code' in each ? each.code : each.kind)))).toEqual(
      new Set(['ERR_TLS_CERT_ALTNAME_INVALID']),
    );
    await transport.close();
    expect(server.requests).toBe(0);
  });

  it('finds no such host', async () => {
    const exchanged = await dial('https://no-such-host.invalid').post(PATH, BODY);
    expect(exchanged).toMatchObject({ kind: 'unsent' });
    expect(['ENOTFOUND', 'EAI_AGAIN']).toContain('code' in exchanged && exchanged.code);
  });

  it.each([
    [
      'by an authority that is not trusted',
      { noCa: true },
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ],
    ['for another host', { host: 'example.com' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['that has expired', { ageDays: 3_000 }, 'CERT_HAS_EXPIRED'],
  ])('shows its order to no server with a certificate %s', async (_, given, codes) => {
    const { noCa, host, ageDays = 0 } = given as { noCa?: true; host?: string; ageDays?: number };
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const root = {
      cert: certificates.root,
      key: await readFile(join(dir, 'ca', 'root-key.pem'), 'utf8'),
    };
    const names = host
      ? { hosts: [host], addresses: [] }
      : { hosts: ['localhost'], addresses: ['127.0.0.1'] };
    const cert = signServer(root, names, key, new Date(Date.now() - ageDays * DAY_MS));
    const server = await serve(ok, { cert, key });
    const tls = noCa ? { cert: bundle.cert, key: bundle.key } : identity;
    const exchanged = await dial(server.url, tls).post(PATH, BODY);
    expect(exchanged.kind).toBe('unsent');
    expect('code' in exchanged && exchanged.code).toMatch(new RegExp(`^(?:${codes})$`));
    expect(server.requests).toBe(0);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is not read by a server that demands another certificate, %s',
    async (version) => {
      const tls: TlsOptions = {
        requestCert: true,
        rejectUnauthorized: true,
        ca: certificates.root,
        minVersion: version,
        maxVersion: version,
      };
      const server = await serve(ok, tls);
      const foreign = await (await openCertificates({ dir: join(dir, 'foreign') })).bundle(
        '10000098',
      );
      const { cert, key } = foreign;
      for (const other of [{ ca: [bundle.ca] }, { cert, key, ca: [bundle.ca] }]) {
        const exchanged = await dial(server.url, other).post(PATH, BODY);
        // A reset may overtake the alert; then nobody knows, and that is said.
        if (exchanged.kind === 'lost') expect(exchanged.detail).toMatch(/ECONNRESET|EPIPE|UND_ERR/);
        else expect(exchanged).toMatchObject({ kind: 'unsent' });
      }
      expect(server.requests).toBe(0);
      expect((await dial(server.url).post(PATH, BODY)).kind).toBe('answered');
      expect(server.requests).toBe(1);
    },
  );

  it('waits no longer for a handshake than for an answer', async () => {
    const silent = createPlainServer((socket) => socket.on('error', () => undefined));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    closing.push(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const startMs = Date.now();
    const exchanged = await dial(`https://127.0.0.1:${port}`, identity, 300).post(PATH, BODY);
    expect(exchanged).toMatchObject({ kind: 'unsent', code: 'CONNECT_TIMEOUT' });
    expect(Date.now() - startMs).toBeLessThan(2_000);
  });

  it('speaks to a server that speaks no TLS', async () => {
    let bytes = 0;
    const plain = createPlainServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        bytes += chunk.length;
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nanswer');
      });
    });
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    closing.push(() => plain.close());
    const { port } = plain.address() as AddressInfo;
    const exchanged = await dial(`https://127.0.0.1:${port}`).post(PATH, BODY);
    expect(exchanged).toMatchObject({ kind: 'unsent' });
    expect(bytes).toBeGreaterThan(0);
  });

  it('is given up before it is dialled, or while it is', async () => {
    const server = await serve(ok);
    const before = await dial(server.url).post(PATH, BODY, AbortSignal.abort());
    expect(before).toMatchObject({ kind: 'unsent', code: 'ABORTED' });
    const controller = new AbortController();
    const during = dial(server.url).post(PATH, BODY, controller.signal);
    controller.abort();
    expect(await during).toMatchObject({ kind: 'unsent', code: 'ABORTED' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.requests).toBe(0);
  });

  it('is one of a transport that was closed', async () => {
    const server = await serve(ok);
    const transport = poolTransport(new URL(server.url), createSecureContext(identity), 1_000);
    await transport.close();
    expect(await transport.post(PATH, BODY)).toMatchObject({ kind: 'unsent' });
    expect(server.requests).toBe(0);
  });

  it('waited for a free connection for too long', async () => {
    const server = await serve((_, response) => setTimeout(() => response.end('answer'), 700));
    const transport = dial(server.url, identity, 400);
    const exchanged = await Promise.all(
      Array.from({ length: 60 }, () => transport.post(PATH, BODY)),
    );
    const unsent = exchanged.filter(({ kind }) => kind === 'unsent').length;
    expect(unsent).toBeGreaterThan(0);
    expect(exchanged.every(({ kind }) => kind !== 'answered')).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(server.requests).toBeLessThanOrEqual(exchanged.length - unsent);
  });
});

describe('a call that may have been processed', () => {
  const spoil: Readonly<Record<string, Handler>> = {
    'before the head': (request) => request.socket.destroy(),
    'within the head': (request) => {
      request.socket.write('HTTP/1.1 200 OK\r\ncontent-le');
      setTimeout(() => request.socket.destroy(), 20);
    },
    'after the head': (request) => {
      request.socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n');
      setTimeout(() => request.socket.destroy(), 20);
    },
    'within the body': (request) => {
      request.socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345');
      setTimeout(() => request.socket.end(), 20);
    },
    'within a chunk': (request) => {
      request.socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\n12345');
      setTimeout(() => request.socket.end(), 20);
    },
    'with words that are no HTTP': (request) => request.socket.end('no HTTP at all\r\n\r\n'),
  };

  it.each(Object.entries(spoil))('is cut %s', async (_, handler) => {
    const server = await serve(handler);
    expect(await dial(server.url).post(PATH, BODY)).toMatchObject({ kind: 'lost', why: 'cut' });
    expect(server.requests).toBe(1);
  });

  it.each([
    ['never comes', (_: IncomingMessage, response: ServerResponse) => response.flushHeaders()],
    [
      'drips',
      (_: IncomingMessage, response: ServerResponse) => {
        const timer = setInterval(() => response.write('x'), 50);
        response.on('close', () => clearInterval(timer));
      },
    ],
    ['has no head', () => undefined],
  ])('has an answer that %s', async (_, handler) => {
    const server = await serve(handler);
    const startMs = Date.now();
    const exchanged = await dial(server.url, identity, 300).post(PATH, BODY);
    expect(exchanged).toMatchObject({ kind: 'lost', why: 'timeout' });
    expect(Date.now() - startMs).toBeLessThan(1_500);
    expect(server.requests).toBe(1);
  });

  it('has an answer that is longer than any', async () => {
    const server = await serve((_, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      response.on('error', () => undefined);
      more();
    });
    const exchanged = await dial(server.url).post(PATH, BODY);
    expect(exchanged).toMatchObject({ kind: 'lost', why: 'oversize' });
  });

  it('is given up by its caller on the way', async () => {
    const controller = new AbortController();
    const server = await serve(() => controller.abort());
    const exchanged = await dial(server.url).post(PATH, BODY, controller.signal);
    expect(exchanged).toMatchObject({ kind: 'lost', why: 'aborted' });
    expect(server.requests).toBe(1);
  });

  it('went to a connection that the server had just closed', async () => {
    // The server says nothing of it: the connection looks alive until the request is on its way.
    const server = await serve((request, response, nth) => {
      if (nth === 1) response.end('answer');
      else request.socket.destroy();
    });
    const transport = dial(server.url);
    expect((await transport.post(PATH, BODY)).kind).toBe('answered');
    await nextTurn();
    expect(await transport.post(PATH, BODY)).toMatchObject({ kind: 'lost', why: 'cut' });
    expect(server.requests).toBe(2);
    expect(server.connections).toBe(1);
  });
});

describe('a call that is answered', () => {
  it('keeps its connection, and makes another when the server closed it', async () => {
    const server = await serve(ok);
    const transport = dial(server.url);
    for (let nth = 0; nth < 3; nth++) {
      await transport.post(PATH, BODY);
      await nextTurn();
    }
    expect(server.connections).toBe(1);
    for (const socket of server.sockets) socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await transport.post(PATH, BODY)).kind).toBe('answered');
    expect([server.requests, server.connections]).toEqual([4, 2]);
  });

  it('has the body, the content type and the path below the base', async () => {
    const seen: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      seen.push(request.method, request.url, request.headers['content-type']);
      request.on('data', (chunk: Buffer) => seen.push(String(chunk)));
      request.on('end', () => response.end('answer'));
    });
    await dial(`${server.url}/below/`).post(PATH, BODY);
    expect(seen).toEqual(['POST', `/below${PATH}`, 'text/xml; charset=utf-8', BODY]);
  });

  it('follows no redirect', async () => {
    const server = await serve((_, response) =>
      response.writeHead(307, { location: PATH }).end('moved'),
    );
    expect(await dial(server.url).post(PATH, BODY)).toMatchObject({ status: 307 });
    expect(server.requests).toBe(1);
  });

  it('may come after an interim answer', async () => {
    const server = await serve((request, response) => {
      request.socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n');
      response.end('answer');
    });
    expect(await dial(server.url).post(PATH, BODY)).toMatchObject({ status: 200 });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('may be compressed by %s', async (encoding, compress) => {
    const server = await serve((_, response) =>
      response.setHeader('content-encoding', encoding).end(compress('answer')),
    );
    const exchanged = await dial(server.url).post(PATH, BODY);
    expect(exchanged.kind === 'answered' && text(exchanged.body)).toBe('answer');
  });

  it('is left as it is when it is not compressed as it says, or is a bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const server = await serve((_, response, nth) =>
      response.setHeader('content-encoding', 'gzip').end(nth === 1 ? 'answer' : bomb),
    );
    const transport = dial(server.url);
    const lying = await transport.post(PATH, BODY);
    expect(lying.kind === 'answered' && text(lying.body)).toBe('answer');
    const blown = await transport.post(PATH, BODY);
    expect(blown.kind === 'answered' && blown.body.length).toBeLessThan(65_537);
  });
});

describe('what a client says of it', () => {
  async function said(url: string, more: object = {}): Promise<Outcome> {
    const client = createRedpackClient({
      ...MERCHANT_OPTIONS,
      baseUrl: url,
      certificate: { cert: bundle.cert, key: bundle.key },
      ca: bundle.ca,
      timeoutMs: 1_000,
      ...more,
    });
    closing.unshift(() => client.close());
    return client.send({ ...ORDER, mch_billno: BILLNO });
  }

  it('that nobody is there: refused, and worth another try', async () => {
    expect(await said('https://127.0.0.1:1')).toMatchObject({
      kind: 'refused',
      by: 'connection',
      code: 'ECONNREFUSED',
      advice: 'same',
      numberFree: true,
    });
  });

  it('that the server is not trusted: refused, with what to do', async () => {
    const server = await serve(ok);
    const outcome = await said(server.url, { ca: undefined });
    expect(outcome).toMatchObject({ kind: 'refused', by: 'connection', advice: 'fix' });
    expect(outcome.kind === 'refused' && outcome.message).toMatch(/give its root as ca/);
    expect(server.requests).toBe(0);
  });

  it('that the answer was lost: unknown, with the number', async () => {
    const server = await serve((request) => request.socket.destroy());
    expect(await said(server.url)).toMatchObject({
      kind: 'unknown',
      why: 'cut',
      mch_billno: BILLNO,
    });
  });

  it('of many at once on one signal, without a warning', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): unknown => warnings.push(warning);
    process.on('warning', onWarning);
    const server = await serve((request) => request.socket.destroy());
    const client = createRedpackClient({
      ...MERCHANT_OPTIONS,
      baseUrl: server.url,
      certificate: { cert: bundle.cert, key: bundle.key },
      ca: bundle.ca,
      ratePerSecond: null,
    });
    closing.unshift(() => client.close());
    const { signal } = new AbortController();
    const sends = Array.from({ length: 40 }, (_, nth) =>
      client.send({ ...ORDER, mch_billno: `${BILLNO}${nth}`.slice(-28) }, { signal }),
    );
    await Promise.all(sends);
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
    expect(server.requests).toBe(40);
    expect(server.connections).toBeGreaterThan(11);
  });

  it('that it was sent, through a gateway that compresses', async () => {
    const server = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk;
      });
      request.on('end', () => {
        const answer = gzipSync(sentAnswer(element(body, 'mch_billno')));
        response.setHeader('content-encoding', 'gzip').end(answer);
      });
    });
    expect(await said(server.url)).toMatchObject({ kind: 'sent', mch_billno: BILLNO });
  });
});

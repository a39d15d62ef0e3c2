import { execFile, spawn } from 'node:child_process';
import { constants, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, RequestListener } from 'node:http';
import { Agent, createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type ConnectionOptions, connect, type TLSSocket, type TlsOptions } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Peer } from '../../contracts/types.ts';
import { type Caller, callerAt } from '../../mock-server/caller.ts';
import {
  type Certificates,
  type MerchantBundle,
  openCertificates,
} from '../../mock-server/certificates/bundle.ts';
import { peerOf, tlsOptions } from '../../mock-server/tls.ts';

const run = promisify(execFile);
const DAY_MS = 24 * 60 * 60 * 1000;

interface Identity {
  readonly cert: string;
  readonly key: string;
}

let scratch: string;
let certificates: Certificates;
let merchant: MerchantBundle;
let visitors: Record<string, { identity: Identity | undefined; peer: Peer }>;
const servers: Server[] = [];

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'redpack-tls-'));
  const dir = join(scratch, 'certs');
  const sixYearsAgo = () => new Date(Date.now() - 6 * 366 * DAY_MS);
  const expired = await (await openCertificates({ dir, now: sixYearsAgo })).bundle('888');
  certificates = await openCertificates({ dir });
  const elsewhere = await openCertificates({ dir: join(scratch, 'foreign') });
  const foreign = await elsewhere.bundle('10000098');
  merchant = await certificates.bundle('10000098');
  const other = await certificates.bundle('10000099');
  visitors = {
    'a merchant': { identity: merchant, peer: merchantPeer(merchant) },
    'another merchant': { identity: other, peer: merchantPeer(other) },
    nobody: { identity: undefined, peer: { kind: 'none' } },
    'a self-signed certificate': {
      identity: await selfSigned(),
      peer: { kind: 'untrusted', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    },
    'a certificate of a foreign authority': {
      identity: foreign,
      peer: { kind: 'untrusted', reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    },
    'an expired certificate': {
      identity: expired,
      peer: { kind: 'untrusted', reason: 'CERT_HAS_EXPIRED' },
    },
    'the certificate of the server itself': {
      identity: certificates.server,
      peer: { kind: 'untrusted', reason: 'INVALID_PURPOSE' },
    },
  };
});

afterEach(async () => {
  vi.useRealTimers();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

function merchantPeer({ mchId, cert }: MerchantBundle): Peer {
  return { kind: 'merchant', mchId, serial: new X509Certificate(cert).serialNumber };
}

async function selfSigned(): Promise<Identity> {
  const [cert, key] = [join(scratch, 'self.pem'), join(scratch, 'self-key.pem')];
  const subject = ['-subj', '/C=CN/O=self/CN=10000098', '-days', '30'];
  const output = ['-keyout', key, '-out', cert];
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...output]);
  return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
}

const tellPeer: RequestListener = (incoming, response) => {
  const socket = incoming.socket as TLSSocket;
  response.end(JSON.stringify({ peer: peerOf(socket) }));
};

async function serve(options: TlsOptions): Promise<{ server: Server; port: number }> {
  const server = createServer(options, tellPeer);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

interface Visit {
  readonly peer: Peer;
  readonly isReused: boolean;
  readonly protocol: string | null;
  readonly alpn: string | false | null;
  readonly session: Buffer | undefined;
}

/** One request over one connection, and the session that the server gave for the next. */
async function visit(port: number, options: ConnectionOptions): Promise<Visit> {
  const names = { host: '127.0.0.1', servername: 'api.mch.weixin.qq.com', ca: certificates.root };
  const socket = connect({ port, ...names, ...options });
  let session: Buffer | undefined;
  socket.on('session', (given: Buffer) => {
    session = given;
  });
  await once(socket, 'secureConnect');
  const [isReused, protocol, alpn] = [
    socket.isSessionReused(),
    socket.getProtocol(),
    socket.alpnProtocol,
  ];
  socket.write('GET / HTTP/1.1\r\nHost: api.mch.weixin.qq.com\r\nConnection: close\r\n\r\n');
  const [, body = ''] = (await text(socket)).split('\r\n\r\n');
  const { peer } = JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1));
  return { peer, isReused, protocol, alpn, session };
}

/** The ways to resume that node offers, each with what server and client need for it. */
const WAYS = [
  { way: 'TLS 1.3 by ticket', version: 'TLSv1.3', isById: false },
  { way: 'TLS 1.2 by ticket', version: 'TLSv1.2', isById: false },
  { way: 'TLS 1.2 by session id', version: 'TLSv1.2', isById: true },
] as const;

async function serveWay({ isById }: (typeof WAYS)[number]): Promise<number> {
  const noTicket = isById ? { secureOptions: constants.SSL_OP_NO_TICKET } : {};
  const { server, port } = await serve({ ...tlsOptions({ certificates }), ...noTicket });
  const sessions = new Map<string, Buffer>();
  if (isById) {
    server.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
      sessions.set(id.toString('hex'), data);
      done();
    });
    server.on('resumeSession', (id: Buffer, done: (error: null, data: Buffer | null) => void) => {
      done(null, sessions.get(id.toString('hex')) ?? null);
    });
  }
  return port;
}

function identityOf(name: string): Partial<Identity> {
  const identity = visitors[name]?.identity;
  return identity ? { cert: identity.cert, key: identity.key } : {};
}

describe.each(WAYS)('a session resumed in $way', (way) => {
  const { version } = way;

  it('belongs to the peer that opened it, whoever that was', async () => {
    const port = await serveWay(way);
    for (const [name, { peer }] of Object.entries(visitors)) {
      const identity = identityOf(name);
      const first = await visit(port, { ...identity, maxVersion: version });
      expect([name, first.peer, first.isReused]).toEqual([name, peer, false]);
      expect(first.protocol).toBe(version);
      const again = await visit(port, { ...identity, maxVersion: version, session: first.session });
      expect([name, again.peer, again.isReused]).toEqual([name, peer, true]);
    }
  });

  it('is not taken over by a certificate that the client holds by then', async () => {
    const port = await serveWay(way);
    const { session } = await visit(port, { maxVersion: version });
    const identity = identityOf('a merchant');
    const again = await visit(port, { ...identity, maxVersion: version, session });
    expect([again.peer, again.isReused]).toEqual([{ kind: 'none' }, true]);
  });

  it('is untrusted when the certificate has expired since', async () => {
    const port = await serveWay(way);
    const identity = identityOf('a merchant');
    const first = await visit(port, { ...identity, maxVersion: version });
    expect(first.peer).toMatchObject({ kind: 'merchant' });
    vi.useFakeTimers({
      toFake: ['Date'],
      now: Date.parse(new X509Certificate(merchant.cert).validTo) + 1,
    });
    const again = await visit(port, { ...identity, maxVersion: version, session: first.session });
    expect(again.isReused).toBe(true);
    expect(again.peer).toEqual({ kind: 'untrusted', reason: 'CERT_HAS_EXPIRED' });
  });
});

describe('a server that demands a certificate', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('lets in merchants only, over %s', async (version) => {
    const { port } = await serve(tlsOptions({ certificates, clientCertificate: 'demanded' }));
    for (const [name, { peer }] of Object.entries(visitors)) {
      const visiting = visit(port, { ...identityOf(name), maxVersion: version });
      if (peer.kind === 'merchant') expect((await visiting).peer).toEqual(peer);
      else await expect(visiting, name).rejects.toThrow();
    }
  });
});

describe('the peer of a connection', () => {
  it('is worked out once, however many requests it carries', async () => {
    const { server, port } = await serve(tlsOptions({ certificates }));
    const callers: Caller[] = [];
    server.on('request', ({ socket }: IncomingMessage) => callers.push(callerAt(socket)));
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: certificates.root });
    const { cert, key } = merchant;
    for (const path of ['/1', '/2']) {
      const call = request({ host: '127.0.0.1', port, path, agent, cert, key }).end();
      const [response] = await once(call, 'response');
      expect(JSON.parse(await text(response)).peer).toEqual(merchantPeer(merchant));
    }
    agent.destroy();
    expect(callers).toHaveLength(2);
    expect(callers[0]).toBe(callers[1]);
    expect(callers[0]?.peer).toEqual(merchantPeer(merchant));
  });
});

describe('the server', () => {
  it('speaks HTTP/1.1 whether the client negotiates or not', async () => {
    const { port } = await serve(tlsOptions({ certificates }));
    const both = await visit(port, { ALPNProtocols: ['h2', 'http/1.1'] });
    expect(both.alpn).toBe('http/1.1');
    expect((await visit(port, {})).alpn).toBe(false);
  });

  it.each([
    ['no name', ['-noservername']],
    ['an address for a name', ['-servername', '127.0.0.1']],
    ['an unknown name', ['-servername', 'unknown.example']],
    ['the real name', ['-servername', 'api.mch.weixin.qq.com']],
  ])('presents its certificate to a client that gives %s', async (_, name) => {
    const { port } = await serve(tlsOptions({ certificates }));
    const trust = ['-CAfile', join(scratch, 'certs', 'ca', 'root.pem'), '-verify_return_error'];
    const client = spawn('openssl', [
      's_client',
      '-quiet',
      '-connect',
      `127.0.0.1:${port}`,
      ...trust,
      ...name,
    ]);
    client.stdin.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await text(client.stdout)).toContain('{"peer":{"kind":"none"}');
    client.stdin.end();
  });

  it('is trusted by a node client that has nothing but the p12', async () => {
    const { port } = await serve(tlsOptions({ certificates }));
    const p12 = { pfx: merchant.p12, passphrase: '10000098' };
    const call = request({ host: '127.0.0.1', port, agent: false, ...p12 }).end();
    const [response] = await once(call, 'response');
    expect(JSON.parse(await text(response)).peer).toEqual(merchantPeer(merchant));
  });
});

describe('curl', () => {
  const curl = (port: number, ...args: string[]) =>
    run('curl', ['-sS', '--cacert', merchant.caPath, ...args, `https://127.0.0.1:${port}/`]);

  it('is known by its p12', async () => {
    const { port } = await serve(tlsOptions({ certificates }));
    const p12 = ['--cert-type', 'P12', '--cert', `${merchant.p12Path}:10000098`];
    const { stdout } = await curl(port, ...p12);
    expect(JSON.parse(stdout).peer).toEqual(merchantPeer(merchant));
  });

  it('is known by its pem files', async () => {
    const { port } = await serve(tlsOptions({ certificates }));
    const { stdout } = await curl(port, '--cert', merchant.certPath, '--key', merchant.keyPath);
    expect(JSON.parse(stdout).peer).toEqual(merchantPeer(merchant));
  });

  it('is nobody without a certificate', async () => {
    const { port } = await serve(tlsOptions({ certificates }));
    const { stdout } = await curl(port);
    expect(JSON.parse(stdout).peer).toEqual({ kind: 'none' });
  });
});

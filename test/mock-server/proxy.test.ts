import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type MerchantBundle, openCertificates } from '../../mock-server/certificates/bundle.ts';
import { type ConnectProxy, type ProxySettings, startProxy } from '../../mock-server/proxy.ts';
import { peerOf, tlsOptions } from '../../mock-server/tls.ts';

const run = promisify(execFile);
const REAL = 'api.mch.weixin.qq.com:443';

const cleanups: (() => unknown)[] = [];
const refusals: string[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  refusals.length = 0;
});

async function portOf(server: Server): Promise<number> {
  cleanups.push(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A target that hands each connection to the test; errors of its own sockets don't matter here. */
function target(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    cleanups.push(() => socket.destroy());
    onConnection(socket);
  });
  return portOf(server);
}

async function proxyTo(port: number, more: Partial<ProxySettings> = {}): Promise<ConnectProxy> {
  const proxy = await startProxy({
    host: '127.0.0.1',
    port: 0,
    target: { host: '127.0.0.1', port },
    onRefused: (asked) => refusals.push(asked),
    ...more,
  });
  cleanups.push(proxy.stop);
  return proxy;
}

/** A client's socket that has sent its CONNECT, and whatever else belongs in the same packet. */
function dial(proxy: ConnectProxy, authority: string, early = ''): Socket {
  const socket = connect({ host: '127.0.0.1', port: proxy.port, allowHalfOpen: true });
  cleanups.push(() => socket.destroy());
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n${early}`);
  return socket;
}

/** A socket whose tunnel is open: the proxy's 200 has been read off it. */
async function dialThrough(proxy: ConnectProxy, authority = REAL): Promise<Socket> {
  const socket = dial(proxy, authority);
  const [head] = await once(socket, 'data');
  expect(String(head)).toMatch(/^HTTP\/1\.1 200 /);
  return socket;
}

/** The whole answer of a proxy that opens no tunnel. */
function answerTo(proxy: ConnectProxy, authority: string): Promise<string> {
  const socket = dial(proxy, authority);
  socket.end();
  return everything(socket);
}

/** All that a socket receives; unlike `text` of node it leaves the socket open for writing. */
async function everything(socket: Socket): Promise<string> {
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  await once(socket, 'end');
  return received;
}

/** Resolves when a socket is closed, be it by a reset. */
function closing(socket: Socket): Promise<void> {
  socket.on('error', () => socket.destroy());
  return new Promise((done) => socket.once('close', () => done()));
}

const echo = (socket: Socket) => socket.pipe(socket);

describe('curl with a proxy', () => {
  let scratch: string;
  let merchant: MerchantBundle;
  let proxy: ConnectProxy;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'redpack-proxy-'));
  });

  afterAll(async () => {
    await rm(scratch, { recursive: true, force: true });
  });

  async function startMock(): Promise<void> {
    const certificates = await openCertificates({ dir: scratch });
    merchant = await certificates.bundle('10000098');
    const mock = createHttpsServer(tlsOptions({ certificates }), (incoming, response) => {
      const { url, headers, socket } = incoming;
      response.end(JSON.stringify([url, headers.host, peerOf(socket as TLSSocket).kind]));
    });
    proxy = await proxyTo(await portOf(mock));
  }

  const curl = (url: string) => {
    const trust = [
      '--cacert',
      merchant.caPath,
      '--cert',
      merchant.certPath,
      '--key',
      merchant.keyPath,
    ];
    return run('curl', ['-sS', '--noproxy', '', '--proxy', proxy.url, ...trust, url]);
  };

  it('reaches the mock under the real name', async () => {
    await startMock();
    const { stdout } = await curl('https://api.mch.weixin.qq.com/mmpaymkttransfers/sendredpack');
    const url = '/mmpaymkttransfers/sendredpack';
    expect(JSON.parse(stdout)).toEqual([url, 'api.mch.weixin.qq.com', 'merchant']);
    expect(refusals).toEqual([]);
  });

  it('reaches nothing under another name', async () => {
    await startMock();
    const call = curl('https://api.weixin.qq.com/');
    await expect(call).rejects.toThrow(/CONNECT tunnel failed, response 403/);
    expect(refusals).toEqual(['api.weixin.qq.com:443']);
  });

  it('is told that plain http is not the way', async () => {
    await startMock();
    const { stdout } = await curl('http://api.mch.weixin.qq.com/mmpaymkttransfers/sendredpack');
    expect(stdout).toMatch(/only CONNECT .* https proxy/);
    expect(refusals).toEqual(['GET http://api.mch.weixin.qq.com/mmpaymkttransfers/sendredpack']);
  });
});

describe('the proxy', () => {
  it.each([REAL, 'API.Mch.Weixin.QQ.com:443', 'api.mch.weixin.qq.com.:443'])(
    'opens a tunnel to %s',
    async (authority) => {
      const proxy = await proxyTo(await target(echo));
      const socket = await dialThrough(proxy, authority);
      socket.write('ping');
      expect(String(await once(socket, 'data'))).toBe('ping');
    },
  );

  it.each([
    'api.mch.weixin.qq.com:80',
    'api.mch.weixin.qq.com:8443',
    'api.mch.weixin.qq.com',
    'evil-api.mch.weixin.qq.com:443',
    'api.mch.weixin.qq.com.evil.example:443',
    '127.0.0.1:443',
    '[::1]:443',
    ':443',
    'x',
  ])('refuses %s and says what it would open', async (authority) => {
    let connections = 0;
    const port = await target(() => {
      connections += 1;
    });
    const proxy = await proxyTo(port);
    const answer = await answerTo(proxy, authority);
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\nContent-Type: text\/plain/);
    expect(answer).toContain(`"${authority}" is refused`);
    expect(answer).toContain('leads api.mch.weixin.qq.com:443 to a local mock');
    expect(refusals).toEqual([authority]);
    expect(connections).toBe(0);
  });

  it('opens other hosts when it is given others, and then no longer the default', async () => {
    const allowedHosts = ['API.example.'];
    const proxy = await proxyTo(await target(echo), { allowedHosts });
    await dialThrough(proxy, 'api.example:443');
    expect(await answerTo(proxy, REAL)).toMatch(/403 Forbidden[\s\S]*leads api\.example:443 to/);
  });

  it('tells a browser that opens it what it is for', async () => {
    const proxy = await proxyTo(await target(echo));
    const response = await fetch(proxy.url);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('CONNECT');
    expect(await response.text()).toContain('calls api.mch.weixin.qq.com:443');
  });

  it('says so when the mock is not there', async () => {
    const port = await target(echo);
    await cleanups.shift()?.();
    const answer = await answerTo(await proxyTo(port), REAL);
    expect(answer).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(answer).toContain(`the mock at 127.0.0.1:${port} can't be reached`);
  });

  it('rejects when it can’t listen', async () => {
    const taken = await target(echo);
    await expect(proxyTo(1, { port: taken })).rejects.toThrow(/EADDRINUSE/);
  });
});

describe('a tunnel', () => {
  const LONG = 'why? '.repeat(100_000);

  it('carries what the client sent right behind its CONNECT', async () => {
    const proxy = await proxyTo(await target(echo));
    const socket = dial(proxy, REAL, 'early');
    socket.end(' and late');
    expect((await everything(socket)).split('\r\n\r\n')[1]).toBe('early and late');
  });

  it('stays open for the answer after the client has ended', async () => {
    const port = await target(async (socket) => {
      const question = await everything(socket);
      socket.end(question === 'why' ? LONG : question);
    });
    const socket = await dialThrough(await proxyTo(port));
    socket.end('why');
    const answer = await everything(socket);
    expect(answer === LONG).toBe(true);
  });

  it('stays open for the client after the target has ended', async () => {
    const heard: Promise<string>[] = [];
    const port = await target((socket) => {
      socket.end();
      heard.push(everything(socket));
    });
    const socket = await dialThrough(await proxyTo(port));
    await everything(socket);
    socket.end('still here');
    expect(await heard[0]).toBe('still here');
  });

  it('passes a reset by the target on, and the proxy lives', async () => {
    const port = await target((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const proxy = await proxyTo(port);
    for (const attempt of [1, 2]) {
      const socket = await dialThrough(proxy);
      socket.write(`attempt ${attempt}`);
      await expect(everything(socket)).rejects.toMatchObject({ code: 'ECONNRESET' });
    }
  });

  it.each([
    ['resets', (client: Socket) => client.resetAndDestroy()],
    ['ends and then resets', endThenReset],
  ])('is closed at the target when the client %s', async (_, leave) => {
    const closed: Promise<unknown>[] = [];
    const port = await target((socket) => {
      // One that goes on writing learns of it, as a server with a long answer does.
      const writing = setInterval(() => socket.write(LONG), 5);
      socket.once('close', () => clearInterval(writing));
      closed.push(closing(socket));
    });
    const proxy = await proxyTo(port);
    const client = await dialThrough(proxy);
    leave(client);
    await closed[0];
    await dialThrough(proxy);
  });

  function endThenReset(client: Socket): void {
    client.end(() => setTimeout(() => client.resetAndDestroy(), 20));
  }
});

describe('stopping', () => {
  it('cuts open tunnels and refused clients at once, on both sides', async () => {
    const accepted: Socket[] = [];
    const port = await target((socket) => accepted.push(socket.resume()));
    const proxy = await proxyTo(port);
    const clients = [await dialThrough(proxy), await dialThrough(proxy)];
    const idle = connect(proxy.port, '127.0.0.1');
    await once(idle, 'connect');
    const refused = dial(proxy, 'example.com:443');
    await once(refused, 'data');
    while (accepted.length < 2) await sleep(5);
    const closed = [...clients, ...accepted, idle, refused].map((socket) => {
      socket.on('end', () => socket.destroy());
      return closing(socket.resume());
    });

    const started = performance.now();
    await Promise.all([proxy.stop(), proxy.stop()]);
    expect(performance.now() - started).toBeLessThan(500);
    await Promise.all(closed);
    await expect(fetch(proxy.url)).rejects.toThrow();
  });
});

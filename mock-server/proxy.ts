/**
 * A CONNECT proxy that leads the real host name to the mock, so that a client whose address is
 * fixed in its code can be rehearsed with a proxy setting alone, and can reach nothing else.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A TCP address. */
interface Address {
  readonly host: string;
  readonly port: number;
}

/** `host` and `port` to listen on (0 picks one), and where tunnels end. */
export interface ProxySettings extends Address {
  readonly target: Address;
  /** Default `api.mch.weixin.qq.com`. Only port 443 of these is tunnelled. */
  readonly allowedHosts?: readonly string[];
  /** Hears of every refusal: what was asked for (`host:port`, or a method and URL), and our words. */
  readonly onRefused?: (asked: string, message: string) => void;
}

/** A running proxy. `stop` also cuts the tunnels that are open, and resolves when all is closed. */
export interface ConnectProxy {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

const API_HOST = 'api.mch.weixin.qq.com';
const HTTPS_PORT = '443';
// Long enough to read a refusal; a client that stays on after it is hung up on.
const REFUSED_LINGER_MS = 5_000;

/** Rejects with node's own error when the address can't be listened on. */
export async function startProxy(settings: ProxySettings): Promise<ConnectProxy> {
  const { target, onRefused } = settings;
  const allowedHosts = (settings.allowedHosts ?? [API_HOST]).map(normal);
  const open = new Set<Duplex>();
  const server = createServer();

  server.on('connection', (socket: Socket) => track(open, socket));

  server.on('connect', (request: IncomingMessage, client: Socket, early: Buffer) => {
    const asked = request.url ?? '';
    client.on('error', () => client.destroy()); // http listens no longer; unheard, it would throw
    if (isAllowed(asked, allowedHosts)) {
      track(open, tunnel(client, early, target));
      return;
    }
    const message = onlyTunnelsTo(allowedHosts, asked);
    onRefused?.(asked, message);
    refuse(client, '403 Forbidden', message);
  });

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const message = onlyConnects(allowedHosts);
    onRefused?.(`${request.method} ${request.url}`, message);
    response.writeHead(405, { ...PLAIN_TEXT, Allow: 'CONNECT', Connection: 'close' });
    response.end(message);
  });

  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function close(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  }

  let closing: Promise<void> | undefined;
  function stop(): Promise<void> {
    closing ??= close();
    return closing;
  }

  return { url: `http://${bracketed(settings.host)}:${port}`, port, stop };
}

function track(open: Set<Duplex>, socket: Duplex): void {
  open.add(socket);
  socket.once('close', () => open.delete(socket));
}

// Who may pass.

function isAllowed(authority: string, allowedHosts: readonly string[]): boolean {
  const colon = authority.lastIndexOf(':');
  const host = normal(authority.slice(0, colon));
  return authority.slice(colon + 1) === HTTPS_PORT && allowedHosts.includes(host);
}

/** Names are the same in any case, and with the dot of the root zone behind them. */
function normal(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

// Tunnels.

/** Joins the client to the target once that answers; each side may end before the other. */
function tunnel(client: Socket, early: Buffer, target: Address): Socket {
  const upstream = connect({ ...target, allowHalfOpen: true, noDelay: true });
  const failed = (error: Error) => {
    refuse(client, '502 Bad Gateway', unreachable(target, error));
  };
  upstream.once('error', failed);
  upstream.once('connect', () => {
    upstream.off('error', failed);
    upstream.on('error', () => upstream.destroy());
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    if (early.length > 0) upstream.write(early);
    client.pipe(upstream);
    upstream.pipe(client);
    endTogether(upstream, client);
  });
  endTogether(client, upstream);
  return upstream;
}

/**
 * `pipe` passes proper ends on. A side that closes without one takes the other with it, by a reset,
 * so that a connection that the mock breaks on purpose is broken for the client too.
 */
function endTogether(one: Socket, other: Socket): void {
  one.once('close', () => {
    if (one.readableEnded && one.writableFinished) return;
    if (other.connecting) other.destroy();
    else other.resetAndDestroy();
  });
}

// Answers in words.

const PLAIN_TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

function refuse(client: Socket, status: string, message: string): void {
  if (client.destroyed) return;
  client.resume(); // what the client still sends is dropped, lest it be reset before it reads this
  client.setTimeout(REFUSED_LINGER_MS, () => client.destroy());
  client.end(
    `HTTP/1.1 ${status}\r\n` +
      `Content-Type: ${PLAIN_TEXT['Content-Type']}\r\n` +
      `Content-Length: ${Buffer.byteLength(message)}\r\n` +
      'Connection: close\r\n\r\n' +
      message,
  );
}

function onlyTunnelsTo(allowedHosts: readonly string[], asked: string): string {
  return (
    `redpack proxy: ${JSON.stringify(asked)} is refused. This proxy leads ` +
    `${listed(allowedHosts)} to a local mock and opens nothing else, so that a rehearsal never ` +
    'reaches a real server.\n'
  );
}

function onlyConnects(allowedHosts: readonly string[]): string {
  return (
    'redpack proxy: only CONNECT is understood here, because the API is reached by https. ' +
    `Set this address as the https proxy of a client that calls ${listed(allowedHosts)}.\n`
  );
}

function unreachable(target: Address, error: Error): string {
  return (
    `redpack proxy: the mock at ${bracketed(target.host)}:${target.port} can't be reached ` +
    `(${error.message}). Is it running?\n`
  );
}

function listed(hosts: readonly string[]): string {
  return hosts.map((host) => `${host}:${HTTPS_PORT}`).join(', ');
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** The HTTPS server on its port, and how it ends: whoever has asked is answered, nobody is cut off in the middle. */
import type { Server as HttpServer, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { REAL_HOST } from '../contracts/core.ts';
import type { createApp } from './http.ts';
import { HOST_NOT_ASKED_FOR, listenerWithWords, refuseInWords } from './refusals.ts';
import { tellOfFailedHandshakes } from './strays.ts';

/** nginx in front of the real server keeps an idle connection for so long (domain facts §3). */
const KEEP_ALIVE_MS = 8_000;
/** How long `stop` waits for requests in flight. */
const STOP_MS_MAX = 600;
/** How often it looks for connections that have become idle. */
const STOP_LOOK_MS = 5;

/** The server cannot start; the message says in a sentence what is wrong and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

export interface Listener {
  /** @returns the port @throws StartError */
  listen(host: string, port: number): Promise<number>;
  stop(): Promise<void>;
  /** How many TCP connections have come, those included whose handshake failed. */
  readonly connections: number;
}

interface ListenerOptions {
  readonly tls: TlsOptions;
  readonly bodyTimeoutMs: number;
  /** Told of failures of the mock itself. */
  readonly onFault: (error: unknown) => void;
  /** Told of clients that never came as far as a request. */
  readonly onStray?: ((what: string) => void) | undefined;
}

export function createListener(
  app: ReturnType<typeof createApp>,
  { tls, bodyTimeoutMs, onFault, onStray }: ListenerOptions,
): Listener {
  const server = createServer(
    {
      ...tls,
      ...HOST_NOT_ASKED_FOR,
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: bodyTimeoutMs,
      headersTimeout: bodyTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, bodyTimeoutMs),
    },
    listenerWithWords({ fetch: app.fetch, hostname: REAL_HOST, onFault }),
  );
  refuseInWords(server);
  if (onStray) tellOfFailedHandshakes(server, onStray);
  const stop = stopperOf(server);
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  return {
    stop,
    get connections() {
      return connections;
    },
    async listen(host, port) {
      try {
        return await listen(server, host, port);
      } catch (error) {
        throw startError(error as NodeJS.ErrnoException, host, port, '--port');
      }
    },
  };
}

/** @returns the port. Rejects with node's own error */
export function listen(server: Server | HttpServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

export function startError(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  flag: '--port' | '--proxy' | '--admin',
): StartError {
  const hostFlag = flag === '--admin' ? '--admin-host' : '--host';
  const remedy: Record<string, string> = {
    EADDRINUSE: `port ${port} is in use: stop what listens there, or give another with ${flag}`,
    EACCES: `port ${port} may not be opened by this user: give one above 1023 with ${flag}`,
    EADDRNOTAVAIL: `${host} is no address of this machine: give one with ${hostFlag}`,
    ENOTFOUND: `${host} is not known: give an address with ${hostFlag}`,
  };
  return new StartError(
    remedy[error.code ?? ''] ?? `cannot listen on ${host}:${port}: ${error.message}`,
  );
}

/** To be called before the server listens. @returns a function that stops it; under a second */
export function stopperOf(server: Server | HttpServer): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return () => stop(server, sockets);
}

/**
 * No new connections; the open ones end with the answer that is under way, or at once when none is. A connection that is kept busy
 * would otherwise never end by itself, and be cut in the middle of an answer when the time is up. Then all go: also those still in
 * their handshake, which the HTTP server does not know of.
 */
async function stop(server: Server | HttpServer, sockets: ReadonlySet<Socket>): Promise<void> {
  if (!server.listening) return;
  server.prependListener('request', (_request, response: ServerResponse) => {
    response.shouldKeepAlive = false;
  });
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const looking = setInterval(() => server.closeIdleConnections(), STOP_LOOK_MS);
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, STOP_MS_MAX);
  await closed;
  clearInterval(looking);
  clearTimeout(timer);
}

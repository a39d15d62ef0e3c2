/**
 * The admin API on a port of its own. Plain HTTP: on loopback nobody listens in, curl and a browser need no root of ours, and it cannot
 * be mistaken for the API itself. Whoever opens it to other machines has to set a token.
 */
import { setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import { listen, stopperOf } from '../listener.ts';
import { HOST_NOT_ASKED_FOR, listenerWithWords, refuseInWords } from '../refusals.ts';
import { packageVersion } from '../version.ts';
import { createAdminApp } from './app.ts';
import type { AdminParts } from './parts.ts';

const REQUEST_MS_MAX = 30_000;

export interface AdminSettings extends Omit<AdminParts, 'stopping' | 'version'> {
  /** Address to listen on. */
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  /** Names besides localhost and its addresses by which it is called. */
  readonly names: readonly string[];
  readonly token: string | undefined;
}

export interface Admin {
  /** `http://127.0.0.1:8445` */
  readonly url: string;
  /** Ends waits and event streams, then closes everything; under a second. */
  stop(): Promise<void>;
}

/** Rejects with node's own error when the address can't be listened on. */
export async function startAdmin({
  host,
  port: wanted,
  names,
  token,
  ...parts
}: AdminSettings): Promise<Admin> {
  const leaving = new AbortController();
  // Every reader and every wait listens for it; how many may is theirs to say.
  setMaxListeners(0, leaving.signal);
  const authorities = new Set<string>();
  const app = createAdminApp(
    { ...parts, version: packageVersion(), stopping: leaving.signal },
    { authorities, token },
  );
  const server = createServer(
    { ...HOST_NOT_ASKED_FOR, requestTimeout: REQUEST_MS_MAX, headersTimeout: REQUEST_MS_MAX },
    listenerWithWords({ fetch: app.fetch, onFault: parts.onFault }),
  );
  refuseInWords(server);
  const stop = stopperOf(server);
  const port = await listen(server, host, wanted);
  const own = isEverywhere(host) ? '127.0.0.1' : bracketed(host);
  for (const name of ['localhost', '127.0.0.1', '[::1]', own, ...names.map(bracketed)]) {
    authorities.add(`${name.toLowerCase()}:${port}`);
    if (port === 80) authorities.add(name.toLowerCase());
  }
  return {
    url: `http://${own}:${port}`,
    stop() {
      leaving.abort();
      return stop();
    },
  };
}

function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** The doors beside the API's own, opened when they are asked for: the CONNECT proxy and the admin API. */
import { REAL_HOST } from '../contracts/core.ts';
import type { Admin } from './admin/listen.ts';
import type { AdminParts } from './admin/parts.ts';
import { StartError, startError } from './listener.ts';
import { type ConnectProxy, startProxy } from './proxy.ts';

export interface DoorOptions {
  /** Also listen as a CONNECT proxy for the real host: true for a free port, or a port. */
  readonly proxy?: boolean | number;
  /** Told of a host that the proxy refused. */
  readonly onProxyRefused?: (asked: string) => void;
  /** Also listen for the admin API, on plain HTTP: true for a free port, or a port. */
  readonly admin?: boolean | number;
  /** What callers of the admin API have to send; must be there when `adminHost` is no loopback address. */
  readonly adminToken?: string;
  /** Default 127.0.0.1. */
  readonly adminHost?: string;
  /** Names by which the admin API is called, besides localhost and its addresses; others are refused. */
  readonly adminNames?: readonly string[];
  /** Told of failures of the mock itself; default: thrown away after the 500 that the caller gets. */
  readonly onFault?: (error: unknown) => void;
  /** Told, in a sentence, of a client that meant to call and never came as far as an endpoint. */
  readonly onStray?: (what: string) => void;
}

/** @throws StartError */
export async function openProxy(
  { proxy: wanted, onProxyRefused }: DoorOptions,
  host: string,
  targetPort: number,
): Promise<ConnectProxy | undefined> {
  if (wanted === undefined || wanted === false) return undefined;
  const port = wanted === true ? 0 : wanted;
  try {
    return await startProxy({
      host,
      port,
      target: { host, port: targetPort },
      allowedHosts: [REAL_HOST],
      ...(onProxyRefused ? { onRefused: onProxyRefused } : {}),
    });
  } catch (error) {
    throw startError(error as NodeJS.ErrnoException, host, port, '--proxy');
  }
}

/** @throws StartError */
export async function openAdmin(
  options: DoorOptions,
  parts: Pick<AdminParts, 'mock' | 'issue' | 'apiUrl'>,
): Promise<Admin | undefined> {
  const { admin: wanted, adminToken: token, adminHost: host = '127.0.0.1' } = options;
  if (wanted === undefined || wanted === false) return undefined;
  refuseUnsafe(host, token);
  // Schemas and routes cost more than the rest of the start.
  const { startAdmin } = await import('./admin/listen.ts');
  const port = wanted === true ? 0 : wanted;
  const { adminNames: names = [], onFault = () => undefined } = options;
  try {
    return await startAdmin({ ...parts, host, port, names, token, onFault });
  } catch (error) {
    throw startError(error as NodeJS.ErrnoException, host, port, '--admin');
  }
}

function refuseUnsafe(host: string, token: string | undefined): void {
  if (token === undefined && !isLoopback(host)) {
    throw new StartError(
      `${host} may be reached from other machines: give a token with --admin-token, or keep the admin API on 127.0.0.1`,
    );
  }
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new StartError('the admin token is empty, or has characters that no header can carry');
  }
}

/** Does the address belong to this machine alone? */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

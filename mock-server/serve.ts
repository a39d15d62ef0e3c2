/** Starts a mock on a port: certificates, TLS, HTTP, proxy; and stops it without leaving a request unanswered. */
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { createAdaptorServer } from '@hono/node-server';
import { type Edition, REAL_HOST } from '../contracts/index.ts';
import { type Certificates, type MerchantBundle, openCertificates } from './bundle.ts';
import type { Clock } from './clock.ts';
import type { Order } from './engine/facts.ts';
import type { Ledger } from './engine/ledger.ts';
import { type Canary, createCanary } from './faults/canary.ts';
import { faultyTls } from './faults/tls.ts';
import { createApp } from './http.ts';
import type { Journal } from './journal.ts';
import { createMock, type Mock } from './mock.ts';
import { type ConnectProxy, startProxy } from './proxy.ts';
import { readCompiled } from './scenario/compiled.ts';
import type { Scenario, ScenarioInput } from './scenario/schema.ts';
import type { Store } from './store/store.ts';
import { tlsOptions } from './tls.ts';

/** nginx in front of the real server keeps an idle connection for so long (domain facts §3). */
const KEEP_ALIVE_MS = 8_000;
/** nginx's default for a body that does not come. */
const BODY_MS_MAX = 60_000;
/** How long `stop` waits for requests in flight. */
const STOP_MS_MAX = 600;

export interface MockServerOptions {
  /** Name of a built-in scenario, path of a file, or the scenario itself. Default `default`. */
  readonly scenario?: string | ScenarioInput;
  /** Serves this edition instead of the scenario's. */
  readonly edition?: Edition;
  /** Default 0: a free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Where the certificates are, or will be made. Default `.redpack` in the working directory. */
  readonly certDir?: string;
  /** Certificates opened before, to share between servers. */
  readonly certificates?: Certificates;
  /** Also listen as a CONNECT proxy for the real host: true for a free port, or a port. */
  readonly proxy?: boolean | number;
  /** Form of apiclient_cert.p12: `vendor` is the old one that OpenSSL 3 refuses. */
  readonly p12Form?: 'compatible' | 'vendor';
  readonly clock?: Clock;
  readonly store?: Store;
  /** After how many ms a request that is not all there is answered 408. Default 60000. */
  readonly bodyTimeoutMs?: number;
  /** Told of a host that the proxy refused. */
  readonly onProxyRefused?: (asked: string) => void;
  /** Told of failures of the mock itself; default: thrown away after the 500 that the caller gets. */
  readonly onFault?: (error: unknown) => void;
}

/** A merchant of the running mock, with all that a client needs. */
export interface ServedMerchant {
  readonly mchId: string;
  readonly key: string;
  readonly appid: string;
  readonly certificates: MerchantBundle;
}

export interface MockServer {
  /** `https://127.0.0.1:8443` */
  readonly url: string;
  readonly port: number;
  /** The CONNECT proxy, when asked for: `http://127.0.0.1:8444` */
  readonly proxyUrl: string | undefined;
  /** The scenario's first merchant. */
  readonly merchant: ServedMerchant;
  readonly merchants: readonly ServedMerchant[];
  readonly scenario: Scenario;
  readonly journal: Journal;
  readonly clock: Clock;
  /** The root that issued the server's certificate, PEM. */
  readonly ca: string;
  topUp(mchId: string, fen: number): Promise<void>;
  claim(mchId: string, billno: string): Promise<void>;
  order(mchId: string, billno: string): Promise<Order | undefined>;
  ledger(mchId: string): Promise<Ledger>;
  /** Answers what is in flight, then closes everything; under a second. May be called twice. */
  stop(): Promise<void>;
}

/** The server cannot start; the message says in a sentence what is wrong and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/**
 * Starts a mock server; many may run in one process.
 * @throws ScenarioError, CertificateError, StartError
 */
export async function startMockServer(options: MockServerOptions = {}): Promise<MockServer> {
  const scenario = await scenarioOf(options);
  const { certDir = '.redpack', p12Form = 'compatible' } = options;
  const certificates = options.certificates ?? (await openCertificates({ dir: certDir, p12Form }));
  const merchants = await Promise.all(
    scenario.merchants.map((merchant) => serveMerchant(certificates, merchant)),
  );
  const [merchant] = merchants;
  if (!merchant) throw new StartError('the scenario has no merchant');

  const mock = createMock(scenario, pick(options));
  const host = options.host ?? '127.0.0.1';
  const canary = createCanary(mock, host);
  const spoiled = await faultyTls(scenario.tls?.fault, certificates);
  const listener = createListener(mock, certificates, options, canary, spoiled);
  const port = await listen(listener.server, host, options.port ?? 0);
  const proxy = await openProxy(options, host, port).catch(async (error: unknown) => {
    await stopServer(listener);
    throw error;
  });
  let stopping: Promise<void> | undefined;
  return {
    url: urlOf(host, port),
    port,
    proxyUrl: proxy?.url,
    merchant,
    merchants,
    scenario,
    journal: mock.journal,
    clock: mock.clock,
    ca: certificates.root,
    topUp: mock.topUp,
    claim: mock.claim,
    order: mock.order,
    ledger: mock.ledger,
    stop() {
      stopping ??= Promise.all([stopServer(listener), proxy?.stop(), canary.stop()]).then(
        () => undefined,
      );
      return stopping;
    },
  };
}

async function scenarioOf({ scenario = 'default', edition }: MockServerOptions): Promise<Scenario> {
  const loaded = await resolveScenario(scenario);
  return edition ? { ...loaded, edition } : loaded;
}

async function resolveScenario(scenario: string | ScenarioInput): Promise<Scenario> {
  const compiled = typeof scenario === 'string' ? readCompiled(scenario) : undefined;
  if (compiled) return compiled;
  // Parser and schema cost more than the rest of the start: they come when they are needed.
  const { loadScenario, checkScenario } = await import('./scenario/load.ts');
  return typeof scenario === 'string' ? loadScenario(scenario) : checkScenario(scenario);
}

async function serveMerchant(
  certificates: Certificates,
  { mch_id, key, appids, company }: Scenario['merchants'][number],
): Promise<ServedMerchant> {
  const bundle = await certificates.bundle(mch_id, company);
  return { mchId: mch_id, key, appid: appids[0] ?? '', certificates: bundle };
}

interface Listener {
  readonly server: Server;
  readonly sockets: ReadonlySet<Socket>;
}

function createListener(
  mock: Mock,
  certificates: Certificates,
  options: MockServerOptions,
  canary: Canary,
  spoiled: TlsOptions,
): Listener {
  const { bodyTimeoutMs = BODY_MS_MAX, onFault = () => undefined } = options;
  const endsAbruptly = mock.scenario.tls?.fault === 'no-close-notify';
  const app = createApp(mock, onFault, { canary, endsAbruptly });
  const server = createAdaptorServer({
    fetch: app.fetch,
    createServer,
    // For a request without Host, which HTTP/1.0 allows.
    hostname: REAL_HOST,
    overrideGlobalObjects: false,
    serverOptions: {
      ...tlsOptions({
        certificates,
        clientCertificate:
          mock.switches.noCertificate === 'refuse-handshake' ? 'demanded' : 'requested',
      }),
      ...spoiled,
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: bodyTimeoutMs,
      headersTimeout: bodyTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, bodyTimeoutMs),
    },
  }) as Server;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return { server, sockets };
}

/** A server on all addresses is called by the one that its certificate covers. */
function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `https://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(startError(error, host, port, '--port')),
    );
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function startError(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  flag: '--port' | '--proxy',
): StartError {
  const remedy: Record<string, string> = {
    EADDRINUSE: `port ${port} is in use: stop what listens there, or give another with ${flag}`,
    EACCES: `port ${port} may not be opened by this user: give one above 1023 with ${flag}`,
    EADDRNOTAVAIL: `${host} is no address of this machine: give one with --host`,
    ENOTFOUND: `${host} is not known: give an address with --host`,
  };
  return new StartError(
    remedy[error.code ?? ''] ?? `cannot listen on ${host}:${port}: ${error.message}`,
  );
}

async function openProxy(
  { proxy: wanted, onProxyRefused }: MockServerOptions,
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

/**
 * No new connections, idle ones closed at once, busy ones when answered, and when the time is up all: also those still in
 * their handshake, which the HTTP server does not know of.
 */
async function stopServer({ server, sockets }: Listener): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, STOP_MS_MAX);
  await closed;
  clearTimeout(timer);
}

function pick({ clock, store }: MockServerOptions): { clock?: Clock; store?: Store } {
  return { ...(clock ? { clock } : {}), ...(store ? { store } : {}) };
}

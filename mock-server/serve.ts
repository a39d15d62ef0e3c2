/** Starts a mock on a port: certificates, TLS, HTTP, proxy, a scenario and its edits; and stops it. */
import type { TlsOptions } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { Edition, Switches } from '../contracts/core.ts';
import { type Certificates, openCertificates } from './certificates/bundle.ts';
import type { Clock } from './clock.ts';
import { type DoorOptions, openAdmin, openProxy } from './doors.ts';
import { type Canary, createCanary } from './faults/canary.ts';
import { faultyTls } from './faults/tls.ts';
import { createApp } from './http.ts';
import type { Journal } from './journal/journal.ts';
import { createListener, type Listener } from './listener.ts';
import { createMock, type Mock } from './mock.ts';
import { type Reload, reloadOnSave } from './reload.ts';
import { readCompiled } from './scenario/compiled.ts';
import { isScenarioFile } from './scenario/folder.ts';
import type { Scenario, ScenarioInput } from './scenario/schema.ts';
import {
  createIssuer,
  type ServedMerchant,
  serveMerchants,
  type Verbs,
  verbsOf,
} from './served.ts';
import type { Store } from './store/store.ts';
import { switchesIn } from './tenant.ts';
import { tlsOptions } from './tls.ts';

/** nginx's default for a body that does not come. */
const BODY_MS_MAX = 60_000;

export interface MockServerOptions extends DoorOptions {
  /** Name of a built-in scenario, path of a file, or the scenario itself. Default `default`. */
  readonly scenario?: string | ScenarioInput;
  /** Takes over the scenario's file whenever it is saved, if it is a file. Default false. */
  readonly reload?: boolean;
  /** Told what became of an edit; a broken one changes nothing. */
  readonly onReload?: (reload: Reload) => void;
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
  /** Form of apiclient_cert.p12: `vendor` is the old one that OpenSSL 3 refuses. */
  readonly p12Form?: 'compatible' | 'vendor';
  readonly clock?: Clock;
  readonly store?: Store;
  /** After how many ms a request that is not all there is answered 408. Default 60000. */
  readonly bodyTimeoutMs?: number;
}

export interface MockServer extends Verbs {
  /** `https://127.0.0.1:8443` */
  readonly url: string;
  readonly port: number;
  /** The CONNECT proxy, when asked for: `http://127.0.0.1:8444` */
  readonly proxyUrl: string | undefined;
  /** The admin API, when asked for: `http://127.0.0.1:8445` */
  readonly adminUrl: string | undefined;
  /** The scenario's first merchant. */
  readonly merchant: ServedMerchant;
  /** The scenario's merchants. */
  readonly merchants: readonly ServedMerchant[];
  /** What it was started with, in its latest version. */
  readonly scenario: Scenario;
  readonly journal: Journal;
  /** How many TCP connections have come to the port, those included whose handshake failed. */
  readonly connections: number;
  /** The scenario's clock. What is due when it was moved is settled at a merchant's next call; `advance` settles at once. */
  readonly clock: Clock;
  /** The root that issued the server's certificate, PEM. */
  readonly ca: string;
  /** Answers what is in flight, then closes everything; under a second. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a mock server; many may run in one process.
 * @throws ScenarioError, CertificateError, StartError
 */
export async function startMockServer(options: MockServerOptions = {}): Promise<MockServer> {
  const scenario = await startScenario(options);
  const { certDir = '.redpack', p12Form = 'compatible' } = options;
  const certificates = options.certificates ?? (await openCertificates({ dir: certDir, p12Form }));
  const serving: Serving = { merchants: await serveMerchants(certificates, scenario) };

  const mock = createMock(scenario, pick(options));
  const host = options.host ?? '127.0.0.1';
  const canary = createCanary(mock, host);
  const spoiled = await faultyTls(scenario.tls?.fault, certificates);
  const listener = listenerOf(mock, certificates, options, canary, spoiled);
  const port = await listener.listen(host, options.port ?? 0);
  const url = urlOf(host, port);
  const proxy = await openProxy(options, host, port).catch(async (error: unknown) => {
    await listener.stop();
    throw error;
  });
  const issue = createIssuer(certificates);
  const admin = await openAdmin(options, { mock, issue, apiUrl: url }).catch(
    async (error: unknown) => {
      await Promise.all([listener.stop(), proxy?.stop()]);
      throw error;
    },
  );
  const endReloading = followEdits(mock, certificates, serving, options);
  let stopping: Promise<void> | undefined;
  return {
    ...verbsOf(mock, issue, resolveScenario),
    url,
    port,
    proxyUrl: proxy?.url,
    adminUrl: admin?.url,
    get merchant() {
      return firstOf(serving.merchants);
    },
    get merchants() {
      return serving.merchants;
    },
    get scenario() {
      return mock.scenario;
    },
    journal: mock.journal,
    get connections() {
      return listener.connections;
    },
    clock: mock.clock,
    ca: certificates.root,
    stop() {
      stopping ??= Promise.all([
        endReloading(),
        listener.stop(),
        proxy?.stop(),
        canary.stop(),
        admin?.stop(),
      ]).then(() => undefined);
      return stopping;
    },
  };
}

/** What a reload replaces. */
interface Serving {
  merchants: readonly ServedMerchant[];
}

function firstOf(merchants: readonly ServedMerchant[]): ServedMerchant {
  const [merchant] = merchants;
  if (!merchant) throw new Error('a scenario without merchants was served');
  return merchant;
}

async function startScenario({
  scenario = 'default',
  edition,
}: MockServerOptions): Promise<Scenario> {
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

/** Takes over the scenario's file when it is saved. @returns a function that ends it */
function followEdits(
  mock: Mock,
  certificates: Certificates,
  serving: Serving,
  options: MockServerOptions,
): () => Promise<void> {
  const { scenario: file, reload, onReload, onFault } = options;
  if (!reload || typeof file !== 'string' || !isScenarioFile(file)) return async () => undefined;
  const first = mock.scenario;
  return reloadOnSave(file, {
    async load() {
      const scenario = await startScenario(options);
      // Made before anything is swapped: a number without a certificate is refused, not served.
      const merchants = await serveMerchants(certificates, scenario);
      const notes = await mock.reload(scenario);
      serving.merchants = merchants;
      return { scenario, notes: [...notes, ...notesOnListener(first, scenario)] };
    },
    onReload: (event) => onReload?.(event),
    onFault: (error) => onFault?.(error),
  });
}

/** What is the listener's, and stays as it was at the start. */
function notesOnListener(first: Scenario, now: Scenario): string[] {
  const demanded = [first, now].map((each) => demandsCertificate(switchesIn(each)));
  return [
    ...(demanded[0] === demanded[1] ? [] : ['switches.noCertificate: refuse-handshake']),
    ...(isDeepStrictEqual(first.tls, now.tls) ? [] : ['tls']),
  ].map((part) => `${part} counts from the next start`);
}

function listenerOf(
  mock: Mock,
  certificates: Certificates,
  { bodyTimeoutMs = BODY_MS_MAX, onFault = () => undefined, onStray }: MockServerOptions,
  canary: Canary,
  spoiled: TlsOptions,
): Listener {
  const clientCertificate = demandsCertificate(mock.switches) ? 'demanded' : 'requested';
  const tls = { ...tlsOptions({ certificates, clientCertificate }), ...spoiled };
  const endsAbruptly = mock.scenario.tls?.fault === 'no-close-notify';
  const app = createApp(mock, onFault, { canary, endsAbruptly, onStray });
  return createListener(app, { tls, bodyTimeoutMs, onFault, onStray });
}

/** Is a handshake without one refused? */
function demandsCertificate({ noCertificate }: Switches): boolean {
  return noCertificate === 'refuse-handshake';
}

/** A server on all addresses is called by the one that its certificate covers. */
function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `https://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function pick({ clock, store }: MockServerOptions): { clock?: Clock; store?: Store } {
  return { ...(clock ? { clock } : {}), ...(store ? { store } : {}) };
}

/** What a client is made of: its options, checked before anything is done with them. */
import { EDITIONS, type Edition, ENDPOINT_ROWS, limitsOf, REAL_HOST } from '../contracts/core.ts';
import { RETRY_POLICY, type RetryPolicy } from './attempt.ts';
import type { ClientEvent } from './client.ts';
import type { ClientClock } from './clock.ts';
import { type CertificateSource, secureContextOf } from './credentials.ts';
import { fetchTransport } from './fetch-transport.ts';
import type { PaymentJournal } from './journal/journal.ts';
import { poolTransport, type Transport } from './transport.ts';

export interface ClientOptions<E extends Edition = 'current'> {
  readonly mchId: string;
  /** The API key, 32 characters. It never comes out again: not in events, errors, or what the client looks like in a log. */
  readonly key: string;
  readonly appid: string;
  /** The client certificate; required unless `fetch` is given, which brings its own. */
  readonly certificate?: CertificateSource;
  /** Further roots to trust, PEM, beside those of the system. */
  readonly ca?: string | Buffer;
  /** Default the real host: what is sent there moves real money. */
  readonly baseUrl?: string;
  /** Default `current`. */
  readonly edition?: E;
  /** Used instead of a pool of connections: for tests, and for msw. */
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: ClientClock;
  /** From 0 to below 1: for back-off, numbers and nonces. Default the system's. */
  readonly random?: () => number;
  /** For one call, from dialling to the last byte. Default 10000. */
  readonly timeoutMs?: number;
  /** What differs from {@link RETRY_POLICY}. */
  readonly retry?: Partial<RetryPolicy>;
  /** Most sends a second; null: as fast as it goes. Default what the edition allows, 30. */
  readonly ratePerSecond?: number | null;
  /** Ends everything that the client is doing: what is in flight becomes `unknown`. */
  readonly signal?: AbortSignal;
  /** Told of every call and every wait; what it throws is not caught. */
  readonly onEvent?: (event: ClientEvent) => void;
  /** Where payments are remembered unless a call names another. Default: in memory, which dies with the process. */
  readonly journal?: PaymentJournal;
  /** Of several machines that send for one merchant each has its own, 0 to 99: it goes into the numbers. */
  readonly instance?: number;
  /** Where this machine's processes keep their numbers apart. Default: a folder among the temporary files. */
  readonly numbersDir?: string;
}

/** The client cannot be made of these options; the message names the option and what was expected. */
export class ClientOptionsError extends Error {
  override readonly name = 'ClientOptionsError';
}

const TIMEOUT_MS = 10_000;

export function checkOptions({
  key,
  mchId,
  appid,
  edition,
  timeoutMs,
  ratePerSecond,
  ...more
}: ClientOptions<Edition>): void {
  const refuse = (what: string): never => {
    throw new ClientOptionsError(what);
  };
  if (!/^[0-9A-Za-z]{1,32}$/.test(mchId ?? ''))
    refuse('mchId: expected the merchant number, 1 to 32 of 0-9 A-Z a-z');
  if (!/^[!-~]{32}$/.test(key ?? '')) {
    refuse(
      `key: expected the 32 characters of the API key, without spaces, got ${key?.length ?? 0} characters`,
    );
  }
  if (!appid) refuse('appid: expected the appid of the official account');
  if (edition !== undefined && !EDITIONS.includes(edition)) {
    refuse(`edition: expected one of ${EDITIONS.join(', ')}, got ${String(edition)}`);
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= 2_147_483_647)) {
    refuse(`timeoutMs: expected milliseconds above 0, got ${timeoutMs}`);
  }
  if (ratePerSecond !== null) checkRate(ratePerSecond);
  if (more.certificate === undefined && more.fetch === undefined) {
    refuse('certificate: expected { cert, key }, { pfx, passphrase } or { dir }');
  }
}

/** @throws ClientOptionsError */
export function checkRate(ratePerSecond: number | undefined): void {
  if (ratePerSecond === undefined || (Number.isFinite(ratePerSecond) && ratePerSecond > 0)) return;
  throw new ClientOptionsError(
    `ratePerSecond: expected a number above 0, or null for no limit, got ${ratePerSecond}`,
  );
}

const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];

/** Is it this machine, where no real money is? */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.includes(url.hostname) || /^127\.\d+\.\d+\.\d+$/.test(url.hostname);
}

/** @returns the base URL, where somebody gives the URL of an endpoint in its place; calls to it would end at a path twice as long */
export function baseOfApiUrl(url: URL): string | undefined {
  const path = Object.values(ENDPOINT_ROWS).find((row) => url.pathname.endsWith(row.path))?.path;
  return path && `${url.origin}${url.pathname.slice(0, -path.length)}`;
}

function baseUrlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['https:', 'http:'].includes(url.protocol)) {
    throw new ClientOptionsError(
      `baseUrl: expected a URL like https://127.0.0.1:8443, got ${text}`,
    );
  }
  const base = baseOfApiUrl(url);
  if (base !== undefined) {
    throw new ClientOptionsError(
      `baseUrl: expected it without the path of an endpoint, ${base}, got ${text}`,
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    throw new ClientOptionsError(
      `baseUrl: http shows the order to everybody on the way, use https (got ${text})`,
    );
  }
  return url;
}

export function transportOf(options: ClientOptions<Edition>): Transport {
  const baseUrl = baseUrlOf(options.baseUrl ?? `https://${REAL_HOST}`);
  const { timeoutMs = TIMEOUT_MS } = options;
  if (options.fetch) return fetchTransport(options.fetch, baseUrl, timeoutMs);
  const secureContext = secureContextOf(options.certificate, options.mchId, options.ca);
  return poolTransport(baseUrl, secureContext, timeoutMs);
}

export function policyOf(base: RetryPolicy, own: Partial<RetryPolicy> = {}): RetryPolicy {
  const policy = { ...base, ...own };
  for (const name of ['delayMsMin', 'delayMsMax', 'deadlineMs'] as const) {
    if (Number.isFinite(policy[name]) && policy[name] >= 0) continue;
    throw new ClientOptionsError(
      `retry.${name}: expected milliseconds, 0 or more, got ${String(policy[name])}`,
    );
  }
  if (policy.delayMsMin < RETRY_POLICY.delayMsMin) {
    throw new ClientOptionsError(
      `retry.delayMsMin: one number may be tried once in ${RETRY_POLICY.delayMsMin} ms at most, got ${policy.delayMsMin}`,
    );
  }
  return policy;
}

/** 30 a second: the current page says so, and 1800 a minute of the older ones is the same. */
export function rateOf(edition: Edition, own: number | null | undefined): number | null {
  if (own !== undefined) return own;
  const { callsPerSecond, packetsPerMinute } = limitsOf(edition);
  return callsPerSecond ?? (packetsPerMinute === null ? null : packetsPerMinute / 60);
}

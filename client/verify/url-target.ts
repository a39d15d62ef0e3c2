/** A server at a URL as a target of the checks: real mutual TLS, a pool of connections for each certificate that can be shown. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ShownCertificate } from '../../contracts/checks/server-case.ts';
import type { ServerTarget } from '../../contracts/checks/server-target.ts';
import { ENDPOINT_ROWS, type SampleMerchant } from '../../contracts/core.ts';
import { type CertificateSource, secureContextOf } from '../credentials.ts';
import { poolTransport, type Transport } from '../transport.ts';
import type { Arranging } from './arranging.ts';

type Making = () => Promise<CertificateSource | undefined>;

export interface UrlTargetOptions {
  readonly url: URL;
  readonly merchant: SampleMerchant;
  /** The certificates that there are, or are made when they are first shown; without one is always possible. */
  readonly certificates: Readonly<Partial<Record<ShownCertificate, CertificateSource | Making>>>;
  /** Further roots to trust, PEM. */
  readonly ca?: Buffer | undefined;
  /** Real users; left out: any well-formed openid is made up. */
  readonly openids?: readonly string[] | undefined;
  readonly timeoutMs: number;
  /** How the server is arranged, where it has a door for that. */
  readonly arranging?: Arranging;
}

export interface UrlTarget extends ServerTarget {
  close(): Promise<void>;
}

/** @throws CredentialError */
export function urlTarget(options: UrlTargetOptions): UrlTarget {
  const { url, merchant, certificates, ca, openids, timeoutMs, arranging = {} } = options;
  const pool = (source?: CertificateSource): Transport =>
    poolTransport(url, secureContextOf(source, merchant.mchId, ca), timeoutMs);
  const made = new Map<ShownCertificate, Promise<Transport>>();
  const making = new Map<ShownCertificate, Making>([['none', async () => undefined]]);
  for (const name of ['own', 'other', 'untrusted'] as const) {
    const source = certificates[name];
    if (typeof source === 'function') making.set(name, source);
    else if (source) made.set(name, Promise.resolve(pool(source)));
  }
  const poolOf = (name: ShownCertificate): Promise<Transport> | undefined => {
    const known = made.get(name) ?? making.get(name)?.().then(pool);
    if (known) made.set(name, known);
    return known;
  };
  const names = [...made.keys(), ...making.keys()];
  return {
    ...arranging,
    merchant,
    certificates: names,
    ...(openids ? { openids } : {}),
    async post(endpoint, body, certificate) {
      const transport = await poolOf(certificate);
      if (!transport) return { failure: `there is no certificate: ${certificate}` };
      const exchanged = await transport.post(ENDPOINT_ROWS[endpoint].path, body);
      return exchanged.kind === 'answered' ? exchanged : { failure: exchanged.detail };
    },
    pause: (ms) => sleep(ms),
    nowMs: () => Date.now(),
    async close() {
      // One that could not be made has said so where it was to be shown.
      const pools = await Promise.allSettled(made.values());
      await Promise.all(pools.map((each) => each.status === 'fulfilled' && each.value.close()));
    },
  };
}

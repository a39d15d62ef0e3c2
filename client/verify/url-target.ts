/** A server at a URL as a target of the checks: real mutual TLS, one pool of connections for each certificate that can be shown. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ShownCertificate } from '../../contracts/checks/server-case.ts';
import type { ServerTarget } from '../../contracts/checks/server-target.ts';
import { ENDPOINT_ROWS, type SampleMerchant } from '../../contracts/index.ts';
import { type CertificateSource, secureContextOf } from '../credentials.ts';
import { poolTransport, type Transport } from '../transport.ts';

export interface UrlTargetOptions {
  readonly url: URL;
  readonly merchant: SampleMerchant;
  /** The certificates that there are; without one is always possible. */
  readonly certificates: Readonly<Partial<Record<ShownCertificate, CertificateSource>>>;
  /** Further roots to trust, PEM. */
  readonly ca?: Buffer | undefined;
  /** Real users; left out: any well-formed openid is made up. */
  readonly openids?: readonly string[] | undefined;
  readonly timeoutMs: number;
  /** How the server is arranged, where it has a door for that. */
  readonly arranging?: Pick<ServerTarget, 'arrange' | 'advance' | 'topUp' | 'claim'>;
}

export interface UrlTarget extends ServerTarget {
  close(): Promise<void>;
}

/** @throws CredentialError */
export function urlTarget(options: UrlTargetOptions): UrlTarget {
  const { url, merchant, certificates, ca, openids, timeoutMs, arranging = {} } = options;
  const pool = (source?: CertificateSource): Transport =>
    poolTransport(url, secureContextOf(source, merchant.mchId, ca), timeoutMs);
  const pools = new Map<ShownCertificate, Transport>([['none', pool()]]);
  for (const name of ['own', 'other', 'untrusted'] as const) {
    const source = certificates[name];
    if (source) pools.set(name, pool(source));
  }
  return {
    ...arranging,
    merchant,
    certificates: [...pools.keys()],
    ...(openids ? { openids } : {}),
    async post(endpoint, body, certificate) {
      const transport = pools.get(certificate);
      if (!transport) return { failure: `there is no certificate: ${certificate}` };
      const exchanged = await transport.post(ENDPOINT_ROWS[endpoint].path, body);
      return exchanged.kind === 'answered' ? exchanged : { failure: exchanged.detail };
    },
    pause: (ms) => sleep(ms),
    nowMs: () => Date.now(),
    async close() {
      await Promise.all([...pools.values()].map((each) => each.close()));
    },
  };
}

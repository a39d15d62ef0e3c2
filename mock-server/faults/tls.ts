/** Faults of the listener: what it presents and speaks instead of what it should. */
import type { TlsOptions } from 'node:tls';
import type { Certificates } from '../certificates/bundle.ts';
import type { TlsFault } from '../scenario/fault-schema.ts';

/** What to lay over the listener's own TLS options. */
export async function faultyTls(
  fault: TlsFault | undefined,
  certificates: Certificates,
): Promise<TlsOptions> {
  switch (fault) {
    case 'expired-certificate':
    case 'wrong-host':
    case 'foreign-ca':
      return certificates.unfitServer(fault);
    case 'refuse-handshake':
      // A suite that no RSA certificate can serve: whatever a client offers, there is none in common.
      return { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' };
    case 'tls-1.1-only':
      // OpenSSL 3 speaks it no longer at its usual level of security.
      return { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    default:
      // no-close-notify is a matter of how answers end (http.ts).
      return {};
  }
}

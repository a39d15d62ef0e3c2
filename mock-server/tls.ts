/** The TLS edge: what the server presents and demands, and who the other side turned out to be. */
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket, TlsOptions } from 'node:tls';
import type { Peer } from '../contracts/types.ts';
import type { Certificates } from './certificates/bundle.ts';

/**
 * Whether a handshake needs a sound client certificate. `requested`, as the real server does on its
 * common host: anybody may connect, and the HTTP layer answers by `peerOf` (domain facts §6).
 * `demanded`: a connection without a sound one is refused before HTTP.
 */
type ClientCertificate = 'requested' | 'demanded';

interface TlsSettings {
  readonly certificates: Certificates;
  readonly clientCertificate?: ClientCertificate;
}

/** Options for `node:https` `createServer`. Any server name, an address as name, or none will do. */
export function tlsOptions({ certificates, clientCertificate }: TlsSettings): TlsOptions {
  return {
    cert: certificates.server.cert,
    key: certificates.server.key,
    ca: certificates.root,
    requestCert: true,
    rejectUnauthorized: clientCertificate === 'demanded',
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ALPNProtocols: ['http/1.1', 'http/1.0'],
  };
}

/**
 * Who is at the other end of a server's socket. The certificate comes first and `authorized` after it: on a resumed TLS 1.3 session node calls a
 * peer without any certificate authorized, and one whose certificate has expired meanwhile too.
 */
export function peerOf(socket: TLSSocket): Peer {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return { kind: 'none' };
  const reason = socket.authorized
    ? socket.isSessionReused() && expiry(certificate)
    : String(socket.authorizationError);
  if (reason) return { kind: 'untrusted', reason };
  const mchId = commonName(certificate.subject);
  if (mchId === undefined) return { kind: 'untrusted', reason: 'SUBJECT_WITHOUT_ONE_CN' };
  return { kind: 'merchant', mchId, serial: certificate.serialNumber };
}

/** The one CN of a subject, which node gives a line per attribute with control characters escaped. */
function commonName(subject: string): string | undefined {
  const names = subject.split('\n').filter((line) => line.startsWith('CN='));
  return names.length === 1 ? names[0]?.slice('CN='.length) : undefined;
}

/** Node's own code for a certificate that is past its time, or undefined. */
function expiry(certificate: X509Certificate): string | undefined {
  return Date.parse(certificate.validTo) < Date.now() ? 'CERT_HAS_EXPIRED' : undefined;
}

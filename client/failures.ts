/** When no answer came: can the request have been processed? */
import type { Lost, Unsent } from './transport.ts';

/** Failures from before there is a connection. An established one can fail with them too: what it was doing tells them apart. */
const BEFORE_CONNECTION: readonly string[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
];
const CONNECTING: readonly string[] = ['connect', 'getaddrinfo'];

interface Failure extends Error {
  readonly code?: string;
  readonly syscall?: string;
  /** Of a host with several addresses, one error for each. */
  readonly errors?: readonly Failure[];
}

function isBeforeConnection({ code = '', syscall = '', errors }: Failure): boolean {
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return true;
  if (errors !== undefined && errors.length > 0) return errors.every(isBeforeConnection);
  return BEFORE_CONNECTION.includes(code) && CONNECTING.includes(syscall);
}

/**
 * In TLS 1.3 a server refuses the client's certificate after the client thinks the handshake is over, when the request may be on its
 * way. It was never read: the server answers such an alert instead of finishing the handshake.
 */
const HANDSHAKE_ALERT =
  /^ERR_SSL_[A-Z0-9/]+_ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_REVOKED|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|UNKNOWN_CA|HANDSHAKE_FAILURE|PROTOCOL_VERSION|ACCESS_DENIED)$/;

/** What node says when it does not take the server's certificate: it hangs up before it writes. */
const SERVER_CERTIFICATE = /^(?:ERR_TLS_CERT_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;

/** @param left had the request begun to leave? A caller's fetch does not tell. */
export function classify(error: Failure, left: 'no' | 'yes' | 'perhaps'): Unsent | Lost {
  const code = error.code ?? error.name;
  const detail = error.message || code;
  const certain =
    left === 'no' ||
    HANDSHAKE_ALERT.test(code) ||
    (left === 'perhaps' && (SERVER_CERTIFICATE.test(code) || isBeforeConnection(error)));
  if (certain) return { kind: 'unsent', code, detail };
  return { kind: 'lost', why: 'cut', detail: `${code}: ${detail}` };
}

/** Clients that meant to call and never came as far as a request: without a word about them nobody sees why nothing happens. */
import type { Server } from 'node:https';

/** By the code of the error; the first that fits. */
const HANDSHAKES: readonly (readonly [RegExp, string])[] = [
  [/HTTP_REQUEST/, 'it spoke plain HTTP on the https port: call https://'],
  [
    /ALERT_(UNKNOWN_CA|CERTIFICATE_UNKNOWN|BAD_CERTIFICATE)/,
    "it does not trust the server's certificate: give it rootca.pem",
  ],
  [/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW/, 'no version of TLS is common'],
  [/ECONNRESET/, 'it hung up in the middle of the handshake, as some do that do not trust us'],
];

/** @param tell is given a sentence for the operator */
export function tellOfFailedHandshakes(server: Server, tell: (what: string) => void): void {
  server.on('tlsClientError', ({ code = '', message }: NodeJS.ErrnoException) => {
    const [, why] = HANDSHAKES.find(([known]) => known.test(code)) ?? [];
    tell(`a client's handshake failed: ${why ?? (code || message)}`);
  });
}

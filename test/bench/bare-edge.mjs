/** What the bare servers share: our TLS settings from the same files, and the same ready line. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** @returns {import('node:https').ServerOptions} */
export function edgeFromArguments() {
  const { values } = parseArgs({
    options: { cert: { type: 'string' }, key: { type: 'string' }, ca: { type: 'string' } },
  });
  if (!values.cert || !values.key || !values.ca) throw new Error('Give --cert, --key and --ca.');
  return {
    cert: readFileSync(values.cert),
    key: readFileSync(values.key),
    ca: readFileSync(values.ca),
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ALPNProtocols: ['http/1.1'],
  };
}

/** @param {number} port */
export function tellReady(port) {
  const line = JSON.stringify({ event: 'ready', url: `https://127.0.0.1:${port}` });
  process.stdout.write(`${line}\n`);
}

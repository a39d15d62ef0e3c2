/** Faults of the listener, as curl, openssl and undici see them. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'undici';
import { expect, it } from 'vitest';
import { ENDPOINT_ROWS, sampleRequest, writeXml } from '../../../contracts/index.ts';
import { type MockServer, openCertificates, startMockServer } from '../../../mock-server/index.ts';
import { curl } from '../../support/curl.ts';
import { useLab } from '../../support/server.ts';

const lab = useLab();
const PATH = ENDPOINT_ROWS.sendredpack.path;

function packet({ merchant }: MockServer, mch_billno: string): string {
  return writeXml([...sampleRequest('current', 'sendredpack', merchant, { mch_billno })]);
}

/** @returns HTTP status, or the code of the error */
async function undici(server: MockServer, connect: object = {}): Promise<unknown> {
  const { cert, key } = server.merchant.certificates;
  const client = new Client(server.url, { connect: { cert, key, ca: server.ca, ...connect } });
  try {
    const answer = await client.request({ method: 'POST', path: PATH, body: packet(server, 'U1') });
    await answer.body.text();
    return answer.statusCode;
  } catch (error) {
    return (error as { code?: unknown }).code;
  } finally {
    await client.destroy();
  }
}

/** All that `openssl s_client` prints of an exchange. */
function openssl(server: MockServer, request: string): Promise<string> {
  const { caPath, certPath, keyPath } = server.merchant.certificates;
  const identity = ['-CAfile', caPath, '-cert', certPath, '-key', keyPath];
  const to = ['s_client', '-connect', `127.0.0.1:${server.port}`, '-msg', '-ign_eof', ...identity];
  return new Promise((resolve) => {
    const child = execFile('openssl', to, (_, stdout, stderr) => resolve(stdout + stderr));
    child.stdin?.on('error', () => undefined).end(request);
  });
}

const ACCEPT_ANY = ['--insecure'];
const refusals = [
  {
    fault: 'refuse-handshake',
    complaint: /handshake failure/,
    code: /^(ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE|ERR_SSL_SSL\/TLS_ALERT_HANDSHAKE_FAILURE|EPROTO)$/,
    careless: undefined,
  },
  {
    fault: 'expired-certificate',
    complaint: /certificate has expired/,
    code: /^CERT_HAS_EXPIRED$/,
    careless: ACCEPT_ANY,
  },
  {
    fault: 'wrong-host',
    complaint: /no alternative certificate subject name matches/,
    code: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    careless: ACCEPT_ANY,
  },
  {
    fault: 'foreign-ca',
    complaint: /unable to get local issuer certificate|certificate signature failure/,
    code: /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|CERT_SIGNATURE_FAILURE)$/,
    careless: ACCEPT_ANY,
  },
  {
    fault: '1.1-only',
    // In whose words depends on the OpenSSL that curl was built with.
    complaint: /protocol version|unsupported protocol|legacy sigalg/,
    code: /^(ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION|ERR_SSL_UNSUPPORTED_PROTOCOL|EPROTO)$/,
    careless: ['--tlsv1.1', '--tls-max', '1.1', '--ciphers', 'DEFAULT@SECLEVEL=0'],
  },
] as const;

it.each(refusals)('$fault is refused by curl and undici, and nothing is paid', async (row) => {
  const { fault, complaint, code, careless } = row;
  const server = await lab.start({ scenario: `faults/tls-${fault}` });
  const refused = await curl(server.merchant, server.url + PATH, packet(server, 'N1'));
  expect(refused.complaint).toMatch(complaint);
  expect([35, 60]).toContain(refused.exit);
  expect(String(await undici(server))).toMatch(code);
  expect((await server.ledger('10000098')).paidPackets).toBe(0);
  if (!careless) return;
  // Who does not look is paid as ever: the merchant's own certificate is still asked for, and known.
  const paid = await curl(server.merchant, server.url + PATH, packet(server, 'N1'), careless);
  expect(paid.body.toString()).toContain('<err_code><![CDATA[SUCCESS]]>');
  expect(server.journal.entries()).toMatchObject([{ verdict: 'sent', peer: { kind: 'merchant' } }]);
});

it('no-close-notify ends an answer with the connection, and that without good-bye', async () => {
  const server = await lab.start({ scenario: 'faults/tls-no-close-notify' });
  const { body, exit } = await curl(server.merchant, server.url + PATH, packet(server, 'N1'), [
    '-i',
  ]);
  // Newer releases of curl complain of it (56), older ones let it pass.
  expect([0, 56]).toContain(exit);
  expect(body.toString()).toMatch(/^Connection: close\r$/im);
  expect(body.toString()).not.toMatch(/^Content-Length:/im);
  expect(body.toString()).toContain('</xml>');
  expect(await undici(server)).toBe(200);

  const xml = packet(server, 'N3');
  const post = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(xml)}\r\n\r\n${xml}`;
  expect(await openssl(server, post)).toMatch(/unexpected eof/);
  const orderly = await lab.start();
  const said = await openssl(orderly, post.replace('Host: x', 'Host: x\r\nConnection: close'));
  expect(said).toMatch(/close_notify/);
  expect(said).not.toMatch(/unexpected eof/);
});

it('a spoilt certificate is kept nowhere: the folder serves the next server as before', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'redpack-unfit-'));
  const certificates = await openCertificates({ dir });
  await certificates.bundle('10000098');
  const files = await readdir(dir, { recursive: true });
  for (const fault of ['expired-certificate', 'wrong-host', 'foreign-ca']) {
    const server = await startMockServer({ scenario: `faults/tls-${fault}`, certificates });
    await server.stop();
  }
  expect((await readdir(dir, { recursive: true })).sort()).toEqual(files.sort());
  const server = await startMockServer({ certDir: dir });
  expect(await undici(server)).toBe(200);
  await server.stop();
  await rm(dir, { recursive: true });
});

/** A merchant's certificate in every form that it comes in, and what is said of the forms that cannot be used. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CertificateSource,
  CredentialError,
  createRedpackClient,
} from '../../client/index.ts';
import type { MerchantBundle } from '../../mock-server/certificates/bundle.ts';
import { type MockServer, startMockServer } from '../../mock-server/index.ts';
import { KEY } from '../support/in-process.ts';
import { APPID, MCH_ID, ORDER } from './support.ts';

let scratch: string;
let server: MockServer;
let bundle: MerchantBundle;
/** The same merchant in another folder: its p12 is of the old form. */
let vendor: { server: MockServer; bundle: MerchantBundle };
const SCENARIO = 'no-limits';

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'redpack-credentials-'));
  server = await startMockServer({ scenario: SCENARIO, certDir: join(scratch, 'certs') });
  bundle = server.merchant.certificates;
  const old = await startMockServer({
    scenario: SCENARIO,
    certDir: join(scratch, 'vendor'),
    p12Form: 'vendor',
  });
  vendor = { server: old, bundle: old.merchant.certificates };
});
afterAll(async () => {
  await Promise.all([server.stop(), vendor.server.stop()]);
  await rm(scratch, { recursive: true, force: true });
});

function clientOf(certificate: CertificateSource, at = server, ca: string | undefined = at.ca) {
  return createRedpackClient({
    mchId: MCH_ID,
    key: KEY,
    appid: APPID,
    baseUrl: at.url,
    certificate,
    numbersDir: scratch,
    ...(ca === undefined ? {} : { ca }),
  });
}

async function folderOf(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const dir = await mkdtemp(join(scratch, 'folder-'));
  await mkdir(dir, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);
  return dir;
}

describe('a certificate', () => {
  const FORMS: readonly [string, () => Promise<CertificateSource> | CertificateSource][] = [
    ['as PEM texts', () => ({ cert: bundle.cert, key: bundle.key })],
    ['as PEM in buffers', () => ({ cert: Buffer.from(bundle.cert), key: Buffer.from(bundle.key) })],
    ['as a p12, whose password is the mch_id', () => ({ pfx: bundle.p12 })],
    ['as a p12 with its password', () => ({ pfx: bundle.p12, passphrase: MCH_ID })],
    ['as the folder of the bundle', () => ({ dir: bundle.dir })],
    [
      'as a folder with a p12 alone',
      async () => {
        return {
          dir: await folderOf({ 'apiclient_cert.p12': bundle.p12, 'rootca.pem': bundle.ca }),
        };
      },
    ],
  ];

  it.each(FORMS)('pays %s', async (_, source) => {
    const client = clientOf(await source());
    expect((await client.send(ORDER)).kind).toBe('sent');
    await client.close();
  });

  it('pays as a p12 of the old form, which OpenSSL 3 does not read', async () => {
    for (const source of [{ pfx: vendor.bundle.p12 }, { dir: vendor.bundle.dir }]) {
      const client = clientOf(source, vendor.server);
      expect((await client.send(ORDER)).kind).toBe('sent');
      await client.close();
    }
    const dir = await folderOf({ 'apiclient_cert.p12': vendor.bundle.p12 });
    const client = clientOf({ dir }, vendor.server);
    expect((await client.send(ORDER)).kind).toBe('sent');
    await client.close();
  });

  it('brings the root of its folder: no further setting is needed', async () => {
    const client = createRedpackClient({
      mchId: MCH_ID,
      key: KEY,
      appid: APPID,
      baseUrl: server.url,
      certificate: { dir: bundle.dir },
      numbersDir: scratch,
    });
    expect((await client.send(ORDER)).kind).toBe('sent');
    await client.close();
  });
});

describe('a certificate that cannot be used', () => {
  const PASSWORD = 'a-secret-password';
  const WRONG: readonly [string, () => Promise<CertificateSource> | CertificateSource, RegExp][] = [
    [
      'a wrong password',
      () => ({ pfx: bundle.p12, passphrase: PASSWORD }),
      /the password does not open the p12: it is the mch_id/,
    ],
    [
      'a wrong password of the old form',
      () => ({ pfx: vendor.bundle.p12, passphrase: PASSWORD }),
      /the password does not open the p12: it is the mch_id/,
    ],
    ['a PEM as p12', () => ({ pfx: Buffer.from(bundle.cert) }), /PEM text, not a PKCS#12/],
    ['no p12 at all', () => ({ pfx: Buffer.from('garbage') }), /download the bundle again/],
    ['an empty p12', () => ({ pfx: Buffer.alloc(0) }), /download the bundle again/],
    [
      'half a p12',
      () => ({ pfx: bundle.p12.subarray(0, bundle.p12.length / 2) }),
      /download the bundle again/,
    ],
    [
      "another certificate's key",
      () => ({ cert: bundle.cert, key: vendor.bundle.key }),
      /the key does not belong to the certificate/,
    ],
    [
      'junk for a key',
      () => ({ cert: bundle.cert, key: 'junk' }),
      /^the key \(apiclient_key.pem\) is no private key in PEM/,
    ],
    [
      'junk for a certificate',
      () => ({ cert: 'junk', key: bundle.key }),
      /^the certificate \(apiclient_cert.pem\) is no certificate in PEM/,
    ],
    [
      'a file name instead of a PEM',
      () => ({ cert: bundle.certPath, key: bundle.key }),
      /pass the contents of the file/,
    ],
    [
      'an empty folder',
      async () => ({ dir: await folderOf({}) }),
      /has neither apiclient_cert.pem/,
    ],
    ['no such folder', () => ({ dir: '/nowhere' }), /\/nowhere has neither/],
  ];

  it.each(WRONG)('says so before anything is dialled: %s', async (_, source, message) => {
    let said: unknown;
    try {
      clientOf(await source());
    } catch (error) {
      said = error;
    }
    expect(said).toBeInstanceOf(CredentialError);
    expect(said).toHaveProperty('message', expect.stringMatching(message));
    const shown = inspect(said, { depth: 9, showHidden: true });
    expect(shown).not.toContain(PASSWORD);
    expect(shown).not.toContain(KEY);
    expect(shown).not.toContain('PRIVATE KEY');
  });

  it('is a ca that is no PEM', () => {
    const { cert, key } = bundle;
    expect(() => clientOf({ cert, key }, server, 'rootca.pem')).toThrow(CredentialError);
  });
});

import { execFile, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import {
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Certificates,
  type MerchantBundle,
  openCertificates,
} from '../../../mock-server/certificates/bundle.ts';

const run = promisify(execFile);
const DAY_MS = 24 * 60 * 60 * 1000;

let scratch: string;
let dir: string;
let certificates: Certificates;
let bundle: MerchantBundle;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'redpack-bundle-'));
  dir = join(scratch, 'shared');
  certificates = await openCertificates({ dir });
  bundle = await certificates.bundle('10000098', '天虹百货');
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

async function openssl(...args: string[]): Promise<string> {
  const { stdout } = await run('openssl', args);
  return stdout;
}

function textOf(path: string): Promise<string> {
  const nameOptions = 'utf8,sep_comma_plus_space,show_type';
  return openssl('x509', '-in', path, '-noout', '-text', '-nameopt', nameOptions);
}

function hasLegacyProvider(): boolean {
  return spawnSync('openssl', ['list', '-providers', '-provider', 'legacy']).status === 0;
}

/** A directory of a test's own with the shared contents, so that no key has to be made for it. */
async function copyOfShared(name: string): Promise<string> {
  const copy = join(scratch, name);
  await cp(dir, copy, { recursive: true });
  return copy;
}

const serialOf = (pem: string) => new X509Certificate(pem).serialNumber;

describe('a merchant certificate', () => {
  it('carries the subject, the issuer and the purpose of a real one', async () => {
    const text = await textOf(bundle.certPath);
    expect(text).toContain(
      'Subject: CN=UTF8STRING:10000098, O=UTF8STRING:微信商户系统, OU=UTF8STRING:天虹百货, ' +
        'L=UTF8STRING:Shenzhen, C=PRINTABLESTRING:CN\n',
    );
    expect(text.replaceAll('PRINTABLESTRING:', '')).toContain(
      'Issuer: C=CN, O=Tenpay.com, OU=Tenpay.com CA Center, CN=Tenpay.com Root CA\n',
    );
    expect(text).toContain('Signature Algorithm: sha256WithRSAEncryption');
    expect(text).toContain('Public-Key: (2048 bit)');
    expect(text).toContain('CA:FALSE');
    expect(text).toMatch(/Extended Key Usage:\s+TLS Web Client Authentication\n/);
  });

  it('answers the vendor’s own check for the merchant number', async () => {
    const subject = await openssl(
      'x509',
      '-in',
      bundle.certPath,
      '-noout',
      '-subject',
      '-nameopt',
      'compat',
    );
    expect(subject.match(/CN=[0-9]*/g)).toEqual(['CN=10000098']);
  });

  it('has a positive serial of 40 hex digits', async () => {
    const serial = await openssl('x509', '-in', bundle.certPath, '-noout', '-serial');
    expect(serial).toMatch(/^serial=[1-7][0-9A-F]{39}\n$/);
  });

  it('is valid now and for five years', async () => {
    const { validFrom, validTo } = new X509Certificate(bundle.cert);
    expect(Date.parse(validFrom)).toBeLessThan(Date.now());
    const years = new Date(validTo).getUTCFullYear() - new Date(validFrom).getUTCFullYear();
    expect(years).toBe(5);
    expect(validTo.slice(0, 15)).toBe(validFrom.slice(0, 15));
  });

  it('chains to the root as a client, and not as a server', async () => {
    const root = join(dir, 'ca', 'root.pem');
    const verify = ['verify', '-x509_strict', '-CAfile', root, '-purpose'];
    expect(await openssl(...verify, 'sslclient', bundle.certPath)).toContain(': OK');
    await expect(openssl(...verify, 'sslserver', bundle.certPath)).rejects.toThrow(/purpose/);
  });
});

describe('the server certificate', () => {
  it('carries every name that clients call the mock by', async () => {
    const text = await textOf(join(dir, 'server', 'server.pem'));
    expect(text).toMatch(
      /DNS:localhost, DNS:api\.mch\.weixin\.qq\.com, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1\n/,
    );
    expect(text).toMatch(/Subject: .*CN=UTF8STRING:api\.mch\.weixin\.qq\.com\n/);
    expect(text).toMatch(/Extended Key Usage:\s+TLS Web Server Authentication\n/);
  });

  it('is verified by the rootca.pem of a merchant bundle', async () => {
    const server = join(dir, 'server', 'server.pem');
    const names = ['-verify_hostname', 'api.mch.weixin.qq.com', '-purpose', 'sslserver'];
    const verdict = await openssl('verify', '-CAfile', bundle.caPath, ...names, server);
    expect(verdict).toContain(': OK');
  });
});

describe('the root', () => {
  it('may sign certificates and nothing else', async () => {
    const text = await textOf(join(dir, 'ca', 'root.pem'));
    expect(text).toContain('CA:TRUE');
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
    expect(bundle.ca).toBe(certificates.root);
  });
});

describe('the files', () => {
  it('are those of a real bundle, with a PKCS#8 key', async () => {
    const names = await readdir(bundle.dir);
    expect(names.sort()).toEqual([
      'apiclient_cert.p12',
      'apiclient_cert.pem',
      'apiclient_key.pem',
      'rootca.pem',
    ]);
    expect(bundle.key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(await readFile(bundle.p12Path)).toEqual(bundle.p12);
  });

  it('are readable by their owner only', async () => {
    for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect([entry.name, mode & 0o777]).toEqual([entry.name, entry.isFile() ? 0o600 : 0o700]);
    }
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });

  it('leave no lock and no half-written file behind', async () => {
    const names = await readdir(dir, { recursive: true });
    expect(names.filter((name) => name.split('/').some((part) => part.startsWith('.')))).toEqual(
      [],
    );
  });
});

describe('the p12', () => {
  const inspect = (path: string, ...more: string[]) =>
    run('openssl', ['pkcs12', '-in', path, '-passin', 'pass:10000098', '-info', '-nodes', ...more]);

  it('opens with the merchant number, leaf first and then the root', async () => {
    const { stdout, stderr } = await inspect(bundle.p12Path);
    expect(stderr).toMatch(/MAC: sha1,[\s\S]*Shrouded Keybag: pbeWithSHA1And3-KeyTripleDES-CBC/);
    const certs = stdout.match(/-----BEGIN CERT[\s\S]+?-----END CERTIFICATE-----\n/g);
    expect(certs).toEqual([bundle.cert, bundle.ca]);
    expect(stdout).toContain(bundle.key);
  });

  it('is refused with another password', async () => {
    const wrong = run('openssl', [
      'pkcs12',
      '-in',
      bundle.p12Path,
      '-passin',
      'pass:888',
      '-nodes',
    ]);
    await expect(wrong).rejects.toThrow(/invalid password/i);
  });

  it('is read by node', () => {
    const read = () => createSecureContext({ pfx: bundle.p12, passphrase: '10000098' });
    expect(read).not.toThrow();
  });

  describe('in the vendor’s form', () => {
    let vendorDir: string;
    let packed: MerchantBundle;

    beforeAll(async () => {
      vendorDir = await copyOfShared('vendor');
      const vendor = await openCertificates({ dir: vendorDir, p12Form: 'vendor' });
      packed = await vendor.bundle('10000098');
    });

    it('is refused by OpenSSL 3, and so by node', async () => {
      await expect(inspect(packed.p12Path)).rejects.toThrow(/unsupported/);
      const read = () => createSecureContext({ pfx: packed.p12, passphrase: '10000098' });
      expect(read).toThrow(/unsupported/i);
    });

    // Skipped only where OpenSSL came without its legacy provider; Debian's, which CI has, comes with it.
    it.skipIf(!hasLegacyProvider())('opens with the legacy provider of OpenSSL 3', async () => {
      const { stdout, stderr } = await inspect(packed.p12Path, '-legacy');
      expect(stderr).toContain('pbeWithSHA1And40BitRC2-CBC');
      for (const pem of [bundle.cert, bundle.ca, bundle.key]) expect(stdout).toContain(pem);
    });

    it('holds the same certificates under a MAC that another reader verifies', () => {
      const pfx = forge.asn1.fromDer(packed.p12.toString('latin1'));
      const { safeContents } = forge.pkcs12.pkcs12FromAsn1(pfx, true, '10000098');
      expect(safeContents.map(({ encrypted }) => encrypted)).toEqual([true, false]);
      const serials = safeContents[0]?.safeBags.map((bag) => bag.cert?.serialNumber.toUpperCase());
      expect(serials).toEqual([serialOf(bundle.cert), serialOf(bundle.ca)]);
    });

    it('is packed around the same pair, kept, and packed back when the other form is asked for', async () => {
      expect(packed.cert).toBe(bundle.cert);
      const again = await openCertificates({ dir: vendorDir, p12Form: 'vendor' });
      expect(await again.bundle('10000098')).toEqual(packed);
      const back = await (await openCertificates({ dir: vendorDir })).bundle('10000098');
      expect(back.cert).toBe(bundle.cert);
      createSecureContext({ pfx: back.p12, passphrase: '10000098' });
    });
  });
});

describe('opening a directory again', () => {
  it('reads what is there', async () => {
    const again = await openCertificates({ dir });
    expect(again.root).toBe(certificates.root);
    expect(again.server).toEqual(certificates.server);
    expect(await again.bundle('10000098', 'another company')).toEqual(bundle);
  });

  it('makes a merchant’s bundle once when it is asked for many times at once', async () => {
    const asked = await Promise.all([1, 2, 3].map(() => certificates.bundle('888')));
    expect(new Set(asked).size).toBe(1);
    expect(asked[0]?.cert).not.toBe(bundle.cert);
    expect(new X509Certificate(asked[0]?.cert ?? '').subject).toContain('CN=888');
  });

  it('keeps what expires in 31 days and renews what expires in 29', async () => {
    const copy = await copyOfShared('renewal');
    const daysBeforeExpiry = (days: number) => () =>
      new Date(Date.parse(new X509Certificate(bundle.cert).validTo) - days * DAY_MS);

    const early = await openCertificates({ dir: copy, now: daysBeforeExpiry(31) });
    expect((await early.bundle('10000098')).cert).toBe(bundle.cert);

    const late = await openCertificates({ dir: copy, now: daysBeforeExpiry(29) });
    const renewed = await late.bundle('10000098');
    expect(late.root).toBe(certificates.root);
    expect(serialOf(late.server.cert)).not.toBe(serialOf(certificates.server.cert));
    expect(serialOf(renewed.cert)).not.toBe(serialOf(bundle.cert));
    expect(renewed.key).not.toBe(bundle.key);
    expect(await readFile(renewed.certPath, 'utf8')).toBe(renewed.cert);
  });

  it('renews everything when the root is about to expire', async () => {
    const copy = await copyOfShared('old-root');
    const now = () => new Date(Date.parse(new X509Certificate(certificates.root).validTo) - DAY_MS);
    const renewed = await openCertificates({ dir: copy, now });
    const { cert } = await renewed.bundle('10000098');
    expect(renewed.root).not.toBe(certificates.root);
    const root = new X509Certificate(renewed.root);
    for (const pem of [renewed.server.cert, cert]) {
      expect(new X509Certificate(pem).verify(root.publicKey)).toBe(true);
    }
  });

  it('makes everything anew below a root that was put in its place', async () => {
    const copy = await copyOfShared('foreign-root');
    const [key, cert] = [join(copy, 'ca', 'root-key.pem'), join(copy, 'ca', 'root.pem')];
    const subject = ['-subj', '/C=CN/O=演练/CN=演练根证书', '-utf8', '-days', '3650'];
    await openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      ...subject,
      '-keyout',
      key,
      '-out',
      cert,
    );

    const foreign = await openCertificates({ dir: copy });
    const { cert: merchant, caPath, certPath, ca } = await foreign.bundle('10000098');
    expect(foreign.root).toBe(await readFile(cert, 'utf8'));
    expect(ca).toBe(foreign.root);
    expect(merchant).not.toBe(bundle.cert);
    expect(await openssl('verify', '-CAfile', caPath, certPath)).toContain(': OK');
    expect(await openssl('verify', '-CAfile', cert, join(copy, 'server', 'server.pem'))).toContain(
      ': OK',
    );
    const kept = (await openCertificates({ dir: copy })).bundle('10000098');
    expect((await kept).cert).toBe(merchant);
  });

  it.each([
    ['a certificate that does not parse', 'apiclient_cert.pem'],
    ['a key that does not parse', 'apiclient_key.pem'],
  ])('makes a new pair for %s', async (_, file) => {
    const copy = await copyOfShared(`broken-${file}`);
    await writeFile(join(copy, '10000098', file), 'not PEM');
    const mended = await (await openCertificates({ dir: copy })).bundle('10000098');
    expect(mended.cert).not.toBe(bundle.cert);
    expect(new X509Certificate(mended.cert).subject).toBe(
      new X509Certificate(bundle.cert).subject.replace('天虹百货', '红包演练商户'),
    );
  });

  it('makes a new pair when the key is that of another merchant', async () => {
    const copy = await copyOfShared('swapped');
    const other = await certificates.bundle('888');
    await copyFile(other.keyPath, join(copy, '10000098', 'apiclient_key.pem'));
    const mended = await (await openCertificates({ dir: copy })).bundle('10000098');
    expect(mended.cert).not.toBe(bundle.cert);
    expect(mended.key).not.toBe(other.key);
  });

  it('packs a truncated or foreign p12 again around the same certificate', async () => {
    const copy = await copyOfShared('p12');
    const path = join(copy, '10000098', 'apiclient_cert.p12');
    const other = await certificates.bundle('888');
    for (const damaged of [bundle.p12.subarray(0, 1000), other.p12, Buffer.alloc(0)]) {
      await writeFile(path, damaged);
      const mended = await (await openCertificates({ dir: copy })).bundle('10000098');
      expect(mended.cert).toBe(bundle.cert);
      createSecureContext({ pfx: await readFile(path), passphrase: '10000098' });
    }
  });
});

describe('what cannot be', () => {
  it.each([
    '',
    '../888',
    '888/..',
    '888 ',
    '10000098\n',
    '.',
    'x'.repeat(33),
    '一二三',
    'ca',
    'Server',
  ])('is a bundle for the merchant number %j', async (mchId) => {
    await expect(certificates.bundle(mchId)).rejects.toThrow(/mch_id of 1 to 32 letters/);
  });

  it('is a directory below a file, and one sentence says so', async () => {
    const file = join(scratch, 'file');
    await writeFile(file, '');
    const opening = openCertificates({ dir: join(file, 'certs') });
    await expect(opening).rejects.toMatchObject({
      name: 'CertificateError',
      message: expect.stringMatching(/^Certificates cannot be kept in .*certs \(ENOTDIR.*choose/),
    });
  });

  it('is a new bundle below a root that this process does not know', async () => {
    const copy = await copyOfShared('replaced');
    const opened = await openCertificates({ dir: copy });
    await rm(join(copy, 'ca'), { recursive: true });
    await expect(opened.bundle('10000099')).rejects.toThrow(/root\.pem was removed or replaced/);
    await openCertificates({ dir: copy });
    await expect(opened.bundle('10000099')).rejects.toThrow(/start the process again/);
  });
});

describe('several processes on one directory', () => {
  const LOCK_FILE = 'f3b1c3de-owner';
  let built: string;

  beforeAll(async () => {
    built = await buildForPlainNode();
  });

  it('end up with one set when they start at once on an empty one', async () => {
    const empty = join(scratch, 'race');
    const outcomes = await Promise.all([1, 2, 3].map(() => openInAnotherProcess(built, empty)));
    const [first] = outcomes;
    for (const { made } of outcomes) expect(made).toEqual(first?.made);
    expect(first?.made.root).toBe(await readFile(join(empty, 'ca', 'root.pem'), 'utf8'));
    const verify = ['verify', '-CAfile', join(empty, 'ca', 'root.pem')];
    await openssl(...verify, join(empty, 'server', 'server.pem'));
    await openssl(...verify, join(empty, '888', 'apiclient_cert.pem'));
    expect(await readdir(empty)).toEqual(expect.arrayContaining(['888', 'ca', 'server']));
    expect(await readdir(empty)).toHaveLength(3);
  });

  it('do not load node-forge when everything is present', async () => {
    const outcome = await openInAnotherProcess(built, dir);
    expect(outcome).toMatchObject({ made: { root: certificates.root }, forge: false });
  });

  it('wait for one that is making certificates', async () => {
    const busy = join(scratch, 'busy');
    await writeLock(busy, `${process.pid}@${hostname()}`);
    let isOpen = false;
    const opening = openCertificates({ dir: busy }).then((opened) => {
      isOpen = true;
      return opened;
    });
    await sleep(700);
    expect(isOpen).toBe(false);
    await rm(join(busy, '.lock', LOCK_FILE));
    expect((await opening).root).toContain('BEGIN CERTIFICATE');
  });

  it('go on at once after one that died while making certificates', async () => {
    const dead = join(scratch, 'dead');
    const { pid } = spawnSync(process.execPath, ['--version']);
    await writeLock(dead, `${pid}@${hostname()}`);
    expect((await openCertificates({ dir: dead })).root).toContain('BEGIN CERTIFICATE');
    expect((await readdir(dead)).sort()).toEqual(['ca', 'server']);
  });

  it('go on after one of another machine that has been silent for minutes', async () => {
    const silent = join(scratch, 'silent');
    await writeLock(silent, '1@elsewhere');
    const minutesAgo = new Date(Date.now() - 3 * 60_000);
    await utimes(join(silent, '.lock', LOCK_FILE), minutesAgo, minutesAgo);
    expect((await openCertificates({ dir: silent })).root).toContain('BEGIN CERTIFICATE');
  });

  async function writeLock(below: string, owner: string): Promise<void> {
    await mkdir(join(below, '.lock'), { recursive: true });
    await writeFile(join(below, '.lock', LOCK_FILE), owner);
  }
});

/** Compiles the module, so that processes of plain node (no type stripping in 20) can run it. */
async function buildForPlainNode(): Promise<string> {
  const root = resolve(import.meta.dirname, '../../..');
  const built = join(scratch, 'built');
  await mkdir(built);
  await symlink(join(root, 'node_modules'), join(built, 'node_modules'));
  await writeFile(join(built, 'package.json'), '{"type":"module"}');
  await writeFile(join(built, 'open.js'), OPEN_SCRIPT);
  const language = ['--target', 'es2023', '--module', 'nodenext', '--types', 'node'];
  const layout = ['--rootDir', root, '--outDir', built, '--rewriteRelativeImportExtensions'];
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const entry = join(root, 'mock-server', 'certificates', 'bundle.ts');
  await run(tsc, ['--ignoreConfig', ...language, ...layout, '--skipLibCheck', entry], {
    cwd: root,
  });
  return built;
}

const OPEN_SCRIPT = `
  import { createRequire } from 'node:module';
  import { openCertificates } from './mock-server/certificates/bundle.js';
  const certificates = await openCertificates({ dir: process.argv[2] });
  const { cert, key, p12 } = await certificates.bundle('888');
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  const forge = loaded.some((path) => path.includes('node-forge'));
  const { root, server } = certificates;
  const made = { root, server, cert, key, p12: p12.toString('hex') };
  console.log(JSON.stringify({ made, forge }));
`;

interface Outcome {
  readonly made: { readonly root: string };
  readonly forge: boolean;
}

async function openInAnotherProcess(built: string, below: string): Promise<Outcome> {
  const { stdout } = await run(process.execPath, [join(built, 'open.js'), below]);
  return JSON.parse(stdout);
}

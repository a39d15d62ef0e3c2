/**
 * The certificates on disk: one root, the server's pair, and a bundle of four files per merchant
 * (domain facts §6, E4). Whatever is present and sound is only read; node-forge is loaded when
 * something has to be made.
 */
import { createHash, createPrivateKey, generateKeyPair, X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { promisify } from 'node:util';
import { REAL_HOST } from '../contracts/index.ts';
import type { Holder, ServerNames } from './authority.ts';
import type { P12Form } from './pkcs12.ts';
import { alone, LockError, unless } from './turns.ts';

/** A certificate and its PKCS#8 key, both PEM. */
interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** The root: it issues merchant and server certificates alike. */
export type Authority = Pair;

/** What the server presents. */
type ServerCertificate = Pair;

/** A merchant's four files, as paths for other programs and as contents for this one. */
export interface MerchantBundle extends Pair {
  readonly mchId: string;
  readonly dir: string;
  readonly certPath: string;
  readonly keyPath: string;
  readonly p12Path: string;
  readonly caPath: string;
  /** Opens with the merchant number as password. */
  readonly p12: Buffer;
  /** The root that issued the server's certificate, PEM. */
  readonly ca: string;
}

/** An open certificate directory. */
export interface Certificates {
  /** The root's certificate, PEM: what clients trust the server by, and the server merchants. */
  readonly root: string;
  readonly server: ServerCertificate;
  /**
   * The bundle of one merchant: read once, made where it is missing or no longer sound. `company`
   * counts only when a certificate is made. Rejects with `CertificateError`.
   */
  bundle(mchId: string, company?: string): Promise<MerchantBundle>;
  /** A server's pair that no client may trust: made anew, kept nowhere. */
  unfitServer(unfit: Unfit): Promise<ServerCertificate>;
}

/** What is wrong with a server's certificate. */
type Unfit = 'expired-certificate' | 'wrong-host' | 'foreign-ca';

/** Says in one sentence which certificates cannot be kept, where, and what to do about it. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

/** `now` decides what is due for renewal; TLS itself goes by the real clock. */
interface CertificateOptions {
  readonly dir: string;
  readonly now?: () => Date;
  /** Default `compatible`. A bundle of the other form is packed again around the same key. */
  readonly p12Form?: P12Form;
}

/** Where an open directory stands: everything the functions below need to know of it. */
interface Home {
  readonly dir: string;
  readonly now: () => Date;
  readonly p12Form: P12Form;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const RENEWAL_MS = 30 * DAY_MS;
const RSA_BITS = 2048;
const DEFAULT_COMPANY = '红包演练商户';
const MCH_ID = /^[0-9A-Za-z]{1,32}$/;
// Folders of ours, which a merchant of that name would overwrite (some disks ignore case).
const RESERVED = new Set(['ca', 'server']);

const SERVER_NAMES: ServerNames = {
  hosts: ['localhost', REAL_HOST],
  addresses: ['127.0.0.1', '::1'],
};

/** Whom a certificate for the wrong host is for. */
const OTHER_NAMES: ServerNames = { hosts: ['redpack.example'], addresses: ['192.0.2.1'] };
/** Longer ago than a server's certificate is valid. */
const EXPIRED_AFTER_MS = 6 * 365 * DAY_MS;

interface Files {
  readonly cert: string;
  readonly key: string;
}
const ROOT_FILES: Files = { cert: 'root.pem', key: 'root-key.pem' };
const SERVER_FILES: Files = { cert: 'server.pem', key: 'server-key.pem' };
const MERCHANT_FILES: Files = { cert: 'apiclient_cert.pem', key: 'apiclient_key.pem' };
const P12_FILE = 'apiclient_cert.p12';
const CA_FILE = 'rootca.pem';

/**
 * Opens a certificate directory, making the root and the server's certificate on first use and
 * renewing what expires within 30 days, does not parse, lacks its key or was issued by another
 * root. A sound RSA root that somebody put there is used as it is. Processes may open one directory
 * at the same time. Rejects with `CertificateError` when the directory cannot be used.
 */
export async function openCertificates(options: CertificateOptions): Promise<Certificates> {
  const home: Home = {
    dir: resolve(options.dir),
    now: options.now ?? (() => new Date()),
    p12Form: options.p12Form ?? 'compatible',
  };
  const { root, server } = await explained(home.dir, () => openHouse(home));
  const bundles = new Map<string, Promise<MerchantBundle>>();

  function bundle(mchId: string, company = DEFAULT_COMPANY): Promise<MerchantBundle> {
    const known = bundles.get(mchId);
    if (known) return known;
    const opening = explained(home.dir, () => openBundle(home, root, { mchId, company }));
    bundles.set(mchId, opening);
    opening.catch(() => bundles.delete(mchId));
    return opening;
  }

  return {
    root: root.cert,
    server,
    bundle,
    unfitServer: (unfit) => makeUnfit(root, server, unfit, home.now()),
  };
}

/** The server's own key serves: making one takes long. */
async function makeUnfit(
  root: Authority,
  { key }: ServerCertificate,
  unfit: Unfit,
  now: Date,
): Promise<ServerCertificate> {
  const sign = await import('./authority.ts');
  if (unfit === 'wrong-host') {
    return { cert: sign.signServer(root, OTHER_NAMES, key, now), key };
  }
  if (unfit === 'expired-certificate') {
    const longAgo = new Date(now.getTime() - EXPIRED_AFTER_MS);
    return { cert: sign.signServer(root, SERVER_NAMES, key, longAgo), key };
  }
  const foreignKey = await newKey();
  const foreigner = { cert: sign.signRoot(foreignKey, now), key: foreignKey };
  return { cert: sign.signServer(foreigner, SERVER_NAMES, key, now), key };
}

interface House {
  readonly root: Authority;
  readonly server: ServerCertificate;
}

async function openHouse(home: Home): Promise<House> {
  const root = await readRoot(home);
  const server = root && (await readServer(home, root));
  return root && server ? { root, server } : makeHouse(home);
}

async function makeHouse(home: Home): Promise<House> {
  const [sign, rootKey, serverKey] = await Promise.all([
    import('./authority.ts'),
    newKey(),
    newKey(),
  ]);

  async function makeRoot(): Promise<Authority> {
    const made = { cert: sign.signRoot(rootKey, home.now()), key: rootKey };
    return keepPair(join(home.dir, 'ca'), ROOT_FILES, made);
  }

  async function makeServer(root: Authority): Promise<ServerCertificate> {
    const cert = sign.signServer(root, SERVER_NAMES, serverKey, home.now());
    return keepPair(join(home.dir, 'server'), SERVER_FILES, { cert, key: serverKey });
  }

  return alone(home.dir, async () => {
    const root = (await readRoot(home)) ?? (await makeRoot());
    const server = (await readServer(home, root)) ?? (await makeServer(root));
    return { root, server };
  });
}

async function openBundle(home: Home, root: Authority, holder: Holder): Promise<MerchantBundle> {
  refuseUnusableNumber(holder.mchId);
  return (await readBundle(home, root, holder.mchId)) ?? makeBundle(home, root, holder);
}

async function makeBundle(home: Home, root: Authority, holder: Holder): Promise<MerchantBundle> {
  const { mchId } = holder;
  const [sign, { packP12 }, newcomer] = await Promise.all([
    import('./authority.ts'),
    import('./pkcs12.ts'),
    newKey(),
  ]);
  return alone(home.dir, async () => {
    await refuseAnotherRoot(home, root);
    const ready = await readBundle(home, root, mchId);
    if (ready) return ready;
    const pair = (await readMerchant(home, root, mchId)) ?? {
      cert: sign.signMerchant(root, holder, newcomer, home.now()),
      key: newcomer,
    };
    const p12 = packP12({ ...pair, root: root.cert }, mchId, home.p12Form);
    const bundle = bundleOf(home, mchId, pair, p12, root.cert);
    await write(bundle.dir, [
      [P12_FILE, bundle.p12],
      [CA_FILE, bundle.ca],
      [MERCHANT_FILES.key, bundle.key],
      [MERCHANT_FILES.cert, bundle.cert],
    ]);
    return bundle;
  });
}

function bundleOf(home: Home, mchId: string, pair: Pair, p12: Buffer, ca: string): MerchantBundle {
  const dir = join(home.dir, mchId);
  return {
    mchId,
    dir,
    certPath: join(dir, MERCHANT_FILES.cert),
    keyPath: join(dir, MERCHANT_FILES.key),
    p12Path: join(dir, P12_FILE),
    caPath: join(dir, CA_FILE),
    ...pair,
    p12,
    ca,
  };
}

function refuseUnusableNumber(mchId: string): void {
  if (MCH_ID.test(mchId) && !RESERVED.has(mchId.toLowerCase())) return;
  throw new CertificateError(
    `No certificate can be made for merchant ${JSON.stringify(mchId)}: ` +
      'give a mch_id of 1 to 32 letters and digits other than "ca" and "server".',
  );
}

/** What we issue must fit the root that the running server trusts, and the one on disk. */
async function refuseAnotherRoot(home: Home, root: Authority): Promise<void> {
  const path = join(home.dir, 'ca', ROOT_FILES.cert);
  const present = await readIfAny(path);
  if (present?.toString() === root.cert) return;
  throw new CertificateError(
    `No merchant certificate can be made in ${home.dir}: ${path} was removed or replaced ` +
      'after this process had opened it, so start the process again.',
  );
}

// Reading: a pair or bundle that is there and sound, or undefined.

async function readRoot(home: Home): Promise<Authority | undefined> {
  const pair = await readPair(join(home.dir, 'ca'), ROOT_FILES);
  const root = pair && sound(pair, pair.cert, home.now());
  return root?.ca && root.publicKey.asymmetricKeyType === 'rsa' ? pair : undefined;
}

async function readServer(home: Home, root: Authority): Promise<ServerCertificate | undefined> {
  const pair = await readPair(join(home.dir, 'server'), SERVER_FILES);
  const server = pair && sound(pair, root.cert, home.now());
  const named =
    server &&
    SERVER_NAMES.hosts.every((host) => server.checkHost(host)) &&
    SERVER_NAMES.addresses.every((address) => server.checkIP(address));
  return named ? pair : undefined;
}

async function readMerchant(home: Home, root: Authority, mchId: string): Promise<Pair | undefined> {
  const pair = await readPair(join(home.dir, mchId), MERCHANT_FILES);
  const merchant = pair && sound(pair, root.cert, home.now());
  return merchant?.subject.split('\n').includes(`CN=${mchId}`) ? pair : undefined;
}

async function readBundle(
  home: Home,
  root: Authority,
  mchId: string,
): Promise<MerchantBundle | undefined> {
  const [pair, p12, ca] = await Promise.all([
    readMerchant(home, root, mchId),
    readIfAny(join(home.dir, mchId, P12_FILE)),
    readIfAny(join(home.dir, mchId, CA_FILE)),
  ]);
  if (!pair || !p12 || ca?.toString() !== root.cert) return undefined;
  return fits(p12, pair, mchId, home.p12Form)
    ? bundleOf(home, mchId, pair, p12, root.cert)
    : undefined;
}

async function readPair(folder: string, files: Files): Promise<Pair | undefined> {
  const [cert, key] = await Promise.all([
    readIfAny(join(folder, files.cert)),
    readIfAny(join(folder, files.key)),
  ]);
  return cert && key ? { cert: cert.toString(), key: key.toString() } : undefined;
}

async function readIfAny(path: string): Promise<Buffer | undefined> {
  const content = await unless(['ENOENT', 'ENOTDIR'], () => readFile(path));
  // Somebody may have opened it to others; not ours to change on a read-only disk or in another's folder.
  if (content) await unless(['EPERM', 'EROFS'], () => chmod(path, 0o600));
  return content;
}

// Judging what was read. Processes read without a lock while another may be renewing, so a pair
// or bundle of which one file is new and one old must be seen as unsound.

/** The parsed certificate when it belongs to the key, is issued by the issuer and not near expiry. */
function sound(pair: Pair, issuerCert: string, now: Date): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(pair.cert);
    const issuer = new X509Certificate(issuerCert);
    const isSound =
      Date.parse(certificate.validFrom) <= now.getTime() &&
      Date.parse(certificate.validTo) > now.getTime() + RENEWAL_MS &&
      certificate.checkPrivateKey(createPrivateKey(pair.key)) &&
      certificate.checkIssued(issuer) &&
      certificate.verify(issuer.publicKey);
    return isSound ? certificate : undefined;
  } catch {
    return undefined; // not PEM, not a certificate, not a key: as good as missing
  }
}

/** Whether a p12 is whole, holds this very certificate, and is of the form that is wanted. */
function fits(p12: Buffer, pair: Pair, mchId: string, form: P12Form): boolean {
  const cert = new X509Certificate(pair.cert).raw;
  const isWhole = p12.length > 4 && p12.readUInt16BE(2) === p12.length - 4;
  // The key's bag names its certificate by SHA-1, in the clear in both forms.
  const isOurs = p12.includes(createHash('sha1').update(cert).digest());
  const hasForm = p12.includes(cert) === (form === 'compatible');
  return isWhole && isOurs && hasForm && (form === 'vendor' || opens(p12, mchId));
}

/** A damaged one does not open; the vendor's form never does here. */
function opens(p12: Buffer, passphrase: string): boolean {
  try {
    createSecureContext({ pfx: p12, passphrase });
    return true;
  } catch {
    return false;
  }
}

// Writing.

async function newKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: RSA_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return privateKey;
}

async function keepPair(folder: string, files: Files, pair: Pair): Promise<Pair> {
  await write(folder, [
    [files.key, pair.key],
    [files.cert, pair.cert],
  ]);
  return pair;
}

/** Everything is on disk under another name before the first file is replaced. */
async function write(folder: string, files: [name: string, content: string | Buffer][]) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const waiting = (name: string) => join(folder, `.${name}.new`);
  for (const [name, content] of files) {
    // What an earlier run left there would keep its mode.
    await rm(waiting(name), { force: true });
    await writeFile(waiting(name), content, { mode: 0o600, flag: 'wx' });
  }
  for (const [name] of files) await rename(waiting(name), join(folder, name));
}

// Errors of the file system become one sentence.

async function explained<Result>(dir: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof LockError) throw new CertificateError(error.message, { cause: error });
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new CertificateError(
      `Certificates cannot be kept in ${dir} (${error.message}): ` +
        'choose a directory that this user can read and write.',
      { cause: error },
    );
  }
}

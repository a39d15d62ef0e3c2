/**
 * The certificates on disk: one root, the server's pair, and a bundle of four files per merchant
 * (domain facts §6, E4). Whatever is present and sound is only read; node-forge is loaded when
 * something has to be made.
 */
import { join, resolve } from 'node:path';
import type { Holder } from './authority.ts';
import {
  type Authority,
  type Home,
  makeUnfit,
  openHouse,
  rootPath,
  type ServerCertificate,
  type Unfit,
} from './house.ts';
import {
  type Files,
  fits,
  newKey,
  type Pair,
  readIfAny,
  readPair,
  sound,
  write,
} from './pair-files.ts';
import type { P12Form } from './pkcs12.ts';
import { alone, LockError } from './turns.ts';

/** What a merchant downloads. */
export interface BundleContents extends Pair {
  readonly mchId: string;
  /** Opens with the merchant number as password. */
  readonly p12: Buffer;
  /** The root that issued the server's certificate, PEM. */
  readonly ca: string;
}

/** A merchant's four files, as paths for other programs and as contents for this one. */
export interface MerchantBundle extends BundleContents {
  readonly dir: string;
  readonly certPath: string;
  readonly keyPath: string;
  readonly p12Path: string;
  readonly caPath: string;
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
  /** A new bundle at each call, in memory only: for a merchant that does not outlive the process. Rejects with `CertificateError`. */
  issue(mchId: string, company?: string): Promise<BundleContents>;
  /** A server's pair that no client may trust: made anew, kept nowhere. */
  unfitServer(unfit: Unfit): Promise<ServerCertificate>;
}

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

const DEFAULT_COMPANY = '红包演练商户';
const MCH_ID = /^[0-9A-Za-z]{1,32}$/;
// Folders of ours, which a merchant of that name would overwrite (some disks ignore case).
const RESERVED = new Set(['ca', 'server']);

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
    issue: (mchId, company = DEFAULT_COMPANY) => issueBundle(home, root, { mchId, company }),
    unfitServer: (unfit) => makeUnfit(root, server, unfit, home.now()),
  };
}

async function issueBundle(
  { now, p12Form }: Home,
  root: Authority,
  holder: Holder,
): Promise<BundleContents> {
  const { mchId } = holder;
  refuseUnusableNumber(mchId);
  const [sign, { packP12 }, key] = await Promise.all([
    import('./authority.ts'),
    import('./pkcs12.ts'),
    newKey(),
  ]);
  const pair = { cert: sign.signMerchant(root, holder, key, now()), key };
  let p12: Buffer | undefined;
  return {
    mchId,
    ...pair,
    ca: root.cert,
    // Packing takes ten times as long as signing, and most clients ask for PEM.
    get p12() {
      p12 ??= packP12({ ...pair, root: root.cert }, mchId, p12Form);
      return p12;
    },
  };
}

/** Writes what was made in memory into `<folder>/<mch_id>/`. Rejects with `CertificateError`. */
export async function keepBundle(
  { mchId, p12, ca, cert, key }: BundleContents,
  folder: string,
): Promise<MerchantBundle> {
  const bundle = bundleOf(resolve(folder), mchId, { cert, key }, p12, ca);
  await explained(bundle.dir, () => writeBundle(bundle));
  return bundle;
}

async function writeBundle(bundle: MerchantBundle): Promise<void> {
  await write(bundle.dir, [
    [P12_FILE, bundle.p12],
    [CA_FILE, bundle.ca],
    [MERCHANT_FILES.key, bundle.key],
    [MERCHANT_FILES.cert, bundle.cert],
  ]);
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
    const bundle = bundleOf(home.dir, mchId, pair, p12, root.cert);
    await writeBundle(bundle);
    return bundle;
  });
}

function bundleOf(
  folder: string,
  mchId: string,
  pair: Pair,
  p12: Buffer,
  ca: string,
): MerchantBundle {
  const dir = join(folder, mchId);
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
  const path = rootPath(home);
  const present = await readIfAny(path);
  if (present?.toString() === root.cert) return;
  throw new CertificateError(
    `No merchant certificate can be made in ${home.dir}: ${path} was removed or replaced ` +
      'after this process had opened it, so start the process again.',
  );
}

// Reading: a pair or bundle that is there and sound, or undefined.

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
    ? bundleOf(home.dir, mchId, pair, p12, root.cert)
    : undefined;
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

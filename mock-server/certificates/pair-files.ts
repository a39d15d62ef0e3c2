/** A certificate and its key as files: read, judged, made, and replaced together. */
import { createHash, createPrivateKey, generateKeyPair, X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { promisify } from 'node:util';
import type { P12Form } from './pkcs12.ts';
import { unless } from './turns.ts';

const RENEWAL_MS = 30 * 24 * 60 * 60 * 1000;
const RSA_BITS = 2048;

/** A certificate and its PKCS#8 key, both PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** The names of its two files. */
export interface Files {
  readonly cert: string;
  readonly key: string;
}

export async function readPair(folder: string, files: Files): Promise<Pair | undefined> {
  const [cert, key] = await Promise.all([
    readIfAny(join(folder, files.cert)),
    readIfAny(join(folder, files.key)),
  ]);
  return cert && key ? { cert: cert.toString(), key: key.toString() } : undefined;
}

export async function readIfAny(path: string): Promise<Buffer | undefined> {
  const content = await unless(['ENOENT', 'ENOTDIR'], () => readFile(path));
  // Somebody may have opened it to others; not ours to change on a read-only disk or in another's folder.
  if (content) await unless(['EPERM', 'EROFS'], () => chmod(path, 0o600));
  return content;
}

// Judging what was read. Processes read without a lock while another may be renewing, so a pair
// or bundle of which one file is new and one old must be seen as unsound.

/** The parsed certificate when it belongs to the key, is issued by the issuer and not near expiry. */
export function sound(pair: Pair, issuerCert: string, now: Date): X509Certificate | undefined {
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
export function fits(p12: Buffer, pair: Pair, mchId: string, form: P12Form): boolean {
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

export async function newKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: RSA_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return privateKey;
}

export async function keepPair(folder: string, files: Files, pair: Pair): Promise<Pair> {
  await write(folder, [
    [files.key, pair.key],
    [files.cert, pair.cert],
  ]);
  return pair;
}

/** Everything is on disk under another name before the first file is replaced. */
export async function write(folder: string, files: [name: string, content: string | Buffer][]) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const waiting = (name: string) => join(folder, `.${name}.new`);
  for (const [name, content] of files) {
    // What an earlier run left there would keep its mode.
    await rm(waiting(name), { force: true });
    await writeFile(waiting(name), content, { mode: 0o600, flag: 'wx' });
  }
  for (const [name] of files) await rename(waiting(name), join(folder, name));
}

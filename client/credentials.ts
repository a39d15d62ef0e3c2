/** A merchant's certificate in any of the forms that it is downloaded in, read before anything is dialled. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

type Pem = string | Buffer;

/**
 * PEM texts; a PKCS#12 with its password (default the mch_id, as the platform sets it); or the folder of a merchant's bundle:
 * `apiclient_cert.pem` and `apiclient_key.pem`, else `apiclient_cert.p12`; a `rootca.pem` beside them is trusted as well.
 */
export type CertificateSource =
  | { readonly cert: Pem; readonly key: Pem }
  | { readonly pfx: Buffer; readonly passphrase?: string }
  | { readonly dir: string };

/** The certificate cannot be used; the message says what is wrong with it and what to do. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';
}

/**
 * What every connection of a client is made with. Made once: reading a key and a hundred roots takes tens of milliseconds.
 * @param ca further roots to trust, PEM, beside those of the system @throws CredentialError
 */
export function secureContextOf(
  source: CertificateSource | undefined,
  mchId: string,
  ca: Pem | undefined,
): SecureContext {
  const { root, ...own }: Opened = source === undefined ? {} : open(source, mchId);
  const roots = [ca, root].filter((each) => each !== undefined);
  for (const each of roots) checkRoot(each);
  try {
    return createSecureContext({
      ...own,
      ...(roots.length > 0 ? { ca: [...usualRoots(), ...roots] } : {}),
    });
  } catch (error) {
    throw new CredentialError(unreadablePart(own) ?? explainPem((error as Error).message));
  }
}

/** OpenSSL says that something cannot be decoded, and not what. */
function unreadablePart({ cert, key }: Opened): string | undefined {
  const remedy = 'pass the contents of the file as it was downloaded';
  if (cert !== undefined && !isRead(() => new X509Certificate(cert))) {
    return `the certificate (apiclient_cert.pem) is no certificate in PEM: ${remedy}, not its name`;
  }
  if (key !== undefined && !isRead(() => createPrivateKey(key))) {
    return `the key (apiclient_key.pem) is no private key in PEM: ${remedy}, not its name`;
  }
  return undefined;
}

function isRead(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

interface Opened {
  readonly cert?: Pem;
  readonly key?: Pem;
  readonly pfx?: Buffer;
  readonly passphrase?: string;
  readonly root?: Pem;
}

function open(source: CertificateSource, mchId: string): Opened {
  if ('cert' in source) return { cert: source.cert, key: source.key };
  if ('pfx' in source) return openPfx(source.pfx, source.passphrase ?? mchId);
  const file = (name: string): string => join(source.dir, name);
  const rootPath = file('rootca.pem');
  const root = existsSync(rootPath) ? { root: read(rootPath) } : {};
  if (existsSync(file('apiclient_cert.pem')) && existsSync(file('apiclient_key.pem'))) {
    return {
      cert: read(file('apiclient_cert.pem')),
      key: read(file('apiclient_key.pem')),
      ...root,
    };
  }
  if (existsSync(file('apiclient_cert.p12'))) {
    return { ...openPfx(read(file('apiclient_cert.p12')), mchId), ...root };
  }
  throw new CredentialError(
    `${source.dir} has neither apiclient_cert.pem with apiclient_key.pem nor apiclient_cert.p12: give the folder that the merchant platform's download was unpacked into`,
  );
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CredentialError(`cannot read ${path}: ${(error as Error).message}`);
  }
}

function openPfx(pfx: Buffer, passphrase: string): Opened {
  try {
    createSecureContext({ pfx, passphrase });
    return { pfx, passphrase };
  } catch (error) {
    const { message } = error as Error;
    if (/unsupported/i.test(message)) return openLegacyPfx(pfx, passphrase);
    throw new CredentialError(explainPfx(pfx, message));
  }
}

function explainPfx(pfx: Buffer, message: string): string {
  if (pfx.includes('-----BEGIN')) {
    return 'pfx is a PEM text, not a PKCS#12: pass it as { cert, key }, or pass apiclient_cert.p12';
  }
  if (/mac verify failure/i.test(message)) {
    return 'the password does not open the p12: it is the mch_id, unless it was changed';
  }
  return `the p12 cannot be read (${message}): download the bundle again`;
}

/** RC2 and old 3DES files, which OpenSSL 3 refuses (domain facts §6, E86), are read by another reader, loaded only then. */
function openLegacyPfx(pfx: Buffer, passphrase: string): Opened {
  const forge = createRequire(import.meta.url)('node-forge') as typeof import('node-forge');
  try {
    const asn1 = forge.asn1.fromDer(pfx.toString('binary'));
    const p12 = forge.pkcs12.pkcs12FromAsn1(asn1, passphrase);
    const { certBag = '', pkcs8ShroudedKeyBag = '', keyBag = '' } = forge.pki.oids;
    const bagsOf = (bagType: string) => p12.getBags({ bagType })[bagType] ?? [];
    const key = [...bagsOf(pkcs8ShroudedKeyBag), ...bagsOf(keyBag)][0]?.key;
    const certs = bagsOf(certBag).flatMap(({ cert }) => cert ?? []);
    const rsa = key as import('node-forge').pki.rsa.PrivateKey | undefined;
    const leaf = certs.find(
      ({ publicKey }) =>
        rsa?.n.equals((publicKey as import('node-forge').pki.rsa.PublicKey).n) === true,
    );
    if (!rsa || !leaf) throw new Error('no key with its certificate in it');
    const others = certs.filter((cert) => cert !== leaf);
    return {
      cert: [leaf, ...others].map((cert) => forge.pki.certificateToPem(cert)).join(''),
      key: forge.pki.privateKeyToPem(rsa),
    };
  } catch (error) {
    const { message } = error as Error;
    if (/MAC could not be verified|Invalid password/i.test(message)) {
      throw new CredentialError(explainPfx(pfx, 'mac verify failure'));
    }
    throw new CredentialError(
      `the p12 is of an old form that cannot be read (${message}). Convert it: openssl pkcs12 -legacy -in apiclient_cert.p12 -nodes -out all.pem, then pass { cert, key }`,
    );
  }
}

/** Node's roots, and those that the environment adds: naming one root of our own would hide both. */
function usualRoots(): Pem[] {
  const extra = process.env.NODE_EXTRA_CA_CERTS;
  return [...rootCertificates, ...(extra && existsSync(extra) ? [readFileSync(extra)] : [])];
}

/** Node passes over a root that it cannot read, and then trusts nobody. */
function checkRoot(root: Pem): void {
  try {
    new X509Certificate(root);
  } catch (error) {
    throw new CredentialError(
      `ca is no certificate in PEM (${(error as Error).message}): pass the contents of rootca.pem, not its name`,
    );
  }
}

function explainPem(message: string): string {
  if (/key values mismatch/i.test(message)) {
    return 'the key does not belong to the certificate: both must come from one download';
  }
  if (/no start line|PEM/i.test(message)) {
    return `certificate, key or ca is no PEM text (${message}): pass the contents of the file, not its name; a p12 is passed as { pfx }`;
  }
  return `the certificate cannot be used: ${message}`;
}

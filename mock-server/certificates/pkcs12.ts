/**
 * Writes `apiclient_cert.p12`. Loads node-forge, so import it only when a file has to be made
 * (`await import('./pkcs12.ts')`).
 */
import { createHmac } from 'node:crypto';
import forge from 'node-forge';

/**
 * How the p12 hides its certificates; the key is PBE-SHA1-3DES and the MAC SHA-1 in both.
 * - `compatible`: certificates in the clear. Every client measured opens it.
 * - `vendor`: certificates under RC2-40, as the vendor's own files seem to be. OpenSSL 3, and with
 *   it node, curl, PHP and Ruby, refuses it unless the legacy provider is loaded (domain facts §6,
 *   E86).
 */
export type P12Form = 'compatible' | 'vendor';

/** What goes in, all PEM: the key, its certificate, and the root that issued it. */
interface P12Contents {
  readonly key: string;
  readonly cert: string;
  readonly root: string;
}

const OIDS = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  sha1: '1.3.14.3.2.26',
  rc2With40Bits: '1.2.840.113549.1.12.1.6',
} as const;
const ITERATIONS = 2048;
const SALT_BYTES = 8;

const { asn1, pkcs12, pki } = forge;
type Asn1 = forge.asn1.Asn1;

/** Packs leaf first, then root, under the password (a real one is the merchant number, E4). */
export function packP12(contents: P12Contents, password: string, form: P12Form): Buffer {
  const key: forge.pki.rsa.PrivateKey = pki.privateKeyFromPem(contents.key);
  const chain = [contents.cert, contents.root].map((pem) => pki.certificateFromPem(pem));
  const options = { algorithm: '3des', count: ITERATIONS, saltSize: SALT_BYTES } as const;
  const plain = pkcs12.toPkcs12Asn1(key, chain, password, options);
  return bytes(form === 'compatible' ? plain : withHiddenCertificates(plain, password));
}

/** forge writes certificates in the clear only, so the vendor form is that one put together anew. */
function withHiddenCertificates(plain: Asn1, password: string): Asn1 {
  const [version, authSafe] = children(plain);
  const [certificates, key] = children(asn1.fromDer(dataOf(authSafe)));
  const hidden = encryptedData(dataOf(certificates), password);
  const safe = bytes(sequence([hidden, present(key)]));
  return sequence([present(version), data(safe), mac(safe, password)]);
}

function encryptedData(content: string, password: string): Asn1 {
  const salt = forge.random.getBytesSync(SALT_BYTES);
  const cipher = forge.rc2.createEncryptionCipher(derive(password, salt, 1, 5), 40);
  cipher.start(derive(password, salt, 2, 8));
  cipher.update(forge.util.createBuffer(content));
  cipher.finish();
  const algorithm = sequence([oid('rc2With40Bits'), sequence([octets(salt), integer(ITERATIONS)])]);
  const text = asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, false, cipher.output.getBytes());
  const info = sequence([oid('data'), algorithm, text]);
  return sequence([oid('encryptedData'), explicit(sequence([integer(0), info]))]);
}

function mac(safe: Buffer, password: string): Asn1 {
  const salt = forge.random.getBytesSync(SALT_BYTES);
  const key = Buffer.from(derive(password, salt, 3, 20).getBytes(), 'latin1');
  const digest = createHmac('sha1', key).update(safe).digest().toString('latin1');
  const algorithm = sequence([oid('sha1'), universal(asn1.Type.NULL, '')]);
  return sequence([sequence([algorithm, octets(digest)]), octets(salt), integer(ITERATIONS)]);
}

/** Purpose 1 makes a key, 2 an IV, 3 a MAC key (RFC 7292 appendix B.3). */
function derive(password: string, salt: string, purpose: 1 | 2 | 3, length: number) {
  const buffer = forge.util.createBuffer(salt);
  return pkcs12.generateKey(password, buffer, purpose, ITERATIONS, length);
}

// The words of ASN.1 that the functions above are written in. forge keeps bytes in strings.

function universal(type: forge.asn1.Type, value: string): Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, type, false, value);
}

function sequence(parts: Asn1[]): Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, parts);
}

function explicit(part: Asn1): Asn1 {
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [part]);
}

function oid(name: keyof typeof OIDS): Asn1 {
  return universal(asn1.Type.OID, asn1.oidToDer(OIDS[name]).getBytes());
}

function octets(value: string): Asn1 {
  return universal(asn1.Type.OCTETSTRING, value);
}

function integer(value: number): Asn1 {
  return universal(asn1.Type.INTEGER, asn1.integerToDer(value).getBytes());
}

function data(content: Buffer): Asn1 {
  return sequence([oid('data'), explicit(octets(content.toString('latin1')))]);
}

/** The bytes inside a PKCS#7 `data`: SEQUENCE { oid, [0] { OCTET STRING } }. */
function dataOf(contentInfo: Asn1 | undefined): string {
  const [, wrapped] = children(contentInfo);
  const [content] = children(wrapped);
  return String(present(content).value);
}

function children(node: Asn1 | undefined): Asn1[] {
  const { value } = present(node);
  return typeof value === 'string' ? [] : value;
}

function present(node: Asn1 | undefined): Asn1 {
  if (!node) throw new TypeError('node-forge wrote a PKCS#12 of an unknown shape');
  return node;
}

function bytes(node: Asn1): Buffer {
  return Buffer.from(asn1.toDer(node).getBytes(), 'latin1');
}

/**
 * Signs the three certificates of the mock: its root, its server's, and a merchant's. Loads
 * node-forge, so import it only when something has to be made (`await import('./authority.ts')`).
 */
import { createPublicKey, randomBytes, sign } from 'node:crypto';
import forge from 'node-forge';
import type { Authority } from './house.ts';

const ROOT_YEARS = 20;
const LEAF_YEARS = 5;
const SERIAL_BYTES = 20;
// A client whose clock is a little behind ours must not find a new certificate "not yet valid".
const BACKDATE_MS = 60 * 60 * 1000;

type Field = forge.pki.CertificateField;

/**
 * Signs a new root with its own key, named like the issuer of real merchant certificates
 * (domain facts §6, E69). Returns PEM.
 */
export function signRoot(key: string, now: Date): string {
  const name = [
    printable('C', 'CN'),
    printable('O', 'Tenpay.com'),
    printable('OU', 'Tenpay.com CA Center'),
    printable('CN', 'Tenpay.com Root CA'),
  ];
  const draft = blank(key, now, ROOT_YEARS);
  draft.setSubject(name);
  draft.setIssuer(name);
  draft.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  return signed(draft, key);
}

/** Where clients find the server: each name goes into its certificate, the last host as its CN too. */
export interface ServerNames {
  readonly hosts: readonly string[];
  readonly addresses: readonly string[];
}

/** Signs the server's certificate for the given key. Returns PEM. */
export function signServer(root: Authority, names: ServerNames, key: string, now: Date): string {
  const draft = blank(key, now, LEAF_YEARS);
  draft.setSubject([
    printable('C', 'CN'),
    utf8('L', 'Shenzhen'),
    utf8('O', 'redpack-kit'),
    utf8('CN', names.hosts.at(-1) ?? ''),
  ]);
  const altNames = [
    ...names.hosts.map((value) => ({ type: 2, value })),
    ...names.addresses.map((ip) => ({ type: 7, ip })),
  ];
  const more = [
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames },
  ];
  return signedBy(root, draft, more);
}

/** Whose certificate: `company` becomes the OU, the merchant number the CN. */
export interface Holder {
  readonly mchId: string;
  readonly company: string;
}

/**
 * Signs a merchant's certificate for the given key: subject, 40-digit serial and five years as
 * real ones have (domain facts §6, E82). Returns PEM.
 */
export function signMerchant(root: Authority, holder: Holder, key: string, now: Date): string {
  const draft = blank(key, now, LEAF_YEARS);
  draft.setSubject([
    utf8('CN', holder.mchId),
    utf8('O', '微信商户系统'),
    utf8('OU', holder.company),
    utf8('L', 'Shenzhen'),
    printable('C', 'CN'),
  ]);
  return signedBy(root, draft, [{ name: 'extKeyUsage', clientAuth: true }]);
}

function blank(key: string, now: Date, years: number): forge.pki.Certificate {
  const draft = forge.pki.createCertificate();
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' });
  draft.publicKey = forge.pki.publicKeyFromPem(publicKey.toString());
  draft.serialNumber = newSerial();
  draft.validity.notBefore = new Date(now.getTime() - BACKDATE_MS);
  draft.validity.notAfter = new Date(draft.validity.notBefore);
  draft.validity.notAfter.setUTCFullYear(draft.validity.notBefore.getUTCFullYear() + years);
  return draft;
}

/** 40 hex digits, none of them a leading zero, and the top bit clear: DER integers are signed. */
function newSerial(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes.writeUInt8(0x10 + (bytes.readUInt8(0) % 0x70), 0);
  return bytes.toString('hex');
}

function signedBy(root: Authority, draft: forge.pki.Certificate, more: object[]): string {
  const issuer = forge.pki.certificateFromPem(root.cert);
  draft.setIssuer(issuer.subject.attributes.map(decoded));
  draft.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'subjectKeyIdentifier' },
    ...authorityKeyIdentifier(issuer),
    ...more,
  ]);
  return signed(draft, root.key);
}

/** Points at the root by its key, so that an older root of the same name is never mistaken. */
function authorityKeyIdentifier(issuer: forge.pki.Certificate): object[] {
  const own = issuer.getExtension('subjectKeyIdentifier');
  if (!own || !('subjectKeyIdentifier' in own)) return [];
  const keyIdentifier = forge.util.hexToBytes(String(own.subjectKeyIdentifier));
  return [{ name: 'authorityKeyIdentifier', keyIdentifier }];
}

/** OpenSSL signs in 1 ms. forge's own RSA would hold up the thread that answers requests for 25. */
function signed(draft: forge.pki.Certificate, key: string): string {
  const signer = {
    sign: () => sign('sha256', toBeSigned(draft), key).toString('latin1'),
  };
  draft.sign(signer as unknown as forge.pki.rsa.PrivateKey, forge.md.sha256.create());
  return forge.pki.certificateToPem(draft).replaceAll('\r\n', '\n');
}

function toBeSigned({ tbsCertificate }: forge.pki.Certificate): Buffer {
  return Buffer.from(forge.asn1.toDer(tbsCertificate).getBytes(), 'latin1');
}

function printable(shortName: string, value: string): Field {
  return { shortName, value };
}

function utf8(shortName: string, value: string): Field {
  // forge's types declare this as a tag class, but it is the ASN.1 type that forge reads here.
  const valueTagClass = forge.asn1.Type.UTF8 as unknown as forge.asn1.Class;
  return { shortName, value, valueTagClass };
}

/** forge hands out a parsed UTF8String as raw bytes and would encode them a second time. */
function decoded(field: Field): Field {
  const isUtf8 = Number(field.valueTagClass) === forge.asn1.Type.UTF8;
  if (!isUtf8 || typeof field.value !== 'string') return field;
  return { ...field, value: forge.util.decodeUtf8(field.value) };
}

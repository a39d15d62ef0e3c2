/** A certificate that no server has a reason to trust: it says whose it is, and only itself vouches for that. */
import { createPublicKey } from 'node:crypto';
import { DAY_MS } from '../../contracts/core.ts';
import type { Pem } from './arranging.ts';

/** @param key of the merchant that it pretends to be, PEM: making another takes long, and this one is no less untrusted */
export async function untrustedCertificate(mchId: string, key: string): Promise<Pem> {
  const { default: forge } = await import('node-forge');
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey.toString());
  certificate.serialNumber = '01';
  certificate.validity.notBefore = new Date(Date.now() - DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + DAY_MS);
  const name = [{ name: 'commonName', value: mchId }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.sign(forge.pki.privateKeyFromPem(key), forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(certificate), key };
}

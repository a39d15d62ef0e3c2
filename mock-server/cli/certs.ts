/** `redpack-mock certs`: a merchant's bundle, as files. */
import { CertificateError, openCertificates } from '../certificates/bundle.ts';
import { MERCHANT_NUMBER, MERCHANT_NUMBER_EXPECTED } from '../scenario/merchant-number.ts';
import type { Output } from './cli.ts';
import { printable } from './text.ts';

export interface CertsFlags {
  readonly certDir: string;
  readonly company?: string;
  readonly p12: 'compatible' | 'vendor';
  readonly json?: boolean;
}

export async function writeBundle(mchId: string, flags: CertsFlags, output: Output): Promise<void> {
  if (!MERCHANT_NUMBER.test(mchId)) {
    throw new CertificateError(`certs "${printable(mchId)}": ${MERCHANT_NUMBER_EXPECTED}`);
  }
  const certificates = await openCertificates({ dir: flags.certDir, p12Form: flags.p12 });
  const bundle = await certificates.bundle(mchId, flags.company);
  const { dir, certPath, keyPath, p12Path, caPath } = bundle;
  if (flags.json) {
    output.write(
      `${JSON.stringify({ mch_id: mchId, dir, cert: certPath, key: keyPath, p12: p12Path, ca: caPath })}\n`,
    );
    return;
  }
  output.write(`Bundle of merchant ${mchId} (the p12's password is the merchant number):\n`);
  for (const path of [p12Path, certPath, keyPath, caPath]) output.write(`  ${path}\n`);
}

/**
 * One file of roots for a program that reads its trust from the environment: the system's, those that the user's own environment
 * names, and ours; so that the mock verifies and every other host goes on verifying.
 */
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';

/** What programs read their roots from: Node, OpenSSL (Ruby, Go, Python's ssl), curl, Python's requests. */
export const CA_VARIABLES = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'CURL_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
] as const;

/** Where the systems keep theirs: Debian, Red Hat, Alpine and macOS, SUSE. */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
  '/etc/ssl/ca-bundle.pem',
];

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

type SystemRoots = (store: 'system') => string[];

/** @param own our root, PEM. @param env where the user's own files of roots are named */
export function caBundle(own: string, env: NodeJS.ProcessEnv): string {
  const named = CA_VARIABLES.map((name) => readIfThere(env[name]));
  const texts = [own, ...systemRoots(), ...named];
  const certificates = texts.flatMap((text) => text.match(CERTIFICATE) ?? []);
  return `${[...new Set(certificates)].join('\n')}\n`;
}

/** Node learnt to read the system's store in 22.15; before that its file, and where there is none the roots that Node brings. */
function systemRoots(): readonly string[] {
  const ask = (tls as { getCACertificates?: SystemRoots }).getCACertificates;
  const asked = ask?.('system') ?? [];
  if (asked.length > 0) return asked;
  const files = SYSTEM_FILES.map(readIfThere).filter((text) => text !== '');
  return files.length > 0 ? files : tls.rootCertificates;
}

function readIfThere(path: string | undefined): string {
  if (!path) return '';
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

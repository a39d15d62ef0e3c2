/** A call as a line that a shell can repeat. */
import type { ShownCertificate } from '../../contracts/checks/server-case.ts';
import type { Exchange } from '../../contracts/checks/server-target.ts';
import { ENDPOINT_ROWS } from '../../contracts/core.ts';

/** Of a longer body nobody wants to read the line. */
const BODY_BYTES_MAX = 8_192;

export interface CurlSetting {
  readonly url: URL;
  /** Options of curl that show each certificate. */
  readonly certificates: Readonly<Partial<Record<ShownCertificate, string>>>;
  /** File of the roots to trust. */
  readonly caPath?: string | undefined;
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** @returns one line, or a sentence where a line would be too long */
export function curlLine({ url, certificates, caPath }: CurlSetting, exchange: Exchange): string {
  const { endpoint, certificate, body } = exchange;
  const address = `${url.href.replace(/\/$/, '')}${ENDPOINT_ROWS[endpoint].path}`;
  if (body.length > BODY_BYTES_MAX) return `# ${body.length} bytes to ${address}`;
  const text = Buffer.from(body).toString('utf8');
  // One line it shall be, for any shell.
  const isText = Buffer.from(text).equals(body) && !/^@|[\r\n]/.test(text);
  const options = [
    'curl -sS',
    certificate === 'none' ? '' : (certificates[certificate] ?? ''),
    caPath === undefined ? '' : `--cacert ${quoted(caPath)}`,
    "-H 'content-type: text/xml'",
    `--data-binary ${isText ? quoted(text) : '@-'}`,
    quoted(address),
  ];
  const line = options.filter((option) => option !== '').join(' ');
  if (isText) return line;
  return `echo ${Buffer.from(body).toString('base64')} | base64 -d | ${line}`;
}

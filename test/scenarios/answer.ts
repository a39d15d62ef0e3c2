/** Calls the mock as a client would, and says what it got: an answer, or how there was none. */
import { gunzipSync } from 'node:zlib';
import type { Client } from 'undici';
import { ENDPOINT_ROWS, type EndpointName } from '../../contracts/index.ts';

/** What a client that waits a moment gets to see. */
export type Answer =
  | {
      readonly connection: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, unknown>>;
      /** Decompressed, where its headers say so. */
      readonly body: Buffer;
      readonly tookMs: number;
    }
  | { readonly connection: 'dropped' | 'silent' | 'refused'; readonly detail: string };

/** @param waitMs how long it is patient */
export async function post(
  client: Client,
  endpoint: EndpointName,
  body: string | Buffer,
  waitMs: number,
): Promise<Answer> {
  const sentAt = performance.now();
  try {
    const response = await client.request({
      method: 'POST',
      path: ENDPOINT_ROWS[endpoint].path,
      headers: { 'content-type': 'text/xml; charset=utf-8' },
      body,
      signal: AbortSignal.timeout(waitMs),
    });
    const bytes = Buffer.from(await response.body.arrayBuffer());
    return {
      connection: 'answered',
      status: response.statusCode,
      headers: response.headers,
      body: response.headers['content-encoding'] === 'gzip' ? unzipped(bytes) : bytes,
      tookMs: performance.now() - sentAt,
    };
  } catch (error) {
    return unanswered(error);
  }
}

function unanswered(error: unknown): Answer {
  const { name, code = '', message } = error as Error & { code?: string };
  const detail = `${code} ${message}`;
  if (name === 'TimeoutError') return { connection: 'silent', detail };
  if (/^(UND_ERR_SOCKET|ECONNRESET)$/.test(code)) return { connection: 'dropped', detail };
  if (/^(CERT_|UNABLE_|ERR_TLS_|ERR_SSL_|EPROTO)/.test(code)) {
    return { connection: 'refused', detail };
  }
  throw error;
}

/** What calls itself gzip and is not can be read by nobody. */
function unzipped(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes);
  } catch {
    return Buffer.from([0xff]);
  }
}

export function shown(answer: Answer): string {
  return answer.connection === 'answered'
    ? `HTTP ${answer.status} ${answer.body.toString().slice(0, 2_000)}`
    : `${answer.connection} (${answer.detail})`;
}

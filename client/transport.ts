/**
 * The only file that dials. It answers one question besides the reply: when no reply came, can the request have been processed?
 * undici's `dispatch` is used, which its `request` stands on, because it alone tells when a request begins to leave.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { SecureContext } from 'node:tls';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { buildConnector, type Dispatcher, Pool } from 'undici';
import { classify } from './failures.ts';

/** A whole answer, whatever it says. */
export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  /** As the header says it; empty when there is none. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** The request certainly was not processed: it never left, or the TLS handshake failed. */
export interface Unsent {
  readonly kind: 'unsent';
  readonly code: string;
  readonly detail: string;
}

/** The request left, or may have, and no whole answer came. */
export interface Lost {
  readonly kind: 'lost';
  readonly why: 'timeout' | 'cut' | 'aborted' | 'oversize';
  readonly detail: string;
}

export type Exchanged = Answered | Unsent | Lost;

export interface Transport {
  /** Never throws for what the network does. */
  post(path: string, body: string | Uint8Array, signal?: AbortSignal): Promise<Exchanged>;
  /** Lets calls in flight end, then closes the connections. */
  close(): Promise<void>;
}

/** A reply has under 2 KiB; one that is longer is none. */
export const REPLY_BYTES_MAX = 65_536;
/** The rate limit, 30 a second, needs no more unless every answer takes a second. */
const CONNECTIONS_MAX = 32;
export const CONTENT_TYPE = 'text/xml; charset=utf-8';

/** Over a pool of kept connections. @param timeoutMs for one call, from dialling to the last byte */
export function poolTransport(
  baseUrl: URL,
  secureContext: SecureContext,
  timeoutMs: number,
): Transport {
  const pool = new Pool(baseUrl.origin, {
    connections: CONNECTIONS_MAX,
    pipelining: 1,
    connect: connectorOf(secureContext, timeoutMs),
    headersTimeout: 0,
    bodyTimeout: 0,
  } as Pool.Options);
  const prefix = baseUrl.pathname.replace(/\/$/, '');
  const headers = { 'content-type': CONTENT_TYPE };
  const underWay = new Set<Promise<Exchanged>>();

  return {
    post(path, body, signal) {
      if (signal?.aborted) return Promise.resolve(abortedBefore());
      const exchanged = new Promise<Exchanged>((resolve) => {
        const call = new Call(timeoutMs, signal, resolve);
        pool.dispatch({ method: 'POST', path: `${prefix}${path}`, headers, body }, call);
      });
      underWay.add(exchanged);
      return exchanged.finally(() => underWay.delete(exchanged));
    },
    async close() {
      // Each of them ends when its time is up, whatever the pool thinks of it.
      await Promise.all(underWay);
      await pool.destroy();
    },
  };
}

type Connect = buildConnector.connector;

/**
 * undici's own connector, but for one thing: a certificate of another host ends the calls that wait for the connection as any failure
 * does. By its own code undici fails one of them, and leaves the others waiting for ever.
 */
function connectorOf(secureContext: SecureContext, timeoutMs: number): Connect {
  const connect = buildConnector({ secureContext, timeout: timeoutMs });
  return (options, callback) =>
    connect(options, (...[error, socket]: Parameters<typeof callback>) => {
      if (!error) callback(null, socket);
      else callback(wrongHost(error) ? new Error(error.message, { cause: error }) : error, null);
    });
}

function wrongHost(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ERR_TLS_CERT_ALTNAME_INVALID';
}

export function abortedBefore(): Unsent {
  return {
    kind: 'unsent',
    code: 'ABORTED',
    detail: 'given up by the caller before it was dialled',
  };
}

type Controller = Dispatcher.DispatchController;

/** One request on its way, which ends once. */
class Call {
  readonly #resolve: (exchanged: Exchanged) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal | undefined;
  readonly #timeoutMs: number;
  #controller: Controller | undefined;
  #status = 0;
  #contentType = '';
  #encoding = '';
  #bytes = 0;
  readonly #chunks: Buffer[] = [];
  #ended = false;

  constructor(
    timeoutMs: number,
    signal: AbortSignal | undefined,
    resolve: (exchanged: Exchanged) => void,
  ) {
    this.#resolve = resolve;
    this.#signal = signal;
    this.#timeoutMs = timeoutMs;
    this.#timer = setTimeout(this.#onTimeout, timeoutMs);
    signal?.addEventListener('abort', this.#onAbort);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    // It waited for a connection for too long: it must not leave any more.
    if (this.#ended) controller.abort(new Error('given up before it left'));
  }

  onResponseStart(_controller: Controller, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#contentType = String(headers['content-type'] ?? '');
    this.#encoding = String(headers['content-encoding'] ?? '');
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > REPLY_BYTES_MAX) {
      this.#giveUp('oversize', `the answer is longer than ${REPLY_BYTES_MAX} bytes`);
    } else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first] = this.#chunks;
    const body = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks);
    this.#end({
      kind: 'answered',
      status: this.#status,
      contentType: this.#contentType,
      body: decoded(body, this.#encoding),
    });
  }

  onResponseError(_controller: Controller, error: Error): void {
    const failure = error.cause instanceof Error && wrongHost(error.cause) ? error.cause : error;
    this.#end(classify(failure, this.#controller ? 'yes' : 'no'));
  }

  readonly #onTimeout = (): void =>
    this.#giveUp('timeout', `no whole answer within ${this.#timeoutMs} ms`);

  readonly #onAbort = (): void => this.#giveUp('aborted', 'given up by the caller');

  #giveUp(why: Lost['why'], detail: string): void {
    const controller = this.#controller;
    if (controller) {
      this.#end({ kind: 'lost', why, detail });
      controller.abort(new Error(detail));
    } else {
      const code = why === 'aborted' ? 'ABORTED' : 'CONNECT_TIMEOUT';
      this.#end({ kind: 'unsent', code, detail: `${detail}; the request had not left` });
    }
  }

  #end(exchanged: Exchanged): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#resolve(exchanged);
  }
}

const DECODERS = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync } as const;

/** We ask for no encoding; a gateway in between may choose one all the same. One that lies leaves what cannot be read. */
function decoded(body: Buffer, encoding: string): Uint8Array {
  const decode = DECODERS[encoding as keyof typeof DECODERS];
  if (!decode) return body;
  try {
    return decode(body, { maxOutputLength: REPLY_BYTES_MAX });
  } catch {
    return body;
  }
}

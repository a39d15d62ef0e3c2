/** Calls through a `fetch` that the caller hands in: for tests, and for msw. It does not tell when a request begins to leave. */
import { classify } from './failures.ts';
import {
  type Answered,
  abortedBefore,
  CONTENT_TYPE,
  type Exchanged,
  type Lost,
  REPLY_BYTES_MAX,
  type Transport,
} from './transport.ts';

/** @param timeoutMs for one call; it holds for a fetch that does not listen to its signal, too */
export function fetchTransport(
  fetch: typeof globalThis.fetch,
  baseUrl: URL,
  timeoutMs: number,
): Transport {
  const call = async (
    url: string,
    given: string | Uint8Array,
    signal: AbortSignal,
  ): Promise<Exchanged> => {
    const headers = { 'content-type': CONTENT_TYPE };
    const body = typeof given === 'string' ? given : Uint8Array.from(given);
    const init = { method: 'POST', body, headers, redirect: 'manual', signal } as const;
    return readResponse(await fetch(url, init));
  };
  return {
    async post(path, body, signal) {
      if (signal?.aborted) return abortedBefore();
      const patience = createPatience(timeoutMs, signal);
      try {
        const answered = call(`${baseUrl.href.replace(/\/$/, '')}${path}`, body, patience.signal);
        return await Promise.race([answered, patience.over]);
      } catch (error) {
        return classify(causeOf(error), 'perhaps');
      } finally {
        patience.end();
      }
    },
    async close() {},
  };
}

interface Patience {
  /** Aborts when it is over. */
  readonly signal: AbortSignal;
  /** For a fetch that does not listen to its signal: what is lost when it is over. */
  readonly over: Promise<Lost>;
  end(): void;
}

/** It ends after so long, or when the caller's does. */
function createPatience(timeoutMs: number, signal: AbortSignal | undefined): Patience {
  const controller = new AbortController();
  let giveUp = (_: Lost): void => undefined;
  const over = new Promise<Lost>((resolve) => {
    giveUp = (lost) => {
      resolve(lost);
      controller.abort();
    };
  });
  const onAbort = (): void =>
    giveUp({ kind: 'lost', why: 'aborted', detail: 'given up by the caller' });
  const detail = `no whole answer within ${timeoutMs} ms`;
  const timer = setTimeout(() => giveUp({ kind: 'lost', why: 'timeout', detail }), timeoutMs);
  signal?.addEventListener('abort', onAbort);
  return {
    signal: controller.signal,
    over,
    end() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}

async function readResponse(response: Response): Promise<Answered | Lost> {
  const contentType = response.headers.get('content-type') ?? '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { value } = (await reader?.read()) ?? {};
    if (!value) {
      const body = Buffer.concat(chunks);
      return { kind: 'answered', status: response.status, contentType, body };
    }
    bytes += value.length;
    if (bytes > REPLY_BYTES_MAX) {
      await reader?.cancel();
      const detail = `the answer is longer than ${REPLY_BYTES_MAX} bytes`;
      return { kind: 'lost', why: 'oversize', detail };
    }
    chunks.push(value);
  }
}

/** fetch wraps what happened. */
function causeOf(error: unknown): Error {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) return cause;
  return error instanceof Error ? error : new Error(String(error));
}

/**
 * What is refused before it is a request of anything: by the HTTP parser, or because no URL can be made of it. Node and the adapter
 * answer these without a word, and so nobody could tell whether WeChat had.
 */
import {
  type Server as HttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import { OWN_HEADER } from './http.ts';

/** Given to the server's constructor: it asks for Host itself, and refuses without a word. */
export const HOST_NOT_ASKED_FOR = { requireHostHeader: false };

interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/** What node's parser throws; every other error of it is a 400. */
const PARSER_REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: { status: 431, reason: 'the headers are longer than 16 KB' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, reason: 'the chunk extensions are too long' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, reason: 'the request did not come to its end' },
};

interface Listening {
  readonly fetch: Parameters<typeof getRequestListener>[0];
  /** For a request without Host, which HTTP/1.0 allows; left out: it is refused. */
  readonly hostname?: string;
  readonly onFault: (error: unknown) => void;
}

/** Hands requests on to `fetch`; nothing is asked of a good one that was not asked before. */
export function listenerWithWords({ fetch, hostname, onFault }: Listening): RequestListener {
  const listener = getRequestListener(fetch, {
    overrideGlobalObjects: false,
    ...(hostname === undefined ? {} : { hostname }),
    errorHandler(error) {
      if (error instanceof RequestError) {
        return asResponse(
          badRequest(`${error.message}: expected a path like /x and a Host like a.b:80`),
        );
      }
      onFault(error);
      return asResponse({ status: 500, reason: 'redpack-mock failed' });
    },
  });
  return (request, response) => {
    if (request.headers.host === undefined && request.httpVersion !== '1.0') {
      refuse(response, badRequest('Host is missing'));
    } else {
      void listener(request, response);
    }
  };
}

/** To be called before the server listens. */
export function refuseInWords(server: Server | HttpServer): void {
  server.on('checkExpectation', ({ headers }: IncomingMessage, response: ServerResponse) => {
    const reason = `Expect is ${quoted(headers.expect)}: only 100-continue is understood`;
    refuse(response, { status: 417, reason });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const { code = '', message } = error;
    const isParser = code.startsWith('HPE_') || code.startsWith('ERR_HTTP_');
    // A handshake that failed comes here too, and whoever has left reads nothing.
    if (!isParser || !socket.writable || hasAnswerBegun(socket)) {
      socket.destroy();
      return;
    }
    const refusal = PARSER_REFUSALS[code] ?? badRequest(message);
    const head = Object.entries(headersOf(refusal)).map(([name, value]) => `${name}: ${value}`);
    const { status } = refusal;
    const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...head, '', textOf(refusal)];
    socket.write(lines.join('\r\n'));
    socket.destroySoon();
  });
}

/** Node keeps the answer under way here, and looks at it for the same purpose. */
function hasAnswerBegun(socket: Socket): boolean {
  const answer: unknown = Reflect.get(socket, '_httpMessage');
  return (
    typeof answer === 'object' && answer !== null && Reflect.get(answer, 'headersSent') === true
  );
}

function badRequest(reason: string): Refusal {
  return { status: 400, reason };
}

function quoted(value: string | undefined): string {
  return JSON.stringify(value?.slice(0, 100));
}

function textOf({ reason }: Refusal): string {
  return `redpack-mock: ${reason}. This is not an answer of WeChat's.\n`;
}

function headersOf(refusal: Refusal): Record<string, string> {
  return {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(textOf(refusal))),
    [OWN_HEADER]: 'request',
    // What follows on the connection may be the rest of what was not understood.
    connection: 'close',
  };
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(refusal.status, headersOf(refusal)).end(textOf(refusal));
}

function asResponse(refusal: Refusal): Response {
  return new Response(textOf(refusal), { status: refusal.status, headers: headersOf(refusal) });
}

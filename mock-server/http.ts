/** The HTTP door: Hono routes, the body up to its limit, the peer of the socket. Everything else is the exchange's. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { ENDPOINT_ROWS, type EndpointRow, type Peer, XML_BYTES_MAX } from '../contracts/core.ts';
import { ALREADY_SENT } from './already-sent.ts';
import type { Call, Edge } from './call.ts';
import { type Caller, callerAt } from './caller.ts';
import { exchange } from './exchange.ts';
import { type Answer, abruptly } from './faults/answer.ts';
import type { Canary } from './faults/canary.ts';
import { deliver, leavingOf, waited } from './faults/deliver.ts';
import { deliverInProcess } from './faults/deliver-in-process.ts';
import type { Mock } from './mock.ts';
import { holderOf } from './tenant.ts';

/** `peer`, `callerIp` and `deliver` are for calls in process, which have no socket. */
export type Bindings = Partial<HttpBindings> & {
  readonly peer?: Peer;
  readonly callerIp?: string;
  /** How the caller is given an answer; left out: whole, and a fault of the connection is refused. */
  readonly deliver?: typeof deliverInProcess;
};

/** Our own words to a caller carry this header, so that they are never taken for WeChat's. */
export const OWN_HEADER = 'x-redpack-mock';

type Ctx = Context<{ Bindings: Bindings }>;

/** What a listener has that a call in process has not. */
interface Listening {
  readonly canary?: Canary;
  /** TLS connections end without close_notify. */
  readonly endsAbruptly?: boolean;
  /** Told of requests for no endpoint. */
  readonly onStray?: ((what: string) => void) | undefined;
}

export function createApp(
  mock: Mock,
  onFault: (error: unknown) => void,
  listening: Listening = {},
): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>();
  const paths = Object.values(ENDPOINT_ROWS).map((row) => row.path);

  for (const endpoint of Object.values(ENDPOINT_ROWS)) {
    app.all(endpoint.path, (context) => serveEndpoint(mock, endpoint, context, listening));
  }
  app.notFound((context) => {
    const { method, path } = context.req;
    listening.onStray?.(`${method} ${path}: there is no such path, but ${paths.join(', ')}`);
    return context.text(`No such endpoint: ${path}\nThis mock serves ${paths.join(', ')}\n`, 404, {
      [OWN_HEADER]: 'not-found',
    });
  });
  app.onError((error, context) => {
    onFault(error);
    return context.text(
      `redpack-mock failed, this is not an answer of WeChat's: ${error.message}\n`,
      500,
      {
        [OWN_HEADER]: 'fault',
      },
    );
  });
  return app;
}

async function serveEndpoint(
  mock: Mock,
  endpoint: EndpointRow,
  context: Ctx,
  listening: Listening,
): Promise<Response> {
  const { method } = context.req;
  const caller = callerOf(context.env);
  const asPost = method === 'POST' || (method === 'GET' && isReadAsEmpty(mock, caller.peer));
  if (!asPost) {
    return context.text(`${method} is not allowed on ${endpoint.path}: POST an XML body\n`, 405, {
      [OWN_HEADER]: 'method',
      allow: 'POST',
    });
  }
  const body = method === 'GET' ? new Uint8Array() : await readBody(context);
  if (body === 'aborted')
    return context.text('The body never came.\n', 400, { [OWN_HEADER]: 'aborted' });
  const edge = new HttpEdge(context, listening.canary);
  const { peer, callerIp, connection } = caller;
  const answer = await exchange(mock, { endpoint, body, peer, callerIp, connection, edge });
  return respond(context, listening.endsAbruptly ? abruptly(answer) : answer);
}

function isReadAsEmpty(mock: Mock, peer: Peer): boolean {
  const { switches } = holderOf(mock.tenants, peer) ?? mock;
  return switches.getMethod === 'XML_ERROR';
}

/** Only a fault of the wire asks it anything. */
class HttpEdge implements Edge {
  readonly #context: Ctx;
  readonly #canary: Canary | undefined;

  constructor(context: Ctx, canary: Canary | undefined) {
    this.#context = context;
    this.#canary = canary;
  }

  wait(ms: number): Promise<boolean> {
    const { env, req } = this.#context;
    const outgoing = env?.outgoing as ServerResponse | undefined;
    return waited(ms, outgoing ? leavingOf(outgoing) : req.raw.signal);
  }

  canaryUrl(call: Call): Promise<string> {
    if (!this.#canary) {
      throw new Error(
        'an external entity needs a listener to point to: say canaryUrl in the scenario',
      );
    }
    const { hostname } = new URL(this.#context.req.url);
    return this.#canary.urlFor(call, hostname);
  }
}

/** Over a socket straight to it: a web Response in between costs as much as the whole decision. */
function respond(context: Ctx, answer: Answer): Response | Promise<Response> {
  const { status, contentType, body, delivery } = answer;
  const outgoing = context.env?.outgoing as ServerResponse | undefined;
  if (!outgoing) {
    const give = context.env?.deliver ?? deliverInProcess;
    return give(answer, context.req.raw.signal);
  }
  if (delivery) return deliver(outgoing, answer, delivery).then(() => ALREADY_SENT);
  outgoing.writeHead(status, {
    'content-type': contentType,
    server: 'nginx',
    'content-length': body.length,
  });
  // As a string of its bytes it goes out together with the headers; as bytes it would be put behind them, in a more costly write.
  outgoing.end(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'), 'latin1');
  return ALREADY_SENT;
}

function callerOf(env: Bindings | undefined): Caller {
  const socket = env?.incoming?.socket;
  if (socket) return callerAt(socket);
  const { peer = { kind: 'none' }, callerIp = '127.0.0.1' } = env ?? {};
  return { peer, callerIp, connection: undefined };
}

type Body = Uint8Array | undefined | 'aborted';

/** @returns undefined for a body above the limit (the rest of it is not kept), `aborted` when the client left */
async function readBody({ env, req }: Ctx): Promise<Body> {
  if (env?.incoming) return readIncoming(env.incoming as IncomingMessage);
  const bytes = new Uint8Array(await req.arrayBuffer());
  return bytes.length > XML_BYTES_MAX ? undefined : bytes;
}

/** Straight from the socket: a web stream in between costs as much as everything else here. */
function readIncoming(incoming: IncomingMessage): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > XML_BYTES_MAX) resolve(undefined);
      else chunks.push(chunk);
    });
    incoming.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    incoming.on('error', () => resolve('aborted'));
  });
}

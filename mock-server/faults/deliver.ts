/** Sends an answer the way its delivery says. The only file here that touches a socket. */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Delivery } from './answer.ts';

/** How often a drip lets something fall. */
const DRIP_MS_MIN = 50;

/** @returns false when the other side left before */
export async function waited(ms: number, left: AbortSignal): Promise<boolean> {
  if (left.aborted) return false;
  if (ms === 0) return true;
  return sleep(ms, true, { signal: left }).catch(() => false);
}

/** Aborted when the connection ends, whoever ends it: also by the server's stop. */
export function leavingOf(outgoing: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (outgoing.destroyed || outgoing.socket?.destroyed) controller.abort();
  outgoing.once('close', () => controller.abort());
  return controller.signal;
}

/** Resolves when there is nothing more to do: all was sent, or the connection is over. */
export async function deliver(
  outgoing: ServerResponse,
  answer: Answer,
  delivery: Delivery,
): Promise<void> {
  const { delayMs, end } = delivery;
  const left = leavingOf(outgoing);
  if (!(await waited(delayMs, left))) return;
  const isPartial = end.kind === 'cut' || end.kind === 'silence';
  // Each piece is a packet of its own.
  outgoing.socket?.setNoDelay(true);
  const bytesMax = isPartial ? end.afterBytes : answer.body.length;
  if (bytesMax !== undefined) {
    writeHead(outgoing, answer, delivery);
    const sent = answer.body.subarray(0, bytesMax);
    for await (const piece of paced(sent, delivery, left)) await written(outgoing, piece, left);
    if (left.aborted) return;
  }
  if (end.kind === 'whole') outgoing.end();
  else if (end.kind === 'silence') await ended(left);
  // Of a TLS socket, `destroy` says no good-bye; an orderly end would.
  else outgoing.socket?.destroy();
}

function writeHead(outgoing: ServerResponse, answer: Answer, { chunkBytes, end }: Delivery): void {
  const { status, contentType, body, headers } = answer;
  const isAbrupt = end.kind === 'abrupt';
  if (isAbrupt) outgoing.useChunkedEncodingByDefault = false;
  outgoing.writeHead(status, {
    'content-type': contentType,
    server: 'nginx',
    ...headers,
    ...(isAbrupt ? { connection: 'close' } : {}),
    ...(isAbrupt || chunkBytes !== undefined ? {} : { 'content-length': body.length }),
  });
  outgoing.flushHeaders();
}

/** The bytes in pieces, each when its time has come; no more of them once the other side has left. */
export async function* paced(
  bytes: Uint8Array,
  delivery: Delivery,
  left: AbortSignal,
): AsyncGenerator<Uint8Array, undefined> {
  for (const piece of piecesOf(bytes, delivery)) {
    if (!(await waited(pauseMsOf(piece, delivery), left))) return;
    yield piece;
  }
}

function* piecesOf(
  body: Uint8Array,
  { bytesPerSecond, chunkBytes }: Delivery,
): Generator<Uint8Array> {
  const dripBytes =
    bytesPerSecond && Math.max(1, Math.floor((bytesPerSecond * DRIP_MS_MIN) / 1_000));
  const length = Math.min(chunkBytes ?? body.length, dripBytes ?? body.length);
  for (let at = 0; at < body.length; at += length) yield body.subarray(at, at + length);
}

function pauseMsOf(piece: Uint8Array, { bytesPerSecond }: Delivery): number {
  return bytesPerSecond === undefined ? 0 : (piece.length / bytesPerSecond) * 1_000;
}

/** Waits until the piece is with the system, so that the next one is another write, and an end comes after it. */
function written(outgoing: ServerResponse, piece: Uint8Array, left: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      left.removeEventListener('abort', done);
      resolve();
    };
    left.addEventListener('abort', done);
    outgoing.write(piece, done);
  });
}

/** Resolves when the other side leaves. */
export function ended(left: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (left.aborted) resolve();
    else left.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Gives an answer to a caller in the same process. What needs no connection is done here too. */
import type { Answer, Delivery } from './answer.ts';
import { ended, paced, waited } from './deliver.ts';

/** The answer as a web Response; a fault of the connection is refused in plain words. */
export async function deliverInProcess(answer: Answer, left: AbortSignal): Promise<Response> {
  const { delivery } = answer;
  if (delivery) {
    if (left.aborted) throw left.reason;
    const { delayMs, end, bytesPerSecond } = delivery;
    if (end.kind !== 'whole' || bytesPerSecond !== undefined) {
      throw new Error(
        'the scenario wants a fault of the connection, and a call in process has none: call the mock over its port',
      );
    }
    if (!(await waited(delayMs, left))) throw left.reason;
  }
  return responseOf(answer, Uint8Array.from(answer.body));
}

/**
 * For a caller who takes `Response.error()` for a connection that failed, as msw does: then faults of the connection can be played
 * without one. What began and never ended is a body that fails, or that waits until the caller leaves.
 */
export async function deliverToInterceptor(answer: Answer, left: AbortSignal): Promise<Response> {
  const { body, delivery } = answer;
  if (!delivery) return responseOf(answer, Uint8Array.from(body));
  const { delayMs, end } = delivery;
  if (!(await waited(delayMs, left))) return Response.error();
  const isPartial = end.kind === 'cut' || end.kind === 'silence';
  const bytesMax = isPartial ? end.afterBytes : body.length;
  if (bytesMax !== undefined) {
    return responseOf(answer, streamOf(body.subarray(0, bytesMax), delivery, left));
  }
  if (end.kind === 'silence') await ended(left);
  return Response.error();
}

function responseOf(answer: Answer, body: Uint8Array<ArrayBuffer> | ReadableStream): Response {
  const { status, contentType, headers } = answer;
  const own = { 'content-type': contentType, server: 'nginx', ...headers };
  return new Response(body, { status, headers: own });
}

function streamOf(
  sent: Uint8Array,
  delivery: Delivery,
  left: AbortSignal,
): ReadableStream<Uint8Array> {
  const pieces = paced(sent, delivery, left);
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (!done) return controller.enqueue(Uint8Array.from(value));
      const { kind } = delivery.end;
      if (kind === 'silence') await ended(left);
      if (left.aborted) controller.error(left.reason);
      else if (kind === 'cut') controller.error(new TypeError('terminated'));
      else controller.close();
    },
  });
}

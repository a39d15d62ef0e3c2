/** Gives an answer to a caller in the same process: what needs no connection is done here too, what does is refused in plain words. */
import type { Answer } from './answer.ts';
import { waited } from './deliver.ts';

export async function deliverInProcess(answer: Answer, left: AbortSignal): Promise<Response> {
  const { status, contentType, headers, body, delivery } = answer;
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
  return new Response(Uint8Array.from(body), {
    status,
    headers: { 'content-type': contentType, server: 'nginx', ...headers },
  });
}

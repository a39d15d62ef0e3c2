/** Calls as they come, for whoever looks on: server-sent events. */
import { createRoute, z } from '@hono/zod-openapi';
import { streamSSE } from 'hono/streaming';
import { object as strictObject } from '../../scenario/parts.ts';
import { follow } from '../follow.ts';
import { leavingWith } from '../leaving.ts';
import type { AddRoutes } from '../parts.ts';
import { problem, problems } from '../problem.ts';
import { wholeNumber } from '../schemas.ts';
import { callFilter, showCall } from './journal.ts';

/** Each of them is told of every call. */
const READERS_MAX = 64;
/** Often enough for every proxy and for a reader that wants to know whether the server is still there. */
const HEARTBEAT_MS = 15_000;
const RECONNECT_MS = 1_000;

const lastSeen = wholeNumber(0, Number.MAX_SAFE_INTEGER);

export const addEventRoutes: AddRoutes = (app, { mock: { journal }, stopping, onFault }) => {
  let readers = 0;

  app.openapi(
    createRoute({
      tags: ['journal'],
      method: 'get',
      path: '/events',
      summary: 'Calls as they come, as server-sent events',
      description: [
        'Event "call": its id is the sequence, its data a Call. Event "dropped": {"calls": n}, so many were let go before they could be sent,',
        'to this reader\'s filter or not. Event "cleared": {}, calls were taken out of the journal or the server was started anew: read it again.',
        'From now on, or after "after", or after Last-Event-ID, which goes before it. A comment comes when there is no news for 15 s.',
      ].join(' '),
      request: {
        query: strictObject(callFilter),
        headers: z.object({ 'Last-Event-ID': lastSeen.optional() }),
      },
      responses: {
        200: {
          description: 'Events until the reader or the server leaves',
          content: { 'text/event-stream': { schema: z.string() } },
        },
        ...problems('invalid-input', 'busy'),
      },
    }),
    (context) => {
      const { after, ...filter } = context.req.valid('query');
      const resumed = context.req.valid('header')['Last-Event-ID'];
      if (readers >= READERS_MAX) {
        return problem(context, 'busy', `${READERS_MAX} readers follow the events already`);
      }
      readers += 1;
      const { signal, leave, release } = leavingWith(stopping);
      return streamSSE(
        context,
        async (stream) => {
          stream.onAbort(leave);
          try {
            await stream.write(`retry: ${RECONNECT_MS}\n\n`);
            const news = follow(journal, {
              after: resumed ?? after ?? journal.sequence,
              filter,
              idleMs: HEARTBEAT_MS,
              signal,
            });
            // Written one after the other, each when the one before is on its way.
            for await (const event of news) await stream.write(spelled(event));
          } finally {
            readers -= 1;
            release();
          }
        },
        async (error) => onFault(error),
      );
    },
  );
};

type News = ReturnType<typeof follow> extends AsyncGenerator<infer Event> ? Event : never;

function spelled(event: News): string {
  if (event.kind === 'idle') return ': no news\n\n';
  if (event.kind === 'cleared') return 'event: cleared\ndata: {}\n\n';
  if (event.kind === 'dropped') {
    return `event: dropped\ndata: ${JSON.stringify({ calls: event.calls })}\n\n`;
  }
  const call = showCall(event.entry);
  return `event: call\nid: ${call.sequence}\ndata: ${JSON.stringify(call)}\n\n`;
}

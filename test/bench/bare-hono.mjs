/** The baseline: hono as its documents serve it, mutual TLS, the body read, a fixed answer. */
import { createServer } from 'node:https';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { edgeFromArguments, tellReady } from './bare-edge.mjs';
import { ANSWER, ANSWER_HEADERS, PATH } from './fixed-answer.mjs';

const app = new Hono();
app.post(PATH, async (context) => {
  await context.req.text();
  return context.body(ANSWER, 200, ANSWER_HEADERS);
});

serve(
  {
    fetch: app.fetch,
    createServer,
    serverOptions: edgeFromArguments(),
    hostname: '127.0.0.1',
    port: 0,
  },
  ({ port }) => tellReady(port),
);

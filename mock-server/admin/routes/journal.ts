/** What came, what was answered and why; and waiting for it. */
import { createRoute, z } from '@hono/zod-openapi';
import { ENDPOINTS } from '../../../contracts/core.ts';
import { type JournalEntry, VERDICTS } from '../../journal/entry.ts';
import { object as strictObject } from '../../scenario/parts.ts';
import { leavingWith } from '../leaving.ts';
import type { AddRoutes } from '../parts.ts';
import { problem, problems } from '../problem.ts';
import { DONE, jsonContent, PAGE_MAX, wholeNumber } from '../schemas.ts';

const tags = ['journal'];
const SEQUENCE_MAX = Number.MAX_SAFE_INTEGER;
const WAIT_MS_MAX = 300_000;
/** Each of them looks at every call. */
const WAITS_MAX = 256;

const endpoint = z
  .enum([...ENDPOINTS, 'canary'])
  .describe('canary: a fetch of what an external entity in an answer pointed to');

/** Which calls: of the journal, of a wait and of the events alike. */
export const callFilter = {
  mch_id: z.string().max(64).optional().describe('Whose calls'),
  mch_billno: z.string().max(64).optional(),
  endpoint: endpoint.optional(),
  verdict: z.enum(VERDICTS).optional(),
  code: z.string().max(64).optional().describe('err_code of a refusal'),
  after: wholeNumber(0, SEQUENCE_MAX).optional().describe('Only calls with a higher sequence'),
};

const callView = z
  .object({
    sequence: z.int().describe('Counts from 1 and never repeats'),
    atMs: z.int().describe("Epoch milliseconds on the merchant's clock"),
    realAtMs: z.int().describe("Epoch milliseconds on the host's clock"),
    endpoint,
    mchId: z.string().optional().describe('Whose scenario answered'),
    peer: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('none') }),
      z.object({ kind: z.literal('untrusted'), reason: z.string() }),
      z.object({ kind: z.literal('merchant'), mchId: z.string(), serial: z.string() }),
    ]),
    callerIp: z.string(),
    connection: z.int().optional().describe('Calls over one connection have one number'),
    keyInBody: z.literal(true).optional().describe("The merchant's API key stood in the body"),
    request: z.record(z.string(), z.string()).describe('Its fields; empty when it was no XML'),
    verdict: z
      .enum(VERDICTS)
      .describe(
        'sent, repeated, found: as asked; refused: an error code; front: no XML at all; undecided: the client left before; canary',
      ),
    code: z.string().optional().describe('err_code of a refusal'),
    clause: z.string().optional().describe('The rule that decided'),
    why: z.string(),
    paid: z.boolean().describe('Has money left the balance for this order, whatever was answered?'),
    httpStatus: z.int().describe('0: not even a status line was sent'),
    faults: z.array(z.string()).optional().describe('Faults of the wire that befell the answer'),
    strikes: z.enum(['before', 'after']).optional().describe('Before or after the money moved?'),
    reply: z.string().describe('The body that went back'),
  })
  .openapi('Call');
type CallView = z.infer<typeof callView>;

/** As it is: what the journal is audited by elsewhere is what this gives. */
export function showCall({ faults, ...entry }: JournalEntry): CallView {
  return faults ? { ...entry, faults: [...faults] } : entry;
}

const journalQuery = strictObject({
  ...callFilter,
  before: wholeNumber(0, SEQUENCE_MAX).optional().describe('Only calls with a lower sequence'),
  limit: wholeNumber(1, PAGE_MAX).default(100),
  order: z.enum(['oldest', 'newest']).default('oldest').describe('Which come first'),
});

const journalPage = z
  .object({
    calls: z.array(callView),
    next: z
      .int()
      .optional()
      .describe('There are more: send it as after, or as before when the newest come first'),
    sequence: z.int().describe('The number of the last call there was'),
    dropped: z
      .int()
      .describe('How many calls are no longer there, because the journal keeps only the last ones'),
  })
  .openapi('JournalPage');

export const addJournalRoutes: AddRoutes = (app, parts) => {
  addReading(app, parts);
  addWaiting(app, parts);
};

const addReading: AddRoutes = (app, { mock: { journal } }) => {
  app.openapi(
    createRoute({
      tags,
      method: 'get',
      path: '/journal',
      summary: 'Calls, oldest first unless asked otherwise',
      request: { query: journalQuery },
      responses: { 200: jsonContent(journalPage, 'A page of calls'), ...problems('invalid-input') },
    }),
    (context) => {
      const { calls, next } = journal.page(context.req.valid('query'));
      const { sequence, dropped } = journal;
      const more = next === undefined ? {} : { next };
      return context.json({ calls: calls.map(showCall), ...more, sequence, dropped }, 200);
    },
  );
  app.openapi(
    createRoute({
      tags,
      method: 'delete',
      path: '/journal',
      summary: 'Forget all calls; orders and money stay',
      responses: { 204: DONE, ...problems() },
    }),
    (context) => {
      journal.clear();
      return context.body(null, 204);
    },
  );
};

const waitQuery = strictObject({
  ...callFilter,
  count: wholeNumber(1, PAGE_MAX).default(1),
  timeoutMs: wholeNumber(0, WAIT_MS_MAX).default(10_000),
});

const addWaiting: AddRoutes = (app, { mock: { journal }, stopping }) => {
  let waits = 0;

  app.openapi(
    createRoute({
      tags,
      method: 'get',
      path: '/journal/wait',
      summary: 'Wait until so many calls have come',
      description:
        'Answers at once when they are there already. "after" says from when on they count: the sequence of GET /journal before.',
      request: { query: waitQuery },
      responses: {
        200: jsonContent(
          z.object({ calls: z.array(callView), dropped: z.int() }),
          'The first calls that came, as many as were waited for',
        ),
        ...problems('invalid-input', 'too-few-calls', 'busy', 'stopping'),
      },
    }),
    async (context) => {
      const { count, ...options } = context.req.valid('query');
      if (waits >= WAITS_MAX) return problem(context, 'busy', `${WAITS_MAX} wait already`);
      const { signal, release } = leavingWith(stopping, context.req.raw.signal);
      waits += 1;
      const { end, calls } = await journal.wait(count, { ...options, signal }).finally(() => {
        waits -= 1;
        release();
      });
      if (end === 'reached') {
        return context.json({ calls: calls.map(showCall), dropped: journal.dropped }, 200);
      }
      const came = { wanted: count, came: calls.length };
      const detail = `${calls.length} of ${count} calls had come`;
      return end === 'timeout'
        ? problem(context, 'too-few-calls', `${detail} after ${options.timeoutMs} ms`, came)
        : problem(context, 'stopping', `${detail} when the wait was broken off`, came);
    },
  );
};

/**
 * Faults of the wire as a scenario writes them: `then.fault` (one, or a list) for an answer, `tls.fault` for the listener. Each is a
 * value; `mock-server/faults/` performs it.
 */
import { z } from 'zod';
import { REAL_HOST } from '../../contracts/core.ts';
import { object, oneKind, xmlText } from './parts.ts';

const DELAY_MS_MAX = 600_000;
const HUGE_BYTES_MAX = 64 * 1024 * 1024;

const delayMs = z.int().min(0).max(DELAY_MS_MAX);
const keptBytes = z
  .int()
  .min(0)
  .optional()
  .describe('How many bytes of the body still come; left out: half of it');
const at = z
  .enum(['before-headers', 'mid-body'])
  .default('before-headers')
  .describe('before-headers: not a byte comes. mid-body: headers and a part of the body come');
const name = z.string().regex(/^[A-Za-z_][\w.-]*$/, 'expected the name of an element');
const headerText = z.string().regex(/^[\x20-\x7e]+$/, 'expected printable ASCII');

/** Whoever follows it must not end at WeChat's own door with a signed request. */
const nowhereReal = (value: string): boolean => !value.toLowerCase().includes(REAL_HOST);
const notReal = { error: `expected any host but ${REAL_HOST}: a rehearsal must not lead there` };

const timing = [
  object({
    kind: z.literal('delay'),
    ms: z
      .union(
        [
          delayMs,
          object({ min: delayMs, max: delayMs }).refine(({ min, max }) => min <= max, {
            error: 'expected min to be no more than max',
          }),
        ],
        { error: 'expected milliseconds, or { min: …, max: … }' },
      )
      .describe("How long in real time; { min, max } is drawn from the scenario's seed"),
  }).describe('The answer comes late'),
  object({
    kind: z.literal('never-answer'),
    at,
    keptBytes,
  }).describe('Silence until the client leaves or the server stops'),
  object({ kind: z.literal('drop'), at, keptBytes }).describe('The connection is cut'),
  object({
    kind: z.literal('drip'),
    bytesPerSecond: z.int().min(1).max(1_000_000),
  }).describe('The body comes slowly, but it comes'),
] as const;

const http = [
  object({
    kind: z.literal('content-type'),
    value: headerText.describe('application/json, say'),
  }).describe('Another content type; the body is what it was'),
  object({
    kind: z.literal('gzip'),
    as: z
      .enum(['labelled', 'unlabelled', 'mislabelled'])
      .default('labelled')
      .describe(
        'labelled: gzip with its content-encoding, asked for or not. unlabelled: gzip without a word. ' +
          'mislabelled: the header says gzip, the body is plain',
      ),
  }).describe('A compressed body'),
  object({
    kind: z.literal('chunked'),
    chunkBytes: z
      .int()
      .min(1)
      .max(65_536)
      .default(7)
      .describe('An odd length cuts a Chinese character in two'),
  }).describe('No content-length, the body in small chunks'),
  object({
    kind: z.literal('page'),
    status: z.literal([400, 403, 404, 413, 500, 502, 503, 504]),
  }).describe("A gateway's HTML page in place of the answer"),
  object({
    kind: z.literal('redirect'),
    status: z.literal([301, 302, 303, 307, 308]).default(302),
    location: headerText
      .refine(nowhereReal, notReal)
      .optional()
      .describe('Left out: the path that was called'),
  }).describe('A redirect in place of the answer'),
] as const;

const bytes = [
  object({ kind: z.literal('truncate'), keptBytes }).describe(
    'The document ends early though HTTP says that it is all there; 0 is an empty body',
  ),
  object({
    kind: z.literal('malformed'),
    as: z
      .enum(['ampersand', 'unclosed', 'crossed', 'control-character', 'trailing'])
      .default('ampersand')
      .describe(
        'ampersand: a bare & in a text. unclosed: the root is not closed. crossed: two tags closed in the wrong order. ' +
          'control-character: U+0001 in a text. trailing: something after the root',
      ),
  }).describe('XML that is not well-formed'),
  object({
    kind: z.literal('encoding'),
    as: z
      .enum(['gbk', 'gbk-declared', 'bom', 'declaration'])
      .describe(
        'gbk: bytes of GBK, and nothing says so. gbk-declared: GBK with an XML declaration that names it. ' +
          'bom: UTF-8 with a byte order mark. declaration: UTF-8 with an XML declaration',
      ),
  }).describe('Other bytes for the same characters'),
  object({
    kind: z.literal('huge'),
    bytes: z.int().min(1).max(HUGE_BYTES_MAX).default(10_000_000),
  }).describe('A new element of so many bytes before the end of the document'),
  object({
    kind: z.literal('external-entity'),
    as: z
      .enum(['general', 'parameter', 'dtd'])
      .default('general')
      .describe(
        'general: an entity in return_msg. parameter: an entity in the DTD itself. dtd: the whole DTD is elsewhere',
      ),
    canaryUrl: headerText
      .regex(/^https?:\/\/[^\s"'<>&]+$/, 'expected a http or https URL without & < > and quotes')
      .refine(nowhereReal, notReal)
      .optional()
      .describe('What the entity points to. Left out: a listener of the mock that notes who comes'),
  }).describe('A DOCTYPE whose entity is fetched by a reader that should not'),
  object({
    kind: z.literal('entity-bomb'),
    levels: z
      .int()
      .min(1)
      .max(9)
      .default(9)
      .describe('Each level is ten of the one below: 9 are a thousand million entities'),
  }).describe('A DOCTYPE of under a kilobyte that a careless reader expands into gigabytes'),
] as const;

const fields = [
  object({
    kind: z.literal('sign'),
    as: z
      .enum(['added', 'wrong', 'missing'])
      .describe(
        'added: a right one, where production has none. wrong: one that does not verify. ' +
          'missing: none, where the switch replySigned has one',
      ),
  }).describe('Another sign than the answer would have'),
  object({
    kind: z.literal('other-order'),
    mch_billno: z.string().min(1).max(28).optional().describe('Left out: a neighbour of its own'),
  }).describe("A whole and right answer, but to somebody else's order"),
  object({
    kind: z.literal('wrong-echo'),
    fields: z
      .record(name, xmlText.nullable())
      .refine((value) => Object.keys(value).length > 0, 'expected at least one element')
      .describe('Elements and what they say instead; null leaves one out'),
  }).describe('An answer that does not say back what was asked'),
  object({
    kind: z.literal('err-code'),
    value: xmlText.describe('268458547, FUTURE_ERROR, nothing …'),
    message: xmlText.default('系统繁忙,请稍后再试.').describe('err_code_des'),
  }).describe('A refusal with a code that no table has'),
  object({
    kind: z.literal('unknown-fields'),
    fields: z
      .record(name, xmlText)
      .default({ promotion_tag: 'NEW', settle_batch: '' })
      .describe('Elements that no table has, and their texts'),
  }).describe('New elements among the others, at places drawn from the seed'),
  object({ kind: z.literal('reordered') }).describe('The elements in an order drawn from the seed'),
  object({
    kind: z.literal('hblist'),
    length: z
      .int()
      .min(0)
      .max(20)
      .describe('0: an empty list. 1: what many readers make no list of'),
  }).describe('gethbinfo: a hblist of so many receipts, whatever the state'),
] as const;

export const fault = oneKind('kind', [...timing, ...http, ...bytes, ...fields]).describe(
  'One fault of the wire',
);

export const faults = z
  .union([fault, z.array(fault).min(1).max(8)], {
    error: 'expected a fault, like { kind: drop }, or a list of faults',
  })
  .describe(
    'A fault, or several. Whatever their order: elements are changed first, then bytes, then how they are sent.',
  );

export const strikes = z
  .enum(['before', 'after'])
  .describe(
    'When the fault strikes. after (the default): everything is decided and written, then the answer is spoilt or lost: the packet is ' +
      'paid. before: nothing is written but the count of calls: no money moves, the number stays free, though the answer may look as if. ' +
      'A delay before is a wait before anything is decided: without another fault the call is then decided and written as usual, ' +
      'and if the client has left meanwhile nothing is.',
  );

export const tlsFault = z
  .enum([
    'refuse-handshake',
    'expired-certificate',
    'wrong-host',
    'foreign-ca',
    'no-close-notify',
    'tls-1.1-only',
  ])
  .describe(
    'refuse-handshake: a fatal alert, always. expired-certificate: past its time. wrong-host: for another name. ' +
      'foreign-ca: issued by a root that no merchant has. no-close-notify: each answer ends with the connection, and the connection ends ' +
      'without goodbye. tls-1.1-only: nothing newer is spoken.',
  );

export type Fault = z.output<typeof fault>;
export type FaultKind = Fault['kind'];
export type TlsFault = z.output<typeof tlsFault>;

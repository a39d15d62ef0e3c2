/** The file of captures as data: read, checked against its own schema, and the words that compare an answer with it. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { EDITIONS, ENDPOINTS } from '../../contracts/index.ts';

const overrides = z.record(z.string(), z.string().nullable());
const given = z.strictObject({
  merchant: z.record(z.string(), z.unknown()).default({}),
  switches: z.record(z.string(), z.string()).default({}),
  rules: z.array(z.unknown()).default([]),
});
const answer = z
  .strictObject({
    http: z.int().default(200),
    bytes: z.string().optional(),
    lineBreaks: z.literal('unknown').optional(),
    fields: z.record(z.string(), z.string()).default({}),
    order: z.array(z.string()).optional(),
    present: z.array(z.string()).default([]),
    absent: z.array(z.string()).default([]),
  })
  .refine(({ bytes, fields }) => bytes !== undefined || Object.keys(fields).length > 0, {
    error: 'says nothing: expected bytes or fields',
  });

const PEERS = ['own', 'none', 'other', 'expired', 'foreign'] as const;
export type PeerName = (typeof PEERS)[number];

const call = {
  send: overrides.optional(),
  query: overrides.optional(),
  post: z.string().optional(),
  to: z.enum(ENDPOINTS).default('sendredpack'),
  peer: z.enum(PEERS).default('own'),
  sign: z.enum(['right', 'wrong']).default('right'),
};
const step = z.union([
  z.strictObject({ given }),
  z.strictObject({ advance: z.string().regex(/^\d+[smhd]$/) }),
  z.strictObject({ topUpFen: z.int() }),
  z.strictObject({ claim: z.string() }),
  z.strictObject({ ...call, answer: answer.optional() }).refine(callsOnce, {
    error: 'expected one of send, query, post',
  }),
]);

const capture = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9-]+$/),
    edition: z.enum(EDITIONS),
    evidence: z.string().regex(/\bE\d+/),
    certainty: z.enum(['observed', 'documented']),
    situation: z.string().min(1),
    at: z.iso.datetime({ offset: true }),
    given: given.prefault({}),
    before: z.array(step).default([]),
    ...call,
    answer,
  })
  .refine(callsOnce, { error: 'expected one of send, query, post' });

const elsewhere = z.array(
  z.strictObject({ evidence: z.string(), says: z.string().min(1), reason: z.string().min(1) }),
);

const file = z.strictObject({
  bare: z.record(z.enum(EDITIONS), z.array(z.string())),
  captures: z.array(capture).min(1),
  notApplicable: elsewhere,
  documentedOnly: elsewhere,
  openPoints: z.array(
    z.strictObject({
      switch: z.string(),
      default: z.string(),
      question: z.string().regex(/\?/),
    }),
  ),
  unanswered: z.array(z.strictObject({ question: z.string().regex(/\?/), here: z.string() })),
});

export type Captures = z.output<typeof file>;
export type Capture = z.output<typeof capture>;
export type Given = z.output<typeof given>;
export type Step = z.output<typeof step>;
export type Call = Pick<Capture, keyof typeof call>;
export type ExpectedAnswer = z.output<typeof answer>;

function callsOnce(each: { send?: unknown; query?: unknown; post?: unknown }): boolean {
  return [each.send, each.query, each.post].filter((value) => value !== undefined).length === 1;
}

const FILE = new URL('../vectors/captures.yaml', import.meta.url);

export function readCaptures(): Captures {
  return file.parse(parse(readFileSync(FILE, 'utf8')));
}

/** The file as it stands, to look for words in it. */
export function captureText(): string {
  return readFileSync(FILE, 'utf8');
}

/**
 * What was expected, when the text fits it, else the text: so that `toBe` shows what differs. `{13 digits}` fits any 13 digits.
 */
export function orExpected(text: string, expected: string): string {
  const pattern = expected
    .split(/\{(\d+) digits\}/)
    .map((part, index) =>
      index % 2 ? `[0-9]{${part}}` : part.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${pattern}$`).test(text) ? expected : text;
}

/** Without the white space between elements, for captures that had lost it. */
export function joined(xml: string): string {
  return xml.replace(/>\s+</g, '><');
}

/** An element that holds a value, as it stands in the answer. */
export interface Element {
  readonly name: string;
  readonly text: string;
  readonly bare: boolean;
}

/** Read here and not by the product's own reader: a fault of that must not hide one of the answer. */
export function elementsOf(xml: string): Element[] {
  const found = xml.matchAll(/<(\w+)>(?:<!\[CDATA\[(.*?)\]\]>|([^<\n]*))<\/\1>/gs);
  return [...found].map(([, name = '', cdata, text = '']) => ({
    name,
    text: cdata ?? text,
    bare: cdata === undefined,
  }));
}

/** Milliseconds of `23s`, `40m`, `25h`, `16d`. */
export function durationMs(text: string): number {
  const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const unit = units[text.slice(-1)];
  if (unit === undefined) throw new Error(`no duration: ${text}`);
  return Number(text.slice(0, -1)) * unit;
}

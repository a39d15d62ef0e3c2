/** What the admin API says when it does not do what it was asked: problem documents (RFC 9457), each saying what and where. */
import { z } from '@hono/zod-openapi';
import type { Context, TypedResponse } from 'hono';

/** Every problem there is, in order of its status. */
const PROBLEMS = {
  'not-json': { status: 400, title: 'The body is not JSON' },
  'invalid-input': { status: 400, title: 'The request is not as described' },
  unauthorized: { status: 401, title: 'The token is missing or wrong' },
  'foreign-origin': { status: 403, title: 'A page of another origin asked' },
  'no-such-route': { status: 404, title: 'There is no such route' },
  'unknown-merchant': { status: 404, title: 'There is no such merchant' },
  'unknown-order': { status: 404, title: 'There is no such order' },
  'unknown-scenario': { status: 404, title: 'There is no such scenario' },
  'method-not-allowed': { status: 405, title: 'The route does not know this method' },
  'too-few-calls': { status: 408, title: 'The time was up before the calls had come' },
  'merchant-exists': { status: 409, title: 'There is such a merchant already' },
  impossible: { status: 409, title: 'This cannot be done as things stand' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'not-declared-json': { status: 415, title: 'The body has to be declared as JSON' },
  'foreign-host': { status: 421, title: 'The request is for another host' },
  fault: { status: 500, title: 'redpack-mock failed' },
  busy: { status: 503, title: 'As many listen already as may' },
  stopping: { status: 503, title: 'The server is stopping' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemName = keyof typeof PROBLEMS;
type StatusOf<Name extends ProblemName> = (typeof PROBLEMS)[Name]['status'];

const problemError = z.object({
  in: z.enum(['body', 'query', 'path', 'header']),
  pointer: z.string().optional().describe('Where in the body: a JSON pointer (RFC 6901)'),
  name: z.string().optional().describe('Which parameter or header'),
  detail: z.string(),
});
export type ProblemError = z.infer<typeof problemError>;

const problemSchema = z
  .object({
    type: z.string().describe('urn:redpack-mock:problem: and the name of the problem'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong, and what to do'),
    errors: z.array(problemError).optional().describe('Every fault of the input, and where it is'),
    wanted: z.int().optional().describe('too-few-calls: how many were waited for'),
    came: z.int().optional().describe('too-few-calls: how many came'),
  })
  .openapi('Problem');

type ProblemDocument = z.infer<typeof problemSchema>;
type Extensions = Pick<ProblemDocument, 'errors' | 'wanted' | 'came'>;
type ProblemResponse<Name extends ProblemName> = Response &
  TypedResponse<ProblemDocument, StatusOf<Name>, 'json'>;

/** @param detail what is wrong and what to do, in a sentence; never a secret */
export function problem<Name extends ProblemName>(
  context: Context,
  name: Name,
  detail: string,
  { headers = {}, ...extensions }: Extensions & { headers?: Record<string, string> } = {},
): ProblemResponse<Name> {
  const { status, title } = PROBLEMS[name];
  const type = `urn:redpack-mock:problem:${name}`;
  const document: ProblemDocument = { type, title, status, detail, ...extensions };
  return context.json(document, status, {
    ...headers,
    'content-type': 'application/problem+json',
  }) as ProblemResponse<Name>;
}

interface DeclaredProblem {
  readonly description: string;
  readonly content: { readonly 'application/problem+json': { schema: typeof problemSchema } };
}

/** What a route may answer besides success, for its entry in the document; `default` are the guard's refusals. */
export function problems<const Names extends readonly ProblemName[]>(
  ...names: Names
): { [Name in Names[number] as StatusOf<Name>]: DeclaredProblem } & { default: DeclaredProblem } {
  const content = { 'application/problem+json': { schema: problemSchema } };
  const byStatus = new Map<number, string[]>();
  for (const name of names) {
    const { status, title } = PROBLEMS[name];
    byStatus.set(status, [...(byStatus.get(status) ?? []), `${title} (${name})`]);
  }
  const declared = [...byStatus].map(([status, titles]) => [
    status,
    { description: titles.join('; '), content },
  ]);
  const refused = { description: 'Refused before it came to the route, or a fault', content };
  return Object.fromEntries([...declared, ['default', refused]]);
}

/** A caller of the admin API who holds every answer to the document that the API gives of itself. */
import { request } from 'undici';
import { expect } from 'vitest';
import { z } from 'zod';
import type { MockServer, MockServerOptions } from '../../../mock-server/serve.ts';
import type { Lab } from '../../support/server.ts';

interface AdminReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; undefined where there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape, and the document has judged them before
  readonly body: any;
}

interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, instead of a body as JSON. */
  readonly raw?: string | Buffer;
}

export interface AdminCaller {
  readonly url: string;
  document(): Promise<Document>;
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<AdminReply>;
  get(path: string): Promise<AdminReply>;
  post(path: string, body?: unknown): Promise<AdminReply>;
  put(path: string, body?: unknown): Promise<AdminReply>;
  remove(path: string): Promise<AdminReply>;
}

export async function startWithAdmin(
  lab: Lab,
  options: MockServerOptions = {},
): Promise<{ server: MockServer; admin: AdminCaller }> {
  const server = await lab.start({ admin: true, ...options });
  return { server, admin: callerOf(server, options.adminToken) };
}

export function callerOf({ adminUrl }: MockServer, token?: string): AdminCaller {
  if (!adminUrl) throw new Error('the server has no admin API');
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  let document: Promise<Document> | undefined;

  const send = async (
    method: string,
    path: string,
    body?: unknown,
    { headers = {}, raw }: CallOptions = {},
  ): Promise<AdminReply> => {
    const isWrite = method !== 'GET' && method !== 'DELETE';
    const response = await request(`${adminUrl}${path}`, {
      method: method as 'GET',
      headers: {
        ...authorization,
        ...(isWrite ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      body: raw ?? (body === undefined ? null : JSON.stringify(body)),
    });
    const text = await response.body.text();
    const isJson = /json/.test(String(response.headers['content-type']));
    return {
      status: response.statusCode,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    };
  };

  const read = (): Promise<Document> => {
    document ??= send('GET', '/openapi.json').then(({ body: openapi }) => openapi as Document);
    return document;
  };
  const call: AdminCaller['call'] = async (method, path, body, options) => {
    const reply = await send(method, path, body, options);
    judge(await read(), method, path, reply);
    return reply;
  };
  return {
    url: adminUrl,
    document: read,
    call,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    remove: (path) => call('DELETE', path),
  };
}

type JsonSchema = Record<string, unknown>;

interface Answer {
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

export interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: Answer;
  readonly responses: Readonly<Record<string, Answer>>;
}

export interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/** Is the answer one that the document lists for the route, and nothing in it that is not described? */
function judge(document: Document, method: string, path: string, reply: AdminReply): void {
  const operation = operationFor(document, method, path);
  if (!operation) {
    expect(reply.status, `${method} ${path} is not in the document`).toBeGreaterThanOrEqual(400);
    checkBody(document, problemOf(document), reply);
    return;
  }
  const answer = operation.responses[reply.status] ?? operation.responses.default;
  if (reply.status < 400) {
    expect(Object.keys(operation.responses), `${method} ${path}`).toContain(String(reply.status));
  }
  if (answer) checkBody(document, answer, reply);
}

function checkBody(document: Document, { content }: Answer, reply: AdminReply): void {
  const type = String(reply.headers['content-type'] ?? '').split(';')[0] ?? '';
  if (!content) {
    expect(reply.text).toBe('');
    return;
  }
  const schema = content[type]?.schema;
  expect(schema, `${type} is not in the document, only ${Object.keys(content)}`).toBeDefined();
  if (schema && reply.body !== undefined) validate(document, schema, reply.body);
}

/** @throws when the value has not the shape, or more than it says */
export function validate(document: Document, schema: JsonSchema, value: unknown): void {
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas });
  const local = JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as JsonSchema;
  const result = z.fromJSONSchema(closed(local) as never).safeParse(value);
  if (!result.success) throw new Error(`${result.error.message}\n${JSON.stringify(value)}`);
}

/** What a schema of ours does not name is not to be there. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inside = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, closed(value)]),
  );
  const isOpen = 'properties' in inside && !('additionalProperties' in inside);
  return isOpen ? { ...inside, additionalProperties: false } : inside;
}

function operationFor(document: Document, method: string, path: string): Operation | undefined {
  const [plain = ''] = path.split('?');
  const found = Object.keys(document.paths)
    .filter((pattern) =>
      new RegExp(`^${pattern.replace(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}$`).test(plain),
    )
    .toSorted((one, other) => one.split('{').length - other.split('{').length)[0];
  return found === undefined ? undefined : document.paths[found]?.[method.toLowerCase()];
}

function problemOf(document: Document): Answer {
  const schema = document.components.schemas.Problem;
  if (!schema) throw new Error('the document has no Problem');
  return { content: { 'application/problem+json': { schema } } };
}

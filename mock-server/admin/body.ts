/** Bodies are JSON of a sensible size and shape before any schema looks at them. */
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { problem } from './problem.ts';

const BODY_BYTES_MAX = 262_144;
const DEPTH_MAX = 32;
/** A schema takes its time with each of them, and more with each that is wrong. */
const VALUES_MAX = 10_000;
/** As in YAML. */
const ENTRIES_MAX = 1_000;
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);
const JSON_TYPE = /^application\/json *(?:; *charset="?utf-8"? *)?$/i;
/** Names that would reach into objects of the program instead of staying data. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads the body, and hands it on as a whole; nothing at all counts as `{}`. */
export const jsonBody: MiddlewareHandler = async (context, next) => {
  const { req } = context;
  // Whoever has no route, or none of this method, hears of that.
  if (!WITH_BODY.has(req.method) || !hasRoute(context)) return next();
  const type = req.header('content-type');
  if (type === undefined || !JSON_TYPE.test(type)) {
    const detail = `${req.method} takes "Content-Type: application/json", also without a body: ${curlForm(context)}`;
    const errors = [{ in: 'header' as const, name: 'content-type', detail }];
    return problem(context, 'not-declared-json', detail, { errors });
  }
  const bytes = await readUpTo(req.raw.body, BODY_BYTES_MAX);
  if (!bytes) {
    return problem(context, 'body-too-large', `A body may have ${BODY_BYTES_MAX} bytes`);
  }
  const fault = bytes.length > 0 ? faultOf(bytes) : undefined;
  if (fault) return problem(context, 'not-json', fault);
  const body = bytes.length > 0 ? bytes : '{}';
  req.raw = new Request(req.url, { method: req.method, headers: req.raw.headers, body });
  return next();
};

/** Is there more to it than what is done for every path? */
function hasRoute(context: Context): boolean {
  return matchedRoutes(context).some(({ method }) => method !== 'ALL');
}

/** How to ask the same with curl. A path that a shell would read otherwise is left to whoever sent it. */
function curlForm({ req }: Context): string {
  const { origin, pathname } = new URL(req.url);
  const url = /^[\w./%:~-]+$/.test(pathname) ? `${origin}${pathname}` : `${origin}/…`;
  const length = req.header('content-length') ?? (req.header('transfer-encoding') ? '?' : '0');
  const data = length === '0' ? '' : " -d '{…}'";
  return `curl -X ${req.method} -H 'Content-Type: application/json'${data} ${url}`;
}

async function readUpTo(
  stream: ReadableStream<Uint8Array> | null,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop early cancels the stream.
  for await (const chunk of stream ?? []) {
    length += chunk.length;
    if (length > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Uint8Array.from(Buffer.concat(chunks));
}

/** Never the words of the parser: they quote the body, and a key may stand in it. */
function faultOf(bytes: Uint8Array): string | undefined {
  try {
    return faultIn(JSON.parse(utf8.decode(bytes)));
  } catch (error) {
    const at = error instanceof Error ? /position \d+/.exec(error.message)?.[0] : undefined;
    return `The body is no JSON in UTF-8${at ? `: see ${at}` : ''}`;
  }
}

/** Level by level, for what is nested deeply would exhaust the stack. */
function faultIn(value: unknown): string | undefined {
  let level: object[] = isObject(value) ? [value] : [];
  let values = 0;
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > DEPTH_MAX) return `The body is nested more than ${DEPTH_MAX} levels deep`;
    for (const each of level) {
      const forbidden = Object.keys(each).find((key) => FORBIDDEN_KEYS.has(key));
      if (forbidden !== undefined) return `The body has a key ${forbidden}, which is never data`;
    }
    if (level.some((each) => Object.keys(each).length > ENTRIES_MAX)) {
      return `The body has a list or an object of more than ${ENTRIES_MAX} entries`;
    }
    const next = level.flatMap((each) => Object.values(each));
    values += next.length;
    if (values > VALUES_MAX) return `The body has more than ${VALUES_MAX} values`;
    level = next.filter(isObject);
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

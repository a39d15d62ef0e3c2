/**
 * Who may drive the mock: programs of this machine, and the admin's own page. A web page that somebody has open may send requests here
 * too, so what a browser says of them is believed (Origin, Sec-Fetch-Site), and Host must be a name of ours: a page whose name was bent
 * to 127.0.0.1 (DNS rebinding) still says its own. Bodies have to be declared as JSON, which no form can do and which makes a browser
 * ask before it sends: that question is never answered with a yes, for there are no CORS headers.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { problem } from './problem.ts';

export interface GuardSettings {
  /** What may stand in Host, in lower case and with the port. */
  readonly authorities: ReadonlySet<string>;
  /** undefined: none is asked for. */
  readonly token: string | undefined;
}

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** On every answer, also on refusals. */
export const secureHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
};

/** Refuses who may not drive the mock. */
export function guard({ authorities, token }: GuardSettings): MiddlewareHandler {
  const mayPass = token === undefined ? () => true : tokenCheck(token);

  return async (context, next) => {
    const { req } = context;
    const host = req.header('host')?.toLowerCase();
    if (host === undefined || !authorities.has(host)) {
      const detail = `Host is ${quoted(host)}: expected one of ${[...authorities].join(', ')}`;
      return problem(context, 'foreign-host', detail, at('host', detail));
    }
    const origin = req.header('origin');
    if (origin !== undefined && origin.toLowerCase() !== `http://${host}`) {
      const detail = `Origin is ${quoted(origin)}: only pages of http://${host} may ask`;
      return problem(context, 'foreign-origin', detail, at('origin', detail));
    }
    const site = req.header('sec-fetch-site');
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      const detail = `Sec-Fetch-Site is ${quoted(site)}: only pages of http://${host} may ask`;
      return problem(context, 'foreign-origin', detail, at('sec-fetch-site', detail));
    }
    if (!mayPass(req.header('authorization'))) {
      const detail = 'Send the token that the server was started with: "Authorization: Bearer …"';
      const headers = { 'www-authenticate': 'Bearer realm="redpack-mock admin"' };
      return problem(context, 'unauthorized', detail, { ...at('authorization', detail), headers });
    }
    return next();
  };
}

function at(name: string, detail: string) {
  return { errors: [{ in: 'header' as const, name, detail }] };
}

function quoted(value: string | undefined): string {
  return value === undefined ? 'missing' : JSON.stringify(value.slice(0, 100));
}

/** Compares hashes, in constant time: neither the token's length nor its beginning shows in how long it takes. */
function tokenCheck(token: string): (authorization: string | undefined) => boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = hash(token);
  return (authorization = '') => {
    const given = /^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';
    return timingSafeEqual(hash(given), expected);
  };
}

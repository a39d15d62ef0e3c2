/** Calls the admin API of a mock: JSON over plain HTTP, and every answer is looked at before it is believed. */
import { Pool } from 'undici';

/**
 * `silent`: nothing came back; `token`: it wants another one; `foreign`: what answers is no such API; `refused`: it says that this
 * cannot be done, and why.
 */
export type AdminTrouble = 'silent' | 'token' | 'foreign' | 'refused';

/** The admin API did not do what it was asked; the message is a sentence for whoever started us. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
  readonly trouble: AdminTrouble;
  /** Of a refusal its name: `unknown-merchant`. */
  readonly problem: string | undefined;

  constructor(trouble: AdminTrouble, message: string, problem?: string) {
    super(message);
    this.trouble = trouble;
    this.problem = problem;
  }
}

export interface AdminDoor {
  readonly url: URL;
  readonly token: string | undefined;
}

export interface AdminApi {
  readonly url: URL;
  /** @returns the members of the answer, none where it has no body. Rejects with AdminError. */
  call(method: Method, path: string, body?: object): Promise<Members>;
  close(): Promise<void>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
export type Members = Readonly<Record<string, unknown>>;

const PROBLEM = 'urn:redpack-mock:problem:';
/** All our calls come one after the other, but for the first few. */
const CONNECTIONS_MAX = 2;

export function openAdmin({ url, token }: AdminDoor, timeoutMs: number): AdminApi {
  const pool = new Pool(url.origin, {
    connections: CONNECTIONS_MAX,
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const prefix = url.pathname.replace(/\/$/, '');
  // The guard refuses a body that is not declared as JSON, which no form of a web page can do.
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const answer = async (method: Method, path: string, body?: object) => {
    try {
      const request = { method, path: `${prefix}${path}`, headers };
      const sent = body === undefined ? null : JSON.stringify(body);
      const { statusCode, body: stream } = await pool.request({ ...request, body: sent });
      return { status: statusCode, text: await stream.text() };
    } catch (error) {
      const said = `the admin API at ${url.href} does not answer: ${reasonOf(error)}`;
      throw new AdminError('silent', said);
    }
  };

  return {
    url,
    async call(method, path, body) {
      const { status, text } = await answer(method, path, body);
      const members = membersOf(text);
      const asked = `${method} ${path}`;
      if (status === 401) throw new AdminError('token', tokenText(url, token));
      if (status >= 200 && status < 300 && members) return members;
      const { type = '', detail } = members ?? {};
      if (String(type).startsWith(PROBLEM)) {
        const said = `the admin API at ${url.href} answered ${asked}: ${String(detail)}`;
        throw new AdminError('refused', said, String(type).slice(PROBLEM.length));
      }
      throw foreign(url, `${asked} was answered with HTTP ${status}`);
    },
    close: () => pool.close(),
  };
}

/** Something answers there, and it is something else. */
export function foreign(url: URL, why: string): AdminError {
  const hint = 'give the address that "redpack-mock serve --admin" prints';
  return new AdminError(
    'foreign',
    `${url.href} is no admin API of a redpack-mock (${why}): ${hint}`,
  );
}

function tokenText({ href }: URL, token: string | undefined): string {
  const how = 'give the one that the server was started with by REDPACK_ADMIN_TOKEN';
  return token === undefined
    ? `the admin API at ${href} asks for a token: ${how} or --admin-token`
    : `the admin API at ${href} refuses the token: ${how} or --admin-token`;
}

/** @returns undefined when it is no object in JSON */
function membersOf(text: string): Members | undefined {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Members) : undefined;
  } catch {
    return undefined;
  }
}

/** Where a name has several addresses, the message is empty and the code says it. */
function reasonOf(error: unknown): string {
  const { message = '', code = '' } = error as NodeJS.ErrnoException;
  return message || code || 'the connection failed';
}

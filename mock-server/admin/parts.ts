/** What the routes work on. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Mock } from '../mock.ts';
import type { Issuer } from '../served.ts';
import { type ProblemError, problem } from './problem.ts';

export interface AdminParts {
  readonly mock: Mock;
  readonly issue: Issuer;
  /** Where the API is. */
  readonly apiUrl: string;
  readonly version: string;
  /** Aborted when the server stops: nobody is kept waiting then. */
  readonly stopping: AbortSignal;
  readonly onFault: (error: unknown) => void;
}

/** Adds the routes of one resource. */
export type AddRoutes = (app: OpenAPIHono, parts: AdminParts) => void;

export function unknownMerchant(context: Context, mchId: string) {
  const detail = `no merchant ${mchId} in this mock: GET /merchants lists them`;
  return problem(context, 'unknown-merchant', detail, { errors: inPath('mch_id', detail) });
}

export function inPath(name: string, detail: string): ProblemError[] {
  return [{ in: 'path', name, detail }];
}

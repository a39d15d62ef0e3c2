/**
 * The decision on one request: pure and synchronous. Facts, time, chance and peer are arguments; out come the answer, what to write,
 * and why. It never throws on input.
 */
import type { StepResult } from '../store/store.ts';
import type { Case, Decision, Situation } from './case.ts';
import {
  accountKey,
  orderKey,
  type Read,
  readAccount,
  readOrder,
  type Windows,
  windowsOfQuery,
  windowsOfSend,
} from './facts.ts';
import { type Candidate, candidatesFor, drawInjection } from './inject.ts';
import { decideQuery } from './query.ts';
import { decideSend } from './send.ts';

/** A case with the keys that its decision reads and writes: name them first, load them, then decide. */
export interface Docket {
  readonly keys: readonly string[];
  decide(read: Read): StepResult<Decision>;
}

export function docketOf(request: Case): Docket {
  const { tenant, endpoint, fields, nowMs } = request;
  const mchId = tenant.merchant.mch_id;
  const candidates = candidatesFor(tenant.rules, endpoint, fields);
  const windows =
    endpoint === 'sendredpack'
      ? windowsOfSend(mchId, fields.get('re_openid') ?? '', tenant.limits, nowMs)
      : windowsOfQuery(mchId, tenant.limits, nowMs);
  const keys = [
    accountKey(mchId),
    orderKey(mchId, fields.get('mch_billno') ?? ''),
    ...Object.values(windows).map((window) => window.key),
    ...candidates.map((candidate) => candidate.key),
  ];
  return { keys, decide: (read) => decide(request, windows, candidates, read) };
}

function decide(
  request: Case,
  windows: Windows,
  candidates: readonly Candidate[],
  read: Read,
): StepResult<Decision> {
  const { edition, endpoint, switches, tenant, fields, early, callerIp, nowMs } = request;
  const { injection, writes } = drawInjection(candidates, read, tenant.seed);
  const account = readAccount(read, tenant.opening);
  const order = readOrder(read, orderKey(account.mchId, fields.get('mch_billno') ?? ''));
  // Spelt out: spreading a dozen properties into a new shape takes microseconds, several times a request.
  const situation: Situation = {
    edition,
    endpoint,
    switches,
    tenant,
    fields,
    early,
    callerIp,
    nowMs,
    windows,
    read,
    account,
    order,
    injection,
  };
  const settled = endpoint === 'sendredpack' ? decideSend(situation) : decideQuery(situation);
  if (writes.length === 0) return settled;
  return { result: settled.result, writes: [...writes, ...settled.writes] };
}

/**
 * The decision on one request: pure and synchronous. Facts, time, chance and peer are arguments; out come the answer, what to write,
 * and why. It never throws on input.
 */
import type { StepResult } from '../store/store.ts';
import type { Case, Decision, Held, Situation } from './case.ts';
import {
  orderKey,
  type Read,
  readAccount,
  readOrder,
  type Windows,
  windowsOfQuery,
  windowsOfSend,
  writeAccount,
  writeOrder,
} from './facts.ts';
import { type Candidate, candidatesFor, drawInjection } from './inject.ts';
import { catchUp } from './lifecycle.ts';
import { decideQuery } from './query.ts';
import { decideSend } from './send.ts';
import { holdBack, strike } from './strike.ts';

/** A case with the keys that its decision reads and writes: name them first, load them, then decide. */
export interface Docket {
  readonly keys: readonly string[];
  decide(read: Read): StepResult<Decision | Held>;
}

export function docketOf(request: Case): Docket {
  const { tenant, endpoint, fields, nowMs, heldBy } = request;
  const { accountKey } = tenant;
  const { mchId } = tenant.facts;
  const numberKey = orderKey(mchId, fields.get('mch_billno') ?? '');
  const candidates = heldBy ? [] : candidatesFor(tenant.rules, endpoint, fields, tenant.counters);
  const windows =
    endpoint === 'sendredpack'
      ? windowsOfSend(mchId, fields.get('re_openid') ?? '', tenant.limits, nowMs)
      : windowsOfQuery(mchId, tenant.limits, nowMs);
  const keys = [
    accountKey,
    numberKey,
    ...Object.values(windows).map((window) => window.key),
    ...candidates.map((candidate) => candidate.key),
  ];
  return { keys, decide: (read) => decide(request, numberKey, windows, candidates, read) };
}

function decide(
  request: Case,
  numberKey: string,
  windows: Windows,
  candidates: readonly Candidate[],
  read: Read,
): StepResult<Decision | Held> {
  const { edition, endpoint, switches, tenant, fields, early, callerIp, nowMs } = request;
  const { injection = request.heldBy, writes } = drawInjection(candidates, read, tenant.seed);
  const held = request.heldBy ? undefined : holdBack(injection, tenant.seed);
  if (held) return { result: held, writes };
  const { accountKey } = tenant;
  const stored = readAccount(read, accountKey, tenant.opening);
  const found = readOrder(read, numberKey);
  // Whoever settles what is due may not have come to this order yet: it is judged as it is now, never as it was.
  const late = found && found.nextAtMs !== null && found.nextAtMs <= nowMs;
  const settled = late ? catchUp({ order: found, account: stored }, nowMs) : undefined;
  if (settled) {
    writes.push(writeOrder(numberKey, settled.order), writeAccount(accountKey, settled.account));
  }
  const account = settled?.account ?? stored;
  const order = settled?.order ?? found;
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
    numberKey,
    windows,
    read,
    account,
    order,
    injection,
  };
  const decided = endpoint === 'sendredpack' ? decideSend(situation) : decideQuery(situation);
  if (injection?.effect.fault !== undefined) return strike(situation, injection, decided, writes);
  if (writes.length === 0) return decided;
  return { result: decided.result, writes: [...writes, ...decided.writes] };
}

/** What a client wrote into its requests, and how it introduced itself. */
import { EDITION_TABLES } from '../tables/editions.ts';
import { SIGNED_FIELDS } from '../tables/endpoints.ts';
import { beijingDay } from '../wire/beijing-time.ts';
import { utf8Bytes } from '../wire/measure.ts';
import { type AuditCall, billnoOf } from './audit-entry.ts';
import type { AuditRun, Observation } from './audit-run.ts';

type Test = (entry: AuditCall, run: AuditRun) => boolean;

/** All calls of which something is true, as one observation. @param what of the calls, after their count */
export function callsThat(what: string, test: Test): (run: AuditRun) => Observation[] {
  return (run) => {
    const calls = run.entries.filter((entry) => test(entry, run));
    if (calls.length === 0) return [];
    return [{ what: `${count(calls)} ${what}.`, evidence: sequencesOf(calls) }];
  };
}

/** All calls that a clause below these refused. */
export function refusedBy(what: string, ...clauses: readonly string[]) {
  return callsThat(what, ({ clause, endpoint }) =>
    clauses.some((each) => clause === `${endpoint}/${each}`),
  );
}

/** One observation for each mistake that the server's own diagnosis names. */
export function wrongSignatures({ entries }: AuditRun): Observation[] {
  const byMistake = new Map<string, AuditCall[]>();
  for (const entry of entries) {
    if (entry.clause !== `${entry.endpoint}/signature/md5`) continue;
    const mistake = entry.why ?? 'the signature does not match';
    byMistake.set(mistake, [...(byMistake.get(mistake) ?? []), entry]);
  }
  return [...byMistake].map(([mistake, calls]) => ({
    what: `${count(calls)} met SIGN_ERROR: ${mistake}.`,
    evidence: sequencesOf(calls),
  }));
}

type FieldTest = (value: string, name: string, entry: AuditCall, run: AuditRun) => boolean;

/** One observation per field of which something is true. @param what of the field, after its name and the count of calls */
function fieldsThat(
  test: FieldTest,
  what: (value: string, name: string, run: AuditRun) => string,
): (run: AuditRun) => Observation[] {
  return (run) => {
    const calls = new Map<string, AuditCall[]>();
    for (const entry of run.entries) {
      for (const [name, value] of Object.entries(entry.request)) {
        if (!test(value, name, entry, run)) continue;
        calls.set(name, [...(calls.get(name) ?? []), entry]);
      }
    }
    return [...calls].map(([name, entries]) => ({
      what: `${name}, in ${count(entries)}, ${what(entries[0]?.request[name] ?? '', name, run)}.`,
      evidence: sequencesOf(entries),
    }));
  };
}

const FOREIGN_TO_RED_PACKETS = 'sign_type';

export const undocumentedFields = fieldsThat(
  (_, name, entry, { edition }) =>
    name !== FOREIGN_TO_RED_PACKETS && !documented(entry, edition).has(name),
  (_, name, { edition }) =>
    SIGNED_FIELDS.sendredpack.names.includes(name)
      ? `is a field of another edition or endpoint, not of ${edition}`
      : 'is no field of the endpoint: when it is signed, the signature is wrong',
);

export const signTypeSent = fieldsThat(
  (_, name) => name === FOREIGN_TO_RED_PACKETS,
  (value) => `is ${quoted(value)}; red packets know MD5 alone, and no such field`,
);

export const emptyFields = fieldsThat(
  (value, name, entry, { edition }) => value === '' && documented(entry, edition).has(name),
  () => 'is empty: whoever signs an empty value gets SIGN_ERROR',
);

export const decimalAmounts = fieldsThat(
  (value, name, entry) =>
    SIGNED_FIELDS[entry.endpoint].ints.has(name) && value !== '' && !/^[0-9]+$/.test(value),
  (value) => `is ${quoted(value)}, which the server reads as a whole number of fen and signs so`,
);

/** As many characters as the page allows, and more bytes: counted in the wrong unit. */
export const lengthsInCharacters = fieldsThat(
  (value, name, entry, { edition }) => {
    const bytesMax = rowOf(entry, name, edition)?.bytesMax ?? Number.POSITIVE_INFINITY;
    return value.length <= bytesMax && utf8Bytes(value) > bytesMax;
  },
  (value) => `has ${value.length} characters, but ${utf8Bytes(value)} bytes, and bytes are counted`,
);

export const lengthsAtTheEdge = fieldsThat(
  (value, name, entry, { edition }) => {
    const row = rowOf(entry, name, edition);
    return row?.exactLength === 'open' && utf8Bytes(value) === row.bytesMax;
  },
  (value) => `has exactly ${utf8Bytes(value)} bytes; whether that many still pass is not known`,
);

export const rawRiskInfo = fieldsThat(
  (value, name) => name === 'risk_info' && /[=&]/.test(value),
  () => 'holds a bare = or &: it is the url-encoded text that is sent and signed',
);

const NAMES_OF_IDS = ['mch_billno', 'mch_id', 'wxappid', 'appid', 're_openid', 'nonce_str'];

export const paddedIds = fieldsThat(
  (value, name) => NAMES_OF_IDS.includes(name) && value.trim() !== value,
  (value) => `is ${quoted(value)}, with white space around it`,
);

/** The entity of an answer's DOCTYPE was fetched: by nobody but a reader that expands what it should refuse. */
export function entitiesFetched({ canaries }: AuditRun): Observation[] {
  if (canaries.length === 0) return [];
  const often = canaries.length === 1 ? 'once' : `${canaries.length} times`;
  const what = `What only the DOCTYPE of an answer pointed to was fetched ${often}.`;
  return [{ what, evidence: canaries.map(({ sequence }) => sequence) }];
}

/** A nonce of two different requests. The same body sent again has its own nonce again, and may. */
export function reusedNonces({ entries }: AuditRun): Observation[] {
  const byNonce = new Map<string, Map<string, AuditCall>>();
  for (const entry of entries) {
    const { nonce_str: nonce, sign = '' } = entry.request;
    if (!nonce) continue;
    const requests = byNonce.get(nonce) ?? new Map<string, AuditCall>();
    byNonce.set(nonce, requests);
    const request = `${entry.endpoint}/${billnoOf(entry)}/${sign}`;
    if (!requests.has(request)) requests.set(request, entry);
  }
  return [...byNonce]
    .filter(([, requests]) => requests.size > 1)
    .map(([nonce, requests]) => ({
      what: `nonce_str ${quoted(nonce)} stands in ${requests.size} different requests.`,
      evidence: sequencesOf([...requests.values()]),
    }));
}

const HOURS_OF_BEIJING_MS = 8 * 3_600_000;

/** Numbers made as the page advises (merchant, day, serial) with the day of UTC where Beijing is a day further. */
export const daysOfUtc = callsThat(
  'bear the day of UTC in mch_billno, where in Beijing it was the next day',
  (entry) => {
    const nowMs = entry.realAtMs ?? entry.atMs;
    const day = /^\d{8}/.exec(billnoOf(entry).slice(entry.request.mch_id?.length ?? 0))?.[0];
    const utcDay = beijingDay(nowMs - HOURS_OF_BEIJING_MS);
    return day === utcDay && utcDay !== beijingDay(nowMs);
  },
);

function documented(entry: AuditCall, edition: AuditRun['edition']): Set<string> {
  return new Set(EDITION_TABLES[edition].request[entry.endpoint].map((row) => row.name));
}

function rowOf(entry: AuditCall, name: string, edition: AuditRun['edition']) {
  return EDITION_TABLES[edition].request[entry.endpoint].find((row) => row.name === name);
}

function count(calls: readonly unknown[]): string {
  return calls.length === 1 ? '1 call' : `${calls.length} calls`;
}

function sequencesOf(entries: readonly AuditCall[]): number[] {
  return entries.map(({ sequence }) => sequence);
}

function quoted(value: string): string {
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
}

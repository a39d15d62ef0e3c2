/** When a call has met a trap. */
import { EDITION_TABLES } from '../tables/editions.ts';
import { TRAPS, type TrapName } from '../tables/traps.ts';
import type { Edition } from '../types.ts';
import { utf8Bytes } from '../wire/measure.ts';
import { type AuditCall, element, heardOf, statusOf } from './audit-entry.ts';

/** How near to its limit a text is to count as a try at it. */
const NEAR_BYTES = 3;

type Meets = (entry: AuditCall, edition: Edition) => boolean;

const hasCode =
  (...codes: readonly string[]): Meets =>
  ({ code }) =>
    codes.includes(code ?? '');

const brokeClause =
  (...parts: readonly string[]): Meets =>
  ({ clause = '' }) =>
    parts.some((part) => clause.includes(part));

const hasFault =
  (...names: readonly string[]): Meets =>
  ({ faults = [] }) =>
    faults.some((name) => names.includes(name));

const MEETS: Readonly<Record<Exclude<TrapName, 'new-nonce-old-number'>, Meets>> = {
  'unknown-but-paid': (entry) => entry.endpoint === 'sendredpack' && entry.paid && isUnclear(entry),
  processing: hasCode('PROCESSING'),
  'fail-under-success': ({ reply }) =>
    element(reply, 'return_code') === 'SUCCESS' && element(reply, 'result_code') === 'FAIL',
  'sending-with-reason': (entry) =>
    statusOf(entry) === 'SENDING' && element(entry.reply, 'reason') !== '',
  'not-found-but-sent': ({ code, paid }) => code === 'NOT_FOUND' && paid,
  'send-failed': hasCode('SEND_FAILED'),
  'number-collision': hasCode('FATAL_ERROR'),
  'bytes-not-characters': (entry, edition) =>
    Object.entries(entry.request).some(([name, value]) => isNearLimit(entry, edition, name, value)),
  'decimal-amount': ({ request }) => /^\s*\d+\.\d/.test(request.total_amount ?? ''),
  'wrong-signature': hasCode('SIGN_ERROR'),
  'not-utf8': brokeClause('/signature/utf-8', '/xml/not-utf8'),
  certificate: (entry) => entry.code === 'CA_ERROR' || entry.verdict === 'front',
  'appid-and-openid': hasCode('ILLEGAL_APPID', 'OPENID_ERROR'),
  'no-auth-address': (entry, edition) => hasCode('NO_AUTH')(entry, edition) && heardFree(entry),
  'no-auth-risk': (entry, edition) => hasCode('NO_AUTH')(entry, edition) && !heardFree(entry),
  scene: ({ clause = '', code, request }) =>
    clause.endsWith('/amount/scene-opened') || (code === 'MONEY_LIMIT' && !request.scene_id),
  msgappid: brokeClause('/fields/msgappid/'),
  'unsigned-success': (entry) =>
    heardOf(entry).kind === 'success' && element(entry.reply, 'sign') === '',
  'xml-of-another-shape': hasFault('unknown-fields', 'reordered', 'hblist'),
  doctype: hasFault('external-entity', 'entity-bomb'),
  'expired-number': brokeClause('/order/failed-before'),
  'closed-hours': hasCode('TIME_LIMITED'),
  throttled: hasCode('FREQ_LIMIT'),
  'not-enough': hasCode('NOTENOUGH'),
  'unknown-code': isUndocumented,
  'lost-answer': hasFault('drop', 'never-answer', 'truncate'),
  'gateway-page': (entry) => heardOf(entry).kind === 'page',
};

/** @param repeated is this the number of an earlier call, with another nonce? */
export function trapsOf(entry: AuditCall, edition: Edition, repeated: boolean): TrapName[] {
  const met = TRAPS.map(({ name }) => name).filter((name) =>
    name === 'new-nonce-old-number'
      ? repeated && entry.verdict === 'repeated'
      : MEETS[name](entry, edition),
  );
  return met;
}

function isUnclear(entry: AuditCall): boolean {
  const heard = heardOf(entry);
  if (heard.kind === 'code') return heard.after === 'unknown' || heard.after === 'undocumented';
  return heard.kind === 'nothing' || heard.kind === 'page';
}

function heardFree(entry: AuditCall): boolean {
  const heard = heardOf(entry);
  return heard.kind === 'code' && heard.after === 'free';
}

function isUndocumented(entry: AuditCall): boolean {
  const heard = heardOf(entry);
  return heard.kind === 'code' && heard.after === 'undocumented';
}

function isNearLimit(entry: AuditCall, edition: Edition, name: string, value: string): boolean {
  const row = EDITION_TABLES[edition].request[entry.endpoint].find((each) => each.name === name);
  const bytesMax = row?.bytesMax ?? Number.POSITIVE_INFINITY;
  const bytes = utf8Bytes(value);
  return bytes !== value.length && Math.abs(bytes - bytesMax) <= NEAR_BYTES;
}

/**
 * Answers, field by field, in the order and with the CDATA of each edition (domain facts §0, §1.4, §7.2). An answer is a list of
 * entries; `writeXml` makes bytes of it.
 */
import { EDITION_TABLES } from './tables/editions.ts';
import type { OrderState } from './tables/reply-fields.ts';
import type { Switches } from './tables/switches.ts';
import type { Edition, EndpointName, Fields } from './types.ts';
import { compactTime, dashedTime } from './wire/beijing-time.ts';
import { readInt } from './wire/measure.ts';
import { signMd5, stringToSign } from './wire/sign.ts';
import type { XmlEntry, XmlValue } from './wire/xml.ts';

export interface ReplyContext {
  readonly edition: Edition;
  readonly endpoint: EndpointName;
  readonly switches: Switches;
}

interface Failure {
  readonly code: string;
  readonly message: string;
}

/** A red packet was sent, now or when the number was first used. */
export function sendSucceeded(
  context: ReplyContext,
  request: Fields,
  sent: { sendListid: string; sentAtMs: number },
): XmlEntry[] {
  const { successCode, sendTime } = EDITION_TABLES[context.edition].envelope;
  const message = '发放成功';
  const entries: XmlEntry[] = [
    ['return_code', 'SUCCESS'],
    ['return_msg', message],
    ['result_code', 'SUCCESS'],
  ];
  if (successCode) entries.push(['err_code', successCode], ['err_code_des', message]);
  entries.push(...echoOfSend(context, request), ['send_listid', sent.sendListid]);
  if (sendTime) entries.push(['send_time', compactTime(sent.sentAtMs)]);
  return entries;
}

/** A refusal of either endpoint. What was sent is echoed, also when it is what was wrong (§1.4). */
export function refused(context: ReplyContext, request: Fields, failure: Failure): XmlEntry[] {
  const echo =
    context.endpoint === 'sendredpack'
      ? echoOfSend(context, request)
      : echoOfQuery(context, request);
  return [...failureEnvelope(failure, failureReturnCode(context)), ...echo];
}

/** XML_ERROR: nothing could be read, so nothing but zeros is echoed (E8). */
export function unreadable(context: ReplyContext, failure: Failure): XmlEntry[] {
  const returnCode =
    context.switches.xmlErrorEnvelope === 'FAIL' ? 'FAIL' : failureReturnCode(context);
  return [
    ...failureEnvelope(failure, returnCode),
    ['mch_id', mchId(context, '0')],
    ...(context.endpoint === 'sendredpack' ? ([['total_amount', 0]] as const) : []),
  ];
}

/** What gethbinfo tells of an order. Times are epoch milliseconds. */
export interface QueriedOrder {
  readonly sendListid: string;
  readonly state: OrderState;
  readonly totalNum: number;
  readonly amountFen: number;
  readonly reason?: string | undefined;
  readonly sendAtMs: number;
  readonly refundedAtMs?: number | undefined;
  readonly received?: { readonly openid: string; readonly atMs: number } | undefined;
}

/** An order was found. wishing, remark and act_name are absent, as in every capture (§7.2). */
export function queryAnswered(
  context: ReplyContext,
  request: Fields,
  order: QueriedOrder,
): XmlEntry[] {
  return [
    ['return_code', 'SUCCESS'],
    ['return_msg', 'OK'],
    ['result_code', 'SUCCESS'],
    ['err_code', 'SUCCESS'],
    ['err_code_des', 'OK'],
    ...echoOfQuery(context, request),
    ['detail_id', order.sendListid],
    ['status', order.state],
    ['send_type', 'API'],
    ['hb_type', 'NORMAL'],
    ['total_num', order.totalNum],
    ['total_amount', order.amountFen],
    ...optional('reason', order.reason),
    ['send_time', dashedTime(order.sendAtMs)],
    ...(order.refundedAtMs === undefined
      ? []
      : ([
          ['refund_time', dashedTime(order.refundedAtMs)],
          ['refund_amount', order.amountFen],
        ] as const)),
    ...(order.received
      ? ([['hblist', [['hbinfo', receipt(order.received, order.amountFen)]]]] as const)
      : []),
  ];
}

/**
 * Adds `sign` where the switch asks for it. Production never signs (E30); gethbinfo must not be signed at all, because its nested
 * list has no form that all clients accept.
 */
export function signReply(
  context: ReplyContext,
  entries: readonly XmlEntry[],
  key: string,
): readonly XmlEntry[] {
  const { replySigned } = context.switches;
  if (replySigned === 'never' || context.endpoint === 'gethbinfo') return entries;
  const texts = new Map(entries.map(([name, value]) => [name, textOf(value)]));
  if (replySigned === 'success' && texts.get('result_code') !== 'SUCCESS') return entries;
  const sign: XmlEntry = ['sign', signMd5(stringToSign(texts), key)];
  // After return_msg, where the page has it.
  return [...entries.slice(0, 2), sign, ...entries.slice(2)];
}

function failureEnvelope({ code, message }: Failure, returnCode: 'FAIL' | 'SUCCESS'): XmlEntry[] {
  return [
    ['return_code', returnCode],
    ['return_msg', message],
    ['result_code', 'FAIL'],
    ['err_code', code],
    ['err_code_des', message],
  ];
}

function failureReturnCode({ edition, switches }: ReplyContext): 'FAIL' | 'SUCCESS' {
  return switches.failureReturnCode === 'edition'
    ? EDITION_TABLES[edition].envelope.failureReturnCode
    : switches.failureReturnCode;
}

function echoOfSend(context: ReplyContext, request: Fields): XmlEntry[] {
  const entries = echoOfQuery(context, request);
  entries.push(
    ['wxappid', request.get('wxappid') ?? ''],
    ['re_openid', request.get('re_openid') ?? ''],
    ['total_amount', readInt(request.get('total_amount') ?? '')],
  );
  const totalNum = readInt(request.get('total_num') || '1');
  // Only when it is not 1 (E33, E5, E34).
  if (totalNum !== 1) entries.push(['total_num', totalNum]);
  return entries;
}

function echoOfQuery(context: ReplyContext, request: Fields): XmlEntry[] {
  return [
    ['mch_billno', request.get('mch_billno') ?? ''],
    ['mch_id', mchId(context, request.get('mch_id') ?? '')],
  ];
}

function mchId({ edition }: ReplyContext, value: string): XmlValue {
  // Bare in the early editions, where two clients would crash on an empty element: 0, as XML_ERROR has it.
  return EDITION_TABLES[edition].envelope.bareMchId ? { bare: value || '0' } : value;
}

function optional(name: string, value: string | undefined): XmlEntry[] {
  return value === undefined ? [] : [[name, value]];
}

function receipt(
  { openid, atMs }: { openid: string; atMs: number },
  amountFen: number,
): XmlEntry[] {
  return [
    ['openid', openid],
    ['amount', amountFen],
    ['rcv_time', dashedTime(atMs)],
  ];
}

function textOf(value: XmlValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return 'bare' in value ? value.bare : '';
}

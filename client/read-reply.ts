/**
 * The bytes of an answer to what became of the call. Strict where money hangs on it (XML, whose order it is about, contradictions),
 * tolerant where production differs from its pages: no sign, any order, new fields, err_code in successes (clients' facts).
 */
import {
  type EndpointName,
  type Fields,
  findCode,
  ORDER_STATES,
  type OrderState,
  parseFields,
  parseTree,
  readInt,
  sameSignature,
  signHmacSha256,
  signMd5,
  stringToSign,
  type XmlElement,
} from '../contracts/core.ts';
import type {
  Found,
  Outcome,
  QueryOutcome,
  Receiver,
  Refused,
  Unknown,
  UnknownReason,
} from './outcome.ts';
import type { Answered } from './transport.ts';

/** What was asked, as it went over the wire, and the key to verify a signature with. */
export interface Asked {
  readonly endpoint: EndpointName;
  readonly fields: Fields;
  readonly key: string;
}

/** An answer in the API's own form, already known to be about the order that was asked for. */
interface Reply {
  /** undefined: a flat answer. */
  readonly root: XmlElement | undefined;
  readonly fields: Fields;
}

/** The answer to a sendredpack. */
export function readSendReply(asked: Asked, answered: Answered): Outcome {
  const reply = readReply(asked, answered);
  if ('kind' in reply) return reply;
  const failure = readEnvelope(asked, reply.fields);
  if (failure) return failure;
  const { fields } = reply;
  const mch_billno = billnoOf(asked);
  // A success names its order on every page and in every capture: one that does not is about nobody's.
  if (!fields.get('mch_billno')) {
    return unknown(asked, 'other-order', 'the answer says SUCCESS but names no mch_billno');
  }
  return {
    kind: 'sent',
    mch_billno,
    send_listid: fields.get('send_listid') || undefined,
    amountFen: readInt(asked.fields.get('total_amount') ?? ''),
    by: 'reply',
  };
}

/** The answer to a gethbinfo. */
export function readQueryReply(asked: Asked, answered: Answered): QueryOutcome {
  const reply = readReply(asked, answered);
  if ('kind' in reply) return reply;
  const failure = readEnvelope(asked, reply.fields);
  if (failure?.kind === 'refused' && failure.code === 'NOT_FOUND') {
    return { kind: 'not-found', mch_billno: billnoOf(asked) };
  }
  return failure ?? readFound(asked, reply);
}

function readReply(asked: Asked, { status, body }: Answered): Reply | Unknown {
  const at = { httpStatus: status };
  const read = readFields(body);
  if (status !== 200 || !read.ok) {
    if (isCertificatePage(body)) return unknown(asked, 'certificate-page', CERTIFICATE_PAGE, at);
    const what = read.ok ? 'though with XML' : read.detail;
    return unknown(asked, 'unreadable', `HTTP ${status}, ${what}`, at);
  }
  const { fields } = read;
  if (!fields.has('return_code')) {
    return unknown(asked, 'unreadable', `it has no return_code`, at);
  }
  const sign = fields.get('sign');
  if (sign && !isSigned(fields, asked.key, sign)) {
    return unknown(asked, 'forged', 'the sign of the answer is not made with our key', at);
  }
  const stranger = whoseElse(asked, fields);
  return stranger ? unknown(asked, 'other-order', stranger, at) : read;
}

type Read = (Reply & { readonly ok: true }) | { readonly ok: false; readonly detail: string };

/** A flat answer is read several times faster than one with a list, or with what is none of ours. */
function readFields(body: Uint8Array): Read {
  const flat = parseFields(body);
  if (flat.ok) return { ok: true, root: undefined, fields: flat.value };
  const tree = parseTree(body);
  if (!tree.ok) return { ok: false, detail: tree.refusal.detail };
  const fields = new Map<string, string>();
  for (const { name, text, children } of tree.value.children) {
    if (children.length > 0) continue;
    if (fields.has(name)) return { ok: false, detail: `<${name}> comes twice` };
    fields.set(name, text);
  }
  return { ok: true, root: tree.value, fields };
}

/** Production sends no sign (E30); when there is one it must be right, by either hash. */
function isSigned(fields: Fields, key: string, sign: string): boolean {
  const text = stringToSign(fields);
  return sameSignature(signMd5(text, key), sign) || sameSignature(signHmacSha256(text, key), sign);
}

const CERTIFICATE_PAGE =
  'the front server does not take the client certificate: expired, self-signed, or none at all';

/** The page of the front server, in front of everything that knows of orders (domain facts §3, E66, E67). */
function isCertificatePage(body: Uint8Array): boolean {
  const text = new TextDecoder().decode(body.subarray(0, 1_000));
  return /<html/i.test(text) && /SSL certificate/.test(text);
}

const ECHOED = ['mch_billno', 'mch_id', 'wxappid', 're_openid'] as const;

/** @returns what in the answer is about another order, or undefined */
function whoseElse({ endpoint, fields: request }: Asked, fields: Fields): string | undefined {
  for (const name of ECHOED) {
    const echo = fields.get(name);
    const ours = request.get(name);
    // XML_ERROR echoes zeros, because nothing could be read (E8).
    if (!echo || ours === undefined || echo === ours || isZeroEcho(name, fields)) continue;
    return `asked about ${name} ${ours}, the answer is about ${echo}`;
  }
  const amount = fields.get('total_amount');
  if (endpoint !== 'sendredpack' || !amount || isZeroEcho('total_amount', fields)) return undefined;
  const ours = request.get('total_amount') ?? '';
  return /^\d+$/.test(amount) && readInt(amount) === readInt(ours)
    ? undefined
    : `asked about ${ours} fen, the answer is about ${amount}`;
}

function isZeroEcho(name: string, fields: Fields): boolean {
  return (
    fields.get('err_code') === 'XML_ERROR' &&
    (name === 'mch_id' || name === 'total_amount') &&
    fields.get(name) === '0'
  );
}

/** What err_code may be in a success (domain facts §1.3, §1.4; clients' facts, "On the way out" 6). */
const SUCCESS_CODES: readonly string[] = ['', '0', 'SUCCESS'];

/** @returns undefined for a success */
function readEnvelope(asked: Asked, fields: Fields): Refused | Unknown | undefined {
  const returnCode = fields.get('return_code');
  const resultCode = fields.get('result_code');
  const code = fields.get('err_code') ?? '';
  const message = fields.get('err_code_des') || fields.get('return_msg') || '';
  if (returnCode === 'SUCCESS' && resultCode === 'SUCCESS') {
    if (SUCCESS_CODES.includes(code)) return undefined;
    return unknown(asked, 'contradiction', `SUCCESS with err_code ${code}`, { code });
  }
  const failed = resultCode === 'FAIL' || (returnCode === 'FAIL' && resultCode === undefined);
  if (!failed || SUCCESS_CODES.includes(code)) {
    return readCommunication(asked, returnCode, resultCode, code, message);
  }
  return readCode(asked, code, message);
}

/** The pages' two reasons of a bare return_code FAIL (seed 000), which come without err_code. */
const RETURN_MESSAGES: Readonly<Record<string, string>> = {
  签名失败: 'SIGN_ERROR',
  参数格式校验错误: 'PARAM_ERROR',
};

function readCommunication(
  asked: Asked,
  returnCode = '',
  resultCode = 'nothing',
  code: string,
  message: string,
): Refused | Unknown {
  const meant = RETURN_MESSAGES[message];
  if (returnCode === 'FAIL' && resultCode !== 'SUCCESS' && code === '' && meant) {
    return readCode(asked, meant, message);
  }
  const said = `return_code ${returnCode}, result_code ${resultCode}, err_code ${code || 'nothing'}`;
  return unknown(asked, 'contradiction', message ? `${said}: ${message}` : said);
}

/** An error code by its row in the contract; one that no edition has for the endpoint says nothing about the money. */
function readCode(asked: Asked, code: string, message: string): Refused | Unknown {
  const row = findCode(code);
  if (!row?.endpoints.includes(asked.endpoint)) {
    const detail = `err_code ${code}, which ${asked.endpoint} has in no edition: ${message}`;
    return unknown(asked, 'unknown-code', detail, { code });
  }
  const retryAfter = row.retryAfter;
  if (row.numberAfter === 'unknown') {
    const why = code === 'PROCESSING' ? 'processing' : 'system-error';
    const wait = typeof retryAfter === 'number' ? { retryAfterMs: retryAfter } : {};
    return unknown(asked, why, `${code}: ${message}`, { code, ...wait });
  }
  // One code may have several meanings, told apart by their words alone (NO_AUTH).
  const wording = row.wordings.find(({ text }) =>
    typeof text === 'string' ? text === message : Object.values(text).includes(message),
  );
  const numberAfter = wording?.numberAfter ?? row.numberAfter;
  return {
    kind: 'refused',
    mch_billno: billnoOf(asked),
    by: 'wechat',
    code,
    message,
    advice: wording?.advice ?? row.advice,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    numberFree: numberAfter === 'free',
  };
}

function readFound(asked: Asked, { root, fields }: Reply): Found | Unknown {
  const status = ORDER_STATES.find(({ state }) => state === fields.get('status'))?.state;
  if (!status) {
    const got = fields.get('status') ?? 'nothing';
    return unknown(asked, 'contradiction', `gethbinfo says status ${got}, which is none it has`);
  }
  if (!fields.get('mch_billno')) {
    return unknown(asked, 'other-order', 'gethbinfo says SUCCESS but names no mch_billno');
  }
  const refund = fields.get('refund_amount');
  return {
    kind: 'found',
    mch_billno: billnoOf(asked),
    status: status as OrderState,
    detail_id: fields.get('detail_id') || undefined,
    amountFen: readInt(fields.get('total_amount') ?? ''),
    totalNum: readInt(fields.get('total_num') || '1'),
    reason: fields.get('reason') || undefined,
    send_time: fields.get('send_time') || undefined,
    refund_time: fields.get('refund_time') || undefined,
    refundFen: refund ? readInt(refund) : undefined,
    receivers: receiversIn(root),
  };
}

/** One receiver or none come without any other sign than their number. */
function receiversIn(root: XmlElement | undefined): Receiver[] {
  const list = root?.children.find(({ name }) => name === 'hblist')?.children ?? [];
  return list
    .filter(({ name }) => name === 'hbinfo')
    .map(({ children }) => {
      const texts = new Map(children.map(({ name, text }) => [name, text]));
      return {
        openid: texts.get('openid') ?? '',
        amountFen: readInt(texts.get('amount') ?? ''),
        rcv_time: texts.get('rcv_time') || undefined,
      };
    });
}

function unknown(
  asked: Asked,
  why: UnknownReason,
  detail: string,
  more: Partial<Unknown> = {},
): Unknown {
  return { kind: 'unknown', mch_billno: billnoOf(asked), why, detail, ...more };
}

function billnoOf({ fields }: Asked): string {
  return fields.get('mch_billno') ?? '';
}

/** One call and what became of it: fields signed and dialled, the answer read. No retry here. */
import {
  ENDPOINT_ROWS,
  type EndpointName,
  type Fields,
  signMd5,
  stringToSign,
  writeXml,
} from '../contracts/core.ts';
import type { Outcome, QueryOutcome, Refused, Unknown } from './outcome.ts';
import { type Asked, readQueryReply, readSendReply } from './read-reply.ts';
import type { Answered, Exchanged, Lost, Transport, Unsent } from './transport.ts';

/** Adds the signature to the fields, where the page has it: order does not matter to the server. */
export function signed(fields: Fields, key: string): Fields {
  return new Map(fields).set('sign', signMd5(stringToSign(fields), key));
}

/** The body, as it goes over the wire. */
export function bodyOf(fields: Fields): string {
  return writeXml([...fields]);
}

export interface Line {
  readonly transport: Transport;
  readonly key: string;
}

/** @param fields without `sign` */
export async function callSend(
  line: Line,
  fields: Fields,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  return call(line, 'sendredpack', fields, signal, readSendReply);
}

/** @param fields without `sign` */
export async function callQuery(
  line: Line,
  fields: Fields,
  signal: AbortSignal | undefined,
): Promise<QueryOutcome> {
  return call(line, 'gethbinfo', fields, signal, readQueryReply);
}

async function call<O>(
  { transport, key }: Line,
  endpoint: EndpointName,
  fields: Fields,
  signal: AbortSignal | undefined,
  readReply: (asked: Asked, answered: Answered) => O,
): Promise<O | Refused | Unknown> {
  const body = bodyOf(signed(fields, key));
  const exchanged = await transport.post(ENDPOINT_ROWS[endpoint].path, body, signal);
  if (exchanged.kind === 'answered') return readReply({ endpoint, fields, key }, exchanged);
  return unanswered(fields.get('mch_billno') ?? '', exchanged);
}

function unanswered(
  mch_billno: string,
  exchanged: Exclude<Exchanged, Answered>,
): Refused | Unknown {
  return exchanged.kind === 'unsent' ? notSent(mch_billno, exchanged) : lost(mch_billno, exchanged);
}

/** What comes and goes by itself; anything else needs a person. */
const PASSING: readonly string[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'CONNECT_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
  'ETIMEDOUT',
  'EPIPE',
  'ABORTED',
];

function notSent(mch_billno: string, { code, detail }: Unsent): Refused {
  return {
    kind: 'refused',
    mch_billno,
    by: 'connection',
    code,
    message: `the request did not leave: ${detail}${remedyOf(code)}`,
    advice: PASSING.includes(code) ? 'same' : 'fix',
    numberFree: true,
  };
}

function remedyOf(code: string): string {
  if (/^(?:UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|CERT_UNTRUSTED)/.test(code)) {
    return ' (the server certificate is issued by nobody we trust: give its root as ca)';
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return ' (the server certificate is for another host: is baseUrl right?)';
  }
  if (code === 'CERT_HAS_EXPIRED') return ' (the server certificate has expired)';
  if (/_ALERT_/.test(code)) return ' (the server does not take the client certificate)';
  if (code === 'ENOTFOUND') return ' (no such host: is baseUrl right?)';
  return '';
}

function lost(mch_billno: string, { why, detail }: Lost): Unknown {
  return { kind: 'unknown', mch_billno, why: why === 'oversize' ? 'unreadable' : why, detail };
}

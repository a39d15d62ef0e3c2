/** `redpack sign FILE.xml`: signs a body that has no signature, and says of one that has whether it is right, or why not. */
import {
  type BodyDiagnosis,
  diagnoseBody,
  type EndpointName,
  type Fields,
  readInt,
  SIGNED_FIELDS,
  writeXml,
  type XmlRefusal,
} from '../../contracts/core.ts';
import { describeDiagnosis, visible } from '../sign-text.ts';

export interface SignRequest {
  /** The body: XML under any root name. */
  readonly bytes: Uint8Array;
  /** The merchant's API key; white space around it is dropped, for a file ends in a line feed. */
  readonly key: string;
  /** Told from the fields when left out. */
  readonly endpoint?: EndpointName | undefined;
  /** One JSON object instead of lines for people. */
  readonly json?: boolean | undefined;
}

export interface SignReport {
  /** For stdout; for stderr when the exit code is 2. Ends in a line feed. */
  readonly text: string;
  /** 0: right, or signed now. 1: wrong. 2: nothing could be said: no key, or no XML. */
  readonly exitCode: 0 | 1 | 2;
}

/** Pure: reads no file and prints nothing. The key is in no answer. */
export function signCommand({ bytes, key, endpoint, json = false }: SignRequest): SignReport {
  const own = key.trim();
  if (own === '')
    return refusal(json, 'no-key', 'the API key is empty: give the one of the merchant');
  const read = diagnoseBody(bytes, (fields) => endpoint ?? endpointOf(fields), own);
  if (!read.ok) return refusal(json, read.refusal.reason, whyUnreadable(read.refusal));
  const { diagnosis } = read.value;
  const exitCode = diagnosis.kind === 'right' || diagnosis.kind === 'unsigned' ? 0 : 1;
  const signedXml = diagnosis.kind === 'unsigned' ? sign(read.value) : undefined;
  if (json) {
    const told = { endpoint: read.value.endpoint, notes: notesOf(read.value), ...diagnosis };
    return { text: `${JSON.stringify({ ...told, signedXml })}\n`, exitCode };
  }
  const parts = [
    describeDiagnosis(diagnosis),
    ...notesOf(read.value).map((note) => `note: ${note}\n`),
  ];
  if (signedXml !== undefined) parts.push(`\n${signedXml}\n`);
  return { text: parts.join(''), exitCode };
}

/** A query asks with bill_type, and with appid where a packet is sent with wxappid. */
function endpointOf(fields: Fields): EndpointName {
  const query = fields.has('bill_type') || (fields.has('appid') && !fields.has('wxappid'));
  return query ? 'gethbinfo' : 'sendredpack';
}

function sign({ fields, diagnosis }: BodyDiagnosis): string {
  const unsigned = [...fields].filter(([name]) => name !== 'sign');
  return writeXml([...unsigned, ['sign', diagnosis.signature]]);
}

/** What is right or wrong beside the signature, and would surprise whoever compares the strings. */
function notesOf({ endpoint, fields, utf8 }: BodyDiagnosis): string[] {
  const { names, ints } = SIGNED_FIELDS[endpoint];
  const unknown = [...fields.keys()].filter((name) => name !== 'sign' && !names.includes(name));
  const notes = [`read as a body for ${endpoint}`];
  if (unknown.length > 0) {
    notes.push(`${endpoint} does not know ${visible(unknown.join(', '))}, which is not signed`);
  }
  for (const name of ints) {
    const written = fields.get(name);
    const read = String(readInt(written ?? ''));
    if (written && written !== read) {
      notes.push(`${name} is ${visible(written)}, which the server reads and signs as ${read}`);
    }
  }
  if (!utf8) notes.push('the body is not UTF-8; the server takes nothing else');
  return notes;
}

function whyUnreadable({ reason, detail }: XmlRefusal): string {
  return `the body is not XML that the server reads: ${detail} [${reason}]`;
}

function refusal(json: boolean, reason: string, why: string): SignReport {
  const text = json
    ? JSON.stringify({ kind: 'unreadable', reason, explanation: why })
    : visible(why);
  return { text: `${text}\n`, exitCode: 2 };
}

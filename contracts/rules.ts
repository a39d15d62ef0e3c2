/**
 * A request against the tables, to its first refusal: fields, certificate, signature, in the order of domain facts §3.1.
 * What needs the merchant's state (quotas, balance, order numbers) is not here: a server's engine knows that.
 */
import { type Refusal, refuse } from './refusal.ts';
import { EDITION_TABLES } from './tables/editions.ts';
import { SIGNED_FIELDS } from './tables/endpoints.ts';
import type { RequestRow } from './tables/fields.ts';
import type { Switches } from './tables/switches.ts';
import type { Edition, EndpointName, Fields, Peer } from './types.ts';
import { readInt, utf8Bytes } from './wire/measure.ts';
import { inAsciiOrder, sameSignature, signMd5, stringServerSigns } from './wire/sign.ts';
import { diagnoseSign } from './wire/sign-doctor.ts';

/** What the checks here need to know of a merchant. */
export interface MerchantFacts {
  readonly mchId: string;
  readonly key: string;
  readonly role: 'ordinary' | 'provider';
  /** `expired`: the chain is good, but the platform says the certificate is no longer valid (E5). */
  readonly certificate: 'valid' | 'expired';
}

/** One request as the contract sees it. `utf8` false: the fields were read from bytes that are not UTF-8. */
export interface Submission {
  readonly edition: Edition;
  readonly endpoint: EndpointName;
  readonly fields: Fields;
  readonly utf8: boolean;
  /** The bytes themselves, for the explanation of a signature that does not match. */
  readonly body?: Uint8Array | undefined;
  readonly peer: Peer;
  /** The merchant whose number stands in mch_id; undefined when there is none. */
  readonly merchant: MerchantFacts | undefined;
  readonly switches: Switches;
}

/** Fields, then certificate, then signature. @returns undefined when nothing is wrong so far */
export function firstRefusal(submission: Submission): Refusal | undefined {
  return (
    refusedByFields(submission) ??
    refusedByCertificate(submission) ??
    refusedBySignature(submission)
  );
}

/** Everything that is wrong with the fields, in table order: for a client that wants to hear it all before it dials. */
export function fieldRefusals(submission: Submission): Refusal[] {
  return EDITION_TABLES[submission.edition].request[submission.endpoint].flatMap(
    (row) => refusedByField(submission, row) ?? [],
  );
}

/** In table order: that is the precedence (send_name was seen to come before the amount, E56). */
function refusedByFields(submission: Submission): Refusal | undefined {
  for (const row of EDITION_TABLES[submission.edition].request[submission.endpoint]) {
    const refusal = refusedByField(submission, row);
    if (refusal) return refusal;
  }
  return undefined;
}

function refusedByField(submission: Submission, row: RequestRow): Refusal | undefined {
  const { fields, merchant } = submission;
  // A missing or overlong signature is a wrong one: no message of the fields stage is known for it.
  if (row.name === 'sign') return undefined;
  const value = fields.get(row.name) ?? '';
  if (value === '')
    return isRequired(row, merchant) ? fault(submission, row, 'required', 'is missing') : undefined;
  if (row.name === 'msgappid' && merchant?.role === 'ordinary') {
    return refuse(submission, 'PARAM_ERROR', {
      wording: 'msgappid-not-provider',
      clause: 'fields/msgappid/provider-only',
      why: `merchant ${merchant.mchId} is no service provider and must not send msgappid`,
    });
  }
  const broken =
    row.type === 'int' ? brokenInt(submission, row, value) : brokenText(submission, row, value);
  if (broken) return broken;
  if (row.name === 'mch_id' && !merchant) {
    return refuse(submission, 'PARAM_ERROR', {
      wording: 'no-merchant',
      clause: 'fields/mch_id/exists',
      why: `there is no merchant ${value} here`,
    });
  }
  return undefined;
}

function isRequired(row: RequestRow, merchant: MerchantFacts | undefined): boolean {
  return (
    row.required === 'always' || (row.required === 'provider' && merchant?.role === 'provider')
  );
}

function brokenText(submission: Submission, row: RequestRow, value: string): Refusal | undefined {
  // Bytes that are no UTF-8 cannot be measured in it; the signature will refuse them.
  if (!submission.utf8) return undefined;
  const limit = bytesAllowed(submission, row);
  // A character of a JavaScript string is at most three bytes: a short one need not be measured.
  if (value.length * 3 > limit && utf8Bytes(value) > limit) {
    const bytes = utf8Bytes(value);
    return fault(submission, row, 'max-bytes', `has ${bytes} UTF-8 bytes, at most ${limit}`);
  }
  if (row.pattern && !row.pattern.test(value)) {
    return fault(
      submission,
      row,
      'pattern',
      `is ${JSON.stringify(value)}, which is not of its form`,
      row.malformed,
    );
  }
  return undefined;
}

function bytesAllowed({ switches }: Submission, row: RequestRow): number {
  const bytesMax = row.bytesMax ?? Number.POSITIVE_INFINITY;
  const oneLess = row.exactLength === 'open' && switches.exactLength === 'refused';
  return oneLess ? bytesMax - 1 : bytesMax;
}

const INT_MAX = 2_147_483_647;

function brokenInt(submission: Submission, row: RequestRow, value: string): Refusal | undefined {
  const number = readInt(value);
  if (row.name === 'total_num' && number !== 1) {
    return fault(submission, row, 'one', `is read as ${number}, and must be 1`);
  }
  if (row.name === 'total_amount' && (number <= 0 || number > INT_MAX)) {
    return fault(
      submission,
      row,
      'range',
      `is read as ${number} fen: not between 1 and ${INT_MAX}`,
    );
  }
  if (row.name !== 'min_value' && row.name !== 'max_value') return undefined;
  const amount = readInt(submission.fields.get('total_amount') ?? '');
  if (number !== amount) {
    return refuse(submission, 'PARAM_ERROR', {
      wording: 'amounts-differ',
      clause: `fields/${row.name}/equals-total_amount`,
      why: `${row.name} is ${number}, total_amount ${amount}: they must be equal`,
    });
  }
  return undefined;
}

function fault(
  submission: Submission,
  row: RequestRow,
  rule: string,
  what: string,
  message: string = row.refusal,
): Refusal {
  return refuse(submission, 'PARAM_ERROR', {
    message,
    clause: `fields/${row.name}/${rule}`,
    why: `${row.name} ${what}`,
  });
}

function refusedByCertificate(submission: Submission): Refusal | undefined {
  const { merchant, peer } = submission;
  if (peer.kind === 'merchant' && peer.mchId === merchant?.mchId) {
    if (merchant.certificate === 'valid') return undefined;
    return refuse(submission, 'CA_ERROR', {
      wording: 'expired',
      clause: 'certificate/in-force',
      why: `the certificate of merchant ${merchant.mchId} has expired on the platform`,
    });
  }
  return refuse(submission, 'CA_ERROR', {
    clause: peer.kind === 'merchant' ? 'certificate/own' : 'certificate/present',
    why: `expected the client certificate of merchant ${merchant?.mchId}, got ${describePeer(peer)}`,
  });
}

function describePeer(peer: Peer): string {
  if (peer.kind === 'merchant') return `that of merchant ${peer.mchId}`;
  return peer.kind === 'untrusted'
    ? `one that is not trusted (${peer.reason})`
    : 'none (is it configured?)';
}

function refusedBySignature(submission: Submission): Refusal | undefined {
  const { fields, merchant, endpoint, switches } = submission;
  const got = fields.get('sign') ?? '';
  const key = merchant?.key ?? '';
  if (submission.utf8) {
    const expected = signMd5(stringServerSigns(fields, SIGNED_FIELDS[endpoint]), key);
    if (sameSignature(expected, got)) return undefined;
    if (
      switches.signUnknownFields === 'accept-either' &&
      signedUnknown(fields, endpoint, key, got)
    ) {
      return undefined;
    }
  }
  return refuse(submission, 'SIGN_ERROR', {
    clause: submission.utf8 ? 'signature/md5' : 'signature/utf-8',
    why: whySignatureDiffers(submission, key),
  });
}

/** Every field that came, integers still as the server reads them. */
function signedUnknown(fields: Fields, endpoint: EndpointName, key: string, got: string): boolean {
  const names = inAsciiOrder(fields.keys()).filter((name) => name !== 'sign');
  const text = stringServerSigns(fields, { names, ints: SIGNED_FIELDS[endpoint].ints });
  return sameSignature(signMd5(text, key), got);
}

/** For the log: the string that the server signs stands there only where nothing else helps, its key and signature never. */
function whySignatureDiffers({ fields, endpoint, utf8, body }: Submission, key: string): string {
  const diagnosis = diagnoseSign({ fields, endpoint, utf8, key, body }, 'quick');
  if (diagnosis.kind !== 'unexplained' || !utf8) return diagnosis.explanation;
  return `${diagnosis.explanation}; the server signs ${JSON.stringify(diagnosis.stringToSign)}`;
}

/**
 * Why a signature does not match: each known mistake is made again on the request, alone and two at once, and is named only when
 * the digest that came is exactly what it gives. So an answer is a proof, and a wrong one is as unlikely as a collision.
 */
import {
  type SearchedMistake,
  SHOWN_MISTAKES,
  type ShownMistake,
} from '../tables/sign-mistakes.ts';
import type { Certainty, EndpointName, Fields } from '../types.ts';
import { decodeGbk } from './gbk.ts';
import { sameSignature, signMd5 } from './sign.ts';
import {
  HIDDEN_KEY,
  joinDraft,
  rightDraft,
  type SignCase,
  type Way,
  writeDraft,
} from './sign-draft.ts';
import { formsOf, type SignForm } from './sign-form.ts';
import { EFFORTS, type Effort, searchMistakes } from './sign-search.ts';
import { parseFields, parseFieldsLossy, type XmlResult } from './xml.ts';

/** A request as it came. */
export interface SignQuestion {
  readonly endpoint: EndpointName;
  /** As the server read them, `sign` among them. */
  readonly fields: Fields;
  /** false: the bytes are not UTF-8, and the fields were read from them with losses. */
  readonly utf8: boolean;
  readonly key: string;
  /** The bytes of the body: without them, mistakes that show only there are not found. */
  readonly body?: Uint8Array | undefined;
}

/** A mistake that was proved. */
export interface ProvedMistake {
  readonly id: string;
  readonly title: string;
  /** What stands after "the client": `signed sign_type, which sendredpack does not know`. */
  readonly did: string;
  readonly fix: string;
  readonly fix_zh: string;
  readonly source: string;
  readonly certainty: Certainty;
}

interface Findings {
  /** One sentence; it holds neither the key nor the right signature. */
  readonly explanation: string;
  /** What the server signs, its key shown as `…`. */
  readonly stringToSign: string;
  /** What the signature ought to be. It lets who holds it send this request, and no other: show it to the key's owner only. */
  readonly signature: string;
  /** The signature that came. */
  readonly got: string;
}

export type SignDiagnosis =
  | (Findings & { readonly kind: 'right' | 'unsigned' })
  | (Findings & {
      readonly kind: 'mistake';
      readonly mistakes: readonly ProvedMistake[];
      /** What the client signed, its key shown as `…`; before any change of its bytes. */
      readonly stringSigned: string;
      readonly fix: string;
      readonly fix_zh: string;
    })
  | (Findings & {
      readonly kind: 'unexplained';
      /** How many strings were digested in the search. */
      readonly tries: number;
    });

/**
 * Says of a request whether its signature is right, and if not, which mistake makes it.
 * @param effort `thorough` tries all pairs of mistakes (tens of milliseconds); `quick` the likeliest (a few), for a server
 */
export function diagnoseSign(question: SignQuestion, effort: Effort = 'thorough'): SignDiagnosis {
  const seen = caseOf(question);
  const right = rightDraft(seen);
  const got = seen.fields.get('sign') ?? '';
  const findings = {
    stringToSign: redact(writeDraft({ ...right, key: HIDDEN_KEY }), seen.key),
    signature: signMd5(joinDraft(right), seen.key),
    got: redact(got, seen.key),
  };
  if (got.trim() === '') {
    return { ...findings, kind: 'unsigned', explanation: 'sign is missing or empty' };
  }
  if (question.utf8 && sameSignature(findings.signature, got)) {
    return { ...findings, kind: 'right', explanation: 'sign is right' };
  }
  const inGbk = !question.utf8 && seen.document !== undefined;
  let tries = 0;
  let spent = false;
  for (const form of question.utf8 || inGbk ? formsOf(got) : []) {
    const budget = { ...EFFORTS[effort] };
    const found = searchMistakes(seen, form, budget);
    tries += EFFORTS[effort].tries - budget.tries;
    spent ||= budget.spent;
    if (found) return { ...findings, ...proved(seen, shownBy(form, inGbk), found) };
  }
  return {
    ...findings,
    kind: 'unexplained',
    explanation: question.utf8 ? unexplained(got, tries, spent, effort) : notUtf8(inGbk),
    tries,
  };
}

/** A body as it was read, and what is to be said of its signature. */
export interface BodyDiagnosis {
  readonly endpoint: EndpointName;
  /** From GBK where the body is no UTF-8 but that. */
  readonly fields: Fields;
  readonly utf8: boolean;
  readonly diagnosis: SignDiagnosis;
}

/**
 * Reads a body and diagnoses it, one that is not UTF-8 too. What is no XML, or none that the server reads, is refused.
 * @param endpointOf says from the fields where the body is for
 */
export function diagnoseBody(
  body: Uint8Array,
  endpointOf: (fields: Fields) => EndpointName,
  key: string,
): XmlResult<BodyDiagnosis> {
  const read = parseFields(body);
  const utf8 = read.ok || read.refusal.reason !== 'not-utf8';
  const parsed = utf8 ? read : (readGbk(body) ?? parseFieldsLossy(body));
  if (!parsed.ok) return parsed;
  const fields = parsed.value;
  const endpoint = endpointOf(fields);
  const diagnosis = diagnoseSign({ endpoint, fields, utf8, key, body });
  return { ok: true, value: { endpoint, fields, utf8, diagnosis } };
}

function readGbk(body: Uint8Array): XmlResult<Fields> | undefined {
  const text = decodeGbk(body);
  return text === undefined ? undefined : parseFields(Buffer.from(text));
}

/** What is not UTF-8 is read again as GBK, as whoever wrote it meant it. */
function caseOf({ endpoint, fields, utf8, key, body }: SignQuestion): SignCase {
  if (utf8) {
    const document = body && Buffer.from(body.buffer, body.byteOffset, body.length).toString();
    return { endpoint, fields, key, document };
  }
  const document = body && decodeGbk(body);
  const parsed = document === undefined ? undefined : parseFields(Buffer.from(document));
  return parsed?.ok ? { endpoint, fields: parsed.value, key, document } : { endpoint, fields, key };
}

function shownBy({ shown }: SignForm, inGbk: boolean): ShownMistake[] {
  const rows = shown.map((id) => SHOWN_MISTAKES[id]);
  return inGbk ? [SHOWN_MISTAKES['body-not-utf8'], ...rows] : rows;
}

function proved(
  seen: SignCase,
  shown: readonly ShownMistake[],
  found: readonly { readonly mistake: SearchedMistake; readonly way: Way }[],
) {
  const mistakes = [
    ...found.map(({ mistake, way }) => provedMistake(mistake, redact(way.did, seen.key))),
    ...shown.map((row) => provedMistake(row, row.did)),
  ];
  // Made once more with a key that may be shown.
  const draft = found.reduce((each, { way }) => way.edit(each), {
    ...rightDraft(seen),
    key: HIDDEN_KEY,
  });
  const fix = mistakes.map((each) => each.fix).join('; ');
  const fix_zh = mistakes.map((each) => each.fix_zh).join('；');
  return {
    kind: 'mistake' as const,
    mistakes,
    stringSigned: redact(writeDraft(draft), seen.key),
    fix,
    fix_zh,
    explanation: `the client ${mistakes.map((each) => each.did).join(', and ')}; to fix it, ${fix}`,
  };
}

function provedMistake(row: SearchedMistake | ShownMistake, did: string): ProvedMistake {
  const { id, title, fix, fix_zh, source, certainty } = row;
  return { id, title, did, fix, fix_zh, source, certainty };
}

function notUtf8(inGbk: boolean): string {
  const guess = inGbk ? ' (GBK, perhaps, but that alone does not explain this one)' : '';
  return `the body is not UTF-8, so no signature over it can match${guess}; to fix it, write the XML in UTF-8`;
}

/** @param spent the search ended before it had tried all */
function unexplained(got: string, tries: number, spent: boolean, effort: Effort): string {
  if (tries === 0 && !spent) {
    return `sign is no digest that is known: 32 upper-case hex digits were expected, ${got.length} characters came`;
  }
  const more = effort === 'quick' ? ' (`redpack sign` tries more)' : '';
  const tried = spent
    ? `none of the ${tries} likeliest slips makes it${more}`
    : 'no known mistake makes it, nor any two at once';
  return `sign is not the MD5 of the fields and the key, and ${tried}: compare the strings; if they agree, the key is another one`;
}

/** Shorter keys are no secrets, and would blot out half the string. */
const SECRET_LENGTH_MIN = 8;

function redact(text: string, key: string): string {
  return key.length < SECRET_LENGTH_MIN ? text : text.replaceAll(key, HIDDEN_KEY);
}

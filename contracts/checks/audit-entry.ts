/** One call of a client, as an audit needs it, and what the client may know after it. */
import { ANSWER_FAULTS, type AnswerFaultRow } from '../tables/answer-faults.ts';
import { findCode, type NumberAfter } from '../tables/codes.ts';
import type { EndpointName, Peer } from '../types.ts';
import { readInt } from '../wire/measure.ts';

/** The part of a journal's entry that an audit reads; times are epoch milliseconds. */
export interface AuditEntry {
  readonly sequence: number;
  /** On the server's clock, which a scenario may have frozen or a test moved on. */
  readonly atMs: number;
  /** On the machine's clock; left out where nobody noted it. */
  readonly realAtMs?: number | undefined;
  /** canary: no call of the API, but a fetch of what only the DOCTYPE of an answer pointed to. */
  readonly endpoint: EndpointName | 'canary';
  readonly peer: Peer;
  /** The fields of the request; empty when it was no XML. */
  readonly request: Readonly<Record<string, string>>;
  readonly verdict: 'sent' | 'repeated' | 'found' | 'refused' | 'front' | 'undecided' | 'canary';
  /** err_code of a refusal. */
  readonly code?: string | undefined;
  /** The rule that refused, `sendredpack/fields/act_name/max-bytes`. */
  readonly clause?: string | undefined;
  /** What was wrong, in a sentence for people. */
  readonly why?: string | undefined;
  /** Has money left the balance for this order, whatever was answered? */
  readonly paid: boolean;
  readonly httpStatus: number;
  readonly reply: string;
  /** What befell the answer on its way, by the names of answer-faults.ts. */
  readonly faults?: readonly string[] | undefined;
  /** Calls over one connection have one number. */
  readonly connection?: number | undefined;
  /** The merchant's API key stood in the body. */
  readonly keyInBody?: boolean | undefined;
}

/** An entry that is a call of the API. */
export type AuditCall = AuditEntry & { readonly endpoint: EndpointName };

/** The calls of the API among them, oldest first. */
export function callsIn(entries: readonly AuditEntry[]): AuditCall[] {
  return entries
    .filter((entry): entry is AuditCall => entry.endpoint !== 'canary')
    .sort((a, b) => a.sequence - b.sequence);
}

/** What a client may know after a call. `nothing`: no answer, or none that can be read. `perhaps`: one that it may have read. */
export type Heard =
  | { readonly kind: 'success' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'perhaps' }
  | { readonly kind: 'page' }
  | { readonly kind: 'status'; readonly status: string }
  | { readonly kind: 'code'; readonly code: string; readonly after: NumberAfter | 'undocumented' };

/**
 * A fault makes an answer unknown, whatever the server had decided; a page of a gateway says nothing of the order either.
 * Pages for a bad certificate or an overlong body (HTTP 4xx) do: such a call never came to the API.
 */
export function heardOf(entry: AuditCall): Heard {
  // Whoever leaves before anything is decided has heard nothing.
  if (entry.verdict === 'undecided') return { kind: 'nothing' };
  const { faults = [] } = entry;
  if (faults.length > 0) return heardThrough(faults);
  if (entry.httpStatus >= 500) return { kind: 'page' };
  if (entry.verdict === 'found') return { kind: 'status', status: statusOf(entry) };
  if (entry.verdict === 'front') return { kind: 'code', code: 'HTTP 4xx', after: 'free' };
  if (entry.verdict !== 'refused') return { kind: 'success' };
  const code = entry.code ?? '';
  return { kind: 'code', code, after: numberAfter(code, element(entry.reply, 'err_code_des')) };
}

const FAULTS = new Map<string, AnswerFaultRow>(ANSWER_FAULTS.map((row) => [row.name, row]));

/** Of several faults the one that leaves least; a fault that no table has leaves nothing. */
function heardThrough(names: readonly string[]): Heard {
  const left = names.map((name) => FAULTS.get(name)?.leaves ?? 'nothing');
  if (left.includes('nothing')) return { kind: 'nothing' };
  if (left.includes('page')) return { kind: 'page' };
  if (!left.includes('refusal')) return { kind: 'perhaps' };
  return { kind: 'code', code: 'a code that no table has', after: 'undocumented' };
}

/** What gethbinfo said of the order. */
export function statusOf({ reply }: AuditCall): string {
  return element(reply, 'status');
}

/** Some codes have two meanings, told apart by their words alone. */
function numberAfter(code: string, words: string): NumberAfter | 'undocumented' {
  const row = findCode(code);
  if (!row) return 'undocumented';
  const wording = row.wordings.find(({ text }) =>
    typeof text === 'string' ? text === words : Object.values(text).includes(words),
  );
  return wording?.numberAfter ?? row.numberAfter;
}

/** The text of the first element of that name, '' when there is none. Our own replies hold no more than text and CDATA. */
export function element(reply: string, name: string): string {
  const found = new RegExp(`<${name}>(?:<!\\[CDATA\\[([^]*?)\\]\\]>|([^<]*))</${name}>`).exec(
    reply,
  );
  return found?.[1] ?? found?.[2] ?? '';
}

/**
 * Milliseconds from one call to another: by whichever clock says more, so that neither a frozen clock nor a test that moves the
 * server's clock on makes a patient client look hasty.
 */
export function elapsedMs(from: AuditCall, to: AuditCall): number {
  const real = to.realAtMs !== undefined && from.realAtMs !== undefined;
  return Math.max(to.atMs - from.atMs, real ? Number(to.realAtMs) - Number(from.realAtMs) : 0);
}

export function amountFenOf({ request }: AuditCall): number {
  return readInt(request.total_amount ?? '');
}

export function billnoOf({ request }: AuditCall): string {
  return request.mch_billno ?? '';
}

/** One order of one merchant: numbers of two merchants have nothing to do with each other. */
export function orderKeyOf({ request }: AuditCall): string {
  return `${request.mch_id ?? ''}/${request.mch_billno ?? ''}`;
}

/** Do two sends mean to pay the same user the same amount? */
export function isSamePayment(a: AuditCall, b: AuditCall): boolean {
  return a.request.re_openid === b.request.re_openid && amountFenOf(a) === amountFenOf(b);
}

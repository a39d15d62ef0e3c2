/** One call: the request of a step as bytes, the answer, and whether it is one of those that are acceptable. */
import { sampleRequest } from '../sample.ts';
import { findCode } from '../tables/codes.ts';
import type { Stage } from '../tables/stages.ts';
import type { Edition, Fields } from '../types.ts';
import { parseFields } from '../wire/xml.ts';
import { type ReplyView, viewOf } from './reply-view.ts';
import type { Acceptable, CallStep, Overrides } from './server-case.ts';
import { type Exchange, isReply, type ServerTarget } from './server-target.ts';
import { signedBy } from './signings.ts';
import type { Names } from './verify-names.ts';
import { writtenAs } from './wire-forms.ts';

/** A call that came too fast leaves no record (E47): it is made again after a second, so many times. */
const TOO_FAST_TRIES_MAX = 5;
const TOO_FAST_PAUSE_MS = 1_000;

export interface Calling {
  readonly edition: Edition;
  readonly target: ServerTarget;
  readonly names: Names;
}

/** Which of a step's repetitions: its labels then stand for others. */
export interface Turn {
  readonly index: number;
  readonly of: number;
}

const ONCE: Turn = { index: 0, of: 1 };

function labelOf({ number = 'a' }: CallStep, { index, of }: Turn = ONCE): string {
  return of > 1 ? `${number}#${index}` : number;
}

/** Makes the call of a step; again, when the server says that it came too fast and the step does not expect that. */
export async function call(
  { edition, target, names }: Calling,
  step: CallStep,
  turn: Turn = ONCE,
): Promise<Exchange> {
  const { call: endpoint, certificate = 'own', form = 'one-line' } = step;
  const fields = fieldsOf({ edition, target, names }, step, turn);
  const body = writtenAs(form, fields);
  const read = form === 'gbk' || parseFields(body).ok ? fields : undefined;
  const expectsTooFast = step.accept.some((each) => codeOf(each) === 'FREQ_LIMIT');
  for (let tries = 1; ; tries++) {
    const reply = await target.post(endpoint, body, certificate);
    const exchange = { endpoint, certificate, fields: read, body, reply };
    const tooFast = !expectsTooFast && isReply(reply) && saysTooFast(reply.body);
    if (!tooFast || tries === TOO_FAST_TRIES_MAX) return exchange;
    await target.pause(TOO_FAST_PAUSE_MS);
  }
}

function codeOf(acceptable: Acceptable): string | undefined {
  return acceptable.answer === 'refused' ? acceptable.code : undefined;
}

function saysTooFast(body: Uint8Array): boolean {
  return Buffer.from(body).includes('FREQ_LIMIT');
}

function fieldsOf({ edition, target, names }: Calling, step: CallStep, turn: Turn): Fields {
  const { call: endpoint, user = 'a', written, fields = {}, sign = 'right' } = step;
  const { merchant } = target;
  const own: Overrides = {
    nonce_str: names.nonce(),
    mch_billno: names.number(labelOf(step, turn), written),
    ...(endpoint === 'sendredpack'
      ? { re_openid: names.openid(user === 'each' ? `each#${labelOf(step, turn)}` : user) }
      : {}),
    ...fields,
  };
  const unsigned = sampleRequest(edition, endpoint, merchant, { ...own, sign: null });
  return signedBy(sign, unsigned, { key: merchant.key, endpoint });
}

export function viewOfExchange(
  { endpoint, fields, reply }: Exchange,
  edition: Edition,
  key: string,
): ReplyView | undefined {
  return isReply(reply) ? viewOf({ edition, endpoint, fields, key }, reply) : undefined;
}

const OWN_LIMITS: readonly Stage[] = ['frequency', 'quota', 'balance'];

/**
 * Of a server that cannot be arranged nobody knows how much money and how many packets it has left: that it has none is no fault.
 * @returns the code that says so
 */
export function ownLimit(target: ServerTarget, view: ReplyView | undefined): string | undefined {
  const code = view?.get('err_code') ?? '';
  const stage = findCode(code)?.stage;
  return !target.arrange && stage && OWN_LIMITS.includes(stage) ? code : undefined;
}

export function ownLimitReason(code: string): string {
  return `what the server has left of its own limits stopped it: ${code}`;
}

/** Why an answer is not the acceptable one. `wording`: it is, but for the words. */
export interface Mismatch {
  readonly expected: string;
  readonly got: string;
  readonly wording: boolean;
}

/** @param view undefined: nothing came back */
export function mismatch(accept: Acceptable, view: ReplyView | undefined): Mismatch | undefined {
  const differs = (got = describeView(view), wording = false): Mismatch => ({
    expected: describe(accept),
    got,
    wording,
  });
  if (!view) return accept.answer === 'nothing' ? undefined : differs();
  switch (accept.answer) {
    case 'nothing':
      return differs();
    case 'page':
      return view.kind === 'page' && view.reply.status === accept.status ? undefined : differs();
    case 'refused': {
      if (view.kind !== 'refused' || view.get('err_code') !== accept.code) return differs();
      const worded = accept.messages?.includes(view.get('err_code_des') ?? '') ?? true;
      return worded ? undefined : differs(describeView(view), true);
    }
    case 'sent':
      return view.kind === 'sent' ? mismatchedField(accept.fields, view, differs) : differs();
    case 'found': {
      const shown = view.kind === 'found' && view.get('status') === accept.state;
      return shown ? mismatchedField(accept.fields, view, differs) : differs();
    }
  }
}

function mismatchedField(
  fields: Overrides = {},
  view: ReplyView,
  differs: (got: string) => Mismatch,
): Mismatch | undefined {
  for (const [name, value] of Object.entries(fields)) {
    const got = view.get(name) ?? null;
    if (got !== value) return differs(`${describeView(view)} with ${named(name, got)}`);
  }
  return undefined;
}

function named(name: string, value: string | null): string {
  return value === null ? `no ${name}` : `${name} ${value}`;
}

export function describe(accept: Acceptable): string {
  switch (accept.answer) {
    case 'nothing':
      return 'a refused connection';
    case 'page':
      return `a page with HTTP ${accept.status}`;
    case 'refused':
      return accept.messages ? `${accept.code} "${accept.messages.join('" or "')}"` : accept.code;
    case 'sent':
      return `a packet that was sent${also(accept.fields)}`;
    case 'found':
      return `an order that is ${accept.state}${also(accept.fields)}`;
  }
}

function also(fields: Overrides = {}): string {
  const texts = Object.entries(fields).map(([name, value]) => named(name, value));
  return texts.length > 0 ? ` with ${texts.join(', ')}` : '';
}

function describeView(view: ReplyView | undefined): string {
  if (!view) return 'no answer';
  const { kind, reply, text } = view;
  if (kind === 'sent') return 'a packet that was sent';
  if (kind === 'found') return `an order that is ${view.get('status')}`;
  if (kind === 'refused') return `${view.get('err_code')} "${view.get('err_code_des') ?? ''}"`;
  if (kind === 'page') return `a page with HTTP ${reply.status}`;
  return `no XML: ${text.slice(0, 60).replace(/\s+/g, ' ')}`;
}

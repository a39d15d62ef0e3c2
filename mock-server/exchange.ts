/**
 * The path of one request, the same for every door: who calls, is it XML, what does the contract say, what does the engine decide,
 * how is it answered, what is noted.
 */
import {
  type EndpointName,
  type Fields,
  firstRefusal,
  parseFields,
  parseFieldsLossy,
  queryAnswered,
  type Refusal,
  type ReplyContext,
  refuse,
  refused,
  sendSucceeded,
  signReply,
  unreadable,
  writeXml,
  XML_BYTES_MAX,
  type XmlEntry,
  type XmlRefusal,
} from '../contracts/core.ts';
import type { Call } from './call.ts';
import type { Case, Decision, Held } from './engine/case.ts';
import { docketOf } from './engine/decide.ts';
import { paidBy } from './engine/strike.ts';
import type { Answer } from './faults/answer.ts';
import { answerSpoiled } from './faults/answer-spoiled.ts';
import type { Mock } from './mock.ts';
import { PAGES, type Page } from './pages.ts';
import { holderOf, type Tenant } from './tenant.ts';

const NOTHING = new Uint8Array();

/** Answers one call, and notes it in the journal. */
export async function exchange(mock: Mock, call: Call): Promise<Answer> {
  const turnedAway = turnAway(mock, call);
  if (turnedAway) return showPage(mock, call, turnedAway);

  const parsed = readBody(mock, call);
  if (!parsed.ok) return answerUnreadable(mock, call, parsed.refusal);

  const { fields, utf8 } = parsed;
  const tenant = mock.tenants.get(fields.get('mch_id') ?? '');
  // Who names nobody that is known is answered as whose certificate it is would be.
  const context = contextOf(mock, call, tenant ?? holderOf(mock.tenants, call.peer));
  const { edition, endpoint, switches } = context;
  const { peer, callerIp, body } = call;
  const merchant = tenant?.facts;
  const early = firstRefusal({ edition, endpoint, switches, fields, utf8, body, peer, merchant });
  if (!tenant) return answer(mock, call, context, fields, refusedAs(early, endpoint), undefined);

  const settling = mock.settleDue(tenant);
  if (settling) {
    await settling;
    // Dropped or switched to another scenario meanwhile: then it is that which answers, wholly.
    if (mock.tenants.get(tenant.facts.mchId) !== tenant) return exchange(mock, call);
  }
  const nowMs = tenant.clock.nowMs();
  const request = { edition, endpoint, switches, tenant, fields, early, callerIp, nowMs };
  const docket = docketOf(request);
  const outcome = await mock.store.transact(docket.keys, docket.decide);
  if (outcome.kind === 'held') return answerLater(mock, call, context, request, outcome);
  return answer(mock, call, context, fields, outcome, tenant);
}

/** Decides once the wait is over; or nothing, when the client left meanwhile. */
async function answerLater(
  mock: Mock,
  call: Call,
  context: ReplyContext,
  request: Case,
  { waitMs, injection }: Held,
): Promise<Answer> {
  const { tenant: before, fields } = request;
  if (!(await call.edge.wait(waitMs))) return answerNobody(mock, call, before);
  for (;;) {
    const tenant = mock.tenants.get(before.facts.mchId);
    // Dropped, reset or switched meanwhile: what held the call back is no more, and it comes anew.
    if (tenant?.counters !== before.counters) return exchange(mock, call);
    const settling = mock.settleDue(tenant);
    if (settling) {
      await settling;
      continue;
    }
    const nowMs = tenant.clock.nowMs();
    const docket = docketOf({ ...request, tenant, nowMs, heldBy: injection });
    const outcome = await mock.store.transact(docket.keys, docket.decide);
    if (outcome.kind === 'held') throw new Error('a call was held back twice');
    return answer(mock, call, context, fields, outcome, tenant);
  }
}

function answerNobody(mock: Mock, call: Call, { clock, facts }: Tenant): Answer {
  mock.journal.add(clock.nowMs(), call, {
    mchId: facts.mchId,
    verdict: 'undecided',
    why: 'the client left during the delay: nothing was decided',
    paid: false,
    httpStatus: 0,
    reply: NOTHING,
    faults: ['delay'],
    strikes: 'before',
  });
  const end = { kind: 'cut', afterBytes: undefined } as const;
  return { status: 0, contentType: '', body: NOTHING, delivery: { delayMs: 0, end } };
}

type Body =
  | { readonly ok: true; readonly fields: Fields; readonly utf8: boolean }
  | { readonly ok: false; readonly refusal: XmlRefusal };

function readBody(mock: Mock, { peer, body = NOTHING }: Call): Body {
  const parsed = parseFields(body);
  if (parsed.ok) return { ok: true, fields: parsed.value, utf8: true };
  const { switches } = holderOf(mock.tenants, peer) ?? mock;
  if (parsed.refusal.reason !== 'not-utf8' || switches.notUtf8 === 'XML_ERROR') return parsed;
  const lossy = parseFieldsLossy(body);
  return lossy.ok ? { ok: true, fields: lossy.value, utf8: false } : lossy;
}

function refusedAs(refusal: Refusal | undefined, endpoint: EndpointName): Decision {
  if (refusal) return { kind: 'refused', refusal, paid: false };
  throw new Error(`the contract let a request without a merchant pass to ${endpoint}`);
}

interface TurnedAway {
  readonly page: Page;
  readonly why: string;
}

/** What never gets as far as XML: the front server shows a page of its own. */
function turnAway({ switches }: Mock, { peer, body }: Call): TurnedAway | undefined {
  if (peer.kind === 'untrusted') {
    return { page: PAGES.badCertificate, why: `the client certificate is no good: ${peer.reason}` };
  }
  if (peer.kind === 'none' && switches.noCertificate === '400-page') {
    return { page: PAGES.noCertificate, why: 'no client certificate (switch noCertificate)' };
  }
  if (body !== undefined) return undefined;
  return { page: PAGES.tooLarge, why: `the body is longer than ${XML_BYTES_MAX} bytes` };
}

function showPage(mock: Mock, call: Call, { page, why }: TurnedAway): Answer {
  const { status } = page;
  const body = Buffer.from(page.body);
  const holder = holderOf(mock.tenants, call.peer);
  mock.journal.add((holder ?? mock).clock.nowMs(), call, {
    mchId: holder?.facts.mchId,
    verdict: 'front',
    why,
    paid: false,
    httpStatus: status,
    reply: body,
  });
  return { status, contentType: 'text/html', body };
}

function answerUnreadable(mock: Mock, call: Call, { reason, detail }: XmlRefusal): Answer {
  const holder = holderOf(mock.tenants, call.peer);
  const context = contextOf(mock, call, holder);
  const refusal = refuse(context, 'XML_ERROR', { clause: `xml/${reason}`, why: detail });
  const body = Buffer.from(writeXml(unreadable(context, refusal)));
  mock.journal.add((holder ?? mock).clock.nowMs(), call, {
    mchId: holder?.facts.mchId,
    verdict: 'refused',
    code: refusal.code,
    clause: refusal.clause,
    why: detail,
    paid: false,
    httpStatus: 200,
    reply: body,
  });
  return { status: 200, contentType: context.switches.contentType, body };
}

/** @param tenant whose key signs the reply, where the switch asks for it */
function answer(
  mock: Mock,
  call: Call,
  context: ReplyContext,
  fields: Fields,
  decision: Decision,
  tenant: Tenant | undefined,
): Answer | Promise<Answer> {
  const entries = entriesFor(context, fields, decision);
  const signed = tenant ? signReply(context, entries, tenant.facts.key) : entries;
  const { blow } = decision;
  if (blow && tenant)
    return answerSpoiled(mock, call, { context, fields, decision, blow, entries: signed, tenant });
  const body = Buffer.from(writeXml(signed));
  const refusal = decision.kind === 'refused' ? decision.refusal : undefined;
  mock.journal.add((tenant ?? mock).clock.nowMs(), call, {
    mchId: tenant?.facts.mchId,
    verdict: decision.kind,
    code: refusal?.code,
    clause: refusal?.clause,
    why: decision.kind === 'refused' ? decision.refusal.why : decision.why,
    paid: paidBy(decision),
    httpStatus: 200,
    reply: body,
  });
  return { status: 200, contentType: context.switches.contentType, body };
}

function entriesFor(context: ReplyContext, fields: Fields, decision: Decision): XmlEntry[] {
  if (decision.kind === 'refused') return refused(context, fields, decision.refusal);
  const { order } = decision;
  if (decision.kind !== 'found') {
    const sentAtMs = order.sentAtMs ?? order.createdAtMs;
    return sendSucceeded(context, fields, { sendListid: order.sendListid, sentAtMs });
  }
  return queryAnswered(context, fields, {
    sendListid: order.sendListid,
    state: order.state,
    totalNum: 1,
    amountFen: order.amountFen,
    reason: order.reason,
    sendAtMs: order.sentAtMs ?? order.createdAtMs,
    refundedAtMs: order.refundedAtMs,
    received:
      order.receivedAtMs === undefined
        ? undefined
        : { openid: order.openid, atMs: order.receivedAtMs },
  });
}

function contextOf(mock: Mock, { endpoint }: Call, tenant: Tenant | undefined): ReplyContext {
  return {
    edition: tenant?.edition ?? mock.edition,
    switches: tenant?.switches ?? mock.switches,
    endpoint: endpoint.name,
  };
}

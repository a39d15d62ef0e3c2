/** Answers a call whose answer a rule of the scenario spoils, and notes in the journal what was decided and what was sent. */
import type { Fields, ReplyContext, XmlEntry } from '../../contracts/core.ts';
import type { Call } from '../call.ts';
import type { Decision } from '../engine/case.ts';
import { type Blow, paidBy } from '../engine/strike.ts';
import type { Mock } from '../mock.ts';
import type { Tenant } from '../tenant.ts';
import type { Answer } from './answer.ts';
import { seen, spoil } from './spoil.ts';

/** What would have been answered. */
interface Sound {
  readonly context: ReplyContext;
  readonly fields: Fields;
  readonly decision: Decision;
  readonly blow: Blow;
  readonly entries: readonly XmlEntry[];
  readonly tenant: Tenant;
}

/** Of a huge answer the journal keeps the beginning. */
const KEPT_REPLY_BYTES_MAX = 8_192;

export async function answerSpoiled(mock: Mock, call: Call, sound: Sound): Promise<Answer> {
  const { context, fields, decision, blow, entries, tenant } = sound;
  const answer = spoil(
    entries,
    blow,
    {
      context,
      request: fields,
      key: tenant.facts.key,
      order: decision.kind === 'refused' ? undefined : decision.order,
      draw: blow.draw,
    },
    {
      contentType: context.switches.contentType,
      path: call.endpoint.path,
      canaryUrl: needsCanary(blow) ? await call.edge.canaryUrl(call) : '',
    },
  );
  const { status, body } = seen(answer);
  const refusal = decision.kind === 'refused' ? decision.refusal : undefined;
  const why = decision.kind === 'refused' ? decision.refusal.why : decision.why;
  mock.journal.add(tenant.clock.nowMs(), call, {
    mchId: tenant.facts.mchId,
    verdict: decision.kind,
    code: refusal?.code,
    clause: refusal?.clause,
    why: paidBy(decision) && !blow.paid ? `${why}, but nothing of it was written` : why,
    paid: blow.paid,
    httpStatus: status,
    reply: body.subarray(0, KEPT_REPLY_BYTES_MAX),
    faults: blow.faults.map((fault) => fault.kind),
    strikes: blow.strikes,
  });
  return answer;
}

function needsCanary({ faults }: Blow): boolean {
  return faults.some((fault) => fault.kind === 'external-entity' && fault.canaryUrl === undefined);
}

/** Plays one case: step by step, until an answer is not acceptable. */
import type { Certainty } from '../types.ts';
import { type Application, type Finding, judgeView } from './judge.ts';
import type { ReplyView } from './reply-view.ts';
import { binds, type CallStep, type CaseStep, type ServerCase, weaker } from './server-case.ts';
import { type Exchange, isReply, type ServerTarget } from './server-target.ts';
import {
  call,
  describe,
  mismatch,
  ownLimit,
  ownLimitReason,
  type Turn,
  viewOfExchange,
} from './verify-call.ts';
import type { Names } from './verify-names.ts';

export interface Playing {
  readonly target: ServerTarget;
  readonly names: Names;
  readonly strict: Certainty;
}

export interface Played {
  readonly findings: readonly Finding[];
  /** Why it came to nothing, when that says nothing of the server. */
  readonly reason: string | undefined;
  readonly history: readonly Exchange[];
  /** The rules of replies, as they were applied to every answer. */
  readonly applications: readonly (Application & { readonly exchange: Exchange })[];
}

export async function playCase(each: ServerCase, playing: Playing): Promise<Played> {
  const { target, strict } = playing;
  const findings: Finding[] = [];
  const history: Exchange[] = [];
  const applications: Played['applications'][number][] = [];
  const packets: Packets = { ofNumber: new Map(), owner: new Map() };
  for (const step of each.steps) {
    if (!('call' in step)) {
      const undone = await act(each, step, playing);
      findings.push(...undone);
      if (undone.length > 0) break;
      continue;
    }
    for (const exchange of await exchangesOf(each, step, playing)) {
      history.push(exchange);
      const view = viewOfExchange(exchange, each.edition, target.merchant.key);
      if (view) {
        applications.push(...judgeView(view).map((made) => ({ ...made, exchange })));
      }
      const refusal = unacceptable(each, step, exchange, view);
      const limit = refusal.length > 0 ? ownLimit(target, view) : undefined;
      if (limit) return { findings: [], reason: ownLimitReason(limit), history, applications };
      const found = [...refusal, ...(view ? otherPacket(each, view, packets) : [])];
      findings.push(...found);
    }
    // What comes after builds on it.
    if (findings.some(({ certainty }) => binds(certainty, strict))) break;
  }
  return { findings, reason: undefined, history, applications };
}

async function exchangesOf(
  { edition }: ServerCase,
  step: CallStep,
  { target, names }: Playing,
): Promise<Exchange[]> {
  const { times = 1, atOnce = 1 } = step;
  const calling = { edition, target, names };
  if (atOnce > 1) {
    return Promise.all(Array.from({ length: atOnce }, () => call(calling, step)));
  }
  const exchanges: Exchange[] = [];
  for (let index = 0; index < times; index++) {
    const turn: Turn = { index, of: times };
    exchanges.push(await call(calling, step, turn));
  }
  return exchanges;
}

/** What happens between calls. That it cannot be done is a finding: what came before was not as it was said. */
async function act(
  { id, source, certainty }: ServerCase,
  step: Exclude<CaseStep, CallStep>,
  { target, names }: Playing,
): Promise<Finding[]> {
  try {
    if ('advanceMs' in step) await target.advance?.(step.advanceMs);
    else if ('topUpFen' in step) await target.topUp?.(step.topUpFen);
    else await target.claim?.(names.number(step.claim));
    return [];
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    return [{ clause: id, source, certainty, expected: `that ${wished(step)}`, got }];
  }
}

function wished(step: Exclude<CaseStep, CallStep>): string {
  if ('advanceMs' in step) return `the clock moves by ${step.advanceMs} ms`;
  return 'topUpFen' in step ? `${step.topUpFen} fen can be added` : 'the packet can be opened';
}

export function unacceptable(
  { id, source, certainty }: ServerCase,
  { accept }: CallStep,
  { reply }: Exchange,
  view: ReplyView | undefined,
): Finding[] {
  const mismatches = accept.map((each) => mismatch(each, view));
  if (mismatches.includes(undefined)) return [];
  const [nearest = mismatches[0]] = mismatches.filter((each) => each?.wording);
  const wording = nearest?.wording ?? false;
  return [
    {
      clause: id,
      source,
      // Words are for people; no page promises them.
      certainty: wording ? weaker(certainty, 'observed') : certainty,
      expected: accept.map(describe).join(', or '),
      got: isReply(reply) ? (nearest?.got ?? '') : `no answer: ${reply.failure}`,
    },
  ];
}

/** The packets that a server told of during a case. */
interface Packets {
  /** send_listid by order number. */
  readonly ofNumber: Map<string, string>;
  /** Order number by send_listid. */
  readonly owner: Map<string, string>;
}

/** A number stands for one packet, and a packet for one number. */
function otherPacket(
  { id, source, certainty }: ServerCase,
  view: ReplyView,
  packets: Packets,
): Finding[] {
  const number = view.request.fields?.get('mch_billno') ?? '';
  const name = view.kind === 'sent' ? 'send_listid' : 'detail_id';
  const packet = view.kind === 'sent' || view.kind === 'found' ? view.get(name) : undefined;
  if (packet === undefined) return [];
  const before = packets.ofNumber.get(number) ?? packet;
  const owner = packets.owner.get(packet) ?? number;
  packets.ofNumber.set(number, packet);
  packets.owner.set(packet, owner);
  const finding = { clause: id, source, certainty };
  if (before !== packet) {
    return [{ ...finding, expected: `${name} ${before}, as before`, got: `${name} ${packet}` }];
  }
  if (owner === number) return [];
  return [
    { ...finding, expected: `a ${name} of its own`, got: `${packet}, which is that of ${owner}` },
  ];
}

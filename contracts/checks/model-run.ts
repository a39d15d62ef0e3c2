/** Plays made-up histories against a server and the model side by side: they must agree. */
import fc from 'fast-check';
import { type Deed, deeds } from './arbitraries.ts';
import {
  arrange,
  callAndJudge,
  pathOf,
  resultOf,
  type Setup,
  skippedResult,
  type Tally,
  type Telling,
} from './generated-call.ts';
import { type Model, modelOf, modelQuery, modelSend, modelTopUp, modelWait } from './model.ts';
import type { CallStep } from './server-case.ts';
import type { CheckResult } from './verify.ts';

/** What a history begins with: enough for two or three packets. */
const OPENING_FEN = 400;

/** A deed as fast-check's model runner wants it. */
class Command implements fc.AsyncCommand<Model, Telling> {
  readonly deed: Deed;

  constructor(deed: Deed) {
    this.deed = deed;
  }

  check({ orders }: Readonly<Model>): boolean {
    const { deed } = this.deed;
    return deed === 'repeat' || deed === 'change' ? orders.has(this.deed.number) : true;
  }

  async run(model: Model, telling: Telling): Promise<void> {
    const { deed } = this;
    telling.story.push(this.toString());
    if (deed.deed === 'wait') {
      await telling.target.advance?.(deed.ms);
      return modelWait(model, deed.ms);
    }
    if (deed.deed === 'topUp') {
      await telling.target.topUp?.(deed.fen);
      return modelTopUp(model, deed.fen);
    }
    const { step, clause } = stepOf(deed, model);
    await callAndJudge(step, { clause, source: '§2.1, §3, §4', certainty: 'observed' }, telling);
  }

  toString(): string {
    const { deed, ...rest } = this.deed;
    return [deed, ...Object.entries(rest).map(([name, value]) => `${name}=${value}`)].join(' ');
  }
}

type Called = Exclude<Deed, { deed: 'wait' | 'topUp' }>;

/** The call that a deed makes, with what the model says to it. */
function stepOf(deed: Called, model: Model): { step: CallStep; clause: string } {
  const { number } = deed;
  if (deed.deed === 'query') {
    const step: CallStep = { call: 'gethbinfo', number, accept: modelQuery(model, number) };
    return { step, clause: 'model/query' };
  }
  const known = model.orders.get(number);
  const again = { user: known?.user ?? 'u', amountFen: known?.amountFen ?? 100 };
  const asked =
    deed.deed === 'send' ? deed : deed.deed === 'repeat' ? again : changed(again, deed.what);
  const fields = { total_amount: String(asked.amountFen) };
  const accept = modelSend(model, number, asked);
  return {
    step: { call: 'sendredpack', number, user: asked.user, fields, accept },
    clause: known
      ? `model/${deed.deed === 'change' ? `other-${deed.what}` : 'repeat'}`
      : 'model/send',
  };
}

function changed(order: { user: string; amountFen: number }, what: 'user' | 'amount') {
  return what === 'user'
    ? { ...order, user: `${order.user}x` }
    : { ...order, amountFen: order.amountFen + 1 };
}

export async function checkHistories(setup: Setup): Promise<CheckResult> {
  const { target, options, names } = setup;
  const { edition, histories: numRuns, seed } = options;
  const record: Tally = { answers: 0, failure: undefined };
  const [path, replayPath] = pathOf(options)?.split('@') ?? [];
  const can = { wait: target.advance !== undefined, topUp: target.topUp !== undefined };
  const commands = fc.commands(
    deeds(can).map((each) => each.map((deed) => new Command(deed))),
    { maxCommands: 20, size: 'max', ...(replayPath ? { replayPath } : {}) },
  );
  // Who cannot be arranged has what he has: more than a few packets, it is hoped.
  const balanceFen = target.arrange ? OPENING_FEN : Number.POSITIVE_INFINITY;
  const opening = { balanceFen: OPENING_FEN };
  const reason = await arrange(setup, opening);
  if (reason !== undefined) return skippedResult('histories', options, reason);
  const property = fc.asyncProperty(commands, async (made) => {
    await arrange(setup, opening);
    const story: string[] = [];
    const telling = { target, options, names: names(), record, history: [], story };
    await fc.asyncModelRun(() => ({ model: modelOf(edition, balanceFen), real: telling }), made);
  });
  const outcome = await fc.check(property, { numRuns, seed, ...(path ? { path } : {}) });
  return resultOf('histories', options, record, outcome);
}

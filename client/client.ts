/** A client of the red packet API that cannot pay twice: what it is made of, and what it does. */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Edition, Fields } from '../contracts/core.ts';
import type { RetryPolicy } from './attempt.ts';
import { RETRY_POLICY } from './attempt.ts';
import { createBillnoMaker } from './billno.ts';
import { bodyOf, callQuery, callSend, signed } from './calls.ts';
import { type ClientClock, systemClock } from './clock.ts';
import { memoryJournal, type PaymentJournal } from './journal/journal.ts';
import { type ClientOptions, checkOptions, policyOf, rateOf, transportOf } from './options.ts';
import { fieldsOfOrder, type Order } from './order.ts';
import { type Violation, violationsOf, violationsOfQuery } from './order-check.ts';
import type { Outcome, QueryOutcome } from './outcome.ts';
import { createPace } from './pace.ts';
import { type PaidOne, type PayManyOptions, payMany } from './pay-many.ts';
import { invalid, nameless } from './refusals.ts';
import { type Hands, type Settled, type SettleEvent, settle } from './settle.ts';

export type ClientEvent =
  | SettleEvent
  | { readonly type: 'sending' | 'querying'; readonly mch_billno: string }
  | {
      readonly type: 'sent';
      readonly mch_billno: string;
      readonly outcome: Outcome;
      readonly ms: number;
    }
  | {
      readonly type: 'queried';
      readonly mch_billno: string;
      readonly outcome: QueryOutcome;
      readonly ms: number;
    };

export interface SettleOptions {
  /**
   * The caller's name for the payment: an invoice, a row. The same id is the same payment, and is paid once. Default the order's
   * own mch_billno; one of the two must be given.
   */
  readonly id?: string;
  readonly journal?: PaymentJournal;
  readonly retry?: Partial<RetryPolicy>;
  readonly signal?: AbortSignal;
}

export interface RedpackClient<E extends Edition = 'current'> {
  readonly mchId: string;
  readonly edition: E;
  /** One call, no retry. An `unknown` outcome names the number to settle. */
  send(order: Order<E>, options?: { readonly signal?: AbortSignal }): Promise<Outcome>;
  /** Pays an order once, however often it is called and wherever it was interrupted. @throws what the journal throws, and BillnoError */
  settle(order: Order<E>, options?: SettleOptions): Promise<Settled>;
  /** Settles many, in the order in which they end. */
  payMany(
    orders: Iterable<OrderToPay<E>> | AsyncIterable<OrderToPay<E>>,
    options?: PayManyOptions,
  ): AsyncGenerator<PaidOne<OrderToPay<E>>, void, undefined>;
  query(mch_billno: string, options?: { readonly signal?: AbortSignal }): Promise<QueryOutcome>;
  /** What `send` would put on the wire, or what is wrong with the order. Dials nothing. */
  prepare(order: Order<E>): Prepared;
  makeNumber(): string;
  /** Lets calls in flight end and closes the connections. */
  close(): Promise<void>;
}

/** An order for payMany, with the caller's name for the payment. */
export type OrderToPay<E extends Edition> = Order<E> & { readonly id?: string };

export type Prepared =
  | {
      readonly ok: true;
      readonly mch_billno: string;
      readonly fields: Fields;
      readonly body: string;
    }
  | { readonly ok: false; readonly violations: readonly Violation[] };

/** An order as `prepare` gives it, before it is signed: a send signs it once. */
type Checked = Omit<Extract<Prepared, { ok: true }>, 'body'> | Extract<Prepared, { ok: false }>;

/** @throws ClientOptionsError, CredentialError, BillnoError */
export function createRedpackClient<E extends Edition = 'current'>(
  options: ClientOptions<E>,
): RedpackClient<E> {
  checkOptions(options);
  const { mchId, key, appid, clock = systemClock, random = Math.random, onEvent } = options;
  const edition = (options.edition ?? 'current') as E;
  const retry = policyOf(RETRY_POLICY, options.retry);
  const transport = transportOf(options);
  const pace = createPace(rateOf(edition, options.ratePerSecond), clock);
  const ownJournal = options.journal ?? memoryJournal();
  const makeNumber = numberMaker(options, clock, random);
  const line = { transport, key };
  const tell = (event: ClientEvent): void => onEvent?.(event);

  const fieldsFor = (order: Order<E>, mch_billno: string): Fields =>
    fieldsOfOrder(edition, order, { mchId, appid, mch_billno, nonce_str: nonce(options.random) });

  const check = (order: Order<E>, mch_billno: string): Checked => {
    const wire = 'id' in order ? withoutId(order) : order;
    const fields = fieldsFor(wire, mch_billno);
    const violations = violationsOf(edition, wire as Order, fields, { mchId, key });
    return violations.length > 0 ? { ok: false, violations } : { ok: true, mch_billno, fields };
  };

  const sendNow = async (
    fields: Fields,
    mch_billno: string,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> => {
    await pace.turn(signal);
    const startMs = clock.nowMs();
    tell({ type: 'sending', mch_billno });
    const outcome = await callSend(line, fields, signal);
    tell({ type: 'sent', mch_billno, outcome, ms: clock.nowMs() - startMs });
    return outcome;
  };

  const queryNow = async (
    mch_billno: string,
    signal: AbortSignal | undefined,
  ): Promise<QueryOutcome> => {
    const fields = queryFields({ mchId, appid, mch_billno, nonce_str: nonce(options.random) });
    const violations = violationsOfQuery(edition, fields, { mchId, key });
    if (violations.length > 0) return invalid(violations, mch_billno);
    const startMs = clock.nowMs();
    tell({ type: 'querying', mch_billno });
    const outcome = await callQuery(line, fields, signal);
    tell({ type: 'queried', mch_billno, outcome, ms: clock.nowMs() - startMs });
    return outcome;
  };

  const hands: Hands = {
    send: (order, mch_billno, signal) =>
      sendNow(fieldsFor(order as Order<E>, mch_billno), mch_billno, signal),
    query: queryNow,
    makeNumber,
    random,
    tell,
    clock,
    mchId,
  };

  const client: RedpackClient<E> = {
    mchId,
    edition,
    async send(order, { signal } = {}) {
      const checked = check(order, order.mch_billno ?? makeNumber());
      if (!checked.ok) return invalid(checked.violations, order.mch_billno);
      return sendNow(checked.fields, checked.mch_billno, either(options.signal, signal));
    },
    async settle(order, settleOptions = {}) {
      const { id = order.mch_billno, journal = ownJournal } = settleOptions;
      if (id === undefined || id === '') return { ...nameless(), formerNumbers: [] };
      const checked = check(order, order.mch_billno ?? PLACEHOLDER);
      const payment = {
        id,
        order,
        invalid: checked.ok ? undefined : invalid(checked.violations, order.mch_billno),
        journal,
        retry: policyOf(retry, settleOptions.retry),
        signal: either(options.signal, settleOptions.signal),
      };
      const { mch_billno } = order;
      const pay = () => settle(hands, payment);
      return alone(journal, `id ${id}`, () =>
        mch_billno === undefined ? pay() : alone(journal, `number ${mch_billno}`, pay),
      );
    },
    payMany(orders, payOptions = {}) {
      const signal = either(options.signal, payOptions.signal);
      const stopping = signal ? { ...payOptions, signal } : payOptions;
      return payMany(orders, stopping, {
        settle: (order, settleOptions) => {
          const { id } = order;
          return client.settle(withoutId(order), { ...settleOptions, ...(id ? { id } : {}) });
        },
        clock,
      });
    },
    query: (mch_billno, { signal } = {}) => queryNow(mch_billno, either(options.signal, signal)),
    prepare(order) {
      const checked = check(order, order.mch_billno ?? makeNumber());
      return checked.ok ? { ...checked, body: bodyOf(signed(checked.fields, key)) } : checked;
    },
    makeNumber,
    close: () => transport.close(),
  };
  return client;
}

/** By journal, which several clients may share. */
const busy = new WeakMap<PaymentJournal, Map<string, Promise<unknown>>>();

/** One at a time: two settlings of one id or number would not know of each other, and pay it under two numbers or names. */
async function alone<T>(journal: PaymentJournal, name: string, step: () => Promise<T>): Promise<T> {
  const turns = busy.get(journal) ?? new Map<string, Promise<unknown>>();
  busy.set(journal, turns);
  const turn = (turns.get(name) ?? Promise.resolve()).then(step, step);
  turns.set(name, turn);
  try {
    return await turn;
  } finally {
    if (turns.get(name) === turn) turns.delete(name);
  }
}

/** Stands for a number that is made later, so that an order can be checked before one is spent on it. */
const PLACEHOLDER = '0';

/** Made when the first number is wanted: a caller with numbers of its own needs none of ours. */
function numberMaker(
  { mchId, instance, numbersDir }: ClientOptions<Edition>,
  clock: ClientClock,
  random: () => number,
): () => string {
  let make: (() => string) | undefined;
  return () => {
    make ??= createBillnoMaker({
      mchId,
      nowMs: clock.nowMs,
      random,
      ...(instance === undefined ? {} : { instance }),
      ...(numbersDir === undefined ? {} : { dir: numbersDir }),
    });
    return make();
  };
}

/** Deleted and not left out: of an order in an edition that is still open the compiler knows no rest. */
function withoutId<O extends object>(order: O): O {
  const bare: O & { id?: unknown } = { ...order };
  delete bare.id;
  return bare;
}

/** 32 hex digits. Node draws UUIDs from a store of chance, bytes one by one. */
function nonce(random: (() => number) | undefined): string {
  if (!random) return randomUUID().replaceAll('-', '');
  return Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
}

function queryFields(own: {
  mchId: string;
  appid: string;
  mch_billno: string;
  nonce_str: string;
}): Fields {
  return new Map([
    ['nonce_str', own.nonce_str],
    ['mch_billno', own.mch_billno],
    ['mch_id', own.mchId],
    ['appid', own.appid],
    ['bill_type', 'MCHT'],
  ]);
}

function either(a: AbortSignal | undefined, b: AbortSignal | undefined): AbortSignal | undefined {
  const signal = a && b ? AbortSignal.any([a, b]) : (a ?? b);
  // Every call under way listens to it, which is no leak.
  if (signal) setMaxListeners(0, signal);
  return signal;
}

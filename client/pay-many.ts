/** Many payments, some at a time. What is certain in the journal is not dialled again, so a batch goes on where it stopped. */

import type { RetryPolicy } from './attempt.ts';
import type { ClientClock } from './clock.ts';
import type { PaymentJournal } from './journal/journal.ts';
import { ClientOptionsError, checkRate } from './options.ts';
import { type Coming, createSource } from './order-source.ts';
import { createPace } from './pace.ts';
import type { Settled } from './settle.ts';

export interface PayManyOptions {
  /** Payments under way at once. Default 8. */
  readonly concurrency?: number;
  /** Most payments begun in a second, beside the client's own limit. */
  readonly ratePerSecond?: number;
  readonly journal?: PaymentJournal;
  readonly retry?: Partial<RetryPolicy>;
  /** No further payment is begun; what is in flight becomes `unknown`, and the journal has its number. */
  readonly signal?: AbortSignal;
}

/** A payment that ended. */
export interface PaidOne<O> {
  readonly order: O;
  /** Its place among the orders, from 0. */
  readonly index: number;
  readonly outcome: Settled;
}

interface Named {
  readonly id?: string;
  readonly mch_billno?: string;
}

interface Parts<O> {
  settle(
    order: O,
    options: { journal?: PaymentJournal; retry?: Partial<RetryPolicy>; signal?: AbortSignal },
  ): Promise<Settled>;
  readonly clock: ClientClock;
}

const CONCURRENCY = 8;

/** What happened first: an order came, or none comes any more; a payment ended, or could not be noted. */
type Happening<O> =
  | Coming<O>
  | { readonly kind: 'ended'; readonly one: PaidOne<O> }
  | { readonly kind: 'failed'; readonly index: number; readonly error: unknown };

/**
 * Whoever stops reading stops the paying: what was begun is waited for. When the orders or the journal fail, no payment is begun any
 * more; what was under way is told, and then the failure is thrown.
 * @throws ClientOptionsError
 */
export async function* payMany<O extends Named>(
  orders: Iterable<O> | AsyncIterable<O>,
  options: PayManyOptions,
  { settle, clock }: Parts<O>,
): AsyncGenerator<PaidOne<O>, void, undefined> {
  const { concurrency = CONCURRENCY, ratePerSecond, signal, journal, retry } = options;
  checkRate(ratePerSecond);
  checkConcurrency(concurrency);
  const pace = createPace(ratePerSecond ?? null, clock);
  const repeats = createRepeats();
  const settleOptions = {
    ...(journal && { journal }),
    ...(retry && { retry }),
    ...(signal && { signal }),
  };

  const begin = async (order: O, index: number): Promise<Happening<O>> => {
    const repeated = repeats.refusal(order);
    if (repeated) return { kind: 'ended', one: { order, index, outcome: repeated } };
    try {
      await pace.turn(signal);
      const outcome = await settle(order, settleOptions);
      return { kind: 'ended', one: { order, index, outcome } };
    } catch (error) {
      return { kind: 'failed', index, error };
    }
  };

  const source = createSource(orders, signal);
  const running = new Map<number, Promise<Happening<O>>>();
  let coming: Promise<Coming<O>> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let index = 0;
  try {
    for (;;) {
      if (running.size < concurrency) coming ??= source.next();
      if (!coming && running.size === 0) break;
      const first = await Promise.race([...running.values(), ...(coming ? [coming] : [])]);
      if (first.kind === 'order') {
        coming = undefined;
        running.set(index, begin(first.order, index++));
      } else if (first.kind === 'ended') {
        running.delete(first.one.index);
        yield first.one;
      } else {
        if (first.kind === 'failed') running.delete(first.index);
        if (first.kind !== 'no-more') failure ??= first;
        coming = undefined;
        source.stop();
      }
    }
  } finally {
    source.stop();
    await Promise.all(running.values());
  }
  if (failure) throw failure.error;
}

function checkConcurrency(concurrency: number): void {
  if (Number.isInteger(concurrency) && concurrency > 0) return;
  throw new ClientOptionsError(`concurrency: expected a whole number above 0, got ${concurrency}`);
}

/** Finds orders of one batch that have one name or one number. */
function createRepeats(): { refusal(order: Named): Settled | undefined } {
  const names = new Set<string>();
  const numbers = new Set<string>();
  return {
    refusal(order) {
      const { id, mch_billno } = order;
      const name = id || mch_billno;
      if (name && names.has(name)) return repeated(order, name);
      if (mch_billno && numbers.has(mch_billno)) return repeated(order, mch_billno);
      if (name) names.add(name);
      if (mch_billno) numbers.add(mch_billno);
      return undefined;
    },
  };
}

/** Two rows of one name are one payment or a mistake; paying the second would be the dearer guess. */
function repeated({ mch_billno }: Named, name: string): Settled {
  return {
    kind: 'refused',
    mch_billno,
    by: 'checks',
    code: 'PAYMENT_REPEATED',
    message: `${name} stands for two orders of one batch: every payment needs a name and a number of its own`,
    advice: 'fix',
    numberFree: false,
    formerNumbers: [],
  };
}

/** Many payments, some at a time. What is certain in the journal is not dialled again, so a batch goes on where it stopped. */
import type { ClientClock } from './clock.ts';
import type { PaymentJournal } from './journal/journal.ts';
import type { RetryPolicy } from './next-step.ts';
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

/** Whoever stops reading stops the paying: what was begun is waited for. */
export async function* payMany<O extends Named>(
  orders: Iterable<O> | AsyncIterable<O>,
  options: PayManyOptions,
  { settle, clock }: Parts<O>,
): AsyncGenerator<PaidOne<O>, void, undefined> {
  const { concurrency = CONCURRENCY, ratePerSecond, signal, journal, retry } = options;
  const pace = createPace(ratePerSecond ?? null, clock);
  const running = new Map<number, Promise<PaidOne<O>>>();
  const seen = new Set<string>();
  const settleOptions = {
    ...(journal && { journal }),
    ...(retry && { retry }),
    ...(signal && { signal }),
  };

  const begin = async (order: O, index: number): Promise<PaidOne<O>> => {
    const name = order.id ?? order.mch_billno;
    if (name !== undefined && seen.has(name))
      return { order, index, outcome: repeated(order, name) };
    if (name !== undefined) seen.add(name);
    await pace.turn(signal);
    return { order, index, outcome: await settle(order, settleOptions) };
  };

  try {
    let index = 0;
    for await (const order of orders) {
      if (signal?.aborted) break;
      const begun = begin(order, index);
      // It may fail while nobody waits for it; whoever reads on is told.
      begun.catch(() => undefined);
      running.set(index, begun);
      index += 1;
      if (running.size >= Math.max(1, concurrency)) yield await nextOf(running);
    }
    while (running.size > 0) yield await nextOf(running);
  } finally {
    await Promise.allSettled(running.values());
  }
}

async function nextOf<O>(running: Map<number, Promise<PaidOne<O>>>): Promise<PaidOne<O>> {
  const ended = await Promise.race(running.values());
  running.delete(ended.index);
  return ended;
}

/** Two rows of one name are one payment or a mistake; paying the second would be the dearer guess. */
function repeated({ mch_billno }: Named, name: string): Settled {
  return {
    kind: 'refused',
    mch_billno,
    by: 'checks',
    code: 'PAYMENT_REPEATED',
    message: `${name} names two orders of one batch: every payment needs a name of its own`,
    advice: 'fix',
    numberFree: true,
    formerNumbers: [],
  };
}

/** Orders that come when they like: while the next one is awaited, payments end, and the caller may have had enough. */

export type Coming<O> =
  | { readonly kind: 'order'; readonly order: O }
  | { readonly kind: 'no-more' }
  | { readonly kind: 'source-failed'; readonly error: unknown };

interface Source<O> {
  /** What comes next; one at a time. undefined once it was stopped. */
  next(): Promise<Coming<O>> | undefined;
  /** No more are wanted. */
  stop(): void;
}

/** @param signal when it aborts there are no more, also while one is awaited */
export function createSource<O>(
  orders: Iterable<O> | AsyncIterable<O>,
  signal: AbortSignal | undefined,
): Source<O> {
  const iterator: Iterator<O> | AsyncIterator<O> =
    Symbol.asyncIterator in orders ? orders[Symbol.asyncIterator]() : orders[Symbol.iterator]();
  let arrive = (_: Coming<O>): void => undefined;
  let stopped = false;
  const onAbort = (): void => arrive({ kind: 'no-more' });
  signal?.addEventListener('abort', onAbort);

  const pull = async (): Promise<Coming<O>> => {
    try {
      const { done, value } = await iterator.next();
      return done ? { kind: 'no-more' } : { kind: 'order', order: value };
    } catch (error) {
      return { kind: 'source-failed', error };
    }
  };
  const leave = async (): Promise<void> => {
    await iterator.return?.();
  };

  return {
    next() {
      if (stopped) return undefined;
      if (signal?.aborted) return Promise.resolve({ kind: 'no-more' });
      return new Promise((resolve) => {
        arrive = resolve;
        pull().then(resolve);
      });
    },
    stop() {
      if (stopped) return;
      stopped = true;
      signal?.removeEventListener('abort', onAbort);
      // Not waited for: it may hang on an order that never comes.
      leave().catch(() => undefined);
    },
  };
}

/**
 * One signal for several reasons to stop waiting. `AbortSignal.any` would leave a trace of every request on a signal that lives as
 * long as the server.
 */
export interface Leaving {
  readonly signal: AbortSignal;
  /** Aborts it. */
  leave(): void;
  /** To be called when nobody waits any more. */
  release(): void;
}

export function leavingWith(...sources: readonly AbortSignal[]): Leaving {
  const controller = new AbortController();
  const leave = (): void => controller.abort();
  for (const source of sources) {
    if (source.aborted) leave();
    source.addEventListener('abort', leave);
  }
  return {
    signal: controller.signal,
    leave,
    release() {
      for (const source of sources) source.removeEventListener('abort', leave);
    },
  };
}

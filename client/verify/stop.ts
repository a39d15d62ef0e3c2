/** Ctrl-C in the middle of a run: no further call is made, and what was made on the server is put away. */
import type { ServerTarget } from '../../contracts/checks/server-target.ts';

/** Somebody ended the run. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** The same target until the signal; from then on it throws {@link Stopped}, which no check takes for an answer. */
export function stoppable(target: ServerTarget, signal: AbortSignal): ServerTarget {
  const { arrange } = target;
  const check = (): void => {
    if (signal.aborted) throw new Stopped('stopped before all was tried');
  };
  return {
    ...target,
    ...(arrange && {
      async arrange(arrangement) {
        check();
        return arrange(arrangement);
      },
    }),
    async post(...call) {
      check();
      return target.post(...call);
    },
  };
}

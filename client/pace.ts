/** Keeps calls apart, so that no second has more of them than the edition allows (domain facts §4). */
import type { ClientClock } from './clock.ts';

export interface Pace {
  /** Resolves when the next call may start; calls start in the order in which they asked. */
  turn(signal?: AbortSignal): Promise<void>;
}

/** Calls leave evenly but arrive as the network likes: a twentieth less keeps a second of the server's within its limit. */
const MARGIN = 1.05;

/** @param ratePerSecond null: as fast as it goes */
export function createPace(ratePerSecond: number | null, clock: ClientClock): Pace {
  if (ratePerSecond === null) return { turn: async () => undefined };
  const gapMs = (1_000 / ratePerSecond) * MARGIN;
  let nextAtMs = 0;
  let lastMs = 0;
  return {
    async turn(signal) {
      const nowMs = clock.nowMs();
      // A clock that was set back must not make calls wait until it is there again.
      if (nowMs < lastMs) nextAtMs -= lastMs - nowMs;
      lastMs = nowMs;
      const startAtMs = Math.max(nowMs, nextAtMs);
      nextAtMs = startAtMs + gapMs;
      if (startAtMs > nowMs) await clock.sleep(startAtMs - nowMs, signal);
    },
  };
}

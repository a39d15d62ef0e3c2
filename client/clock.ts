/** Time as an argument, so that tests need not wait. */
import { setTimeout as delay } from 'node:timers/promises';

export interface ClientClock {
  /** Epoch milliseconds. */
  nowMs(): number;
  /** Resolves after so long, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

const TIMER_MS_MAX = 2_147_483_647;

export const systemClock: ClientClock = {
  nowMs: Date.now,
  async sleep(ms, signal) {
    if (signal?.aborted) return;
    // A timer may be a millisecond early by the clock, and one that is longer than this is none at all.
    const longMs = Math.min(Math.ceil(ms) + 1, TIMER_MS_MAX);
    await delay(longMs, undefined, signal ? { signal } : {}).catch(() => undefined);
  },
};

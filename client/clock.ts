/** Time as an argument, so that tests need not wait. */
import { setTimeout as delay } from 'node:timers/promises';

export interface ClientClock {
  /** Epoch milliseconds. */
  nowMs(): number;
  /** Resolves after so long, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: ClientClock = {
  nowMs: Date.now,
  async sleep(ms, signal) {
    if (signal?.aborted) return;
    await delay(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
  },
};

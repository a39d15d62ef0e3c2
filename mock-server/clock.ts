/** Time as an argument: real, running from an instant, or frozen. Instants are epoch milliseconds. */
export interface Clock {
  nowMs(): number;
  /** Moves the clock; a real one keeps the offset from then on. */
  advance(ms: number): void;
}

/** The host's time, shifted by what it was advanced. */
export function realClock(): Clock {
  return runningClock(Date.now());
}

/** Runs at the host's pace from an instant of its own. */
export function runningClock(fromMs: number): Clock {
  let offsetMs = fromMs - Date.now();
  return {
    nowMs: () => Date.now() + offsetMs,
    advance: (ms) => {
      offsetMs += ms;
    },
  };
}

/** Stands still until it is advanced. */
export function frozenClock(atMs: number): Clock {
  let nowMs = atMs;
  return {
    nowMs: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

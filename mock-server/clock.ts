/**
 * Time as an argument: the host's, shifted, running at a rate of its own, or frozen; and it can be set while it is being read.
 * Instants are epoch milliseconds. A clock that is set back undoes nothing: orders keep their states and windows their counts, and
 * what is still to come comes when the clock gets there.
 */
import { MockUsageError } from './usage.ts';

/** As a scenario says it. Instants carry their zone (`2026-01-31T03:00:00+08:00`), durations their unit (`500ms`, `36h`, `-3d`). */
export type ClockSetting =
  | { readonly mode: 'real' }
  /** `at` left out: where the clock stands. */
  | { readonly mode: 'frozen'; readonly at?: string | undefined }
  /** The host's time, so much later, or earlier. */
  | { readonly mode: 'offset'; readonly by: string }
  /** `from` left out: from where the clock stands. `rate`: 60 is a minute a second, 0.5 half as fast as the host; left out: 1. */
  | { readonly mode: 'running'; readonly from?: string | undefined; readonly rate?: number };

/** What a clock shows, and how it goes on. */
export interface ClockState {
  readonly mode: ClockSetting['mode'];
  readonly nowMs: number;
  /** Milliseconds per millisecond of the host; 0 when it stands still. */
  readonly rate: number;
  /** How far it is ahead of the host. */
  readonly aheadMs: number;
}

export interface Clock {
  nowMs(): number;
  /** Moves it on; a real one keeps the offset from then on. @throws MockUsageError when `ms` would move it back */
  advance(ms: number): void;
  /** Sets it, also back. @throws MockUsageError for a setting that is none */
  set(setting: ClockSetting): void;
  describe(): ClockState;
}

/** Replies carry years of four digits. */
const LAST_MS = Date.parse('9999-12-31T00:00:00Z');
export const CLOCK_RATE_MAX = 100_000;

/** @throws MockUsageError for a setting that is none */
export function createClock(setting: ClockSetting): Clock {
  // Where the clock was when the host's showed so much, and how fast it has gone since.
  let hostMs = Date.now();
  let shownMs = hostMs;
  let rate = 1;
  let mode: ClockSetting['mode'] = 'real';

  const nowMs = (): number =>
    rate === 0 ? shownMs : Math.floor(shownMs + (Date.now() - hostMs) * rate);

  const clock: Clock = {
    nowMs,
    advance(ms) {
      if (!Number.isSafeInteger(ms) || ms < 0) {
        throw new MockUsageError(
          `cannot advance a clock by ${ms} ms: expected a whole number, 0 or more (set it to move it back)`,
        );
      }
      within(nowMs() + ms, 'advance');
      shownMs += ms;
      if (mode === 'real' && ms > 0) mode = 'offset';
    },
    set(next) {
      const nextHostMs = Date.now();
      const startMs = startOf(next, nowMs(), nextHostMs);
      within(startMs, 'set');
      rate = rateOf(next);
      hostMs = nextHostMs;
      shownMs = startMs;
      mode = next.mode;
    },
    describe() {
      const now = nowMs();
      return { mode, nowMs: now, rate, aheadMs: now - Date.now() };
    },
  };
  clock.set(setting);
  return clock;
}

/** The host's time, shifted by what it was advanced. */
export function realClock(): Clock {
  return createClock({ mode: 'real' });
}

/** Runs at the host's pace, or at a rate of its own, from an instant. */
export function runningClock(fromMs: number, rate = 1): Clock {
  return createClock({ mode: 'running', from: new Date(fromMs).toISOString(), rate });
}

/** Stands still until it is advanced. */
export function frozenClock(atMs: number): Clock {
  return createClock({ mode: 'frozen', at: new Date(atMs).toISOString() });
}

/** The setting with which another clock shows the same, and goes on the same. */
export function settingOf({ mode, nowMs, rate, aheadMs }: ClockState): ClockSetting {
  const at = new Date(nowMs).toISOString();
  if (mode === 'frozen') return { mode, at };
  if (mode === 'running') return { mode, from: at, rate };
  return mode === 'offset' ? { mode, by: `${aheadMs}ms` } : { mode };
}

function startOf(setting: ClockSetting, nowMs: number, hostMs: number): number {
  if (setting.mode === 'frozen') return readInstant('at', setting.at, nowMs);
  if (setting.mode === 'running') return readInstant('from', setting.from, nowMs);
  if (setting.mode === 'offset') return hostMs + readDuration(setting.by);
  if (setting.mode === 'real') return hostMs;
  const { mode } = setting as { mode: unknown };
  throw new MockUsageError(`clock: mode: expected real, frozen, offset or running, got ${mode}`);
}

function rateOf(setting: ClockSetting): number {
  if (setting.mode === 'frozen') return 0;
  const rate = setting.mode === 'running' ? (setting.rate ?? 1) : 1;
  if (rate > 0 && rate <= CLOCK_RATE_MAX) return rate;
  throw new MockUsageError(
    `clock: rate: expected a number above 0, at most ${CLOCK_RATE_MAX}, got ${rate}`,
  );
}

function readInstant(name: string, text: string | undefined, otherwiseMs: number): number {
  if (text === undefined) return otherwiseMs;
  const instantMs = /(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(instantMs)) return instantMs;
  throw new MockUsageError(
    `clock: ${name}: expected an instant with its zone, like 2026-01-31T03:00:00+08:00, got ${text}`,
  );
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

export function readDuration(text: string): number {
  const [, sign, count, unit = ''] = /^(-?)(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (count !== undefined) return Number(`${sign}${count}`) * (UNITS_MS[unit] ?? 1);
  throw new MockUsageError(
    `clock: by: expected a duration like 500ms, 30s, 5m, 24h or -3d, got ${text}`,
  );
}

function within(instantMs: number, verb: string): void {
  if (instantMs >= 0 && instantMs <= LAST_MS) return;
  throw new MockUsageError(`cannot ${verb} a clock beyond the years 1970 to 9999`);
}

/**
 * Beijing time, whatever the host's zone: UTC+8, no summer time since 1991. Days, minutes and the closed hours of the
 * API turn by it. Instants are epoch milliseconds.
 */
const OFFSET_MS = 8 * 3_600_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

function iso(ms: number): string {
  return new Date(ms + OFFSET_MS).toISOString();
}

/** `20150520` */
export function beijingDay(ms: number): string {
  const date = new Date(ms + OFFSET_MS);
  const digits =
    date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
  return String(digits).padStart(8, '0');
}

/** Hour of the day, 0 to 23. */
export function beijingHour(ms: number): number {
  return Math.floor(((((ms + OFFSET_MS) % DAY_MS) + DAY_MS) % DAY_MS) / HOUR_MS);
}

/** Number of the minute since the epoch: minutes turn together in every whole-hour zone. */
export function minuteNumber(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}

/** Number of the Beijing day since the epoch. */
export function beijingDayNumber(ms: number): number {
  return Math.floor((ms + OFFSET_MS) / DAY_MS);
}

/** `20150520102602`, the `send_time` of the first two editions' replies. */
export function compactTime(ms: number): string {
  return iso(ms).slice(0, 19).replace(/[-T:]/g, '');
}

/** `2018-01-23 13:45:08`, the times of gethbinfo. */
export function dashedTime(ms: number): string {
  return iso(ms).slice(0, 19).replace('T', ' ');
}

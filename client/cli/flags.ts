/** Values of flags, read strictly. */
import { InvalidArgumentError } from 'commander';

const SECONDS_MAX = 86_400;

/** `120`, `0.5` */
export function secondsToMs(text: string): number {
  const ms = Math.round(Number(text) * 1_000);
  if (/^\d{1,5}(?:\.\d{1,3})?$/.test(text) && ms <= SECONDS_MAX * 1_000) return ms;
  throw new InvalidArgumentError(`expected seconds, 0 to ${SECONDS_MAX}.`);
}

/** One call takes some time. */
export function timeoutToMs(text: string): number {
  const ms = secondsToMs(text);
  if (ms > 0) return ms;
  throw new InvalidArgumentError('expected seconds above 0.');
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d{1,6}$/.test(text) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`expected a whole number, ${min} to ${max}.`);
  };
}

/** A bar while it runs, for a person who watches; nothing in a log. */
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  /** One more is done. */
  step(broken: boolean): void;
  stop(): void;
}

const SILENT: Progress = { step: () => undefined, stop: () => undefined };

export function startProgress(total: number, stream: NodeJS.WriteStream | undefined): Progress {
  if (!stream?.isTTY) return SILENT;
  const format = '{bar} {value}/{total} rules, {broken} broken, {duration_formatted}';
  // A kill leaves the terminal as it is: nothing is switched off that would have to be switched on again.
  const asItIs = { hideCursor: false, linewrap: true };
  const bar = new SingleBar(
    { format, stream, clearOnComplete: true, ...asItIs },
    Presets.shades_classic,
  );
  let broken = 0;
  bar.start(total, 0, { broken });
  return {
    step(isBroken) {
      broken += isBroken ? 1 : 0;
      bar.increment(1, { broken });
    },
    stop: () => bar.stop(),
  };
}

/** How far a batch is: a bar where a person looks, a line per payment elsewhere. */
import type { ClientEvent } from '../client.ts';
import type { Outcome } from '../outcome.ts';
import type { Context } from './context.ts';
import type { Row } from './rows.ts';
import { eventText, outcomeText, printable } from './text.ts';

export interface Progress {
  /** @param already it was sent by an earlier run */
  ended(row: Row, outcome: Outcome, already: boolean): void;
  event(event: ClientEvent): void;
  say(text: string): void;
  stop(): void;
}

/** Shorter waits are the ordinary course of things. */
const WAIT_TOLD_MS = 5_000;

export async function startProgress(
  context: Context,
  total: number,
  quiet: boolean,
): Promise<Progress> {
  if (quiet) return silent(context);
  return context.terminal ? bar(context.terminal, total) : lines(context, total);
}

function silent(context: Context): Progress {
  return { ended() {}, event() {}, say: (text) => context.warn(`${text}\n`), stop() {} };
}

function lines(context: Context, total: number): Progress {
  let count = 0;
  const say = (text: string): void => context.warn(`${text}\n`);
  return {
    ended(row, outcome, already) {
      count += 1;
      if (!already) say(`${count}/${total} ${printable(row.name)}: ${outcomeText(outcome)}`);
    },
    event(event) {
      const told = event.type === 'new-number' || (event.type === 'waiting' && longWait(event.ms));
      const text = told ? eventText(event) : undefined;
      if (text !== undefined) say(text);
    },
    say,
    stop() {},
  };
}

function longWait(ms: number): boolean {
  return ms >= WAIT_TOLD_MS;
}

async function bar(terminal: NodeJS.WriteStream, total: number): Promise<Progress> {
  const { default: cliProgress } = await import('cli-progress');
  const counts = { sent: 0, refused: 0, unknown: 0 };
  const shown = new cliProgress.SingleBar({
    stream: terminal,
    format:
      '{bar} {value}/{total}  sent {sent}  refused {refused}  unknown {unknown}  {eta_formatted} left',
    barsize: 24,
    // A kill -9 leaves the terminal as it is: nothing is switched off that would have to be switched on again.
    hideCursor: false,
    linewrap: true,
    forceRedraw: true,
  });
  let count = 0;
  shown.start(total, count, counts);
  return {
    ended(_row, outcome) {
      counts[outcome.kind] += 1;
      count += 1;
      shown.update(count, counts);
    },
    event() {},
    say(text) {
      shown.stop();
      terminal.write(`${text}\n`);
      shown.start(total, count, counts);
    },
    stop: () => shown.stop(),
  };
}

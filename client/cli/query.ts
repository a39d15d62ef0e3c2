/** `redpack query`: what became of an order number. It moves no money. */
import { Command } from 'commander';
import type { QueryOutcome } from '../outcome.ts';
import { type Context, EXIT, usageErrorOf } from './context.ts';
import { timeoutToMs } from './flags.ts';
import { openClient } from './open.ts';
import { violationText } from './packet.ts';
import { resolveSettings } from './settings.ts';
import { addSettingOptions, type SettingFlags } from './sources.ts';
import { jsonLine, queryText } from './text.ts';

interface QueryFlags extends SettingFlags {
  readonly timeout?: number;
  readonly json?: boolean;
}

const HELP = `
Example:
  redpack query --mock 1000009820260131000000000001

Exit codes: 0 sent (SENT, RECEIVED, RFUND_ING, REFUND), 1 FAILED, 2 usage,
  3 not certain (SENDING, no such order yet, the question was refused or got no answer),
  70 a fault of redpack or of the machine`;

export function queryCommand(context: Context, end: (exitCode: number) => void): Command {
  const command = new Command('query')
    .description('ask what became of an order number (gethbinfo, thirty days back)')
    .argument('<number>', 'mch_billno')
    .option('--timeout <seconds>', 'for the call (default: 10)', timeoutToMs)
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', HELP)
    .action(async (number: string, flags: QueryFlags) => end(await query(number, flags, context)));
  return addSettingOptions(command);
}

async function query(number: string, flags: QueryFlags, context: Context): Promise<number> {
  const purpose = { movesMoney: false, live: false, dials: true };
  const settings = await resolveSettings(flags, context, purpose);
  const stop = new AbortController();
  const stopListening = context.onInterrupt(() => stop.abort());
  const { signal } = stop;
  const client = openClient(settings, { dials: true, timeoutMs: flags.timeout, signal });
  try {
    const outcome = await client.query(number);
    if (outcome.kind === 'refused' && outcome.violations) {
      throw usageErrorOf(outcome.violations.map((each) => violationText(each)));
    }
    context.write(
      flags.json ? jsonLine({ event: 'query', ...outcome }) : `${queryText(outcome)}\n`,
    );
    return signal.aborted ? EXIT.interrupted : exitOf(outcome);
  } finally {
    stopListening();
    await client.close();
  }
}

function exitOf(outcome: QueryOutcome): number {
  if (outcome.kind !== 'found' || outcome.status === 'SENDING') return EXIT.unknown;
  return outcome.status === 'FAILED' ? EXIT.refused : EXIT.sent;
}

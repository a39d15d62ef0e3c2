/** `redpack send`: one payment, paid once. Its number is on stderr and in the journal before it is dialled. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { type Edition, ENDPOINT_ROWS, toYuan } from '../../contracts/core.ts';
import type { Prepared, RedpackClient } from '../client.ts';
import type { Order } from '../order.ts';
import type { Outcome } from '../outcome.ts';
import { type Context, EXIT, UsageError, usageErrorOf } from './context.ts';
import { secondsToMs, timeoutToMs } from './flags.ts';
import { fenOfDigits, fenOfYuan } from './money.ts';
import { openClient, openJournal } from './open.ts';
import {
  addPacketOptions,
  orderOf,
  type PacketFlags,
  packetFields,
  violationText,
} from './packet.ts';
import { resolveSettings, type Settings } from './settings.ts';
import { addSettingOptions, type SettingFlags } from './sources.ts';
import { adviceText, eventText, jsonLine, outcomeText } from './text.ts';

interface SendFlags extends SettingFlags, PacketFlags {
  readonly to: string;
  readonly amount?: string;
  readonly fen?: string;
  readonly id?: string;
  readonly billno?: string;
  readonly once?: boolean;
  readonly deadline: number;
  readonly timeout?: number;
  readonly journal?: string;
  readonly live?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const DEADLINE_MS = 120_000;

const HELP = `
Each payment is noted in a journal before it is dialled: --journal, journal: in redpack.yaml,
or .redpack/payments-<mch_id>.jsonl (-mock.jsonl for a mock on this machine) in this folder.
With --id the same command again pays nothing twice, also after a crash.

Example:
  redpack send --mock --to oxTWIuGaIt6gTKsQRLau2M0yL16E --amount 1.00 --id order-17

Exit codes: 0 sent, 1 refused (nothing was paid), 2 usage (nothing was dialled),
  3 unknown (settle the number that is printed), 70 a fault of redpack or of the machine,
  130 stopped by Ctrl-C and nothing was paid`;

export function sendCommand(context: Context, end: (exitCode: number) => void): Command {
  const command = new Command('send')
    .description('send one packet; asks and repeats until it is certain')
    .requiredOption('--to <openid>', 'the user, by its openid under the appid')
    .addOption(new Option('--amount <yuan>', 'like 1.00').conflicts('fen'))
    .option('--fen <number>', 'the amount in fen instead: 100 is one yuan')
    .option('--id <name>', 'your name for the payment: one name is paid once')
    .option('--billno <number>', 'the order number; also to settle an unknown one')
    .addOption(
      new Option('--once', 'one call, no repeating, no journal').conflicts(['id', 'journal']),
    )
    .addOption(
      new Option('--deadline <seconds>', 'how long to go on until it is certain')
        .argParser(secondsToMs)
        .default(DEADLINE_MS, '120'),
    )
    .option('--timeout <seconds>', 'for one call (default: 10)', timeoutToMs)
    .option('--journal <file>', 'where payments are noted')
    .option('--dry-run', 'print the signed XML, dial nothing')
    .option('--live', 'move real money: needed wherever it is not this machine')
    .option('--json', 'one JSON object on stdout')
    .option('--quiet', 'on stderr only the number and what went wrong')
    .addHelpText('after', HELP)
    .action(async (flags: SendFlags) => end(await send(flags, context)));
  return addSettingOptions(addPacketOptions(command));
}

async function send(flags: SendFlags, context: Context): Promise<number> {
  const amountFen = amountFenOf(flags);
  const dials = flags.dryRun !== true;
  const purpose = { movesMoney: dials, live: flags.live === true, dials };
  const settings = await resolveSettings(flags, context, purpose);
  const { billno } = flags;
  const fields = { ...packetFields(flags, settings), ...(billno && { mch_billno: billno }) };
  const order = orderOf(fields, flags.to, amountFen);

  let dialled = false;
  const stop = new AbortController();
  const stopListening = context.onInterrupt(() => stop.abort());
  const client = openClient(settings, {
    dials,
    timeoutMs: flags.timeout,
    signal: stop.signal,
    onEvent(event) {
      dialled ||= event.type === 'sending' || event.type === 'querying';
      const text = flags.quiet ? undefined : eventText(event);
      if (text !== undefined) context.warn(`${text}\n`);
    },
  });
  try {
    const prepared = client.prepare(order);
    if (!prepared.ok) throw usageErrorOf(prepared.violations.map((each) => violationText(each)));
    if (!dials) return showDry(prepared, settings, flags, context);
    const job = { flags, context, settings, client, order, number: prepared.mch_billno, stop };
    const outcome = await (flags.once ? payOnce(job) : paySettled(job));
    if (!dialled && outcome.kind === 'sent' && !flags.quiet) {
      context.warn(
        `nothing was dialled: by the journal this payment was sent before${forgetText(job)}\n`,
      );
    }
    return report(outcome, job);
  } finally {
    stopListening();
    await client.close();
  }
}

interface Job {
  readonly flags: SendFlags;
  readonly context: Context;
  readonly settings: Settings;
  readonly client: RedpackClient<Edition>;
  readonly order: Order;
  /** The order's own, or one that was made for it. */
  readonly number: string;
  readonly stop: AbortController;
}

function amountFenOf({ amount, fen }: SendFlags): number {
  if (amount === undefined && fen === undefined) {
    throw new UsageError('--amount is missing: yuan, like --amount 1.00; or --fen 100');
  }
  const read = amount === undefined ? fenOfDigits(fen ?? '') : fenOfYuan(amount);
  if (read.ok) return read.fen;
  throw new UsageError(`${amount === undefined ? '--fen' : '--amount'}: ${read.message}`);
}

function showDry(
  prepared: Extract<Prepared, { ok: true }>,
  { baseUrl }: Settings,
  { json, quiet }: SendFlags,
  { write, warn }: Context,
): number {
  const { mch_billno, body } = prepared;
  const url = `${baseUrl}${ENDPOINT_ROWS.sendredpack.path}`;
  if (!quiet) warn(`dry run: nothing was dialled; this would be posted to ${url}\n`);
  write(json ? jsonLine({ event: 'dry-run', mch_billno, url, body }) : `${body.trimEnd()}\n`);
  return EXIT.sent;
}

async function payOnce({ client, order, number, context }: Job): Promise<Outcome> {
  context.warn(`number ${number}\n`);
  return client.send({ ...order, mch_billno: number });
}

async function paySettled(job: Job): Promise<Outcome> {
  const { flags, context, settings, client, order, number, stop } = job;
  const { id } = flags;
  const path = journalPath(job);
  const isNew = !existsSync(path);
  const journal = await openJournal(path, settings, {
    ms: flags.deadline,
    signal: stop.signal,
    onWait: (why) => context.warn(`waiting: ${why}\n`),
  });
  try {
    if (isNew && !flags.quiet) context.warn(`payments are noted in ${path}\n`);
    const retry = { deadlineMs: flags.deadline };
    if (id !== undefined) return await client.settle(order, { id, journal, retry });
    // Without a name nothing but the number leads back to the payment: it is said before it is dialled.
    context.warn(`number ${number}\n`);
    return await client.settle({ ...order, mch_billno: number }, { journal, retry });
  } finally {
    await journal.close();
  }
}

/** A mock forgets what was paid when it ends; the journal, rightly, does not. */
function forgetText(job: Job): string {
  if (job.settings.real) return '';
  return `. To rehearse it anew with a mock that was started since, give another --id, or remove ${journalPath(job)}`;
}

function journalPath({ flags, context, settings }: Job): string {
  if (flags.journal) return resolve(context.cwd, flags.journal);
  const name = `payments-${settings.mchId}${settings.real ? '' : '-mock'}.jsonl`;
  // Of payments to a mock alone: the folder may be gone when the mock is (`redpack-mock exec`).
  const ofMock = settings.real ? undefined : context.env.REDPACK_MOCK_JOURNAL_DIR;
  if (ofMock) return resolve(context.cwd, ofMock, name);
  return settings.journal ?? join(context.cwd, '.redpack', name);
}

function report(outcome: Outcome, { flags, context, settings, order, stop }: Job): number {
  const { re_openid, total_amount: amountFen } = order;
  const about = flags.id === undefined ? {} : { id: flags.id };
  context.write(
    flags.json
      ? jsonLine({ event: 'outcome', ...about, re_openid, amountFen, ...outcome })
      : `${outcomeText(outcome)}\n`,
  );
  if (outcome.kind === 'sent') return EXIT.sent;
  if (outcome.kind === 'unknown') {
    const how = flags.id === undefined ? `with --billno ${outcome.mch_billno}` : 'as it is';
    context.warn(
      `Do not pay ${toYuan(amountFen)} yuan under another number. The same command ${how} settles this one.\n`,
    );
    return EXIT.unknown;
  }
  if (stop.signal.aborted) return EXIT.interrupted;
  if (!flags.quiet) {
    context.warn(`next: ${adviceText(outcome)}\n`);
    const nobody = outcome.code === 'ECONNREFUSED' && !settings.real;
    if (nobody) context.warn(`nobody listens at ${settings.baseUrl}: start redpack-mock there\n`);
  }
  return outcome.by === 'checks' ? EXIT.usage : EXIT.refused;
}

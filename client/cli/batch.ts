/** `redpack batch`: many payments from a CSV file. Everything is checked before anything is dialled, and a killed run goes on. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { type Edition, ENDPOINT_ROWS } from '../../contracts/core.ts';
import type { RedpackClient } from '../client.ts';
import type { Payment } from './batch-run.ts';
import { type Context, EXIT, UsageError, usageErrorOf } from './context.ts';
import { secondsToMs, timeoutToMs, wholeNumber } from './flags.ts';
import { openClient } from './open.ts';
import {
  addPacketOptions,
  orderOf,
  type PacketFields,
  type PacketFlags,
  packetFields,
  violationText,
} from './packet.ts';
import type { Row } from './rows.ts';
import { resolveSettings, type Settings } from './settings.ts';
import { addSettingOptions, type SettingFlags } from './sources.ts';
import { jsonLine, totalText } from './text.ts';

export interface BatchFlags extends SettingFlags, PacketFlags {
  readonly out?: string;
  readonly resume?: boolean;
  readonly concurrency: number;
  readonly rate?: number;
  readonly stopAfter: number;
  readonly deadline: number;
  readonly timeout?: number;
  readonly ignoreUnknownColumns?: boolean;
  readonly live?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const HELP = `
FILE.csv: a header, then a row per payment. Columns: openid; amount (yuan) or fen; id (your name
for the payment; without it openid and amount are the name); mch_billno and any field of the packet.
Everything is checked before anything is dialled. Payments are noted in RESULTS.csv.journal before
they are dialled, so a run that was stopped or killed goes on with --resume; each row is paid once.
Ctrl-C begins no further row and waits for those under way; again leaves them unknown.

Example:
  redpack batch --mock winners.csv --out results.csv

Exit codes: 0 all sent, 1 some refused, 2 usage (nothing was dialled), 3 some unknown (--resume
  settles them), 70 a fault of redpack or of the machine, 130 stopped by Ctrl-C before all was done`;

export function batchCommand(context: Context, end: (exitCode: number) => void): Command {
  const command = new Command('batch')
    .description('send a packet per row of a CSV file, each once')
    .argument('<file.csv>', 'the payments')
    .option('--out <results.csv>', 'what became of each row; its journal is kept beside it')
    .option('--resume', 'go on with the batch of that --out')
    .option('--concurrency <n>', 'payments under way at once', wholeNumber(1, 100), 8)
    .option(
      '--rate <n>',
      'payments begun in a second, at most (default: 30)',
      wholeNumber(1, 1_000),
    )
    .option(
      '--stop-after <n>',
      'stop when so many in a row are refused for one reason; 0: never',
      wholeNumber(0, 100_000),
      10,
    )
    .addOption(
      new Option('--deadline <seconds>', 'how long to go on with one row')
        .argParser(secondsToMs)
        .default(120_000, '120'),
    )
    .option('--timeout <seconds>', 'for one call (default: 10)', timeoutToMs)
    .option('--ignore-unknown-columns', 'leave columns alone that are no field')
    .option('--dry-run', 'check the file, print the signed XML of each row, dial nothing')
    .option('--live', 'move real money: needed wherever it is not this machine')
    .option('--json', 'one JSON object a line on stdout: each row as it ends, then a summary')
    .option('--quiet', 'no progress')
    .addHelpText('after', HELP)
    .action(async (file: string, flags: BatchFlags) => end(await batch(file, flags, context)));
  return addSettingOptions(addPacketOptions(command));
}

async function batch(file: string, flags: BatchFlags, context: Context): Promise<number> {
  const dials = flags.dryRun !== true;
  const purpose = { movesMoney: dials, live: flags.live === true, dials };
  const settings = await resolveSettings(flags, context, purpose);
  const rows = await readRows(file, settings.edition, flags, context);
  // Dials nothing: a client that does is opened when there is nothing left to find fault with.
  const checker = openClient(settings, { dials: false });
  const payments = checkedPayments(file, rows, packetFields(flags, settings), checker);
  if (!dials) return showDry(payments, checker, settings, flags, context);
  const outFile = flags.out;
  if (!outFile) throw new UsageError('--out is missing: the file for what became of each row');
  const { payBatch } = await import('./batch-run.ts');
  return payBatch({ file, outFile, payments, settings, flags, context });
}

async function readRows(
  file: string,
  edition: Edition,
  flags: BatchFlags,
  context: Context,
): Promise<readonly Row[]> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(resolve(context.cwd, file));
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`);
  }
  const [{ readCsv }, { rowsOf }] = await Promise.all([
    import('./csv-file.ts'),
    import('./rows.ts'),
  ]);
  const csv = readCsv(bytes);
  if (!csv.ok) throw new UsageError(`${file}:${csv.line}: ${csv.message}`);
  if (csv.gbk) context.warn(`${file} is not UTF-8 and was read as GBK\n`);
  const ignoreUnknownColumns = flags.ignoreUnknownColumns === true;
  const { rows, faults } = rowsOf(csv.header, csv.records, { edition, ignoreUnknownColumns });
  if (faults.length > 0) throw usageErrorOf(faults.map((fault) => `${file}:${fault}`));
  return rows;
}

/** @throws UsageError naming every order that breaks the contract */
function checkedPayments(
  file: string,
  rows: readonly Row[],
  defaults: PacketFields,
  checker: RedpackClient<Edition>,
): Payment[] {
  const faults: string[] = [];
  const payments = rows.map((row) => {
    const order = orderOf({ ...defaults, ...row.fields }, row.openid, row.amountFen);
    const prepared = checker.prepare({ ...order, mch_billno: order.mch_billno ?? 'unmade' });
    if (!prepared.ok) {
      const texts = prepared.violations.map((each) => violationText(each, columnOf));
      faults.push(...texts.map((text) => `${file}:${row.line}: ${text}`));
    }
    return { row, order };
  });
  if (faults.length > 0) throw usageErrorOf(faults);
  return payments;
}

function columnOf(field: string): string {
  return field === 're_openid' ? 'openid' : field;
}

function showDry(
  payments: readonly Payment[],
  checker: RedpackClient<Edition>,
  { baseUrl }: Settings,
  { json, quiet }: BatchFlags,
  { write, warn }: Context,
): number {
  const url = `${baseUrl}${ENDPOINT_ROWS.sendredpack.path}`;
  for (const { row, order } of payments) {
    const prepared = checker.prepare(order);
    if (!prepared.ok) throw new Error('an order that was checked is wrong now');
    const { mch_billno, body } = prepared;
    const about = { event: 'dry-run', line: row.line, id: row.name, mch_billno, url, body };
    write(json ? jsonLine(about) : `${body.trimEnd()}\n`);
  }
  if (!quiet)
    warn(
      `dry run: nothing was dialled; ${totalText(payments.map(({ row }) => row.amountFen))} to ${baseUrl}\n`,
    );
  return EXIT.sent;
}

/** The paying of a batch: rows that were checked, a journal that remembers, Ctrl-C, and what became of each row. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Edition } from '../../contracts/core.ts';
import type { OrderToPay, RedpackClient } from '../client.ts';
import { systemClock } from '../clock.ts';
import type { FileJournal } from '../journal/file.ts';
import type { Order } from '../order.ts';
import type { Outcome } from '../outcome.ts';
import { createPace } from '../pace.ts';
import type { BatchFlags } from './batch.ts';
import { summarize } from './batch-summary.ts';
import { type Context, MachineError, UsageError, usageErrorOf } from './context.ts';
import { openClient, openJournal } from './open.ts';
import { type Progress, startProgress } from './progress.ts';
import { type RowResult, writeResults } from './results.ts';
import { misfits } from './resume.ts';
import type { Row } from './rows.ts';
import type { Settings } from './settings.ts';
import { jsonLine, totalText } from './text.ts';

/** A row with the order that it is. */
export interface Payment {
  readonly row: Row;
  readonly order: Order;
}

export interface Batch {
  /** As typed, for messages. */
  readonly file: string;
  readonly outFile: string;
  readonly payments: readonly Payment[];
  readonly settings: Settings;
  readonly flags: BatchFlags;
  readonly context: Context;
}

/** Another process may hold the journal only by mistake: two runs of one batch. */
const JOURNAL_PATIENCE_MS = 0;

/** @returns the exit code @throws UsageError before anything is dialled */
export async function payBatch(batch: Batch): Promise<number> {
  const { settings, flags, context } = batch;
  const { outPath, journalPath } = pathsOf(batch);
  const giveUp = new AbortController();
  let progress: Progress | undefined;
  const client = openClient(settings, {
    dials: true,
    timeoutMs: flags.timeout,
    signal: giveUp.signal,
    onEvent: (event) => progress?.event(event),
  });
  try {
    // Better now than at the first row: a merchant number may be too long to make order numbers of.
    if (batch.payments.some(({ order }) => order.mch_billno === undefined)) client.makeNumber();
    const journal = await openJournal(journalPath, settings, { ms: JOURNAL_PATIENCE_MS });
    try {
      checkJournal(batch, journal);
      if (!flags.quiet)
        context.warn(
          `${totalText(batch.payments.map(({ row }) => row.amountFen))} to ${settings.baseUrl}\n`,
        );
      progress = await startProgress(context, batch.payments.length, flags.quiet === true);
      const run = await payAll({ batch, client, journal, progress, giveUp });
      progress.stop();
      const results = await resultsOf(batch, journal, run.outcomes);
      await saveResults(outPath, batch.outFile, results);
      return summarize(batch, results, run);
    } finally {
      await journal.close();
    }
  } finally {
    await client.close();
  }
}

function pathsOf({ file, outFile, flags, context }: Batch): {
  outPath: string;
  journalPath: string;
} {
  const outPath = resolve(context.cwd, outFile);
  const journalPath = `${outPath}.journal`;
  const journalFile = `${outFile}.journal`;
  if (outPath === resolve(context.cwd, file)) {
    throw new UsageError(`--out is ${file} itself: give another name`);
  }
  if (flags.resume) {
    if (existsSync(journalPath)) return { outPath, journalPath };
    throw new UsageError(
      `there is nothing to resume: no ${journalFile}. If that is the right name, nothing was dialled yet: leave --resume out`,
    );
  }
  const there = [journalPath, outPath].find((path) => existsSync(path));
  if (there === undefined) return { outPath, journalPath };
  throw new UsageError(
    `${there === outPath ? outFile : journalFile} is there already: add --resume to go on with that batch, or give another --out`,
  );
}

function checkJournal(
  { file, payments, settings, flags, outFile }: Batch,
  journal: FileJournal,
): void {
  if (!flags.resume && journal.size > 0) {
    throw new UsageError(`another run has begun ${outFile}: add --resume to go on with it`);
  }
  const rows = payments.map(({ row }) => row);
  const complaints = misfits(journal.records(), rows, settings.mchId);
  if (complaints.length === 0) return;
  throw usageErrorOf([
    `${file} does not fit what was already paid under ${outFile}; nothing was dialled:`,
    ...complaints,
  ]);
}

export interface Run {
  readonly outcomes: ReadonlyMap<Row, Outcome & { readonly formerNumbers: readonly string[] }>;
  readonly interrupted: boolean;
  /** The code that so many rows in succession were refused with. */
  readonly stoppedBy: string | undefined;
}

interface Paying {
  readonly batch: Batch;
  readonly client: RedpackClient<Edition>;
  readonly journal: FileJournal;
  readonly progress: Progress;
  readonly giveUp: AbortController;
}

async function payAll({ batch, client, journal, progress, giveUp }: Paying): Promise<Run> {
  const { payments, flags, context } = batch;
  const outcomes = new Map<Row, Outcome & { readonly formerNumbers: readonly string[] }>();
  const already = sentIn(journal);
  const streak = refusalStreak(flags.stopAfter);
  const noMore = new AbortController();
  const stopListening = context.onInterrupt(() => {
    if (noMore.signal.aborted) return giveUp.abort();
    noMore.abort();
    progress.say('stopping: no further row is begun. Ctrl-C again gives up those under way');
  });
  const pace = createPace(flags.rate ?? null, systemClock);
  // Paced here, not by payMany: what it has taken is begun, and Ctrl-C comes between.
  async function* orders(): AsyncGenerator<OrderToPay<Edition>> {
    for (const { row, order } of payments) {
      await pace.turn(noMore.signal);
      if (noMore.signal.aborted || streak.code() !== undefined) return;
      yield { ...order, id: row.name };
    }
  }
  try {
    const options = {
      journal,
      concurrency: flags.concurrency,
      retry: { deadlineMs: flags.deadline },
    };
    for await (const { index, outcome } of client.payMany(orders(), options)) {
      const row = payments[index]?.row;
      if (!row) continue;
      outcomes.set(row, outcome);
      streak.add(outcome);
      progress.ended(row, outcome, already.has(row.name));
      if (flags.json) context.write(rowLine(row, outcome));
    }
  } finally {
    stopListening();
  }
  const interrupted = noMore.signal.aborted && outcomes.size < payments.length;
  return { outcomes, interrupted, stoppedBy: streak.code() };
}

function rowLine({ line, name, openid, amountFen }: Row, outcome: Outcome): string {
  return jsonLine({ event: 'row', line, id: name, re_openid: openid, amountFen, ...outcome });
}

function sentIn(journal: FileJournal): ReadonlySet<string> {
  const sent = [...journal.records()].filter(({ outcome }) => outcome?.kind === 'sent');
  return new Set(sent.map(({ id }) => id));
}

/** What refuses row after row will refuse the next one too: an empty balance, a wrong key, no network. */
function refusalStreak(most: number): { add(outcome: Outcome): void; code(): string | undefined } {
  let code: string | undefined;
  let count = 0;
  return {
    add(outcome) {
      const its = outcome.kind === 'refused' && outcome.by !== 'checks' ? outcome.code : undefined;
      count = its !== undefined && its === code ? count + 1 : 1;
      code = its;
    },
    code: () => (most > 0 && code !== undefined && count >= most ? code : undefined),
  };
}

/** Rows that this run did not begin are told as the journal last knew them. */
async function resultsOf(
  { payments }: Batch,
  journal: FileJournal,
  outcomes: Run['outcomes'],
): Promise<RowResult[]> {
  return Promise.all(
    payments.map(async ({ row }) => {
      const settled = outcomes.get(row);
      if (settled) return { row, outcome: settled, formerNumbers: settled.formerNumbers };
      const record = await journal.read(row.name);
      const outcome = record?.outcome ?? (record?.open ? leftOpen(record.mch_billno) : undefined);
      return { row, outcome, formerNumbers: record?.formerNumbers ?? [] };
    }),
  );
}

/** A run that was killed between dialling and noting down. */
function leftOpen(mch_billno: string): Outcome {
  const detail = 'an earlier run was killed before it was certain';
  return { kind: 'unknown', mch_billno, why: 'aborted', detail };
}

async function saveResults(
  path: string,
  shown: string,
  results: readonly RowResult[],
): Promise<void> {
  try {
    await writeResults(path, results);
  } catch (error) {
    throw new MachineError(
      `cannot write ${shown} (${(error as Error).message}): is it open in another program? Nothing is lost, the journal has it all: the same command with --resume writes it`,
    );
  }
}

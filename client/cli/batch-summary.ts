/** The end of a batch: counts, the numbers to settle, and what to do next. */
import { toYuan } from '../../contracts/core.ts';
import type { Refused, Unknown } from '../outcome.ts';
import type { Batch, Run } from './batch-run.ts';
import { EXIT } from './context.ts';
import type { RowResult } from './results.ts';
import { adviceText, jsonLine, outcomeText, printable } from './text.ts';

const SHOWN_MAX = 20;

/** Writes it. @returns the exit code */
export function summarize(batch: Batch, results: readonly RowResult[], run: Run): number {
  const { context, flags, outFile } = batch;
  const counts = countsOf(results);
  if (flags.json) {
    const { unknown, refused, ...rest } = counts;
    context.write(
      jsonLine({
        event: 'summary',
        payments: results.length,
        ...rest,
        refused: refused.length,
        unknown: unknown.map(({ outcome }) => outcome.mch_billno),
        results: outFile,
        journal: `${outFile}.journal`,
      }),
    );
  } else {
    context.write(`${summaryText(results.length, counts, outFile)}\n`);
  }
  for (const line of nextLines(counts, run)) context.warn(`${printable(line)}\n`);
  if (run.interrupted) return EXIT.interrupted;
  if (counts.unknown.length > 0) return EXIT.unknown;
  return counts.refused.length > 0 || counts.notBegun > 0 ? EXIT.refused : EXIT.sent;
}

interface Counts {
  readonly sent: number;
  readonly sentFen: number;
  readonly refused: readonly { readonly name: string; readonly outcome: Refused }[];
  readonly unknown: readonly { readonly name: string; readonly outcome: Unknown }[];
  readonly notBegun: number;
}

function countsOf(results: readonly RowResult[]): Counts {
  const refused: { name: string; outcome: Refused }[] = [];
  const unknown: { name: string; outcome: Unknown }[] = [];
  let sent = 0;
  let sentFen = 0;
  for (const { row, outcome } of results) {
    if (outcome?.kind === 'sent') {
      sent += 1;
      sentFen += row.amountFen;
    } else if (outcome?.kind === 'refused') refused.push({ name: row.name, outcome });
    else if (outcome) unknown.push({ name: row.name, outcome });
  }
  const notBegun = results.length - sent - refused.length - unknown.length;
  return { sent, sentFen, refused, unknown, notBegun };
}

function summaryText(total: number, counts: Counts, outFile: string): string {
  const { sent, sentFen, refused, unknown, notBegun } = counts;
  const parts = [
    `${sent} of ${total} sent (${toYuan(sentFen)} yuan)`,
    ...(refused.length > 0 ? [`${refused.length} refused`] : []),
    ...(unknown.length > 0 ? [`${unknown.length} unknown`] : []),
    ...(notBegun > 0 ? [`${notBegun} not begun`] : []),
  ];
  return `${parts.join(', ')}; see ${outFile}`;
}

function nextLines(
  { refused, unknown, notBegun }: Counts,
  { stoppedBy, interrupted }: Run,
): string[] {
  const failed = [...unknown, ...refused];
  const shown = failed.slice(0, SHOWN_MAX);
  const more = failed.length - shown.length;
  return [
    ...shown.map(({ name, outcome }) => `${name}: ${outcomeText(outcome)}${nextOf(outcome)}`),
    ...(more > 0 ? [`… and ${more} more`] : []),
    ...(stoppedBy && !interrupted && notBegun > 0
      ? [`stopped, for one row after the other was refused with ${stoppedBy} (--stop-after)`]
      : []),
    ...(failed.length > 0 || notBegun > 0
      ? [
          'The same command with --resume goes on: it settles what is unknown and pays nothing twice.',
        ]
      : []),
  ];
}

function nextOf(outcome: Refused | Unknown): string {
  return outcome.kind === 'refused' ? `; next: ${adviceText(outcome)}` : '';
}

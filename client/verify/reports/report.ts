/** What a run found out, as every form of report is made from it. */
import type { Exchange } from '../../../contracts/checks/server-target.ts';
import { isReply } from '../../../contracts/checks/server-target.ts';
import type { CheckResult, VerdictName } from '../../../contracts/checks/verify.ts';
import type { Certainty, Edition } from '../../../contracts/core.ts';

export interface Report {
  readonly url: string;
  readonly edition: Edition;
  readonly strict: Certainty;
  readonly seed: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly tookMs: number;
  readonly results: readonly CheckResult[];
  /** A call as a line for the shell. */
  curl(exchange: Exchange): string;
}

export const VERDICTS: readonly VerdictName[] = ['failed', 'differs', 'skipped', 'held'];

export function countOf({ results }: Report, verdict: VerdictName): number {
  return results.filter((result) => result.verdict === verdict).length;
}

/** `5 failed, 2 differ, 40 skipped, 316 held` */
export function countsOf(report: Report): string {
  return VERDICTS.map((verdict) => {
    const word = verdict === 'differs' ? 'differ' : verdict;
    return `${countOf(report, verdict)} ${word}`;
  }).join(', ');
}

/** Why cases were skipped, each reason with how many. */
export function skipReasons({ results }: Report): [reason: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { verdict, reason = '' } of results) {
    if (verdict === 'skipped') counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** What came back, as text. */
export function replyText({ reply }: Exchange): string {
  if (!isReply(reply)) return reply.failure;
  return Buffer.from(reply.body).toString('utf8');
}

/** Of more calls than this only the first and the last few are of interest: those between are alike. */
const CALLS_SHOWN_MAX = 12;
const CALLS_SHOWN_LAST = 4;

function callsOf(report: Report, history: readonly Exchange[]): string[] {
  const lines = history.map((exchange) => report.curl(exchange));
  if (lines.length <= CALLS_SHOWN_MAX) return lines;
  const first = CALLS_SHOWN_MAX - CALLS_SHOWN_LAST;
  const between = `# and ${lines.length - CALLS_SHOWN_MAX} more calls like these, then`;
  return [...lines.slice(0, first), between, ...lines.slice(-CALLS_SHOWN_LAST)];
}

/** The lines about a rule that does not hold: what was expected, what came, and how to see it again. */
export function explanation(report: Report, result: CheckResult): string[] {
  const { findings, history, story = [], replay } = result;
  return [
    ...findings.flatMap(({ clause, source, certainty, expected, got }) => [
      `clause:   ${clause} (${certainty}; ${source})`,
      `expected: ${expected}`,
      `got:      ${got}`,
    ]),
    ...(story.length > 0 ? [`history:  ${story.join('; ')}`] : []),
    ...callsOf(report, history),
    ...(replay ? [`again:    ${replay}`] : []),
  ];
}

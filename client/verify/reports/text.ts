/** The report for a person at a terminal. */
import { countsOf, explanation, type Report, skipReasons } from './report.ts';

export function textReport(report: Report): string {
  const broken = report.results.filter(
    ({ verdict }) => verdict === 'failed' || verdict === 'differs',
  );
  const blocks = broken.map((result) => {
    const word = result.verdict === 'failed' ? 'FAILED ' : 'differs';
    const lines = explanation(report, result).map((line) => `    ${line}`);
    return [`${word} ${result.id}: ${result.title}`, ...lines, ''].join('\n');
  });
  const skipped = skipReasons(report).map(([reason, count]) => `  ${count} skipped: ${reason}`);
  const seconds = (report.tookMs / 1_000).toFixed(1);
  return [
    ...blocks,
    `${report.url}, edition ${report.edition}, strict ${report.strict}: ${countsOf(report)} (${seconds} s, seed ${report.seed})`,
    ...skipped,
    '',
  ].join('\n');
}

/** The report for a pull request. */
import { countsOf, explanation, type Report, skipReasons } from './report.ts';

export function markdownReport(report: Report): string {
  const broken = report.results.filter(
    ({ verdict }) => verdict === 'failed' || verdict === 'differs',
  );
  const rows = report.results.map(
    ({ id, title, verdict, certainty, source }) =>
      `| ${verdict} | \`${cell(id)}\` | ${cell(title)} | ${certainty} | ${cell(source)} |`,
  );
  const sections = broken.map((result) =>
    [
      `### ${result.verdict}: \`${result.id}\``,
      '',
      `${result.title}.`,
      '',
      '````text',
      ...explanation(report, result),
      '````',
      '',
    ].join('\n'),
  );
  return [
    `# ${report.url}, edition ${report.edition}`,
    '',
    `${countsOf(report)}. Strict: ${report.strict}. Seed ${report.seed}.`,
    '',
    ...skipReasons(report).map(([reason, count]) => `- ${count} skipped: ${reason}`),
    '',
    ...sections,
    '## Every rule',
    '',
    '| verdict | rule | what it says | certainty | source |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

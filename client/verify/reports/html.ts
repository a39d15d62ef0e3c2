/** The report as one page without a script and without anything loaded from elsewhere. */
import type { CheckResult } from '../../../contracts/checks/verify.ts';
import { countsOf, explanation, type Report, replyText, skipReasons } from './report.ts';

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1d2129; background: #fff; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #d8dbe0; padding: .3rem .6rem; text-align: left; vertical-align: top; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { background: #f4f5f7; overflow-x: auto; padding: .8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.held { color: #1a6b35; } .failed { color: #b3261e; font-weight: 600; } .differs { color: #855600; } .skipped { color: #5c6370; }
@media (prefers-color-scheme: dark) {
  body { color: #e3e5e8; background: #16181c; } pre { background: #22262c; } th, td { border-color: #3a3f47; }
  .held { color: #7ed29a; } .failed { color: #ff9a92; } .differs { color: #e7b765; } .skipped { color: #9aa1ac; }
}`;

export function htmlReport(report: Report): string {
  const title = escapeHtml(`${report.url}, edition ${report.edition}`);
  const skipped = skipReasons(report)
    .map(([reason, count]) => `<li>${count} skipped: ${escapeHtml(reason)}</li>`)
    .join('\n');
  const broken = report.results.filter(
    ({ verdict }) => verdict === 'failed' || verdict === 'differs',
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
<p>${escapeHtml(countsOf(report))}. Strict: ${report.strict}. Seed ${report.seed}. ${escapeHtml(report.startedAt)}.</p>
<ul>
${skipped}
</ul>
${broken.map((result) => sectionOf(report, result)).join('\n')}
<h2>Every rule</h2>
<table>
<thead><tr><th>verdict</th><th>rule</th><th>what it says</th><th>certainty</th><th>source</th></tr></thead>
<tbody>
${report.results.map(rowOf).join('\n')}
</tbody>
</table>
</body>
</html>
`;
}

function sectionOf(report: Report, result: CheckResult): string {
  const last = result.history.at(-1);
  const answer = last ? `<p>The last answer:</p>\n<pre>${escapeHtml(replyText(last))}</pre>` : '';
  return `<section>
<h2 class="${result.verdict}">${result.verdict}: <code>${escapeHtml(result.id)}</code></h2>
<p>${escapeHtml(result.title)}.</p>
<pre>${escapeHtml(explanation(report, result).join('\n'))}</pre>
${answer}
</section>`;
}

function rowOf({ verdict, id, title, certainty, source }: CheckResult): string {
  const cells = [
    `<code>${escapeHtml(id)}</code>`,
    escapeHtml(title),
    certainty,
    escapeHtml(source),
  ];
  return `<tr><td class="${verdict}">${verdict}</td>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

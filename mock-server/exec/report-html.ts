/** The report as one HTML file that needs nothing else. */
import {
  COVERAGE_SECTIONS,
  type Coverage,
  type CoverageRow,
  type Edition,
  type Finding,
  requirementText,
  toYuan,
} from '../../contracts/index.ts';
import { escapeMarkup as text } from './markup.ts';
import { counted, lostFenIn, remarks, rowText, UNCALLED } from './report-text.ts';
import type { ExecReport, ExecRun } from './run.ts';

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem; border-bottom: 1px solid #8884; }
.never { opacity: .55; }
.severity { font-weight: 600; white-space: nowrap; }
.money, .error { color: #c62828; } .warning { color: #b26a00; } .note { color: #557; }
code { font: 13px ui-monospace, monospace; }
`;

export function htmlReport(report: ExecReport): string {
  const { command, edition, runs, coverage, requirements, uncalled, exitCode } = report;
  const lostFen = lostFenIn(runs);
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><title>redpack-mock exec</title>',
    '<meta name="viewport" content="width=device-width">',
    `<style>${STYLE}</style></head><body>`,
    `<h1>redpack-mock exec</h1><p><code>${text(command.join(' '))}</code>: exit ${exitCode}</p>`,
    uncalled ? `<p class="error">${text(UNCALLED)}</p>` : '',
    lostFen === 0
      ? ''
      : `<p class="money">Paid twice: ${lostFen} fen (${toYuan(lostFen)} yuan)</p>`,
    '<h2>Findings</h2>',
    ...runs.map((run) => runPart(run, edition)),
    ...requirements.map(
      ({ requirement, met, what }) =>
        `<p class="${met ? 'met' : 'error'}"><code>--require ${text(requirementText(requirement))}</code>: ${text(what)}</p>`,
    ),
    ...coverage.map(coveragePart),
    '</body></html>\n',
  ].join('\n');
}

function runPart(run: ExecRun, asked: Edition): string {
  const { scenario, title, exitCode, calls, findings, whyNotMet } = run;
  const facts = [`exit ${exitCode}`, counted(calls, 'call'), ...remarks(run, asked)].join(', ');
  const why = whyNotMet === undefined ? '' : `: ${text(whyNotMet)}`;
  const head = `<h3>${text(scenario)}</h3><p>${text(title)}: ${facts}${why}</p>`;
  if (findings.length === 0) return `${head}<p>Nothing was found.</p>`;
  return `${head}<table><tr><th>Severity<th>Rule<th>What<th>Do<th>Source</tr>${findings.map(findingRow).join('')}</table>`;
}

function findingRow({ rule, severity, title, title_zh, what, evidence, ...rest }: Finding): string {
  const calls = evidence.length === 0 ? '' : `<br>calls ${evidence.join(', ')}`;
  return [
    `<tr><td class="severity ${severity}">${severity}`,
    `<td><code>${text(rule)}</code><br>${text(title)}<br><span lang="zh">${text(title_zh)}</span>`,
    `<td>${text(what)}${calls}`,
    `<td>${text(rest.remedy)}`,
    `<td>${text(rest.source)} (${rest.certainty})</tr>`,
  ].join('');
}

function coveragePart({ edition, calls, sections }: Coverage): string {
  const parts = COVERAGE_SECTIONS.map((name) => {
    const { rows, met, percent } = sections[name];
    const head = `<h3>${name}: ${met} of ${rows.length} (${percent}%)</h3>`;
    return `${head}<table><tr><th>Name<th>On the page<th>Met, and the client's next step</tr>${rows.map(coverageRow).join('')}</table>`;
  });
  return `<h2>Coverage of the contract, edition ${edition}, ${counted(calls, 'call')}</h2>${parts.join('')}`;
}

function coverageRow(row: CoverageRow): string {
  const documented = row.documented ? 'yes' : 'no';
  return `<tr${row.met === 0 ? ' class="never"' : ''}><td><code>${text(row.name)}</code><td>${documented}<td>${text(rowText(row))}</tr>`;
}

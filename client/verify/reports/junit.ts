/** The report for continuous integration: JUnit's XML, a test case for each rule. */
import type { CheckResult } from '../../../contracts/checks/verify.ts';
import { countOf, explanation, type Report } from './report.ts';

export function junitReport(report: Report): string {
  const { url, edition, results, tookMs, startedAt } = report;
  const attributes = attributesOf({
    name: `redpack verify ${url} (${edition})`,
    tests: results.length,
    failures: countOf(report, 'failed'),
    errors: 0,
    skipped: countOf(report, 'skipped'),
    time: (tookMs / 1_000).toFixed(3),
    timestamp: startedAt,
  });
  const cases = results.map((result) => testCase(report, result)).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite ${attributes}>\n${cases}</testsuite>\n</testsuites>\n`;
}

function testCase(report: Report, result: CheckResult): string {
  const { id, title, edition, verdict, reason = '', findings } = result;
  const attributes = attributesOf({ classname: `redpack.${edition}`, name: `${id}: ${title}` });
  if (verdict === 'held') return `<testcase ${attributes}/>\n`;
  if (verdict === 'skipped') {
    return `<testcase ${attributes}><skipped ${attributesOf({ message: reason })}/></testcase>\n`;
  }
  const text = escapeXml(explanation(report, result).join('\n'));
  // Less sure than one insists on: told, and no failure.
  if (verdict === 'differs')
    return `<testcase ${attributes}><system-out>${text}</system-out></testcase>\n`;
  const [first] = findings;
  const message = `expected ${first?.expected}, got ${first?.got}`;
  return `<testcase ${attributes}><failure ${attributesOf({ message })}>${text}</failure></testcase>\n`;
}

function attributesOf(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escapeXml(String(value)).replaceAll('"', '&quot;')}"`)
    .join(' ');
}

/** XML cannot hold other control characters, whatever a server answers. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

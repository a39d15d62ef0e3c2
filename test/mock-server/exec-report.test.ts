/** Reports of a run whose texts are as bad as texts can be. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { expect, it } from 'vitest';
import { type Coverage, coverage, type Finding } from '../../contracts/index.ts';
import { htmlReport } from '../../mock-server/exec/report-html.ts';
import { junitReport } from '../../mock-server/exec/report-junit.ts';
import { textReport } from '../../mock-server/exec/report-text.ts';
import type { ExecReport } from '../../mock-server/exec/run.ts';

const HOSTILE = '<script>alert("1")</script> & \u001b[2J \ud800 ]]>';

const finding: Finding = {
  rule: 'nonce-reused',
  severity: 'warning',
  title: 'one nonce for several requests',
  title_zh: '随机串重复使用',
  what: `nonce_str ${HOSTILE} stands in 2 different requests.`,
  evidence: [1, 2],
  remedy: 'Draw a new one.',
  source: '§5',
  certainty: 'documented',
};

function reportOf(failOn: ExecReport['failOn'], covered: readonly Coverage[] = []): ExecReport {
  return {
    command: ['sh', '-c', HOSTILE],
    edition: 'current',
    failOn,
    runs: [
      {
        scenario: `no${HOSTILE}`,
        title: HOSTILE,
        edition: 'current',
        exitCode: 0,
        tookMs: 1_500,
        calls: 3,
        connections: 1,
        met: true,
        unjudged: 1,
        findings: [finding],
      },
    ],
    coverage: covered,
    requirements: [],
    uncalled: false,
    exitCode: 0,
  };
}

it('JUnit stays well-formed, and a finding fails a case only when it is as grave as was said', () => {
  for (const [failOn, failures] of [
    ['warning', '1'],
    ['error', '0'],
    ['never', '0'],
  ] as const) {
    const xml = junitReport(reportOf(failOn));
    expect(XMLValidator.validate(xml)).toBe(true);
    const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(xml);
    expect(testsuites['@_failures']).toBe(failures);
    expect(testsuites.testsuite[0]['@_time']).toBe('1.500');
  }
});

it('JUnit and HTML fail and say why when nothing was judged, and skip a pitfall that was not met', () => {
  const report = reportOf('never');
  const runs = report.runs.map((run) => ({ ...run, met: false, whyNotMet: 'no call <came>' }));
  const xml = junitReport({ ...report, runs, uncalled: true });
  expect(XMLValidator.validate(xml)).toBe(true);
  expect(xml).toContain('<failure message="nothing was judged: the command never called the mock');
  expect(xml).toContain('<skipped message="no call &lt;came&gt;"/>');
  const html = htmlReport({ ...report, runs, uncalled: true });
  expect(html).toContain('nothing was judged: the command never called the mock');
  expect(html).toContain('not met: no call &lt;came&gt;');
});

it('HTML holds no element and no control character that a client sent', () => {
  const html = htmlReport(reportOf('error'));
  expect(html).not.toContain('<script');
  expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; ?[2J ? ]]&gt;');
});

it('text sends the terminal no control character, and says what nobody judged', () => {
  const text = textReport(reportOf('error'), { missing: false });
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  expect(text).toContain('the first 1 were not kept, and not judged');
});

it('every row of coverage is a case, skipped when nobody met it', () => {
  const xml = junitReport(reportOf('error', [coverage([], 'current')]));
  const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(xml);
  const [, covered] = testsuites.testsuite;
  expect(covered['@_skipped']).toBe(covered['@_tests']);
  expect(Number(covered['@_tests'])).toBeGreaterThan(150);
});

/** Reports of what a server could answer at its worst, and the bar. */
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { startProgress } from '../../../client/verify/progress.ts';
import { htmlReport } from '../../../client/verify/reports/html.ts';
import { jsonReport } from '../../../client/verify/reports/json.ts';
import { junitReport } from '../../../client/verify/reports/junit.ts';
import { markdownReport } from '../../../client/verify/reports/markdown.ts';
import type { Report } from '../../../client/verify/reports/report.ts';
import { textReport } from '../../../client/verify/reports/text.ts';
import type { Exchange } from '../../../contracts/checks/server-target.ts';
import type { CheckResult } from '../../../contracts/checks/verify.ts';
import { parseTree } from '../../../contracts/index.ts';

const NASTY = '<script>alert(1)</script> & "quotes" | \u0001 ]]> 🧧';

const exchange: Exchange = {
  endpoint: 'sendredpack',
  certificate: 'own',
  fields: undefined,
  body: Buffer.from('<xml></xml>'),
  reply: { status: 200, contentType: 'text/plain', body: Buffer.from(NASTY) },
};

const rule = {
  edition: 'current',
  source: 'E5',
  certainty: 'observed',
  answers: 1,
  findings: [],
  history: [],
} as const;
const finding = { clause: 'a/b', source: 'E5', certainty: 'observed', expected: 'x' } as const;

const results: CheckResult[] = [
  { ...rule, id: 'a/held', title: 'holds', verdict: 'held' },
  { ...rule, id: 'a/skipped', title: 'waits', verdict: 'skipped', reason: NASTY },
  {
    ...rule,
    id: 'a/failed',
    title: `says ${NASTY}`,
    verdict: 'failed',
    findings: [{ ...finding, got: NASTY }],
    history: Array.from({ length: 30 }, () => exchange),
    story: ['send number=a', 'query number=a'],
    replay: '--seed 1 --path histories:1',
  },
  {
    ...rule,
    id: 'a/differs',
    title: 'is otherwise',
    verdict: 'differs',
    findings: [{ ...finding, got: 'y' }],
  },
];

const report: Report = {
  url: 'https://127.0.0.1:8443/',
  edition: 'current',
  strict: 'observed',
  seed: 1,
  startedAt: '2026-01-31T04:00:00.000Z',
  tookMs: 1_234,
  results,
  curl: () => 'curl …',
};

it('the text names clause, expectation, answer, history and how to see it again', () => {
  const text = textReport(report);
  expect(text).toContain('FAILED  a/failed');
  expect(text).toContain('clause:   a/b (observed; E5)');
  expect(text).toContain('expected: x');
  expect(text).toContain(`got:      ${NASTY}`);
  expect(text).toContain('history:  send number=a; query number=a');
  expect(text).toContain('again:    --seed 1 --path histories:1');
  expect(text).toContain('1 failed, 1 differ, 1 skipped, 1 held (1.2 s, seed 1)');
  expect(text).toContain(`1 skipped: ${NASTY}`);
});

it('a long history is cut in the middle, and says so', () => {
  const lines = textReport(report).split('\n');
  expect(lines.filter((line) => line.trim() === 'curl …')).toHaveLength(12);
  expect(lines.map((line) => line.trim())).toContain('# and 18 more calls like these, then');
});

it('JUnit stays well-formed XML whatever was answered, and counts', () => {
  const text = junitReport(report);
  const tree = parseTree(Buffer.from(text.replace(/^<\?xml.*\?>\n/, '')), 1_000_000);
  expect(tree.ok).toBe(true);
  expect(text).toContain('tests="4" failures="1" errors="0" skipped="1"');
});

it('HTML and Markdown show what was answered, and run none of it', () => {
  expect(htmlReport(report)).not.toContain('<script');
  expect(htmlReport(report)).toContain('&lt;script&gt;');
  const rows = markdownReport(report)
    .split('\n')
    .filter((line) => line.startsWith('| '));
  // A bar in a title does not make another column.
  expect(new Set(rows.map((row) => row.split(/(?<!\\)\|/).length))).toEqual(new Set([7]));
});

it('JSON has every rule, and the calls of those that do not hold', () => {
  const { counts, results: rows } = JSON.parse(jsonReport(report));
  expect(counts).toEqual({ failed: 1, differs: 1, skipped: 1, held: 1 });
  expect(rows).toHaveLength(4);
  expect(rows[2].history).toHaveLength(30);
  expect(rows[2].history[0]).toMatchObject({ reply: NASTY, request: '<xml></xml>' });
});

it('the bar is drawn for a person only', () => {
  const drawn = (isTTY: boolean): string => {
    const stream = Object.assign(new PassThrough(), { isTTY, columns: 80 });
    const progress = startProgress(2, stream as unknown as NodeJS.WriteStream);
    progress.step(false);
    progress.step(true);
    progress.stop();
    return String(stream.read() ?? '');
  };
  expect(drawn(false)).toBe('');
  expect(drawn(true)).toContain('/2 rules, ');
});

/** The report for programs. */
import { countOf, explanation, type Report, replyText, VERDICTS } from './report.ts';

export function jsonReport(report: Report): string {
  const { url, edition, strict, seed, startedAt, tookMs, results } = report;
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, countOf(report, verdict)]));
  const rows = results.map(({ history, ...result }) => ({
    ...result,
    explanation: explanation(report, { ...result, history }),
    // Of what holds the calls are of no interest.
    history:
      result.verdict === 'held'
        ? []
        : history.map((exchange) => ({
            endpoint: exchange.endpoint,
            certificate: exchange.certificate,
            request: Buffer.from(exchange.body).toString('utf8'),
            reply: replyText(exchange),
            curl: report.curl(exchange),
          })),
  }));
  const whole = { url, edition, strict, seed, startedAt, tookMs, counts, results: rows };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

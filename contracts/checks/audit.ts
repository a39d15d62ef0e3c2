/**
 * What a client did wrong over a run, whatever it is written in: the journal of a server held against the rules for clients. Pure.
 * An audit sees the wire alone: what a client told its user, or wrote into its books, it cannot know.
 */
import type { Certainty, Edition } from '../types.ts';
import { type AuditEntry, callsIn } from './audit-entry.ts';
import { traceOrders } from './audit-orders.ts';
import { type AuditRun, SEVERITIES, type Severity } from './audit-run.ts';
import { CLIENT_RULES } from './client-rules.ts';

/** One thing that a client did wrong, with the calls that show it. */
export interface Finding {
  /** The rule's id, `new-number-after-systemerror`. */
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  readonly title_zh: string;
  /** One sentence with numbers and fen. */
  readonly what: string;
  /** Sequences of the journal's entries; of very many the first. */
  readonly evidence: readonly number[];
  /** What it cost, where it did. */
  readonly lostFen?: number;
  readonly remedy: string;
  readonly source: string;
  readonly certainty: Certainty;
}

export interface AuditContext {
  /** The edition that was served. Default `current`. */
  readonly edition?: Edition;
}

/** No finding names more calls than a person would look at. */
const EVIDENCE_MAX = 20;

/**
 * Holds a run against the rules for clients.
 * @param entries in any order: sequences say which came first
 * @returns the gravest first, then by the first call that shows it
 */
export function audit(entries: readonly AuditEntry[], context: AuditContext = {}): Finding[] {
  const calls = callsIn(entries);
  const run: AuditRun = {
    entries: calls,
    sends: calls.filter(({ endpoint }) => endpoint === 'sendredpack'),
    canaries: entries.filter(({ endpoint }) => endpoint === 'canary'),
    orders: traceOrders(calls),
    edition: context.edition ?? 'current',
  };
  const findings = CLIENT_RULES.flatMap(({ id, detect, ...rule }) =>
    detect(run).map(
      (seen): Finding => ({
        rule: id,
        ...rule,
        ...seen,
        evidence: seen.evidence.slice(0, EVIDENCE_MAX),
      }),
    ),
  );
  return findings.sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      (a.evidence[0] ?? 0) - (b.evidence[0] ?? 0),
  );
}

/** Is a finding as grave as that, or graver? */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least);
}

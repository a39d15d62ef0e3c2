/** What a rule for clients is, what it looks at, and what it says. */
import type { Edition, Provenance } from '../types.ts';
import type { AuditCall, AuditEntry } from './audit-entry.ts';
import type { OrderTraces } from './audit-orders.ts';

/** The gravest first. `money`: money was lost. `error`: it is wrong, or would have cost money. */
export const SEVERITIES = ['money', 'error', 'warning', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What rules look at: the calls, and what was made of them once for all rules. */
export interface AuditRun {
  /** Oldest first. */
  readonly entries: readonly AuditCall[];
  readonly sends: readonly AuditCall[];
  readonly orders: OrderTraces;
  readonly edition: Edition;
  /** Fetches of what only the DOCTYPE of an answer pointed to. */
  readonly canaries: readonly AuditEntry[];
}

/** What a rule saw: one sentence with numbers and fen, and the sequences of the calls that show it. */
export interface Observation {
  readonly what: string;
  readonly evidence: readonly number[];
  /** Where it differs from the rule's. */
  readonly severity?: Severity;
  /** What it cost, where it did. */
  readonly lostFen?: number;
}

/** One row of the table of rules. */
export interface ClientRule extends Provenance {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly title_zh: string;
  readonly remedy: string;
  detect(run: AuditRun): Observation[];
}

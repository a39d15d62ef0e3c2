/** The public face of contracts: the API as data, and pure functions over it. */
export { type AuditContext, audit, type Finding, isAtLeast } from './checks/audit.ts';
export type { AuditEntry } from './checks/audit-entry.ts';
export { NEW_NUMBER_WINDOW_MS } from './checks/audit-orders.ts';
export { type ClientRule, SEVERITIES, type Severity } from './checks/audit-run.ts';
export { CLIENT_RULES } from './checks/client-rules.ts';
export {
  COVERAGE_SECTIONS,
  type Coverage,
  type CoverageRow,
  type CoverageSection,
  type CoverageSectionName,
  coverage,
  mergeCoverage,
} from './checks/coverage.ts';
export { NEXT_STEPS, type NextStep } from './checks/coverage-next.ts';
export {
  type CoverageRequirement,
  checkRequirement,
  parseRequirement,
  type RequirementVerdict,
  requirementText,
} from './checks/coverage-requirement.ts';
export * from './core.ts';

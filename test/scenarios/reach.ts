/** What calls of the built-in scenarios do not reach of an edition, and what they name that its tables do not have. */
import {
  type AuditEntry,
  checkRequirement,
  clausesOf,
  coverage,
  type Edition,
  parseRequirement,
} from '../../contracts/index.ts';

export interface Reach {
  /** Codes and faults of answers; faults are of the current edition. */
  readonly missing: readonly string[];
  /** Rules that no table has. */
  readonly strangers: readonly string[];
}

export function reachOf(entries: readonly AuditEntry[], edition: Edition): Reach {
  const numbered = entries.map((entry, index) => ({ ...entry, sequence: index + 1 }));
  const seen = coverage(numbered, edition);
  const wanted = edition === 'current' ? ['codes=all', 'faults=all'] : ['codes=all'];
  const missing = wanted.flatMap((text) => {
    const requirement = parseRequirement(text);
    if (!requirement.ok) throw new Error(requirement.message);
    return checkRequirement(seen, requirement.value).missing;
  });
  const known = new Set(clausesOf(edition).map(({ name }) => name));
  const met = new Set(entries.flatMap(({ clause }) => clause ?? []));
  const strangers = [...met].filter(
    (clause) => !clause.includes('/scenario/') && !known.has(clause),
  );
  return { missing, strangers };
}

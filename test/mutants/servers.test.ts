/** The checks are checked: every broken server is found out, by the case that says what is wrong with it. */
import { describe, expect, it } from 'vitest';
import { CASE_GROUPS, serverCases } from '../../contracts/checks/server-cases.ts';
import { EDITIONS } from '../../contracts/index.ts';
import { IS_INSTRUMENTED } from '../support/effort.ts';
import { brokenRules } from './broken-rules.ts';
import { type Mutant, mutants } from './servers.ts';

const MUTANTS = mutants();

/** In which group a case is. */
const GROUP_OF = new Map(
  CASE_GROUPS.flatMap((group) =>
    EDITIONS.flatMap((edition) =>
      serverCases(edition, [group]).map(({ id }) => [id, group] as const),
    ),
  ),
);

/** All of the edition; for instrumented code the one that must find it, or those whose answers show a broken rule of replies. */
function casesFor({ edition, caughtBy }: Mutant) {
  if (!IS_INSTRUMENTED) return undefined;
  const group = GROUP_OF.get(caughtBy);
  if (group === undefined) return serverCases(edition, ['money']);
  return serverCases(edition, [group]).filter(({ id }) => id === caughtBy);
}

describe('a server that', () => {
  it.each(MUTANTS)('$name is caught by $caughtBy', async (mutant) => {
    const { edition, caughtBy, parts } = mutant;
    const broken = await brokenRules(edition, parts, casesFor(mutant));
    const failed = broken.filter(({ verdict }) => verdict === 'failed');
    expect(failed.map(({ id }) => id)).toContain(caughtBy);
    // One mistake is no reason to find fault with everything.
    if (!IS_INSTRUMENTED) expect(broken.length).toBeLessThan(serverCases(edition).length / 2);
  });
});

it('there are at least 25 of them, and no two alike', () => {
  expect(MUTANTS.length).toBeGreaterThanOrEqual(25);
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});

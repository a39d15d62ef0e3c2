/** The checks are checked: every broken server is found out, by the case that says what is wrong with it. */
import { describe, expect, it } from 'vitest';
import { serverCases } from '../../contracts/checks/server-cases.ts';
import { brokenRules } from './broken-rules.ts';
import { mutants } from './servers.ts';

const MUTANTS = mutants();

describe('a server that', () => {
  it.each(MUTANTS)('$name is caught by $caughtBy', async ({ edition, caughtBy, parts }) => {
    const broken = await brokenRules(edition, parts);
    expect(broken.map(({ id }) => id)).toContain(caughtBy);
    // One mistake is no reason to find fault with everything.
    expect(broken.length).toBeLessThan(serverCases(edition).length / 2);
  });
});

it('there are at least 25 of them, and no two alike', () => {
  expect(MUTANTS.length).toBeGreaterThanOrEqual(25);
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});

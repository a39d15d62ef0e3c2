/** The checks are checked: every broken server is found out, by the case that says what is wrong with it. */
import { describe, expect, it } from 'vitest';
import { serverCases } from '../../contracts/checks/server-cases.ts';
import { type CheckResult, verifyServer } from '../../contracts/checks/verify.ts';
import { EDITIONS, type Edition } from '../../contracts/index.ts';
import { brokenTarget, type Parts } from '../support/verify-targets.ts';
import { mutants } from './servers.ts';

const MUTANTS = mutants();

/** Everything that does not hold of a server with these parts. */
async function brokenRules(edition: Edition, parts: Parts): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const options = { strict: 'assumed', money: 'allowed', runId: 'mutant' } as const;
  // The figures themselves take thousands of packets, and no mistake is in them alone.
  const cases = serverCases(edition).filter(({ id }) => !id.endsWith('/figure'));
  for await (const result of verifyServer(cases, brokenTarget(parts), options)) {
    if (result.verdict !== 'held') results.push(result);
  }
  return results;
}

it.each(EDITIONS)('a sound server is found sound: edition %s', async (edition) => {
  expect(await brokenRules(edition, {})).toEqual([]);
});

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

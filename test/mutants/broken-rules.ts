/** What our mock, put together from given parts, does not hold of the cases for servers. */
import { serverCases } from '../../contracts/checks/server-cases.ts';
import { type CheckResult, verifyServer } from '../../contracts/checks/verify.ts';
import type { Edition } from '../../contracts/index.ts';
import { brokenTarget, type Parts } from '../support/verify-targets.ts';

/** Everything that does not hold of a server with these parts. */
export async function brokenRules(edition: Edition, parts: Parts): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const options = { strict: 'assumed', money: 'allowed', runId: 'mutant' } as const;
  // The figures themselves take thousands of packets, and no mistake is in them alone.
  const cases = serverCases(edition).filter(({ id }) => !id.endsWith('/figure'));
  for await (const result of verifyServer(cases, brokenTarget(parts), options)) {
    if (result.verdict !== 'held') results.push(result);
  }
  return results;
}

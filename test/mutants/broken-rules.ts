/** What our mock, put together from given parts, does not hold of the cases for servers. */
import type { ServerCase } from '../../contracts/checks/server-case.ts';
import { serverCases } from '../../contracts/checks/server-cases.ts';
import { type CheckResult, verifyServer } from '../../contracts/checks/verify.ts';
import type { Edition } from '../../contracts/index.ts';
import { brokenTarget, type Parts } from '../support/verify-targets.ts';

/** The figures themselves take thousands of packets, and no mistake is in them alone. */
export function isFigure({ id }: ServerCase): boolean {
  return id.endsWith('/figure');
}

/** Everything that does not hold of a server with these parts. @param cases left out: all of the edition */
export async function brokenRules(
  edition: Edition,
  parts: Parts,
  cases: readonly ServerCase[] = serverCases(edition).filter((each) => !isFigure(each)),
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const options = { strict: 'assumed', money: 'allowed', runId: 'mutant' } as const;
  for await (const result of verifyServer(cases, brokenTarget(parts), options)) {
    if (result.verdict !== 'held') results.push(result);
  }
  return results;
}

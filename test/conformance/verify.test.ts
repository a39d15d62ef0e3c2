/** Our own mock against every conformance case, in the three editions, in process and through msw; over real TLS: arranged.test.ts. */
import { afterAll, describe, expect, it } from 'vitest';
import { serverCases } from '../../contracts/checks/server-cases.ts';
import type { ServerTarget } from '../../contracts/checks/server-target.ts';
import { type CheckResult, verifyServer } from '../../contracts/checks/verify.ts';
import { EDITIONS, type Edition } from '../../contracts/index.ts';
import { inProcessTarget, mswTarget } from '../support/verify-targets.ts';

async function resultsOf(edition: Edition, target: ServerTarget): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  // The strictest: what is only assumed is held against our own server too.
  const options = { strict: 'assumed', money: 'allowed', runId: 'test' } as const;
  for await (const result of verifyServer(serverCases(edition), target, options)) {
    results.push(result);
  }
  return results;
}

/** What did not hold, in sentences. */
function complaints(results: readonly CheckResult[]): string[] {
  return results
    .filter(({ verdict }) => verdict !== 'held')
    .map(({ id, reason, findings }) => {
      const [first] = findings;
      return `${id}: ${reason ?? `expected ${first?.expected}, got ${first?.got}`}`;
    });
}

describe.each(EDITIONS)('the mock in process, edition %s', (edition) => {
  it('holds every case and every rule of replies, and none is skipped', async () => {
    const results = await resultsOf(edition, inProcessTarget());
    expect(complaints(results)).toEqual([]);
    expect(results.length).toBeGreaterThan(serverCases(edition).length + 40);
  });
});

describe.each(EDITIONS)('the mock through msw, edition %s', (edition) => {
  const target = mswTarget();
  afterAll(target.close);

  it('holds every case and every rule of replies, and none is skipped', async () => {
    const results = await resultsOf(edition, target);
    expect(complaints(results)).toEqual([]);
    expect(results.length).toBeGreaterThan(serverCases(edition).length + 40);
  });
});

import { describe, expect, it } from 'vitest';
import { CASE_GROUPS, serverCases } from '../../contracts/checks/server-cases.ts';
import type { CheckResult } from '../../contracts/checks/verify.ts';
import { EDITIONS } from '../../contracts/index.ts';
import { brokenRules, isFigure } from './broken-rules.ts';

/** What failed or differs; that no answer was of a rule's kind says nothing of the server. */
const wrong = (results: readonly CheckResult[]) =>
  results
    .filter(({ verdict, id }) => verdict !== 'skipped' || !id.includes('/reply/'))
    .map(({ id, findings: [first], reason }) => ({ id, first, reason }));

describe.each(EDITIONS)('a sound server of edition %s is found sound', (edition) => {
  // Group by group, so that a case is played only for what may be wrong with it.
  it.each(CASE_GROUPS)('in the cases about %s', async (group) => {
    const cases = serverCases(edition, [group]).filter((each) => !isFigure(each));
    expect(wrong(await brokenRules(edition, {}, cases))).toEqual([]);
  });

  it('in its figures', async () => {
    const figures = serverCases(edition, ['quotas']).filter(isFigure);
    expect(wrong(await brokenRules(edition, {}, figures))).toEqual([]);
  });
});

it.each(EDITIONS)('edition %s has an answer for every rule of replies', async (edition) => {
  const results = await brokenRules(edition, {}, serverCases(edition, ['wire', 'money']));
  expect(results).toEqual([]);
});

/** What is generated, against our own mock and against broken servers: it holds, or is shrunk to the smallest that shows it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GeneratedOptions } from '../../../contracts/checks/generated-call.ts';
import { probesFor, verifyGenerated } from '../../../contracts/checks/generated-run.ts';
import type { ServerTarget } from '../../../contracts/checks/server-target.ts';
import type { CheckResult } from '../../../contracts/checks/verify.ts';
import { EDITIONS } from '../../../contracts/index.ts';
import { mutants } from '../../mutants/servers.ts';
import { SEED } from '../../support/seed.ts';
import { brokenTarget, inProcessTarget } from '../../support/verify-targets.ts';

const OPTIONS: GeneratedOptions = {
  edition: 'current',
  strict: 'assumed',
  requests: 300,
  histories: 100,
  seed: SEED,
  runId: 'made',
};

async function resultsOf(target: ServerTarget, options: Partial<GeneratedOptions> = {}) {
  const results: CheckResult[] = [];
  for await (const result of verifyGenerated(target, { ...OPTIONS, ...options }))
    results.push(result);
  return results;
}

function broken(name: string): ServerTarget {
  const mutant = mutants().find((each) => each.name === name);
  if (!mutant) throw new Error(`no broken server ${name}`);
  return brokenTarget(mutant.parts);
}

const sentence = ({ id, findings: [first], story, replay }: CheckResult): string =>
  `${id}: expected ${first?.expected}, got ${first?.got}; ${story?.join(', ')} (${replay})`;
const failed = (results: readonly CheckResult[]) =>
  results.filter(({ verdict }) => verdict !== 'held');

describe(`our own mock (REDPACK_SEED=${SEED})`, () => {
  it.each(EDITIONS)('holds what is generated: edition %s', async (edition) => {
    const results = await resultsOf(inProcessTarget(), { edition });
    expect(failed(results).map(sentence)).toEqual([]);
    expect(results.map(({ id }) => id)).toEqual([
      'generated/valid',
      'generated/wrong-once',
      'generated/wrong-twice',
      'generated/histories',
    ]);
    for (const { id, answers } of results) expect(answers, id).toBeGreaterThanOrEqual(100);
  });
});

describe('a target that cannot be arranged for everything', () => {
  it('is not asked by strangers where these cannot be arranged', () => {
    const strangersFor = (more: Pick<ServerTarget, 'strangers'>): number => {
      const probes = probesFor({ certificates: ['own', 'none'], ...more }, OPTIONS);
      const made = probes.flatMap(([, arbitrary]) =>
        fc.sample(arbitrary, { seed: SEED, numRuns: 1_000 }),
      );
      const strangers = made.filter(
        ({ step }) => step.certificate === 'none' && step.fields?.mch_id !== undefined,
      );
      return strangers.length;
    };
    expect(strangersFor({})).toBeGreaterThan(0);
    expect(strangersFor({ strangers: 'not-arranged' })).toBe(0);
  });

  it('is skipped, with its reason, where it refuses to be arranged', async () => {
    const results = await resultsOf({
      ...inProcessTarget(),
      arrange: async () => ({ skip: 'it is closed' }),
    });
    expect(results.map(({ verdict, reason }) => `${verdict}: ${reason}`)).toEqual(
      Array.from({ length: 4 }, () => 'skipped: it is closed'),
    );
  });
});

describe('a broken server is found by', () => {
  it.each([
    ['valid requests', 'generated/valid', 'refuses exactly one yuan'],
    ['requests that are wrong once', 'generated/wrong-once', 'counts characters instead of bytes'],
    ['requests that are wrong once', 'generated/wrong-once', 'takes a signature in lower case'],
    [
      'requests that are wrong twice',
      'generated/wrong-twice',
      'looks at the signature before the fields',
    ],
    ['histories', 'generated/histories', 'pays a retry again'],
    ['histories', 'generated/histories', 'takes another amount for a repeat'],
    ['histories', 'generated/histories', 'gives back after three days what comes back after one'],
    ['histories', 'generated/histories', 'keeps no order that could not be paid'],
  ])('%s (%s): it %s', async (_what, id, mutant) => {
    const results = failed(await resultsOf(broken(mutant), { requests: 600 }));
    expect(results.map((result) => result.id)).toContain(id);
  });
});

describe('a failure', () => {
  const histories = { requests: 0, histories: 300 };

  it('is shrunk to the smallest history, and says what was expected', async () => {
    const [result] = await resultsOf(broken('keeps no order that could not be paid'), histories);
    // What uses up the money, what cannot be paid any more, and what shows that it was forgotten.
    expect(result?.story).toEqual([
      expect.stringMatching(/^send /),
      expect.stringMatching(/^send /),
      expect.stringMatching(/^(?:query|change) /),
    ]);
    expect(result?.history).toHaveLength(3);
    expect(result?.findings).toEqual([
      expect.objectContaining({
        clause: expect.stringMatching(/^model\/(?:query|other-user|other-amount)$/),
        expected: expect.stringMatching(/SENDING|FATAL_ERROR/),
        got: expect.stringMatching(/NOT_FOUND|NOTENOUGH|sent/),
      }),
    ]);
  });

  it('is found again by the seed and the path that it prints', async () => {
    const mutant = 'takes another amount for a repeat';
    const [first] = await resultsOf(broken(mutant), histories);
    const [, seed = '', path = ''] = /--seed (\S+) --path (\S+)/.exec(first?.replay ?? '') ?? [];
    const again = await resultsOf(broken(mutant), {
      ...histories,
      seed: Number(seed),
      path,
    });
    expect(again).toHaveLength(1);
    expect(again[0]?.story).toEqual(first?.story);
    expect(again[0]?.findings).toEqual(first?.findings);
  });

  it('of a single request is found again as well', async () => {
    const mutant = 'counts characters instead of bytes';
    const only = { requests: 600, histories: 0 };
    const [first] = failed(await resultsOf(broken(mutant), only));
    const [, path = ''] = /--path (\S+)/.exec(first?.replay ?? '') ?? [];
    const again = await resultsOf(broken(mutant), { ...only, path });
    expect(again.map(({ id, findings }) => [id, findings])).toEqual([[first?.id, first?.findings]]);
    expect(again[0]?.history).toHaveLength(1);
  });
});

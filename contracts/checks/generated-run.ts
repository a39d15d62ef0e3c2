/**
 * Plays what was made up against a server: single requests, and histories against the model. What fails is shrunk to the smallest that
 * fails, and can be repeated from its seed and path.
 */
import fc from 'fast-check';
import { onceWrongProbe, type Probe, twiceWrongProbe, validProbe } from './arbitraries.ts';
import {
  arrange,
  callAndJudge,
  type GeneratedOptions,
  type Name,
  pathOf,
  resultOf,
  type Setup,
  skippedResult,
  type Tally,
} from './generated-call.ts';
import { checkHistories } from './model-run.ts';
import type { ServerTarget } from './server-target.ts';
import type { CheckResult } from './verify.ts';
import { namesOfRun } from './verify-names.ts';

/** Yields a result for each kind. All of them may send money. */
export async function* verifyGenerated(
  target: ServerTarget,
  options: GeneratedOptions,
): AsyncGenerator<CheckResult> {
  const { histories } = options;
  const names = namesOfRun(options.runId, target.openids);
  const wanted = options.path?.split(':')[0];
  for (const [name, arbitrary, runs] of probesFor(target, options)) {
    if (runs <= 0 || (wanted !== undefined && wanted !== name)) continue;
    yield await checkProbes(name, arbitrary, runs, { target, options, names });
  }
  if (histories <= 0 || (wanted !== undefined && wanted !== 'histories')) return;
  yield await checkHistories({ target, options, names });
}

/** The kinds of single requests, and how many of each. */
export function probesFor(
  { certificates, strangers }: Pick<ServerTarget, 'certificates' | 'strangers'>,
  { edition, requests }: Pick<GeneratedOptions, 'edition' | 'requests'>,
): readonly (readonly [name: Name, arbitrary: fc.Arbitrary<Probe>, runs: number])[] {
  const setting = { edition, certificates };
  const third = Math.ceil(requests / 3);
  const twice = twiceWrongProbe(setting);
  return [
    ['valid', validProbe(edition), third],
    ['wrong-once', onceWrongProbe(setting), third],
    // Only what is wrong twice can be a stranger's: another's number, and no certificate.
    ['wrong-twice', strangers ? twice.filter(isOfSomebody) : twice, requests - 2 * third],
  ];
}

function isOfSomebody({ step: { fields, certificate } }: Probe): boolean {
  return certificate !== 'none' || fields?.mch_id === undefined;
}

async function checkProbes(
  name: Name,
  arbitrary: fc.Arbitrary<Probe>,
  numRuns: number,
  setup: Setup,
): Promise<CheckResult> {
  const record: Tally = { answers: 0, failure: undefined };
  const reason = await arrange(setup, {});
  if (reason !== undefined) return skippedResult(name, setup.options, reason);
  const property = fc.asyncProperty(arbitrary, async ({ step, clause, source, certainty }) => {
    const known = { clause, source, certainty };
    await callAndJudge(step, known, {
      ...setup,
      names: setup.names(),
      record,
      history: [],
      story: [],
    });
  });
  const { seed } = setup.options;
  const path = pathOf(setup.options);
  const outcome = await fc.check(property, { numRuns, seed, ...(path ? { path } : {}) });
  return resultOf(name, setup.options, record, outcome);
}

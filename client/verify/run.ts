/** Plays everything that was asked for against a target, and collects what came of it. */
import { replyClauses } from '../../contracts/checks/judge.ts';
import type { ServerCase } from '../../contracts/checks/server-case.ts';
import { serverCases } from '../../contracts/checks/server-cases.ts';
import type { ServerTarget } from '../../contracts/checks/server-target.ts';
import { type CheckResult, verifyServer } from '../../contracts/checks/verify.ts';
import type { Certainty, Edition } from '../../contracts/core.ts';
import { UsageError } from './settings.ts';

export interface Wanted {
  readonly edition: Edition;
  readonly strict: Certainty;
  readonly money: 'allowed' | 'refused';
  /** Parts of ids; none: all. */
  readonly only: readonly string[];
  /** Generated requests, and histories. */
  readonly requests: number;
  readonly histories: number;
  readonly seed: number;
  readonly path: string | undefined;
  readonly runId: string;
}

/** The cases that were asked for; of a path that is repeated, none. */
export function casesWanted({ edition, only, path }: Wanted): readonly ServerCase[] {
  if (path !== undefined) return [];
  const cases = serverCases(edition);
  return only.length === 0
    ? cases
    : cases.filter(({ id }) => only.some((part) => id.includes(part)));
}

/** How many results there will be, for a bar. */
export function countWanted(wanted: Wanted): number {
  const cases = casesWanted(wanted).length;
  const generated = isGenerating(wanted) ? 4 : 0;
  return (cases === 0 ? 0 : cases + replyClauses().length) + generated;
}

function isGenerating({ only, path, requests, histories }: Wanted): boolean {
  const asked = only.length === 0 || only.some((part) => 'generated'.includes(part));
  return (asked || path !== undefined) && (requests > 0 || histories > 0);
}

/** @throws UsageError when what generates is not installed */
export async function* verifyAll(
  target: ServerTarget,
  wanted: Wanted,
): AsyncGenerator<CheckResult> {
  yield* verifyServer(casesWanted(wanted), target, wanted);
  if (!isGenerating(wanted)) return;
  const { edition, money } = wanted;
  if (money === 'refused') {
    yield { ...notGenerated(edition), reason: 'it may send money, and that was not allowed' };
    return;
  }
  const { verifyGenerated } = await loadGenerator();
  // Numbers of its own: those of the cases are taken.
  yield* verifyGenerated(target, { ...wanted, runId: `${wanted.runId}g` });
}

function notGenerated(edition: Edition): CheckResult {
  return {
    id: 'generated',
    title: 'requests and histories that are made up',
    edition,
    source: 'the tables',
    certainty: 'observed',
    verdict: 'skipped',
    findings: [],
    history: [],
    answers: 0,
  };
}

/** fast-check is an optional companion: who only plays the cases does without. */
async function loadGenerator(): Promise<typeof import('../../contracts/checks/generated-run.ts')> {
  try {
    return await import('../../contracts/checks/generated-run.ts');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      'making requests up needs fast-check: npm install --save-dev fast-check, or pass --runs 0',
    );
  }
}

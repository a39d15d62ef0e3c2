/** The search for the mistakes behind a signature: none beyond its form, one, two at once; likeliest first, within a budget. */
import {
  SEARCHED_MISTAKES,
  type SearchedMistake,
  SIGN_STEPS,
  type SignStep,
} from '../tables/sign-mistakes.ts';
import { type Draft, joinDraft, rightDraft, type SignCase, type Way } from './sign-draft.ts';
import type { SignForm } from './sign-form.ts';

/** What a search may still spend: strings to digest, and their characters together. */
export interface Budget {
  tries: number;
  characters: number;
  /** Did it end before the search? */
  spent: boolean;
}

/**
 * Of a usual body with a signature that nothing explains, `quick` takes 3 ms and `thorough` 23 ms, whose 6000 tries are all pairs;
 * what one mistake explains takes 1 ms. The first search of a process takes 10 ms more, to learn GBK.
 */
export const EFFORTS = {
  quick: { tries: 700, characters: 600_000, spent: false },
  thorough: { tries: 30_000, characters: 30_000_000, spent: false },
} as const satisfies Record<string, Budget>;
export type Effort = keyof typeof EFFORTS;

export interface Found {
  readonly mistake: SearchedMistake;
  readonly way: Way;
}

/** A way as it works out on this request by itself. */
interface Candidate extends Found {
  readonly step: number;
  /** Lower is likelier to be one of two. */
  readonly rank: number;
  readonly draft: Draft;
  /** The string before the key. */
  readonly head: string;
  /** Does it change that string, or what comes behind it? */
  readonly changesHead: boolean;
  readonly changesTail: boolean;
}

/** The first way of a row is as likely as the second of one that stands this much higher in the table. */
const RANKS_PER_WAY = 4;

/** @returns the fewest mistakes that give this signature, in the order in which they are made; undefined: none do */
export function searchMistakes(
  seen: SignCase,
  form: SignForm,
  budget: Budget,
): readonly Found[] | undefined {
  const right = rightDraft(seen);
  const digest = (head: string, draft: Draft): string | undefined => {
    const whole = draft.addKey(head, draft.key);
    budget.spent = budget.tries === 0 || budget.characters < whole.length;
    if (budget.spent) return undefined;
    budget.tries -= 1;
    budget.characters -= whole.length;
    return form.digest(draft.finish(whole), draft.key);
  };

  const plain = digest(joinDraft(right), right);
  if (plain === form.target) return [];
  const seenDigests = new Set([plain]);
  const candidates: Candidate[] = [];
  for (const candidate of candidatesOf(seen, right)) {
    const made = digest(candidate.head, candidate.draft);
    if (made === undefined) return undefined;
    if (made === form.target) return [candidate];
    const { alone, step } = candidate.mistake;
    // What changes nothing here, or the same as another, need not be paired; an order may change with a field more.
    if (!alone && (step === 'order' || !seenDigests.has(made))) candidates.push(candidate);
    seenDigests.add(made);
  }
  candidates.sort((a, b) => a.rank - b.rank);
  return searchPairs(candidates, form.target, digest);
}

/** One at a time: a budget may end before they do. */
function* candidatesOf(seen: SignCase, right: Draft): Generator<Candidate> {
  const rightHead = joinDraft(right);
  for (const [row, mistake] of SEARCHED_MISTAKES.entries()) {
    const step = SIGN_STEPS.indexOf(mistake.step);
    for (const [place, way] of mistake.ways(seen).entries()) {
      const draft = way.edit(right);
      const { entries, order, join } = draft;
      const changesHead = entries !== right.entries || order !== right.order || join !== right.join;
      const changesTail =
        draft.key !== right.key || draft.addKey !== right.addKey || draft.finish !== right.finish;
      const head = changesHead ? joinDraft(draft) : rightHead;
      const rank = row + RANKS_PER_WAY * place;
      yield { mistake, way, step, rank, draft, head, changesHead, changesTail };
    }
  }
}

/** Along the diagonals, so that two likely mistakes come before a likely and an unlikely one. */
function searchPairs(
  candidates: readonly Candidate[],
  target: string,
  digest: (head: string, draft: Draft) => string | undefined,
): readonly Found[] | undefined {
  const last = candidates.length - 1;
  for (let sum = 1; sum < 2 * last; sum += 1) {
    for (let low = Math.max(0, sum - last); low < sum - low; low += 1) {
      const pair = inOrder(candidates[low], candidates[sum - low]);
      if (!pair) continue;
      const made = digestPair(pair, digest);
      if (made === undefined) return undefined;
      if (made === target) return pair;
    }
  }
  return undefined;
}

type Pair = readonly [Candidate, Candidate];

/** At these steps one thing can be done twice, to the fields one after the other. */
const MANIFOLD: readonly SignStep[] = ['fields', 'values', 'escapes', 'names'];

/** @returns the two in the order in which a client makes them; undefined when nobody can make both */
function inOrder(a: Candidate | undefined, b: Candidate | undefined): Pair | undefined {
  if (!a || !b) return undefined;
  if (a.mistake === b.mistake && !a.mistake.repeats) return undefined;
  if (a.step === b.step && !MANIFOLD.includes(a.mistake.step)) return undefined;
  return a.step <= b.step ? [a, b] : [b, a];
}

function digestPair(
  [first, second]: Pair,
  digest: (head: string, draft: Draft) => string | undefined,
): string | undefined {
  // Most pairs are one mistake before the key and one behind it: no string is joined anew.
  if (!first.changesTail && !second.changesHead) return digest(first.head, second.draft);
  const draft = second.way.edit(first.draft);
  return digest(joinDraft(draft), draft);
}

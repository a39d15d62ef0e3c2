/** What the faults of a rule must say about each other and about the rest of it. */
import type { Complaint } from './consistency.ts';
import type { Fault, FaultKind } from './fault-schema.ts';
import type { Scenario, ScenarioRule } from './schema.ts';

/** What changes an answer that a page in its place, or no answer at all, would hide. */
const OF_THE_ANSWER: ReadonlySet<FaultKind> = new Set([
  ...(['content-type', 'gzip', 'truncate', 'malformed', 'encoding', 'huge'] as const),
  ...(['external-entity', 'entity-bomb', 'sign', 'other-order', 'wrong-echo'] as const),
  ...(['err-code', 'unknown-fields', 'reordered', 'hblist'] as const),
]);

/** Paths begin at the rule. */
export function faultComplaints(
  { when, then }: ScenarioRule,
  switches: Scenario['switches'],
): Complaint[] {
  const { fault, strikes, code, money, state } = then;
  if (fault === undefined) {
    const message = 'says when a fault strikes, and there is none: expected a fault beside it';
    return strikes === undefined ? [] : [{ path: ['then', 'strikes'], message }];
  }
  const all: readonly Fault[] = [fault].flat();
  const complaints = all.flatMap((each, index): Complaint[] => {
    const path = ['then', 'fault', ...(Array.isArray(fault) ? [index] : []), 'kind'];
    const isRepeated = all.slice(0, index).some(({ kind }) => kind === each.kind);
    return [
      isRepeated ? 'expected each kind once' : undefined,
      hiddenBy(each, all),
      misplaced(each, when.endpoint, switches),
      each.kind === 'err-code' && code ? `${code} is answered: expected one of the two` : undefined,
    ].flatMap((message) => (message === undefined ? [] : [{ path, message }]));
  });
  const isUnwritten = strikes === 'before' && all.some(({ kind }) => kind !== 'delay');
  const unwritten = 'the fault strikes before, so nothing is written: expected no';
  if (isUnwritten && money === 'moved') {
    complaints.push({ path: ['then', 'money'], message: `${unwritten} "money: moved"` });
  }
  if (isUnwritten && state !== undefined && when.endpoint === 'sendredpack') {
    complaints.push({ path: ['then', 'state'], message: `${unwritten} state` });
  }
  return complaints;
}

function hiddenBy(each: Fault, all: readonly Fault[]): string | undefined {
  const isEnd = each.kind === 'drop' || each.kind === 'never-answer';
  const ends = all.filter(({ kind }) => kind === 'drop' || kind === 'never-answer');
  const page = all.find(({ kind }) => kind === 'page' || kind === 'redirect');
  if (isEnd && ends.length > 1 && each !== ends[0]) return `the answer ends with ${ends[0]?.kind}`;
  if (page && OF_THE_ANSWER.has(each.kind)) return `nobody sees it: ${page.kind} takes its place`;
  if (page && each.kind === 'redirect' && page !== each) return `expected either page or redirect`;
  const silent = ends.find((end) => 'at' in end && end.at === 'before-headers');
  if (!silent || each === silent || each.kind === 'delay') return undefined;
  return `nobody sees it: nothing comes after ${silent.kind} before-headers`;
}

function misplaced(
  fault: Fault,
  endpoint: ScenarioRule['when']['endpoint'],
  { replySigned = 'never' }: Scenario['switches'],
): string | undefined {
  if (fault.kind === 'hblist' && endpoint !== 'gethbinfo') {
    return 'only gethbinfo answers a hblist: expected "when: { endpoint: gethbinfo }"';
  }
  if (fault.kind !== 'sign' || fault.as !== 'missing') return undefined;
  if (endpoint === 'gethbinfo') return 'answers of gethbinfo are never signed: none can be missing';
  if (replySigned !== 'never') return undefined;
  return 'answers are not signed: expected "switches: { replySigned: always }" beside it';
}

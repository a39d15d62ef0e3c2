/** Did a run meet what its scenario is about? A story that nobody came to has not been passed. */
import type { JournalEntry } from '../journal/entry.ts';
import type { Scenario, ScenarioRule } from '../scenario/schema.ts';

/** What came to a mock while the command ran. */
export interface Met {
  readonly calls: readonly JournalEntry[];
  /** TCP connections, those included whose handshake failed. */
  readonly connections: number;
}

/** What an answer says by which a story without rules is known. */
interface Sign {
  /** An err_code, a status of gethbinfo, or a page. */
  readonly name: string;
  /** err_code_des, where the story gives it. */
  readonly words: string | undefined;
  fits(call: JournalEntry): boolean;
}

type Steps = Scenario['steps'];
type CallStep = Extract<Steps[number], { expect: unknown }>;

/**
 * What a scenario is about is where its listener fails, else what its rules do, else the errors that its own steps show; one that has
 * none of these is met by any success. (Which of several errors was met is not asked.)
 * @returns why it was not met; undefined: it was
 */
export function whyNotMet(scenario: Scenario, { calls, connections }: Met): string | undefined {
  const { rules, steps } = scenario;
  if (refusesHandshakes(scenario)) return connections > 0 ? undefined : 'no connection came';
  if (calls.length === 0) return 'no call came';
  if (rules.length > 0) {
    const struck = calls.some((call) => rules.some((rule) => hasStruck(rule, call)));
    return struck ? undefined : (refusedBefore(calls) ?? 'none of its rules struck');
  }
  const signs = signsOf(steps);
  if (signs.length === 0) {
    return calls.some(isSuccess) ? undefined : (refusedBefore(calls) ?? 'no call succeeded');
  }
  if (calls.some((call) => signs.some((sign) => sign.fits(call)))) return undefined;
  const names = new Set(signs.map(({ name }) => name));
  return refusedBefore(calls) ?? `no answer was ${[...names].join(' or ')}`;
}

/** Is a right client's call of this mock never to get as far as a request? */
function refusesHandshakes({ tls, switches }: Scenario): boolean {
  const fault = tls?.fault ?? 'no-close-notify';
  return fault !== 'no-close-notify' || switches.noCertificate === 'refuse-handshake';
}

/** What befalls the answer to a call that was refused anyway is not what the rule is there for: no money was at stake. */
function hasStruck({ when, then }: ScenarioRule, call: JournalEntry): boolean {
  if (call.endpoint !== when.endpoint) return false;
  const isByRule = call.clause?.includes('/scenario/') ?? false;
  if (then.code !== undefined) return isByRule && call.code === then.code;
  const kinds: readonly string[] = [then.fault ?? []].flat().map(({ kind }) => kind);
  if (kinds.length > 0) {
    const { faults = [], verdict } = call;
    return verdict !== 'refused' && faults.some((kind) => kinds.includes(kind));
  }
  return call.why.endsWith(`leaves it ${then.state}`) || showsStatus(call, then.state);
}

/** Where time passes and something else than success comes of it, that is what the story is about, not what led there. */
function signsOf(steps: Steps): Sign[] {
  const waited = steps.findIndex((step) => 'advance' in step);
  const late = waited === -1 ? [] : signsIn(steps.slice(waited));
  return late.length > 0 ? late : signsIn(steps);
}

/** A refused query counts only where all is well with sending: elsewhere it looks at what became of a refusal. */
function signsIn(steps: Steps): Sign[] {
  const calls = steps.filter((step) => 'expect' in step);
  const sends = calls.filter((step) => ('to' in step ? step.to === 'sendredpack' : 'send' in step));
  const shown = [...sends.flatMap(codeSign), ...calls.flatMap(pageSign), ...calls.flatMap(endSign)];
  const signs = shown.length > 0 ? shown : calls.flatMap(codeSign);
  const worded = new Set(signs.flatMap(({ name, words }) => (words === undefined ? [] : [name])));
  return signs.filter(({ name, words }) => words !== undefined || !worded.has(name));
}

function codeSign({ expect: { err_code: name, err_code_des: words } }: CallStep): Sign[] {
  if (!name || name === 'SUCCESS') return [];
  return [{ name, words, fits: ({ code, reply }) => code === name && reply.includes(words ?? '') }];
}

function pageSign({ expect: { http } }: CallStep): Sign[] {
  if (http === undefined) return [];
  return [{ name: pageText(http), words: undefined, fits: (call) => call.httpStatus === http }];
}

/** What becomes of a packet that was sent, or never will be. */
function endSign({ expect: { status: name } }: CallStep): Sign[] {
  if (name === undefined || name === 'SENT' || name === 'SENDING') return [];
  return [{ name, words: undefined, fits: (call) => showsStatus(call, name) }];
}

function showsStatus({ reply }: JournalEntry, status: string | undefined): boolean {
  return reply.includes(`<status><![CDATA[${status}]]></status>`);
}

function isSuccess({ verdict }: JournalEntry): boolean {
  return verdict === 'sent' || verdict === 'repeated' || verdict === 'found';
}

/** Undefined when a single call got further. */
function refusedBefore(calls: readonly JournalEntry[]): string | undefined {
  if (!calls.every(({ verdict }) => verdict === 'refused' || verdict === 'front')) return undefined;
  const codes = calls.map(({ code, httpStatus }) => code ?? pageText(httpStatus));
  return `every call was refused before (${[...new Set(codes)].join(', ')})`;
}

function pageText(status: number): string {
  return `HTTP ${status}`;
}

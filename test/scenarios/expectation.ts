/** Holds an answer against what a step expects of it. */
import { parseTree } from '../../contracts/index.ts';
import type { Scenario } from '../../mock-server/index.ts';
import type { Answer } from './answer.ts';

export type CallStep = Extract<Scenario['steps'][number], { expect: unknown }>;
type Expectation = CallStep['expect'];

/** What differs from the expectation; HTTP 200 is expected unless it says otherwise. */
export function faultsOf(answer: Answer, expectation: Expectation): string[] {
  const { connection = 'answered', http = 200, headers = {}, ...ofBody } = expectation;
  if (answer.connection !== connection) {
    return [`the connection was ${answer.connection}, expected ${connection}`];
  }
  if (answer.connection !== 'answered') return [];
  if (answer.status !== http) return [`the HTTP status is ${answer.status}, expected ${http}`];
  const { contains, tookMsAtLeast = 0, readable, absent = [], ...elements } = ofBody;
  const faults = Object.entries(headers).flatMap(([name, value]) =>
    answer.headers[name] === value
      ? []
      : [`the header ${name} is ${said(answer.headers[name])}, expected ${said(value)}`],
  );
  if (answer.tookMs < tookMsAtLeast - 1) {
    faults.push(`it took ${answer.tookMs.toFixed()} ms, expected at least ${tookMsAtLeast}`);
  }
  if (contains !== undefined && !answer.body.includes(contains)) {
    faults.push(`the body does not contain ${said(contains)}`);
  }
  return [...faults, ...faultsOfXml(answer.body, readable, { ...elements }, absent)];
}

function faultsOfXml(
  body: Buffer,
  readable: boolean | undefined,
  elements: Readonly<Record<string, string | null | undefined>>,
  absent: readonly string[],
): string[] {
  const expected: [string, string | null][] = [
    ...Object.entries(elements).filter((entry): entry is [string, string | null] => {
      return entry[1] !== undefined;
    }),
    ...absent.map((name): [string, null] => [name, null]),
  ];
  if (expected.length === 0 && readable === undefined) return [];
  const parsed = parseTree(body, body.length);
  if (readable === false) return parsed.ok ? ['the body is readable XML, expected none'] : [];
  if (!parsed.ok) return [`the answer is no XML: ${parsed.refusal.detail}`];
  const got = new Map(parsed.value.children.map(({ name, text }) => [name, text]));
  return expected.flatMap(([name, value]) =>
    (got.get(name) ?? null) === value
      ? []
      : [`${name} is ${said(got.get(name))}, expected ${said(value)}`],
  );
}

function said(value: unknown): string {
  return value === undefined || value === null ? 'absent' : JSON.stringify(value);
}

/** What a scenario's parts must say about each other, and no schema of one part can: each complaint has its path. */
import { codeRow, type Edition, SIGNED_FIELDS } from '../../contracts/core.ts';
import { faultComplaints } from './fault-consistency.ts';
import type { Scenario, ScenarioMerchant, ScenarioRule } from './schema.ts';

export interface Complaint {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Parts = Pick<Scenario, 'edition' | 'merchants' | 'rules' | 'steps' | 'switches'>;

export function complaintsAbout({
  edition,
  merchants,
  rules,
  steps,
  switches,
}: Parts): Complaint[] {
  const numbers = merchants.map((merchant) => merchant.mch_id);
  const unknown = (number: string | undefined): string[] =>
    number === undefined || numbers.includes(number)
      ? []
      : [`expected one of the merchants: ${numbers.join(', ')}`];
  const at = (path: Complaint['path'], messages: readonly string[]): Complaint[] =>
    messages.map((message) => ({ path, message }));

  return [
    ...numbers.flatMap((number, index) =>
      at(['merchants', index, 'mch_id'], twice(numbers, number, index)),
    ),
    ...merchants.flatMap((merchant, index) =>
      under(['merchants', index, 'limits'], limitComplaints(merchant)),
    ),
    ...rules.flatMap((rule, index) => [
      ...at(['rules', index, 'when', 'mch_id'], unknown(rule.when.mch_id)),
      ...under(['rules', index], ruleComplaints(rule, edition)),
      ...under(['rules', index], faultComplaints(rule, switches)),
    ]),
    ...steps.flatMap((step, index) =>
      at(['steps', index, 'as'], unknown('as' in step ? step.as : undefined)),
    ),
  ];
}

function under(path: Complaint['path'], complaints: readonly Complaint[]): Complaint[] {
  return complaints.map((each) => ({ ...each, path: [...path, ...each.path] }));
}

function twice(numbers: readonly string[], number: string, index: number): string[] {
  return numbers.indexOf(number) === index ? [] : ['expected each mch_id once'];
}

function limitComplaints({ limits }: ScenarioMerchant): Complaint[] {
  const complaints: Complaint[] = [];
  for (const name of ['closedFromHour', 'closedToHour'] as const) {
    const hour = limits[name] ?? 0;
    if (hour > 24) complaints.push({ path: [name], message: 'expected an hour, 0 to 24' });
  }
  for (const [min, max] of [
    ['amountFenMin', 'amountFenMax'],
    ['sceneFenMin', 'sceneFenMax'],
  ] as const) {
    if ((limits[min] ?? 0) <= (limits[max] ?? Number.POSITIVE_INFINITY)) continue;
    complaints.push({ path: [min], message: `expected no more than ${max}` });
  }
  return complaints;
}

function ruleComplaints({ when, then }: ScenarioRule, edition: Edition): Complaint[] {
  const complaints: Complaint[] = [];
  const row = then.code && codeRow(then.code);
  if (row && !row.endpoints.includes(when.endpoint)) {
    const message = `${row.code} is an answer of ${row.endpoints.join(', ')}, not of ${when.endpoint}`;
    complaints.push({ path: ['then', 'code'], message });
  }
  if (row && !row.editions.includes(edition)) {
    const message = `${row.code} is no code of edition ${edition}, but of ${row.editions.join(', ')}`;
    complaints.push({ path: ['then', 'code'], message });
  }
  const names = [...SIGNED_FIELDS[when.endpoint].names, 'sign'];
  for (const [name, condition] of Object.entries(when.fields ?? {})) {
    const path = ['when', 'fields', name];
    if (!names.includes(name)) {
      complaints.push({ path, message: `unknown field, expected one of ${names.join(', ')}` });
    }
    const bounds = typeof condition === 'object' && 'atMost' in condition ? condition : {};
    if ((bounds.atLeast ?? 0) > (bounds.atMost ?? Number.POSITIVE_INFINITY)) {
      complaints.push({ path, message: 'expected atLeast to be no more than atMost' });
    }
  }
  const state = stateComplaint(then, when.endpoint === 'gethbinfo');
  if (state) complaints.push({ path: ['then', 'state'], message: state });
  return complaints;
}

/** An order that was not paid cannot have been sent; one that was paid has not failed. A query only shows a state. */
function stateComplaint(
  { code, money, state }: ScenarioRule['then'],
  isQuery: boolean,
): string | undefined {
  if (isQuery || code === undefined || state === undefined) return undefined;
  if (money === 'moved' && state === 'FAILED') return 'the money moved: expected any but FAILED';
  if (money === 'not-moved' && state !== 'SENDING' && state !== 'FAILED') {
    return `without "money: moved" nothing was sent: expected SENDING or FAILED, not ${state}`;
  }
  return undefined;
}

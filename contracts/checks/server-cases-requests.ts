/** Cases about the request by itself: fields, certificate, signature, and how it is written. Most are generated from the tables. */
import { EDITION_TABLES } from '../tables/editions.ts';
import type { RequestRow } from '../tables/fields.ts';
import { type Edition, ENDPOINTS, type EndpointName } from '../types.ts';
import type { Fault, Variant } from './fault.ts';
import { faultsOf } from './faults.ts';
import {
  type Acceptable,
  type CallStep,
  type CaseDraft,
  type MerchantNeeds,
  type Overrides,
  SENT,
  send,
} from './server-case.ts';

export function requestCases(edition: Edition): CaseDraft[] {
  return [
    ...ENDPOINTS.flatMap((endpoint) => faultCases(edition, endpoint)),
    ...ENDPOINTS.flatMap((endpoint) => precedenceCases(edition, endpoint)),
    ...acceptedFieldCases(edition),
  ];
}

/** What a provider must send beside what everybody must. */
export function providerFields(edition: Edition): Overrides {
  const rows = EDITION_TABLES[edition].request.sendredpack;
  const own = rows.filter((row) => row.required === 'provider');
  return Object.fromEntries(own.map((row) => [row.name, row.example]));
}

function call(
  edition: Edition,
  endpoint: EndpointName,
  merchant: MerchantNeeds | undefined,
  variants: readonly Variant[],
  accept: readonly Acceptable[],
): CallStep {
  const base = merchant?.role === 'provider' ? providerFields(edition) : {};
  const fields = Object.assign({}, base, ...variants.map((variant) => variant.fields));
  const rest = Object.assign({}, ...variants) as Variant;
  return { call: endpoint, ...rest, fields, accept };
}

function needsOf(...faults: Fault[]): Pick<CaseDraft, 'needs'> {
  const merchant = Object.assign({}, ...faults.map((fault) => fault.merchant)) as MerchantNeeds;
  return Object.keys(merchant).length > 0 ? { needs: { merchant } } : {};
}

function faultCases(edition: Edition, endpoint: EndpointName): CaseDraft[] {
  return faultsOf(edition, endpoint).map((fault) => {
    const { clause, title, source, certainty, variants, accept, merchant } = fault;
    const steps = variants.map((each) => call(edition, endpoint, merchant, [each], accept));
    return { id: clause, title, source, certainty, steps, ...needsOf(fault) };
  });
}

/** Each subject of the checks against the next one: both are wrong, the first answers. */
function precedenceCases(edition: Edition, endpoint: EndpointName): CaseDraft[] {
  const faults = faultsOf(edition, endpoint);
  const firsts = faults.filter(
    (fault, index) =>
      faults.findIndex((other) => other.at === fault.at && other.subject === fault.subject) ===
      index,
  );
  return firsts.slice(1).map((second, index) => {
    const first = firsts[index] ?? second;
    const merchant = { ...first.merchant, ...second.merchant };
    const both = [first.variants[0], second.variants[0]];
    return {
      id: `${endpoint}/precedence/${tail(first)}-before-${tail(second)}`,
      title: `answers ${tail(first)} before ${tail(second)}`,
      source: '§3.1, E5, E56',
      certainty: first.at === second.at || second.at < 100 ? 'assumed' : 'observed',
      ...needsOf(first, second),
      steps: [call(edition, endpoint, merchant, both, first.accept)],
    };
  });
}

function tail({ clause }: Fault): string {
  return clause.split('/').slice(1).join('.');
}

/** Values at the edge of what is allowed. */
function acceptedFieldCases(edition: Edition): CaseDraft[] {
  return EDITION_TABLES[edition].request.sendredpack.flatMap((row) => [
    ...exactLength(row),
    ...chineseFits(row),
    ...goodValues(row),
  ]);
}

/** Those whose value is somebody's, so that it cannot be made up. */
const GIVEN = ['sign', 'mch_billno', 'mch_id', 'wxappid', 'msgappid', 'consume_mch_id'];

function exactLength(row: RequestRow): CaseDraft[] {
  const { name, bytesMax, source, refusal } = row;
  if (bytesMax === undefined || row.pattern || GIVEN.includes(name)) return [];
  const refused: Acceptable = { answer: 'refused', code: 'PARAM_ERROR', messages: [refusal] };
  const isOpen = row.exactLength === 'open';
  return [
    {
      id: `sendredpack/fields/${name}/exact-length`,
      title: `accepts ${name} of exactly ${bytesMax} bytes${isOpen ? ', or refuses it: nobody knows' : ''}`,
      source: isOpen ? '§9 no. 7' : source,
      certainty: isOpen ? 'assumed' : row.certainty,
      steps: [
        send({ fields: { [name]: 'x'.repeat(bytesMax) } }, SENT, ...(isOpen ? [refused] : [])),
      ],
    },
  ];
}

function chineseFits({ name, bytesMax = 0, pattern }: RequestRow): CaseDraft[] {
  if (bytesMax === 0 || pattern || GIVEN.includes(name) || name === 'nonce_str') return [];
  const count = Math.floor((bytesMax - 1) / 3);
  return [
    {
      id: `sendredpack/fields/${name}/chinese-fits`,
      title: `accepts ${name} of ${count} Chinese characters: ${3 * count} bytes`,
      source: 'E55, E74',
      certainty: 'observed',
      steps: [send({ fields: { [name]: '红'.repeat(count) } }, SENT)],
    },
  ];
}

const GOOD_VALUES: Readonly<Record<string, readonly [source: string, ...values: string[]]>> = {
  client_ip: ['E23, E26', '127.0.0.1', '10.0.0.1', '255.255.255.255', '0.0.0.0'],
  wishing: ['§5, E74', '恭喜发财 🧧', ' lead and trail ', 'a & b < c > d "e"', ']]>'],
  act_name: ['E55', '2017年度四季度微信抽奖'],
  risk_info: ['E4', 'posttime%3d123123412%26mobile%3d122344545'],
  nonce_str: ['E23', 'a', '5k8264iltkch1', '0'.repeat(32)],
};

function goodValues({ name }: RequestRow): CaseDraft[] {
  const row = GOOD_VALUES[name];
  if (!row) return [];
  const [source, ...values] = row;
  const steps = values.map((value, index) =>
    send({ number: `n${index}`, user: `u${index}`, fields: { [name]: value } }, SENT),
  );
  return [
    {
      id: `sendredpack/fields/${name}/accepted`,
      title: `accepts ${values.map((value) => JSON.stringify(value)).join(', ')} as ${name}`,
      source,
      certainty: 'observed',
      steps,
    },
  ];
}

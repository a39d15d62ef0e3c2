/**
 * The rules by which a request can be refused, by name: those of the fields follow from the fields' table, the others stand here. A
 * refusal names one of them, so that coverage can tell which a test suite has met.
 */
import type { Certainty, Edition, EndpointName, Provenance } from '../types.ts';
import { ENDPOINTS } from '../types.ts';
import { EDITION_TABLES } from './editions.ts';
import type { RequestRow } from './fields.ts';
import type { Stage } from './stages.ts';

/** A rule of one endpoint: `sendredpack/fields/act_name/max-bytes`. */
export interface Clause extends Provenance {
  readonly name: string;
  readonly stage: Stage;
}

interface ClauseRow extends Clause {
  readonly endpoints: readonly EndpointName[];
  /** The field that must be there in the edition for the rule to be. */
  readonly field?: string;
}

const BOTH: readonly EndpointName[] = ENDPOINTS;
const SEND: readonly EndpointName[] = ['sendredpack'];
const QUERY: readonly EndpointName[] = ['gethbinfo'];

const CLAUSE_ROWS: readonly ClauseRow[] = [
  row('xml/empty', 'xml', BOTH, 'E8', 'observed'),
  row('xml/malformed', 'xml', BOTH, 'E8', 'observed'),
  row('xml/doctype', 'xml', BOTH, 'E97', 'assumed'),
  row('xml/nested', 'xml', BOTH, 'E8', 'assumed'),
  row('xml/duplicate', 'xml', BOTH, 'E8', 'assumed'),
  row('certificate/present', 'certificate', BOTH, 'E43', 'observed'),
  row('certificate/own', 'certificate', BOTH, 'E69', 'observed'),
  row('certificate/in-force', 'certificate', BOTH, 'E5', 'observed'),
  row('signature/md5', 'signature', BOTH, '§5', 'documented'),
  row('signature/utf-8', 'signature', BOTH, '§8 no. 12', 'documented'),
  row('frequency/calls-per-second', 'frequency', BOTH, 'E22', 'documented'),
  row('frequency/calls-per-minute', 'frequency', BOTH, '§4', 'documented'),
  row('identity/wxappid/official-account', 'identity', SEND, '§2.1', 'documented'),
  row('identity/wxappid/bound', 'identity', SEND, 'E63', 'observed'),
  row('identity/appid/bound', 'identity', QUERY, 'E63', 'assumed'),
  row('identity/re_openid/of-wxappid', 'identity', SEND, 'E50', 'observed'),
  row('identity/sub_mch_id/relation', 'identity', SEND, '§2.1', 'documented', 'sub_mch_id'),
  row('identity/msgappid/bound', 'identity', SEND, '§2.1', 'documented', 'msgappid'),
  row('identity/consume_mch_id/authorised', 'identity', SEND, 'E52', 'observed', 'consume_mch_id'),
  row('product/opened', 'product', BOTH, 'E5', 'observed'),
  row('product/api-sending', 'product', SEND, '§2.1', 'documented'),
  row('product/account', 'product', SEND, 'E53', 'assumed'),
  row('address/allowed', 'address', BOTH, 'E37', 'observed'),
  row('order/exists', 'order', QUERY, 'E45', 'observed'),
  row('order/repeated', 'order', SEND, 'E46, E70', 'assumed'),
  row('order/same-openid', 'order', SEND, 'E5, E42', 'observed'),
  row('order/same-amount', 'order', SEND, '§2.1', 'documented'),
  row('order/failed-before', 'order', SEND, 'E41', 'observed'),
  row('amount/range', 'amount', SEND, 'E15, E34', 'observed'),
  row('amount/scene-opened', 'amount', SEND, 'E60, E61', 'observed', 'scene_id'),
  row('quota/closed-hours', 'quota', SEND, 'seed 000', 'documented'),
  row('quota/packets-per-minute', 'quota', SEND, 'seed 000', 'documented'),
  row('quota/user-packets-per-minute', 'quota', SEND, 'E20', 'documented'),
  row('quota/packets-per-day', 'quota', SEND, 'E2, E4', 'documented'),
  row('quota/fen-per-day', 'quota', SEND, '§4', 'documented'),
  row('quota/user-packets-per-day', 'quota', SEND, 'E39', 'observed'),
  row('quota/user-fen-per-day', 'quota', SEND, 'E24', 'observed'),
  row('risk/user', 'risk', SEND, 'E36', 'observed'),
  row('balance/operating-account', 'balance', SEND, 'E7, E48', 'observed'),
];

/** Every rule that a request of the edition can break, in the order in which they are looked at within an endpoint. */
export function clausesOf(edition: Edition): readonly Clause[] {
  return ENDPOINTS.flatMap((endpoint) => {
    const fields = EDITION_TABLES[edition].request[endpoint];
    const own = CLAUSE_ROWS.filter(
      ({ endpoints, field }) =>
        endpoints.includes(endpoint) &&
        (field === undefined || fields.some(({ name }) => name === field)),
    );
    const ofXml = own.filter(({ stage }) => stage === 'xml');
    const later = own.filter(({ stage }) => stage !== 'xml');
    return [...ofXml, ...fields.flatMap(clausesOfField), ...later].map(
      ({ name, stage, source, certainty }) => ({
        name: `${endpoint}/${name}`,
        stage,
        source,
        certainty,
      }),
    );
  });
}

const AMOUNTS_OF_2014 = ['min_value', 'max_value'];

function clausesOfField(field: RequestRow): Clause[] {
  const { name, required, source, certainty } = field;
  if (name === 'sign') return [];
  const rules: string[] = [];
  if (required !== 'optional') rules.push('required');
  if (name === 'msgappid') rules.push('provider-only');
  if (field.bytesMax !== undefined) rules.push('max-bytes');
  if (field.pattern) rules.push('pattern');
  if (name === 'total_num') rules.push('one');
  if (name === 'total_amount') rules.push('range');
  if (AMOUNTS_OF_2014.includes(name)) rules.push('equals-total_amount');
  if (name === 'mch_id') rules.push('exists');
  return rules.map((rule) => ({
    name: `fields/${name}/${rule}`,
    stage: 'fields',
    source,
    certainty,
  }));
}

function row(
  name: string,
  stage: Stage,
  endpoints: readonly EndpointName[],
  source: string,
  certainty: Certainty,
  field?: string,
): ClauseRow {
  return { name, stage, endpoints, source, certainty, ...(field ? { field } : {}) };
}

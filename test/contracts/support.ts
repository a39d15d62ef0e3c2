/** What the tests of contracts share: documentation's own numbers, and requests that are valid until a test breaks them. */
import {
  EDITION_TABLES,
  type Edition,
  type EndpointName,
  type Fields,
  type MerchantFacts,
  type Peer,
  parseFields,
  type RequestRow,
  SIGNED_FIELDS,
  type Submission,
  type Switches,
  signMd5,
  stringServerSigns,
  switchesOf,
  type XmlReason,
} from '../../contracts/index.ts';

/** The key that the official documentation signs its examples with. */
export const KEY = '192006250b4c09247ec02edce69f6a2d';
export const MCH_ID = '10000098';

export type Values = Readonly<Record<string, string>>;

export const ORDINARY: MerchantFacts = {
  mchId: MCH_ID,
  key: KEY,
  role: 'ordinary',
  certificate: 'valid',
};
export const PROVIDER: MerchantFacts = { ...ORDINARY, role: 'provider' };

const OWN_CERTIFICATE: Peer = { kind: 'merchant', mchId: MCH_ID, serial: '01' };

export function fieldsOf(values: Values): Fields {
  return new Map(Object.entries(values));
}

/** Signed as the server checks it: over the fields that the endpoint knows. */
export function signed(values: Values, endpoint: EndpointName = 'sendredpack'): Values {
  const { sign: _, ...unsigned } = values;
  const text = stringServerSigns(fieldsOf(unsigned), SIGNED_FIELDS[endpoint]);
  return { ...unsigned, sign: signMd5(text, KEY) };
}

export function rowsOf(
  edition: Edition,
  endpoint: EndpointName = 'sendredpack',
): readonly RequestRow[] {
  return EDITION_TABLES[edition].request[endpoint];
}

/** One row of an edition; a test that asks for one that is not there is wrong. */
export function rowOf(
  edition: Edition,
  name: string,
  endpoint: EndpointName = 'sendredpack',
): RequestRow {
  const row = rowsOf(edition, endpoint).find((each) => each.name === name);
  if (!row) throw new Error(`${endpoint} of ${edition} has no ${name}`);
  return row;
}

/** A request of the table's own examples, without what only service providers send. */
export function examples(edition: Edition, endpoint: EndpointName = 'sendredpack'): Values {
  const rows = rowsOf(edition, endpoint).filter((row) => row.required !== 'provider');
  return Object.fromEntries(rows.map((row) => [row.name, row.example]));
}

export function providerExamples(edition: Edition): Values {
  return Object.fromEntries(rowsOf(edition).map((row) => [row.name, row.example]));
}

export function without(values: Values, name: string): Values {
  const { [name]: _, ...rest } = values;
  return rest;
}

type Variation = Partial<Omit<Submission, 'fields' | 'switches'>> & {
  readonly switches?: Partial<Switches>;
};

/** A submission over these fields as they are; everything else is in order unless it is given. */
export function submission(values: Values, { switches, ...given }: Variation = {}): Submission {
  const fields = fieldsOf(values);
  return {
    edition: 'current',
    endpoint: 'sendredpack',
    utf8: true,
    peer: OWN_CERTIFICATE,
    merchant: fields.get('mch_id') === MCH_ID ? ORDINARY : undefined,
    ...given,
    fields,
    switches: switchesOf(switches),
  };
}

/** What parseFields makes of a document: its fields, or the reason of its refusal. */
export function reading(
  document: string | Uint8Array,
): { readonly fields: Values } | { readonly refused: XmlReason } {
  const bytes = typeof document === 'string' ? Buffer.from(document, 'utf8') : document;
  const result = parseFields(bytes);
  return result.ok
    ? { fields: Object.fromEntries(result.value) }
    : { refused: result.refusal.reason };
}

export { SEED } from '../support/seed.ts';

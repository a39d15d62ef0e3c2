/** An order against the contract before anything is dialled: everything that is wrong with it, at once. */
import {
  EDITION_TABLES,
  type Edition,
  type EndpointName,
  type Fields,
  fieldRefusals,
  type RequestRow,
  switchesOf,
} from '../contracts/core.ts';
import { type Order, strangersIn } from './order.ts';

/** One thing that is wrong with an order. */
export interface Violation {
  /** The wire name of the field. */
  readonly field: string;
  /** The rule, as in the contract's clauses: `required`, `max-bytes`, `pattern`, `integer`, `unknown` … */
  readonly rule: string;
  /** What came, as text, cut short; `nothing` when it is missing. */
  readonly got: string;
  readonly expected: string;
}

const SWITCHES = switchesOf();
const GOT_CHARACTERS_MAX = 60;
// XML 1.0 has no way at all to write the others, nor half a surrogate pair.
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** @param fields what would be sent for the order, without `sign` */
export function violationsOf(
  edition: Edition,
  order: Order,
  fields: Fields,
  merchant: { readonly mchId: string; readonly key: string },
): Violation[] {
  const given: Readonly<Record<string, unknown>> = order;
  const strangers = strangersIn(edition, order).map((field) => ({
    field,
    rule: 'unknown',
    got: shown(given[field]),
    expected: `nothing: sendredpack of edition ${edition} does not let a caller set it`,
  }));
  // What the caller may not set at all is not told a second time for its type.
  const typed = wrongTypes(order).filter(
    ({ field }) => !strangers.some((stranger) => stranger.field === field),
  );
  // A value of the wrong type never became a field: that it is missing says nothing new.
  const told = new Set([...typed.map(({ field }) => field), 'min_value', 'max_value']);
  const broken = brokenRules(edition, 'sendredpack', fields, merchant);
  return [...strangers, ...typed, ...broken.filter(({ field }) => !told.has(field))];
}

/** A gethbinfo has little to be wrong. */
export function violationsOfQuery(
  edition: Edition,
  fields: Fields,
  merchant: { readonly mchId: string; readonly key: string },
): Violation[] {
  return brokenRules(edition, 'gethbinfo', fields, merchant);
}

/** What types cannot hold in JavaScript: an amount that is no whole number, a text that is none. */
function wrongTypes(order: Order): Violation[] {
  const violations: Violation[] = [];
  for (const [field, value] of Object.entries(order) as [string, unknown][]) {
    if (value === undefined) continue;
    if (field === 'total_amount') {
      if (Number.isSafeInteger(value)) continue;
      violations.push({
        field,
        rule: 'integer',
        got: shown(value),
        expected: 'a whole number of fen: 100 is one yuan',
      });
    } else if (typeof value !== 'string') {
      violations.push({ field, rule: 'text', got: shown(value), expected: 'a text' });
    } else if (NOT_XML.test(value)) {
      violations.push({
        field,
        rule: 'xml-characters',
        got: shown(value),
        expected: 'no control characters and no half of a surrogate pair: XML cannot carry them',
      });
    }
  }
  return violations;
}

function brokenRules(
  edition: Edition,
  endpoint: EndpointName,
  fields: Fields,
  { mchId, key }: { readonly mchId: string; readonly key: string },
): Violation[] {
  const provider = fields.has('sub_mch_id') || fields.has('msgappid');
  const refusals = fieldRefusals({
    edition,
    endpoint,
    fields,
    switches: SWITCHES,
    utf8: true,
    peer: { kind: 'none' },
    merchant: {
      mchId,
      key,
      role: provider ? 'provider' : 'ordinary',
      certificate: 'valid',
    },
  });
  if (refusals.length === 0) return [];
  const rows = new Map(EDITION_TABLES[edition].request[endpoint].map((row) => [row.name, row]));
  return refusals.map(({ clause }) => {
    const [field = '', rule = ''] = clause.split('/').slice(-2);
    return { field, rule, got: shown(fields.get(field)), expected: describe(rows.get(field)) };
  });
}

/** `String, at most 32 UTF-8 bytes (rule), like 天虹百货` */
function describe(row: RequestRow | undefined): string {
  if (!row) return 'nothing';
  const most = row.bytesMax === undefined ? '' : `, at most ${row.bytesMax} UTF-8 bytes`;
  const rule = row.rule === undefined ? '' : ` (${row.rule})`;
  return `${row.type}${most}${rule}, like ${row.example}`;
}

function shown(value: unknown): string {
  if (value === undefined || value === '') return 'nothing';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > GOT_CHARACTERS_MAX ? `${text.slice(0, GOT_CHARACTERS_MAX)}…` : text;
}

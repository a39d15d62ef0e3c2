/**
 * For property tests of clients and servers, with fast-check: requests made up from the tables (valid ones, such as are wrong in exactly
 * one known way, such as are wrong in two), texts of a length in bytes, and histories of calls. A request is what differs from
 * `sampleRequest`; a probe also says what a server may answer. Nothing else in contracts needs fast-check.
 */
import fc from 'fast-check';
import { EDITION_TABLES } from '../tables/editions.ts';
import type { RequestRow } from '../tables/fields.ts';
import { type Edition, ENDPOINTS, type EndpointName, type Provenance } from '../types.ts';
import { HOUR_MS, MINUTE_MS } from '../wire/beijing-time.ts';
import { utf8Bytes } from '../wire/measure.ts';
import type { Fault, Variant } from './fault.ts';
import { faultsOf } from './faults.ts';
import {
  type CallStep,
  NOT_FOUND,
  type Overrides,
  SENT,
  type ShownCertificate,
  weaker,
} from './server-case.ts';
import type { WireForm } from './wire-forms.ts';

/** A call that was made up, the rule that it is about, and what is acceptable. */
export interface Probe extends Provenance {
  readonly clause: string;
  readonly step: CallStep;
}

const FORMS: readonly WireForm[] = [
  'plain',
  'text',
  'one-line',
  'indented',
  'declaration',
  'reverse-order',
  'numeric-entities',
  'split-sections',
];
const form = fc.constantFrom(...FORMS);

/** Characters of one to four bytes, and those that XML must write with care. */
const CHARACTERS = [...'aZ09 &<>"\'=%]天虹百货红包é￥🧧'];

/** A text of at most so many UTF-8 bytes (3 at least): Chinese, emoji, and what XML must escape; it is never blank. */
export function textOf(bytesMax: number): fc.Arbitrary<string> {
  const text = fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: bytesMax });
  return text.map((made) => cut(`红${made}`, bytesMax));
}

function cut(text: string, bytesMax: number): string {
  const chars = [...text];
  while (utf8Bytes(chars.join('')) > bytesMax) chars.pop();
  return chars.join('');
}

/** Longer than allowed: sometimes in bytes only. */
function overlong(bytesMax: number): fc.Arbitrary<string> {
  return fc
    .record({ unit: fc.constantFrom('x', 'é', '红', '🧧'), more: fc.nat(20) })
    .map(({ unit, more }) => unit.repeat(Math.floor(bytesMax / utf8Bytes(unit)) + 1 + more));
}

/** Those that are free to be anything: the others are somebody's, or have a form. */
function isFree(row: RequestRow): boolean {
  const given = ['sign', 'nonce_str', 'wxappid', 'appid', 'consume_mch_id'];
  return (
    row.type === 'String' &&
    !row.pattern &&
    row.required !== 'provider' &&
    !given.includes(row.name)
  );
}

/**
 * The fields of a request that an edition's server must take, as they differ from `sampleRequest`: texts, `total_amount` in fen as it is
 * written on the wire, `client_ip`. A query has none.
 */
export function validFields(edition: Edition, endpoint: EndpointName): fc.Arbitrary<Overrides> {
  if (endpoint === 'gethbinfo') return fc.constant({});
  const free = EDITION_TABLES[edition].request.sendredpack.filter(isFree);
  const required = free.filter((row) => row.required === 'always');
  const values: Record<string, fc.Arbitrary<string>> = {
    total_amount: fc.integer({ min: 100, max: 20_000 }).map(String),
    client_ip: fc.ipV4(),
  };
  // A byte short of the maximum: what exactly as long meets is open.
  for (const row of free) values[row.name] = textOf((row.bytesMax ?? 1) - 1);
  const names = required.map((row) => row.name);
  return fc.record(values, { requiredKeys: ['total_amount', 'client_ip', ...names] });
}

/** A valid request to either endpoint, in one of the forms that XML can be written in: it must be sent; a query must find nothing. */
export function validProbe(edition: Edition): fc.Arbitrary<Probe> {
  return fc.constantFrom(...ENDPOINTS).chain((endpoint) =>
    fc
      .record({ fields: validFields(edition, endpoint), form })
      .map(({ fields, form: written }) => ({
        clause: endpoint === 'sendredpack' ? 'generated/valid' : 'generated/unknown-number',
        source: 'seed 000',
        certainty: 'documented',
        step: {
          call: endpoint,
          fields,
          form: written,
          accept: [endpoint === 'sendredpack' ? SENT : NOT_FOUND],
        },
      })),
  );
}

interface Setting {
  readonly edition: Edition;
  /** The certificates that can be shown. */
  readonly certificates: readonly ShownCertificate[];
}

function usableFaults({ edition, certificates }: Setting, endpoint: EndpointName): Fault[] {
  const usable = ({ certificate = 'own' }: Variant): boolean => certificates.includes(certificate);
  return faultsOf(edition, endpoint).filter(
    ({ merchant, variants }) => !merchant && variants.every(usable),
  );
}

function variantOf({ clause, subject, variants }: Fault, edition: Edition): fc.Arbitrary<Variant> {
  const listed = fc.constantFrom(...variants);
  const rows = ENDPOINTS.flatMap((endpoint) => EDITION_TABLES[edition].request[endpoint]);
  const bytesMax = rows.find(({ name }) => name === subject)?.bytesMax;
  if (bytesMax === undefined || !clause.includes('/max-bytes')) return listed;
  const made = overlong(bytesMax).map((value): Variant => ({ fields: { [subject]: value } }));
  return fc.oneof(listed, made);
}

/** Wrong in exactly one known way, which `clause` names; `step.accept` is how a server may refuse it. */
export function onceWrongProbe(setting: Setting): fc.Arbitrary<Probe> {
  return wrongProbe(setting, (faults) => fc.constantFrom(...faults).map((fault) => [fault]));
}

/** Wrong in two known ways: the one that is looked at first must be answered. */
export function twiceWrongProbe(setting: Setting): fc.Arbitrary<Probe> {
  return wrongProbe(setting, (faults) => {
    const pairs = faults.flatMap((first) =>
      faults.filter((second) => arePair(first, second)).map((second) => [first, second]),
    );
    return fc.constantFrom(...pairs);
  });
}

const AMOUNTS = ['total_amount', 'min_value', 'max_value'];

/** In this order, and neither undoes the other. */
function arePair(first: Fault, second: Fault): boolean {
  const sameAmount = AMOUNTS.includes(first.subject) && AMOUNTS.includes(second.subject);
  return first.at < second.at && first.subject !== second.subject && !sameAmount;
}

function wrongProbe(
  setting: Setting,
  choose: (faults: Fault[]) => fc.Arbitrary<Fault[]>,
): fc.Arbitrary<Probe> {
  const { edition } = setting;
  return fc.constantFrom(...ENDPOINTS).chain((endpoint) =>
    choose(usableFaults(setting, endpoint)).chain((faults) =>
      fc
        .record({
          fields: validFields(edition, endpoint),
          form,
          variants: fc.tuple(...faults.map((fault) => variantOf(fault, edition))),
        })
        .map(({ fields, form: written, variants }) => {
          // The faults of min_value and max_value differ from one yuan.
          const base = {
            ...fields,
            ...(endpoint === 'sendredpack' ? { total_amount: '100' } : {}),
          };
          const step = Object.assign({ call: endpoint, form: written }, ...variants) as CallStep;
          const changed = Object.assign(base, ...variants.map((each) => each.fields));
          return probeOf(faults, { ...step, fields: changed });
        }),
    ),
  );
}

function probeOf(faults: Fault[], step: Omit<CallStep, 'accept'>): Probe {
  const [first, second] = faults;
  if (!first) throw new Error('a wrong request without a fault');
  const { clause, source, certainty, accept } = first;
  // Within the fields the order is the table's, which only one capture stands for (E56).
  const order = second === undefined ? 'documented' : second.at < 100 ? 'assumed' : 'observed';
  return { clause, source, certainty: weaker(certainty, order), step: { ...step, accept } };
}

/** One thing that happens in a history. Numbers and users are labels. */
export type Deed =
  | {
      readonly deed: 'send';
      readonly number: string;
      readonly user: string;
      readonly amountFen: number;
    }
  /** The same request again. */
  | { readonly deed: 'repeat'; readonly number: string }
  /** The same number, with something else that it stands for. */
  | { readonly deed: 'change'; readonly number: string; readonly what: 'user' | 'amount' }
  | { readonly deed: 'query'; readonly number: string }
  | { readonly deed: 'wait'; readonly ms: number }
  | { readonly deed: 'topUp'; readonly fen: number };

const number = fc.constantFrom('a', 'b', 'c');
const user = fc.constantFrom('u', 'v');
const WAITS_MS = [MINUTE_MS, HOUR_MS, 12 * HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS, 400 * HOUR_MS];

/**
 * What can happen to a merchant, by kind: `fc.array(fc.oneof(...deeds(can)))` is a history. `can`: what of it the one who plays it is able
 * to do besides calling: move the clock on (ms), top up (fen).
 */
export function deeds(can: {
  readonly wait: boolean;
  readonly topUp: boolean;
}): readonly fc.Arbitrary<Deed>[] {
  const amountFen = fc.constantFrom(100, 101, 199, 333);
  const calls: fc.Arbitrary<Deed>[] = [
    fc.record({ deed: fc.constant('send' as const), number, user, amountFen }),
    fc.record({ deed: fc.constant('repeat' as const), number }),
    fc.record({
      deed: fc.constant('change' as const),
      number,
      what: fc.constantFrom('user' as const, 'amount' as const),
    }),
    fc.record({ deed: fc.constant('query' as const), number }),
  ];
  const ms = fc.constantFrom(...WAITS_MS);
  const fen = fc.constantFrom(1, 99, 100, 250);
  if (can.wait) calls.push(fc.record({ deed: fc.constant('wait' as const), ms }));
  if (can.topUp) calls.push(fc.record({ deed: fc.constant('topUp' as const), fen }));
  return calls;
}

/**
 * The known ways in which a request can be wrong, a row each, read off the tables: what is changed, where in the order of checks it is
 * met, and what must be answered. Cases take one, or two neighbours; the generator takes any one or two.
 */
import { type CodeName, codeRow, wordingOf } from '../tables/codes.ts';
import { EDITION_TABLES } from '../tables/editions.ts';
import type { RequestRow } from '../tables/fields.ts';
import { limitsOf } from '../tables/limits.ts';
import type { Certainty, Edition, EndpointName, Provenance } from '../types.ts';
import { toYuan, utf8Bytes } from '../wire/measure.ts';
import {
  type Acceptable,
  type MerchantNeeds,
  type Overrides,
  type ShownCertificate,
  weaker,
} from './server-case.ts';
import type { Signing } from './signings.ts';

/** One way of being wrong. `variants` are all as wrong as the first, and meet the same answer. */
export interface Fault extends Provenance {
  /** `sendredpack/fields/act_name/max-bytes` */
  readonly clause: string;
  readonly title: string;
  /** Place in the order of checks: of two faults the smaller answers. */
  readonly at: number;
  /** What it changes: two faults that change the same thing are no pair. */
  readonly subject: string;
  readonly variants: readonly [Variant, ...Variant[]];
  readonly accept: readonly Acceptable[];
  readonly merchant?: MerchantNeeds;
}

export interface Variant {
  readonly fields?: Overrides;
  readonly sign?: Signing;
  readonly certificate?: ShownCertificate;
}

/** Where the stages begin in {@link Fault.at}; rows of the field table count from 0. */
const CERTIFICATE_AT = 100;
const SIGNATURE_AT = 200;
const IDENTITY_AT = 300;
const AMOUNT_AT = 400;

/** Every known fault of an endpoint in an edition, in the order of checks. */
export function faultsOf(edition: Edition, endpoint: EndpointName): readonly Fault[] {
  const rows = EDITION_TABLES[edition].request[endpoint];
  const ofFields = rows.flatMap((row, at) => faultsOfRow(edition, row, at));
  const named = (fault: Fault): Fault => ({ ...fault, clause: `${endpoint}/${fault.clause}` });
  return [
    ...ofFields,
    ...certificateFaults(edition),
    ...signatureFaults(edition, endpoint),
    ...identityFaults(edition, endpoint),
    ...(endpoint === 'sendredpack' ? amountFaults(edition) : []),
  ].map(named);
}

/** All wordings of a code that an edition may use, live and documented, with the edition's own figures. */
export function messagesOf(edition: Edition, code: CodeName, id?: string): string[] {
  const row = codeRow(code);
  const { min, max } = rangeOf(edition);
  const texts = (['live', 'documented'] as const).map((style) =>
    wordingOf(row, edition, style, id).replace('{min}', toYuan(min)).replace('{max}', toYuan(max)),
  );
  return [...new Set(texts)];
}

function rangeOf(edition: Edition): { readonly min: number; readonly max: number } {
  const { amountFenMin, amountFenMax } = limitsOf(edition);
  return { min: amountFenMin ?? 1, max: amountFenMax ?? Number.MAX_SAFE_INTEGER };
}

/** The answer with a code; `id` picks one of its wordings. */
export function refusedWith(edition: Edition, code: CodeName, id?: string): Acceptable {
  return { answer: 'refused', code, messages: messagesOf(edition, code, id) };
}

function paramError(...messages: string[]): Acceptable {
  return { answer: 'refused', code: 'PARAM_ERROR', messages };
}

function faultsOfRow(edition: Edition, row: RequestRow, at: number): Fault[] {
  if (row.name === 'sign') return [];
  const base = { at, subject: row.name, source: row.source, certainty: row.certainty };
  const provider = row.required === 'provider' ? { merchant: { role: 'provider' as const } } : {};
  const faults: Fault[] = [];
  if (row.required !== 'optional') {
    faults.push({
      ...base,
      ...provider,
      clause: `fields/${row.name}/required`,
      title: `refuses a request ${row.required === 'provider' ? 'of a provider ' : ''}without ${row.name}`,
      variants: [{ fields: { [row.name]: null } }, { fields: { [row.name]: '' } }],
      accept: [paramError(row.refusal)],
    });
  }
  const special = row.type === 'int' ? intFaults(row, base) : textFaults(row, base, provider);
  return [...faults, ...special, ...mismatchFaults(edition, row, base)];
}

type Base = Pick<Fault, 'at' | 'subject' | 'source' | 'certainty'>;

/** So many bytes, in characters of one, three and four bytes: who counts characters lets the last two pass. */
function overlong(bytesMax: number): [string, ...string[]] {
  const chinese = '红'.repeat(Math.floor(bytesMax / 3) + 1);
  const emoji = '🧧'.repeat(Math.floor(bytesMax / 4) + 1);
  return ['x'.repeat(bytesMax + 1), chinese, emoji];
}

function textFaults(row: RequestRow, base: Base, provider: Pick<Fault, 'merchant'>): Fault[] {
  const { name, bytesMax, refusal, malformed = refusal } = row;
  const faults: Fault[] = [];
  const set = (value: string): Variant => ({ fields: { [name]: value } });
  if (bytesMax !== undefined) {
    const [ascii, ...wide] = overlong(bytesMax);
    const accept = [paramError(refusal)];
    const tooLong = { ...base, ...provider, accept };
    faults.push({
      ...tooLong,
      clause: `fields/${name}/max-bytes`,
      title: `refuses ${name} of ${bytesMax + 1} bytes`,
      variants: [set(ascii)],
    });
    const [first, ...others] = wide.map(set);
    if (first && !row.pattern) {
      faults.push({
        ...tooLong,
        clause: `fields/${name}/max-bytes-not-characters`,
        title: `measures ${name} in UTF-8 bytes: fewer than ${bytesMax} Chinese characters are too long`,
        variants: [first, ...others],
        source: 'E55, E74',
        certainty: 'observed',
      });
    }
  }
  const [first, ...others] = malformedValues(row).map(set);
  if (first) {
    faults.push({
      ...base,
      clause: `fields/${name}/pattern`,
      title: `refuses ${name} of the wrong form`,
      variants: [first, ...others],
      accept: [paramError(malformed)],
      certainty: malformed === refusal ? base.certainty : 'observed',
    });
  }
  return faults;
}

/** Short enough, not empty, and not of the row's form. */
function malformedValues({ pattern, bytesMax = 0 }: RequestRow): string[] {
  const candidates = [
    '1.2.3',
    '256.1.1.1',
    'a b',
    '订单1',
    'PRODUCT_9',
    'oxTWIuGaIt6gTKsQRLau2M0yL16',
  ];
  return candidates.filter((text) => pattern && !pattern.test(text) && utf8Bytes(text) <= bytesMax);
}

function intFaults({ name, refusal }: RequestRow, base: Base): Fault[] {
  const faultFor = (rule: string, title: string, values: [string, ...string[]]): Fault => {
    const [first, ...others] = values.map((value): Variant => ({ fields: { [name]: value } }));
    const variants: Fault['variants'] = [first ?? {}, ...others];
    return {
      ...base,
      clause: `fields/${name}/${rule}`,
      title,
      variants,
      accept: [paramError(refusal)],
    };
  };
  if (name === 'total_num') {
    return [faultFor('one', 'refuses any total_num but 1', ['2', '0', '10', '-1', 'x'])];
  }
  if (name !== 'total_amount') return [];
  return [
    faultFor('positive', 'refuses an amount that is nothing, or less', ['0', '-100', 'abc']),
    faultFor('32-bit', 'refuses an amount beyond 32 bits', ['2147483648', '99999999999']),
  ];
}

function mismatchFaults(edition: Edition, row: RequestRow, base: Base): Fault[] {
  const { name } = row;
  if (name === 'min_value' || name === 'max_value') {
    return [
      {
        ...base,
        clause: `fields/${name}/equals-total_amount`,
        title: `refuses ${name} that differs from total_amount`,
        variants: [{ fields: { [name]: '99' } }, { fields: { [name]: '101' } }],
        accept: [refusedWith(edition, 'PARAM_ERROR', 'amounts-differ')],
      },
    ];
  }
  if (name === 'mch_id') {
    return [
      {
        ...base,
        clause: 'fields/mch_id/exists',
        title: 'refuses a merchant that there is not',
        variants: [{ fields: { mch_id: '1' } }, { fields: { mch_id: '99999999999999999' } }],
        accept: [refusedWith(edition, 'PARAM_ERROR', 'no-merchant')],
        source: 'E6',
      },
    ];
  }
  if (name !== 'msgappid') return [];
  return [
    {
      ...base,
      clause: 'fields/msgappid/provider-only',
      title: 'refuses msgappid from a merchant that is no service provider',
      variants: [{ fields: { msgappid: row.example } }],
      accept: [refusedWith(edition, 'PARAM_ERROR', 'msgappid-not-provider')],
      source: 'E59',
      certainty: 'observed',
    },
  ];
}

function certificateFaults(edition: Edition): Fault[] {
  const base = { at: CERTIFICATE_AT, subject: 'certificate' };
  const refused = refusedWith(edition, 'CA_ERROR', 'wrong');
  return [
    {
      ...base,
      clause: 'certificate/present',
      title: 'refuses a caller without a certificate',
      variants: [{ certificate: 'none' }],
      // XML on this path (E43); the page is what /secapi shows, the handshake is the harshest.
      accept: [refused, { answer: 'page', status: 400 }, { answer: 'nothing' }],
      source: 'E17, E43',
      certainty: 'observed',
    },
    {
      ...base,
      clause: 'certificate/own',
      title: "refuses another merchant's certificate",
      variants: [{ certificate: 'other' }],
      accept: [refused],
      source: '§3, E69',
      certainty: 'observed',
    },
  ];
}

const WRONG_SIGNINGS: readonly (readonly [Signing, string, Certainty])[] = [
  ['wrong-key', 'signed with another key', 'documented'],
  ['missing', 'without a sign', 'documented'],
  ['empty', 'with an empty sign', 'documented'],
  ['without-key', 'signed without the key', 'documented'],
  ['lower-case', 'with a sign in lower case', 'documented'],
  ['too-long', 'with a digit too many in its sign', 'assumed'],
  ['unsorted', 'signed over fields that are not sorted', 'documented'],
  ['url-encoded', 'signed over url-encoded values', 'documented'],
  ['hmac-sha256', 'signed with HMAC-SHA256', 'assumed'],
];

function signatureFaults(edition: Edition, endpoint: EndpointName): Fault[] {
  const accept = [refusedWith(edition, 'SIGN_ERROR')];
  // Every value of a query is its own url-encoding.
  const signings = WRONG_SIGNINGS.filter(
    ([signing]) => endpoint === 'sendredpack' || signing !== 'url-encoded',
  );
  return signings.map(([signing, what, certainty]) => ({
    clause: `signature/${signing}`,
    title: `refuses a request ${what}`,
    at: SIGNATURE_AT,
    subject: 'sign',
    variants: [{ sign: signing }],
    accept,
    source: '§5',
    // No page of 2014 has the code.
    certainty: edition === '2014' ? weaker(certainty, 'assumed') : certainty,
  }));
}

function identityFaults(edition: Edition, endpoint: EndpointName): Fault[] {
  const name = endpoint === 'sendredpack' ? 'wxappid' : 'appid';
  return [
    {
      clause: `identity/${name}/bound`,
      title: `refuses ${name} that is not bound to the merchant`,
      at: IDENTITY_AT,
      subject: name,
      variants: [{ fields: { [name]: 'wx0000000000000000' } }],
      accept: [refusedWith(edition, 'PARAM_ERROR', 'appid-mismatch')],
      source: 'E63',
      certainty: 'observed',
    },
  ];
}

function amountFaults(edition: Edition): Fault[] {
  const { min, max } = rangeOf(edition);
  const base = {
    at: AMOUNT_AT,
    subject: 'total_amount',
    accept: [refusedWith(edition, 'MONEY_LIMIT')],
    source: 'seed 000, E34',
    certainty: 'documented',
  } as const;
  const amount = (fen: number): Variant => ({ fields: { total_amount: String(fen) } });
  return [
    {
      ...base,
      clause: 'amount/minimum',
      title: `refuses ${min - 1} fen`,
      variants: [amount(min - 1), amount(1), amount(30)],
    },
    {
      ...base,
      clause: 'amount/maximum',
      title: `refuses ${max + 1} fen`,
      variants: [amount(max + 1), amount(2 * max), amount(499_900)],
    },
  ];
}

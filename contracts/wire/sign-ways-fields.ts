/** Mistakes in what is signed and in which order: fields too many or too few, other names, another order, another joint. */
import { EDITION_TABLES } from '../tables/editions.ts';
import { EDITIONS, type EndpointName } from '../types.ts';
import {
  byName,
  type Draft,
  type Entry,
  isSigned,
  joinPairs,
  shorten,
  type Way,
  type Ways,
} from './sign-draft.ts';

const SIGN_TYPE = 'sign_type';

function adding(did: string, more: readonly Entry[]): Way {
  return { did, edit: (draft) => ({ ...draft, entries: [...draft.entries, ...more] }) };
}

const LISTED_MAX = 8;

/** Names from a body may be many and long. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, LISTED_MAX).map(shorten).join(', ');
  return names.length > LISTED_MAX ? `${shown} and ${names.length - LISTED_MAX} more` : shown;
}

/** `sign_type` is in no table of the red packets, whether it was sent or not. */
export const signTypeSigned: Ways = ({ endpoint, fields }) => {
  const sent = fields.get(SIGN_TYPE);
  if (sent)
    return [
      adding(`signed ${SIGN_TYPE}, which ${endpoint} does not know`, [
        { name: SIGN_TYPE, value: sent },
      ]),
    ];
  return ['MD5', 'HMAC-SHA256'].map((value) =>
    adding(`signed ${SIGN_TYPE}=${value}, which is not in the body`, [{ name: SIGN_TYPE, value }]),
  );
};

/** Of a body with more unknown fields than this only all together are tried. */
const UNKNOWN_EACH_MAX = 6;

export const unknownSigned: Ways = ({ endpoint, fields }) => {
  const unknown: Entry[] = [];
  for (const [name, value] of fields) {
    if (value !== '' && name !== 'sign' && !isSigned(endpoint, name)) unknown.push({ name, value });
  }
  if (unknown.length === 0) return [];
  const sets = unknown.length > UNKNOWN_EACH_MAX ? [] : unknown.map((each) => [each]);
  return [unknown, ...sets].map((more) =>
    adding(`signed ${list(more.map(({ name }) => name))}, which ${endpoint} does not know`, more),
  );
};

function emptyNames(fields: ReadonlyMap<string, string>): string[] {
  return [...fields].filter(([, value]) => value === '').map(([name]) => name);
}

/** What the edition in force knows and does not ask of everybody, and the body does not have. */
function absentNames(endpoint: EndpointName, fields: ReadonlyMap<string, string>): string[] {
  return EDITION_TABLES.current.request[endpoint]
    .filter(({ name, required }) => required !== 'always' && !fields.has(name))
    .map(({ name }) => name);
}

export const emptySigned: Ways = ({ endpoint, fields }) => {
  const empty = emptyNames(fields);
  const known = empty.filter((name) => isSigned(endpoint, name));
  const absent = absentNames(endpoint, fields);
  const way = (names: readonly string[], what: string): Way =>
    adding(
      `signed ${list(names)}, ${what}`,
      names.map((name) => ({ name, value: '' })),
    );
  const inBody = [known, empty].filter((names) => names.length > 0);
  const sets = absent.length > 0 ? [absent, ...absent.map((name) => [name])] : [];
  return [
    ...inBody.map((names) => way(names, names.length > 1 ? 'which are empty' : 'which is empty')),
    ...sets.map((names) => way(names, `empty and not in the body`)),
  ];
};

export const nullSigned: Ways = ({ endpoint, fields }) => {
  const sets = [emptyNames(fields), absentNames(endpoint, fields)].filter(
    (names) => names.length > 0,
  );
  return sets.flatMap((names) =>
    ['null', 'undefined', 'None'].map((value) =>
      adding(
        `signed ${list(names)} as ${value}`,
        names.map((name) => ({ name, value })),
      ),
    ),
  );
};

export const signSigned: Ways = () => [
  adding('signed the field sign itself, still empty', [{ name: 'sign', value: '' }]),
  adding('signed the field sign itself, still null', [{ name: 'sign', value: 'null' }]),
];

/** Fields that are set late, or came with a later edition, are forgotten first. */
const FORGOTTEN = [
  'nick_name',
  'scene_id',
  'risk_info',
  'client_ip',
  'min_value',
  'max_value',
  'consume_mch_id',
  'nonce_str',
];

/** What old clients add together. */
const FORGOTTEN_TOGETHER = [
  ['min_value', 'max_value'],
  ['nick_name', 'min_value', 'max_value'],
];

export const leftOut: Ways = ({ endpoint, fields }) => {
  const names = [...fields.keys()].filter((name) => fields.get(name) && isSigned(endpoint, name));
  const likely = FORGOTTEN.filter((name) => names.includes(name));
  const together = FORGOTTEN_TOGETHER.filter((set) => set.every((name) => names.includes(name)));
  const each = [...likely, ...names.filter((name) => !likely.includes(name))].map((name) => [name]);
  return [...together, ...each].map((left) => ({
    did: `left ${list(left)} out of the string`,
    edit: (draft) => ({
      ...draft,
      entries: draft.entries.filter(({ name }) => !left.includes(name)),
    }),
  }));
};

/** What other APIs of the same house call the same thing. */
const ALIASES: readonly (readonly [name: string, alias: string])[] = [
  ['wxappid', 'appid'],
  ['appid', 'wxappid'],
  ['mch_id', 'mchid'],
  ['nonce_str', 'noncestr'],
  ['mch_billno', 'partner_trade_no'],
  ['mch_billno', 'out_trade_no'],
  ['re_openid', 'openid'],
  ['client_ip', 'spbill_create_ip'],
  ['total_amount', 'amount'],
  ['total_amount', 'total_fee'],
];

function renaming(did: string, rename: (name: string) => string): Way {
  return {
    did,
    edit: (draft) => ({
      ...draft,
      entries: draft.entries.map(({ name, value }) => ({ name: rename(name), value })),
    }),
  };
}

export const namesDiffer: Ways = ({ fields }) =>
  ALIASES.filter(([name]) => fields.has(name)).map(([from, to]) =>
    renaming(`signed ${from} under the name ${to}`, (name) => (name === from ? to : name)),
  );

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

export const nameCase: Ways = () => [
  renaming('signed the names in camelCase', camelCase),
  renaming('signed the names in PascalCase', (name) =>
    camelCase(name).replace(/^\w/, (letter) => letter.toUpperCase()),
  ),
  renaming('signed the names in upper case', (name) => name.toUpperCase()),
];

function ordering(did: string, order: Draft['order']): Way {
  return { did, edit: (draft) => ({ ...draft, order }) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What is not among the names comes last. */
function inOrderOf(names: readonly string[]): Draft['order'] {
  const places = new Map(names.map((name, place) => [name, place]));
  const placeOf = ({ name }: Entry): number => places.get(name) ?? names.length;
  return (a, b) => placeOf(a) - placeOf(b);
}

/** In upper case the underscore stands behind the letters: remark comes before re_openid. */
export const notSorted: Ways = ({ endpoint, fields }) => [
  ordering(
    'signed the fields in the order of the document, not sorted',
    inOrderOf([...fields.keys()]),
  ),
  ordering('sorted the names without regard to case, underscores behind letters', (a, b) =>
    compare(a.name.toUpperCase(), b.name.toUpperCase()),
  ),
  ordering('sorted the names backwards', (a, b) => byName(b, a)),
  ordering('sorted by the values instead of the names', (a, b) => compare(a.value, b.value)),
  ...EDITIONS.map((edition) =>
    ordering(
      `signed the fields in the order of the page (edition ${edition}), not sorted`,
      inOrderOf(EDITION_TABLES[edition].request[endpoint].map((row) => row.name)),
    ),
  ),
];

function joining(did: string, join: Draft['join']): Way {
  return { did, edit: (draft) => ({ ...draft, join }) };
}

function joinedWith(did: string, one: (entry: Entry) => string, between: string): Way {
  return joining(did, (entries) => entries.map(one).join(between));
}

const pair = ({ name, value }: Entry): string => `${name}=${value}`;

export const joinedOtherwise: Ways = () => [
  joining(
    'left an ampersand behind the last field, so that two stand before key',
    (entries) => `${joinPairs(entries)}&`,
  ),
  joinedWith('put nothing between the fields', pair, ''),
  joinedWith('put nothing between names and values', ({ name, value }) => name + value, '&'),
  joinedWith('put neither = nor & between names and values', ({ name, value }) => name + value, ''),
  joinedWith('put &amp; between the fields', pair, '&amp;'),
  joinedWith('put a line end between the fields', pair, '\n'),
  joinedWith(
    'put quotation marks around the values',
    ({ name, value }) => `${name}="${value}"`,
    '&',
  ),
  joinedWith('signed the values without their names', ({ value }) => value, '&'),
  joining('url-encoded the joined string, = and & along with the values', (entries) =>
    encodeURIComponent(joinPairs(entries)),
  ),
];

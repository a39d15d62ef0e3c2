/**
 * What every valid reply satisfies, whoever made it: a rule a row, from the tables of replies, editions and codes. It shares tables
 * with a server's engine and no logic: an engine builds replies, this looks at bytes. Sources: domain facts §0, §1.2, §1.4, §7.2;
 * clients' facts, "On the way out".
 */
import { type CodeRow, codesOf, findCode, wordingOf } from '../tables/codes.ts';
import { EDITION_TABLES } from '../tables/editions.ts';
import { FIELDS } from '../tables/fields.ts';
import type { EndpointName, Provenance } from '../types.ts';
import { readInt, utf8Bytes } from '../wire/measure.ts';
import { signMd5, stringToSign } from '../wire/sign.ts';
import { QUERY_RULES } from './reply-rules-query.ts';
import { envelopeOf, isUnreadable, type ReplyKind, type ReplyView } from './reply-view.ts';

/** What is wrong with a reply: undefined when nothing is. */
export type Complaint = { readonly expected: string; readonly got: string } | undefined;

export interface ReplyRule extends Provenance {
  /** Below the endpoint: `reply/unsigned`. */
  readonly rule: string;
  /** A sentence in the present tense. */
  readonly title: string;
  readonly endpoints: readonly EndpointName[];
  /** The kinds of answer that it is about. */
  readonly kinds: readonly ReplyKind[];
  check(view: ReplyView): Complaint;
}

export const BOTH: readonly EndpointName[] = ['sendredpack', 'gethbinfo'];
const SEND: readonly EndpointName[] = ['sendredpack'];
const XML: readonly ReplyKind[] = ['sent', 'found', 'refused'];
const ANY: readonly ReplyKind[] = [...XML, 'broken'];
const GOOD: readonly ReplyKind[] = ['sent', 'found'];

export function says(name: string, value: string | undefined): string {
  return value === undefined ? `no ${name}` : `${name} "${value}"`;
}

/** The element's text must be this; undefined: there must be none. */
export function mustBe(view: ReplyView, name: string, expected: string | undefined): Complaint {
  const got = view.get(name);
  return got === expected ? undefined : { expected: says(name, expected), got: says(name, got) };
}

export function mustMatch(view: ReplyView, name: string, pattern: RegExp, what: string): Complaint {
  const got = view.get(name);
  if (got !== undefined && pattern.test(got)) return undefined;
  return { expected: `${name}: ${what}`, got: says(name, got) };
}

const FORM_RULES: readonly ReplyRule[] = [
  {
    rule: 'reply/http-200',
    title: 'answers XML with HTTP 200, refusals too',
    endpoints: BOTH,
    kinds: ANY,
    source: '§3',
    certainty: 'observed',
    check: ({ reply: { status } }) =>
      status === 200 ? undefined : { expected: 'HTTP 200', got: `HTTP ${status}` },
  },
  {
    rule: 'reply/content-type',
    title: 'sends XML as text or XML, never as JSON',
    endpoints: BOTH,
    kinds: XML,
    source: '§9 no. 7; clients, on the way out 2',
    certainty: 'assumed',
    check: ({ reply: { contentType } }) =>
      /^(?:text\/(?:plain|xml|html)|application\/xml)\b/.test(contentType)
        ? undefined
        : {
            expected: 'text/plain, text/xml, text/html or application/xml',
            got: contentType || 'none',
          },
  },
  {
    rule: 'reply/xml',
    title: 'answers well-formed XML in UTF-8',
    endpoints: BOTH,
    kinds: ANY,
    source: 'seed 000',
    certainty: 'documented',
    check: ({ kind, text }) =>
      kind === 'broken'
        ? { expected: 'XML below <xml>', got: text.slice(0, 80) || 'nothing' }
        : undefined,
  },
  {
    rule: 'reply/begins-with-xml',
    title: 'begins with <xml>: no declaration, no byte order mark',
    endpoints: BOTH,
    kinds: XML,
    source: 'E31, E13',
    certainty: 'observed',
    check: ({ text }) =>
      text.startsWith('<xml>') ? undefined : { expected: '<xml>', got: text.slice(0, 40) },
  },
  {
    rule: 'reply/no-html',
    title: 'never has the letters html in XML, which one client takes for a gateway page',
    endpoints: BOTH,
    kinds: XML,
    source: 'clients, on the way out 9',
    certainty: 'assumed',
    check: (view) => (/html/i.test(view.text) ? { expected: 'no html', got: 'html' } : undefined),
  },
  {
    rule: 'reply/one-element-a-line',
    title: 'writes one element a line',
    endpoints: BOTH,
    kinds: XML,
    source: 'E31, E13',
    certainty: 'observed',
    check: ({ text }) =>
      /></.test(text.replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, ' '))
        ? { expected: 'a line break between elements', got: 'elements side by side' }
        : undefined,
  },
  {
    rule: 'reply/no-element-twice',
    title: 'has no element twice',
    endpoints: BOTH,
    kinds: XML,
    source: '§1.2',
    certainty: 'documented',
    check({ elements }) {
      const names = elements.map((element) => element.name);
      const twice = names.find((name, index) => names.indexOf(name) !== index);
      return twice ? { expected: `one ${twice}`, got: `${twice} twice` } : undefined;
    },
  },
  {
    rule: 'reply/order',
    title: 'has its elements in the order of the captures',
    endpoints: BOTH,
    kinds: XML,
    source: '§1.4, §7.2',
    certainty: 'observed',
    check: inOrder,
  },
  {
    rule: 'reply/cdata',
    title: 'writes texts in CDATA and integers bare',
    endpoints: BOTH,
    kinds: XML,
    source: '§1.4, E7, E13',
    certainty: 'observed',
    check: inSections,
  },
  {
    rule: 'reply/no-empty-number',
    title: 'never has an empty integer or time',
    endpoints: BOTH,
    kinds: XML,
    source: 'clients, on the way out 5',
    certainty: 'observed',
    check(view) {
      const names = ['total_amount', 'total_num', 'refund_amount', 'refund_time', 'send_time'];
      const empty = names.find((name) => view.get(name) === '');
      return empty
        ? { expected: `a value in ${empty}, or none`, got: 'an empty element' }
        : undefined;
    },
  },
  {
    rule: 'reply/max-bytes',
    title: 'keeps to the lengths of its table',
    endpoints: BOTH,
    kinds: GOOD,
    source: '§1.2, §7.2',
    certainty: 'documented',
    check: withinLengths,
  },
];

const ORDER = [
  ...['return_code', 'return_msg', 'sign', 'result_code', 'err_code', 'err_code_des'],
  ...[
    'mch_billno',
    'mch_id',
    'wxappid',
    're_openid',
    'detail_id',
    'status',
    'send_type',
    'hb_type',
  ],
];

/** Of those that both have, in this order; gethbinfo has total_num before total_amount, sendredpack after it. */
function inOrder({ elements, request: { endpoint } }: ReplyView): Complaint {
  const tail =
    endpoint === 'sendredpack'
      ? ['total_amount', 'total_num', 'send_listid', 'send_time']
      : [
          'total_num',
          'total_amount',
          'reason',
          'send_time',
          'refund_time',
          'refund_amount',
          'hblist',
        ];
  const names = elements.map((element) => element.name);
  const expected = [...ORDER, ...tail].filter((name) => names.includes(name));
  const got = names.filter((name) => expected.includes(name));
  return expected.join() === got.join()
    ? undefined
    : { expected: expected.join(', '), got: got.join(', ') };
}

const BARE = ['total_amount', 'total_num', 'refund_amount', 'amount'];

function inSections(view: ReplyView): Complaint {
  const bare = envelopeOf(view).bareMchId || isUnreadable(view) ? [...BARE, 'mch_id'] : BARE;
  for (const [, name = '', value = ''] of view.text.matchAll(
    /<(\w+)>([^<\n]*|<!\[CDATA\[[^\n]*)<\/\1>/g,
  )) {
    const inSection = value.startsWith('<![CDATA[');
    // What was not read of a request may be echoed in either way.
    if (isUnreadable(view) && name === 'mch_id') continue;
    if (inSection === !bare.includes(name)) continue;
    return {
      expected: `${name} ${inSection ? 'bare' : 'in CDATA'}`,
      got: `<${name}>${value}</${name}>`,
    };
  }
  return undefined;
}

function withinLengths(view: ReplyView): Complaint {
  const { edition, endpoint } = view.request;
  for (const { name, bytesMax } of EDITION_TABLES[edition].reply[endpoint]) {
    const bytes = utf8Bytes(view.get(name) ?? '');
    // Real reasons are longer than their table says (E24).
    if (bytesMax === undefined || name === 'reason' || bytes <= bytesMax) continue;
    return { expected: `${name} of at most ${bytesMax} bytes`, got: `${bytes} bytes` };
  }
  return undefined;
}

const ENVELOPE_RULES: readonly ReplyRule[] = [
  {
    rule: 'reply/return_code',
    title: 'has return_code and result_code, SUCCESS or FAIL',
    endpoints: BOTH,
    kinds: XML,
    source: 'seed 000',
    certainty: 'documented',
    check: (view) =>
      mustMatch(view, 'return_code', /^(?:SUCCESS|FAIL)$/, 'SUCCESS or FAIL') ??
      mustMatch(view, 'result_code', /^(?:SUCCESS|FAIL)$/, 'SUCCESS or FAIL'),
  },
  {
    rule: 'reply/failure-envelope',
    title: "refuses with the edition's return_code: FAIL until 2015-04, SUCCESS since",
    endpoints: BOTH,
    kinds: ['refused'],
    source: '§0, §9 no. 2',
    certainty: 'observed',
    // The envelope of XML_ERROR was captured in 2014 only: either will do (§9 no. 7).
    check: (view) =>
      isUnreadable(view)
        ? undefined
        : mustBe(view, 'return_code', envelopeOf(view).failureReturnCode),
  },
  {
    rule: 'reply/success-envelope',
    title: 'says SUCCESS twice when it succeeds',
    endpoints: BOTH,
    kinds: GOOD,
    source: 'seed 000',
    certainty: 'documented',
    check: (view) => mustBe(view, 'return_code', 'SUCCESS'),
  },
  {
    rule: 'reply/return_msg',
    title: 'says the same in return_msg as in err_code_des',
    endpoints: BOTH,
    kinds: XML,
    source: '§1.2',
    certainty: 'observed',
    check(view) {
      const description = view.get('err_code_des');
      return mustBe(view, 'return_msg', description ?? view.get('return_msg') ?? '');
    },
  },
  {
    rule: 'reply/err_code',
    title: "refuses with a code of the edition's and the endpoint's",
    endpoints: BOTH,
    kinds: ['refused'],
    source: '§2.1',
    certainty: 'documented',
    check(view) {
      const { edition, endpoint } = view.request;
      const codes = codesOf(edition).filter((row) => row.endpoints.includes(endpoint));
      const code = view.get('err_code');
      if (codes.some((row) => row.code === code)) return undefined;
      return { expected: `a code that ${endpoint} of ${edition} has`, got: says('err_code', code) };
    },
  },
  {
    rule: 'reply/err_code_des',
    title: 'words a refusal as one of the known wordings of its code',
    endpoints: BOTH,
    kinds: ['refused'],
    source: '§2.1, §2.2',
    certainty: 'observed',
    check: knownWording,
  },
  {
    rule: 'reply/success-code',
    title: "has the edition's err_code in a success: SUCCESS since mid 2016, none before",
    endpoints: SEND,
    kinds: ['sent'],
    source: '§0, E6, E11',
    certainty: 'observed',
    check: (view) => mustBe(view, 'err_code', envelopeOf(view).successCode ?? undefined),
  },
  {
    rule: 'reply/unsigned',
    title: 'carries no sign, whatever the page says',
    endpoints: BOTH,
    kinds: XML,
    source: 'E30, §9 no. 1',
    certainty: 'observed',
    check: (view) => mustBe(view, 'sign', undefined),
  },
  {
    rule: 'reply/sign',
    title: 'carries a right sign where it carries one',
    endpoints: SEND,
    kinds: XML,
    source: 'seed 000',
    certainty: 'documented',
    check(view) {
      const got = view.get('sign');
      if (got === undefined) return undefined;
      const fields = new Map(view.elements.map(({ name, text }) => [name, text]));
      return mustBe(view, 'sign', signMd5(stringToSign(fields), view.request.key));
    },
  },
];

function knownWording(view: ReplyView): Complaint {
  const code = view.get('err_code') ?? '';
  const row: CodeRow | undefined = findCode(code);
  const got = view.get('err_code_des') ?? '';
  if (!row) return undefined;
  const { edition } = view.request;
  const texts = row.wordings.flatMap(({ id }) => [
    wordingOf(row, edition, 'live', id),
    wordingOf(row, edition, 'documented', id),
  ]);
  if (code === 'PARAM_ERROR') {
    for (const field of EDITION_TABLES[edition].request[view.request.endpoint]) {
      texts.push(field.refusal, field.malformed ?? field.refusal);
    }
  }
  const known = texts.some((text) => fits(text, got));
  return known ? undefined : { expected: `a wording of ${code}: ${texts[0]} …`, got };
}

/** Is `got` this wording, whatever the figures in it? */
function fits(wording: string, got: string): boolean {
  const parts = wording.split(/\{\w+\}/);
  if (parts.length === 1) return wording === got;
  let at = 0;
  return parts.every((part) => {
    const found = got.indexOf(part, at);
    at = found + part.length;
    return found >= 0;
  });
}

const ECHOED = ['mch_billno', 'mch_id', 'wxappid', 're_openid', 'total_amount'] as const;

/** A row for successes, which the page promises, and one for refusals, which production does as well (§1.4). */
const ECHO_RULES: readonly ReplyRule[] = ECHOED.flatMap((name): ReplyRule[] => {
  const endpoints = name.startsWith('mch_') ? BOTH : SEND;
  const check = (view: ReplyView): Complaint => echoes(view, name);
  return [
    {
      rule: `reply/echo/${name}`,
      title: `echoes ${name} when it succeeds`,
      endpoints,
      kinds: GOOD,
      source: FIELDS[name].source,
      certainty: 'documented',
      check,
    },
    {
      rule: `reply/echo-in-refusal/${name}`,
      title: `echoes ${name} when it refuses`,
      endpoints,
      kinds: ['refused'],
      source: '§1.4, E35',
      certainty: 'observed',
      check,
    },
  ];
});

function echoes(view: ReplyView, name: (typeof ECHOED)[number]): Complaint {
  const { fields } = view.request;
  if (!fields || isUnreadable(view)) return undefined;
  const sent = fields.get(name) ?? '';
  if (name === 'total_amount') return mustBe(view, name, String(readInt(sent)));
  // Two clients crash on a bare element that is empty: 0, as XML_ERROR has it.
  if (name === 'mch_id' && sent === '' && view.get(name) === '0') return undefined;
  // What is no UTF-8 is echoed as it could be read.
  return mustBe(view, name, sent);
}

const SEND_RULES: readonly ReplyRule[] = [
  {
    rule: 'reply/total_num',
    title: 'echoes total_num only when it is not 1',
    endpoints: SEND,
    kinds: XML,
    source: 'E33, E5, E34',
    certainty: 'observed',
    check(view) {
      if (!view.request.fields || isUnreadable(view)) return undefined;
      const number = readInt(view.request.fields.get('total_num') || '1');
      return mustBe(view, 'total_num', number === 1 ? undefined : String(number));
    },
  },
  {
    rule: 'reply/send_listid',
    title: "has a send_listid of the edition's length in a success",
    endpoints: SEND,
    kinds: ['sent'],
    source: '§1.2, E12, E13',
    certainty: 'observed',
    check(view) {
      const { prefix, serialDigits } = EDITION_TABLES[view.request.edition].sendListid;
      const digits = prefix.length + 8 + serialDigits;
      return mustMatch(view, 'send_listid', new RegExp(`^\\d{${digits}}$`), `${digits} digits`);
    },
  },
  {
    rule: 'reply/no-send_listid',
    title: 'has no send_listid in a refusal',
    endpoints: SEND,
    kinds: ['refused'],
    source: '§1.4',
    certainty: 'observed',
    check: (view) => mustBe(view, 'send_listid', undefined),
  },
  {
    rule: 'reply/send_time',
    title: 'tells send_time as yyyyMMddHHmmss in a success until mid 2016, never since',
    endpoints: SEND,
    kinds: ['sent'],
    source: '§0, E6, E11',
    certainty: 'observed',
    check: (view) =>
      envelopeOf(view).sendTime
        ? mustMatch(view, 'send_time', /^\d{14}$/, 'yyyyMMddHHmmss')
        : mustBe(view, 'send_time', undefined),
  },
  {
    rule: 'reply/unreadable',
    title: 'echoes nothing but zeros when it could not read the request',
    endpoints: SEND,
    kinds: ['refused'],
    source: 'E8',
    certainty: 'observed',
    check: (view) =>
      isUnreadable(view)
        ? (mustBe(view, 'mch_id', '0') ??
          mustBe(view, 'total_amount', '0') ??
          mustBe(view, 'mch_billno', undefined))
        : undefined,
  },
];

const PAGE_RULES: readonly ReplyRule[] = [
  {
    rule: 'reply/page',
    title: 'shows a page only with a status of its own',
    endpoints: BOTH,
    kinds: ['page'],
    source: 'E66, E67',
    certainty: 'observed',
    check: ({ reply: { status } }) =>
      status >= 400
        ? undefined
        : { expected: 'HTTP 400 or above with a page', got: `HTTP ${status}` },
  },
];

export const REPLY_RULES: readonly ReplyRule[] = [
  ...FORM_RULES,
  ...ENVELOPE_RULES,
  ...ECHO_RULES,
  ...SEND_RULES,
  ...QUERY_RULES,
  ...PAGE_RULES,
];

/** How a reply is written: HTTP, XML, CDATA, order, lengths (domain facts §1.4, §3; clients' facts, "On the way out"). */
import { EDITION_TABLES } from '../tables/editions.ts';
import { utf8Bytes } from '../wire/measure.ts';
import { BOTH, type Complaint, GOOD, type ReplyRule, XML } from './reply-rule.ts';
import { envelopeOf, isUnreadable, type ReplyKind, type ReplyView } from './reply-view.ts';

const ANY: readonly ReplyKind[] = [...XML, 'broken'];

export const FORM_RULES: readonly ReplyRule[] = [
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
        ? { expected: 'XML below <xml>', got: text.slice(0, 80).replace(/\s+/g, ' ') || 'nothing' }
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

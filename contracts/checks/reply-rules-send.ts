/** What an answer gives back of the request, and what a send is told (domain facts §1.2, §1.4). */
import { EDITION_TABLES } from '../tables/editions.ts';
import { FIELDS } from '../tables/fields.ts';
import { readInt } from '../wire/measure.ts';
import {
  BOTH,
  type Complaint,
  GOOD,
  mustBe,
  mustMatch,
  type ReplyRule,
  SEND,
  XML,
} from './reply-rule.ts';
import { envelopeOf, isUnreadable, type ReplyView } from './reply-view.ts';

const ECHOED = ['mch_billno', 'mch_id', 'wxappid', 're_openid', 'total_amount'] as const;

/** A row for successes, which the page promises, and one for refusals, which production does as well (§1.4). */
export const ECHO_RULES: readonly ReplyRule[] = ECHOED.flatMap((name): ReplyRule[] => {
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

export const SEND_RULES: readonly ReplyRule[] = [
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

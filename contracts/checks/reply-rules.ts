/**
 * What every valid reply satisfies, whoever made it: a rule a row, from the tables of replies, editions and codes. It shares tables
 * with a server's engine and no logic: an engine builds replies, this looks at bytes.
 */
import { BOTH, type ReplyRule } from './reply-rule.ts';
import { ENVELOPE_RULES } from './reply-rules-envelope.ts';
import { FORM_RULES } from './reply-rules-form.ts';
import { QUERY_RULES } from './reply-rules-query.ts';
import { ECHO_RULES, SEND_RULES } from './reply-rules-send.ts';

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

/** What a reply says of itself: return_code, result_code, err_code, words, sign (domain facts §0, §1.2, §2). */
import { type CodeRow, codesOf, findCode, wordingOf } from '../tables/codes.ts';
import { EDITION_TABLES } from '../tables/editions.ts';
import { signMd5, stringToSign } from '../wire/sign.ts';
import {
  BOTH,
  type Complaint,
  GOOD,
  mustBe,
  mustMatch,
  type ReplyRule,
  SEND,
  says,
  XML,
} from './reply-rule.ts';
import { envelopeOf, isUnreadable, type ReplyView } from './reply-view.ts';

export const ENVELOPE_RULES: readonly ReplyRule[] = [
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
  const parts = wording.split(/\{\w+\}/).map((part) => part.replace(/[^\p{L}\p{N}]/gu, '\\$&'));
  return new RegExp(`^${parts.join('[0-9.]+')}$`).test(got);
}

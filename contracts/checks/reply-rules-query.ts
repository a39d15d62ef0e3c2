/** What an answer of gethbinfo satisfies beside the rules of all answers (domain facts §7.2). */
import { ORDER_STATES } from '../tables/reply-fields.ts';
import { type Complaint, mustMatch, type ReplyRule } from './reply-rule.ts';
import type { ReplyView } from './reply-view.ts';

type Check = ReplyRule['check'];

const DASHED_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

function rule(
  name: string,
  title: string,
  check: Check,
  { source = 'E1, §7.2', certainty = 'documented' as ReplyRule['certainty'] } = {},
): ReplyRule {
  return {
    rule: `reply/${name}`,
    title,
    endpoints: ['gethbinfo'],
    kinds: ['found'],
    source,
    certainty,
    check,
  };
}

function matches(name: string, pattern: RegExp, what: string): Check {
  return (view) => mustMatch(view, name, pattern, what);
}

function absentOf(view: ReplyView, names: readonly string[]): Complaint {
  const there = names.find((name) => view.get(name) !== undefined);
  return there ? { expected: `no ${there}`, got: `${there} "${view.get(there)}"` } : undefined;
}

/** Both or none; there exactly when the packet went back. */
function refund(view: ReplyView): Complaint {
  if (view.get('status') !== 'REFUND') return absentOf(view, ['refund_time', 'refund_amount']);
  return (
    matches('refund_time', DASHED_TIME, 'yyyy-MM-dd HH:mm:ss')(view) ??
    matches('refund_amount', /^\d+$/, 'fen')(view)
  );
}

function receipts(view: ReplyView): Complaint {
  const list = view.elements.find((element) => element.name === 'hblist');
  if (view.get('status') !== 'RECEIVED') {
    return list ? { expected: 'no hblist before it is received', got: 'an hblist' } : undefined;
  }
  for (const { name, children } of list?.children ?? []) {
    const names = children.map((child) => child.name);
    const missing = ['openid', 'amount', 'rcv_time'].find((each) => !names.includes(each));
    if (name !== 'hbinfo' || missing) {
      return { expected: 'hbinfo with openid, amount and rcv_time', got: `${name} with ${names}` };
    }
  }
  return undefined;
}

const STATES = new RegExp(`^(?:${ORDER_STATES.map(({ state }) => state).join('|')})$`);

export const QUERY_RULES: readonly ReplyRule[] = [
  rule('status', 'tells a status that there is', matches('status', STATES, 'a known status')),
  rule('detail_id', 'tells the packet by detail_id', matches('detail_id', /^\d+$/, 'digits')),
  rule('send_type', 'tells API as send_type', matches('send_type', /^API$/, 'API')),
  rule('hb_type', 'tells NORMAL as hb_type', matches('hb_type', /^NORMAL$/, 'NORMAL')),
  rule('total_num', 'tells total_num', matches('total_num', /^1$/, '1')),
  rule('total_amount', 'tells total_amount in fen', matches('total_amount', /^\d+$/, 'fen')),
  rule(
    'send_time',
    'tells send_time as yyyy-MM-dd HH:mm:ss',
    matches('send_time', DASHED_TIME, 'yyyy-MM-dd HH:mm:ss'),
  ),
  rule('refund', 'tells refund_time and refund_amount exactly after a refund', refund),
  rule('hblist', 'lists who received it, when somebody did', receipts, {
    source: '§7.2, E3',
    certainty: 'observed',
  }),
  rule('success-code', 'says SUCCESS and OK', matches('err_code', /^SUCCESS$/, 'SUCCESS'), {
    source: '§7.2, E3',
    certainty: 'observed',
  }),
  rule(
    'no-words',
    'leaves out wishing, remark and act_name',
    (view) => absentOf(view, ['wishing', 'remark', 'act_name']),
    { source: '§7.2', certainty: 'observed' },
  ),
];

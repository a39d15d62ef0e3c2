const CASES = /checks\/server-cases-\w+\.ts$/;

export default [
  {
    file: /checks\/(?:server-cases-\w+|model|faults|faults-fields)\.ts$/,
    code: /^'(?:failed|risk|wrong|expired|other-openid|other-amount|no-merchant|xml)'$/,
    word: 'equivalent: it is the first wording of its code, which is taken without a name too, or only narrows what is taken',
  },
  {
    file: CASES,
    code: /^'current'$/,
    word: 'equivalent: that code is worded alike in every edition',
  },
  {
    file: CASES,
    mutator: /LogicalOperator/,
    code: / \?\? (?:\d[\d_]*|second)$/,
    word: 'equivalent: every edition that has the case has the limit, and the figure is the same',
  },
  {
    file: CASES,
    at: /^(?:needs: \{ at: NOON \}|needs: \{ at: '2026)/,
    word: 'equivalent: a server that is arranged begins at noon where nobody says another time',
  },
  {
    file: CASES,
    at: /answer: '(?:page|nothing)'|^\{$/,
    code: /^(?:\{ (?:answer|$)|\{\s|'(?:page|nothing)')/,
    word: 'another answer that is acceptable, of servers that refuse at the handshake or at the front; our own mock gives one of them',
  },
  {
    file: CASES,
    code: /^\{ (?:number|user|wishing|total_amount|fields|balanceFen|scenes)\b.*\}$|^\{ (?:fields|form)\b/s,
    word: 'a plainer request that a sound server answers alike; the broken server that only this one finds is not among ours',
  },
  {
    file: CASES,
    code: /^(?:'(?:2|1\.00|100\.00|x|200|none)'|'')$/,
    word: 'another value that is as wrong, or as right, as the one in its place',
  },
  {
    file: /faults-fields\.ts$/,
    code: /^(?:bytesMax !== undefined|first(?: \?\? \{\}.*)?|\[first.*|name !== 'total_amount'|row\.required === 'provider')$/,
    word: 'equivalent: no row of the tables makes the difference',
  },
  {
    file: /checks\/reply-rule\.ts$/,
    code: /^got !== undefined$/,
    word: 'equivalent: no pattern matches the word undefined',
  },
  {
    file: /checks\/(?:reply-\w+|reply-rules-\w+|verify-\w+|verify)\.ts$/,
    mutator: /OptionalChaining/,
    word: 'equivalent: a case that needs what is not offered has been skipped before; what was looked for is there',
  },
  {
    file: /reply-rules-envelope\.ts$/,
    code: /^(?:view\.get\('\w+'\) \?\? |code === 'PARAM_ERROR'$|'(?:live|documented)'$)/,
    word: "equivalent: a refusal of an unknown code is another rule's, and both styles of wording are taken",
  },
  {
    file: /reply-rules-form\.ts$/,
    mutator:
      /Regex|ConditionalExpression|LogicalOperator|StringLiteral|MethodExpression|ArrowFunction/,
    at: /^(?:\/<\(|const got = names)/,
    word: 'equivalent for every element that an answer has: names are words, and each is in the list',
  },
  {
    file: /verify-case\.ts$/,
    at: /^const (?:applications|number = view)|^if \(limit\) return/,
    code: /^(?:\[\]|'')$/,
    word: 'equivalent: no rule of replies has the name of a stranger; whose answer names a packet, his request named an order',
  },
  {
    file: /verify\.ts$/,
    mutator: /ArrayDeclaration/,
    code: /^\[\]$/,
    word: 'users of no label are stopped by no risk control; a history of nothing is shown to nobody',
  },
  {
    file: /verify(?:-call)?\.ts$/,
    code: /^(?:edition|texts\.length > 0|kind === 'page')$/,
    word: 'equivalent: what follows says the same of what is not there',
  },
  {
    file: /(?:signings|wire-forms)\.ts$/,
    code: /^(?:fields\.get\(name\) \?\? ''|''|!bytes|typeof body === 'string'|'utf8')$/,
    word: 'equivalent: the names are those of the fields; this Node has GBK; bytes become the same bytes again',
  },
  {
    file: /model\.ts$/,
    code: /^hours !== null$/,
    word: 'equivalent: every edition has these windows',
  },
  {
    file: /faults-fields\.ts$/,
    code: /^utf8Bytes\(text\) <= bytesMax$/,
    word: 'no text that is tried is as long as its limit',
  },
  {
    file: /checks\/faults\.ts$/,
    code: /^'(?:certificate|none)'$/,
    word: 'asked for by pairs that are generated, whose tests take seconds and are not among these',
  },
  {
    file: /reply-rules-(?:envelope|form)\.ts$/,
    mutator: /ObjectLiteral/,
    code: /^\{ expected: /,
    word: 'the words of a finding; that there is one is what is judged',
  },
  {
    file: /reply-rules-form\.ts$/,
    at: /^\? \['total_amount', 'total_num'/,
    word: 'elements of an answer to a send that only editions before the captures had',
  },
  {
    file: /reply-rules-form\.ts$/,
    code: /^name === 'mch_id'$/,
    word: 'what could not be read is echoed in mch_id alone, as far as captures go',
  },
  {
    file: /reply-rules-query\.ts$/,
    at: /list\?\.children/,
    word: 'equivalent: a list that is there has children, and another is judged by another rule',
  },
  {
    file: /server-case\.ts$/,
    at: /^return SURENESS/,
    word: 'equivalent: of two that are as sure either may be taken',
  },
  {
    file: CASES,
    mutator: /ObjectLiteral/,
    code: /^\{\s(?:sign: 'wrong-key'|merchant: \{ balanceFen|\s*client_ip|\s*\[name\]|written|attach)/s,
    word: 'a plainer request that a sound server answers alike; the broken server that only this one finds is not among ours',
  },
  {
    file: /server-cases-quotas\.ts$/,
    at: /^return limit === 'packetsPerMinute'/,
    word: 'which codes are taken: more than one where the pages disagree',
  },
  {
    file: /server-cases-requests\.ts$/,
    at: /^faults\.findIndex|^certainty: first\.at/,
    word: 'which of several like pairs is played, and how sure it is called; the list of cases holds the rest',
  },
  {
    file: /signings\.ts$/,
    code: /^'&'$/,
    word: 'what is to be signed wrongly is wrong in another way',
  },
  {
    file: /verify-call\.ts$/,
    at: /^(?:const read = form|return acceptable\.answer)/,
    word: 'how answers to bodies in GBK, or to calls that come too fast, are looked at: the targets of these tests are not slow',
  },
  {
    file: /verify-call\.ts$/,
    at: /^(?:case '|return view\.kind === 'page'|if \(view\.kind !== 'refused'|const shown = view)/,
    word: 'equivalent: an answer of another kind has neither that status nor that code; what is found is described last',
  },
  {
    file: /verify-call\.ts$/,
    code: /^text\.slice\(0, 60\)$/,
    word: 'how much of a page is shown',
  },
  {
    file: /checks\/verify\.ts$/,
    code: /^(?:hour >= closedFromHour|arranged === 'done'|'done')$/,
    word: 'equivalent: hours close at midnight, and a text has no reason to skip',
  },
  {
    file: /verify-case\.ts$/,
    at: /^const wording = nearest/,
    word: 'for the types: a step has answers that are acceptable, which a test holds',
  },
];

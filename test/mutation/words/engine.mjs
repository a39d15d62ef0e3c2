export default [
  {
    file: /engine\/facts\.ts$/,
    at: /^if \((?:limits\.|perDay|perUserDay)/,
    word: 'equivalent: a window that no limit reads only costs',
  },
  {
    file: /engine\/decide\.ts$/,
    at: /^(?:const late|if \(writes\.length)/,
    word: 'equivalent: a way round for speed, whose slow way says the same',
  },
  {
    file: /engine\/admission\.ts$/,
    at: /^if \(!window \|\| limit/,
    word: 'equivalent: there is a window where there is a limit',
  },
  {
    file: /engine\/admission\.ts$/,
    code: /role [!=]== 'provider'/,
    word: 'what only providers send was refused of others before',
  },
  {
    code: /^situation\.injection\?\./,
    word: 'equivalent: a rule strikes, or it would not be asked',
  },
  {
    file: /engine\/ids\.ts$/,
    word: 'either of the two factors keeps merchants and seeds apart',
  },
  {
    file: /engine\/inject\.ts$/,
    at: /^const partition/,
    word: 'which partition counts shows when merchants come and go: the tests of tenants',
  },
  { code: /^when\.first !== undefined$/, word: 'equivalent: no count is above undefined' },
  { code: /^chance\(.*<= when/, word: 'a draw of exactly the figure' },
  {
    file: /engine\/inject\.ts$/,
    mutator: /EqualityOperator/,
    at: /when\.probability/,
    word: 'a draw of exactly the figure',
  },
  { code: /^scene !== undefined$/, word: 'equivalent: no scene is never an opened one' },
  {
    mutator: /StringLiteral/,
    code: /^'refused'$/,
    word: 'equivalent: what is neither repeated nor payable is refused',
  },
  {
    file: /engine\/query\.ts$/,
    at: /kind: 'refused', refusal: notFound|^const refusal = chosen/,
    word: 'equivalent: what is not found is refused so twice over',
  },
  { code: /^'kept'$/, word: 'equivalent: neither stored nor closed' },
  { code: /^'other-openid'$|^'failed'$/, word: 'equivalent: the first of the wordings' },
  { at: /^const sequence =/, word: 'equivalent: any walk through the serials' },
  { at: /^(?:state: 'SENDING'|paid: false),$/, word: 'equivalent: paid or held the next moment' },
  {
    file: /engine\/query\.ts$/,
    code: /^code === undefined$/,
    word: 'equivalent: a rule with a code refuses, and nothing is shown',
  },
  { file: /engine\/strike\.ts$/, code: /^'delay'$/, word: 'any name makes a draw of its own' },
  {
    file: /engine\/strike\.ts$/,
    at: /^return effect\.fault === undefined/,
    word: 'equivalent: a scenario that says when to strike says with what',
  },
];

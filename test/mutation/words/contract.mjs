const FAST = 'equivalent: a way round for speed, whose slow way says the same';

export default [
  // The plain reading of documents, which a property holds to the parser; values that need no second look.
  {
    file: /wire\/xml\.ts$/,
    at: /^(?:function readPlainFields|if \(!start\)|for \(;;\)|if \(!field\)|const \[whole|if \(fields\.has|return text\.slice|if \(!tags\)|if \(!text\.includes)/,
    word: FAST,
  },
  { file: /rules\.ts$/, at: /^if \(value\.length \* 3/, word: FAST },
  { file: /measure\.ts$/, at: /^if \(PLAIN_INT/, word: FAST },
  { file: /measure\.ts$/, mutator: /Regex/, word: FAST },
  { file: /xml\.ts$/, at: /there is no root element/, word: 'the parser says it first: unclosed' },
  {
    file: /xml\.ts$/,
    at: /error instanceof Refused/,
    word: 'nothing else is ever thrown; a bug would be passed on',
  },
  {
    file: /xml\.ts$/,
    code: /^root\.children\.length === 0/,
    word: 'equivalent: text among elements was refused before',
  },
  { code: /^merchant\?\./, word: 'an unknown merchant was refused by its number before' },
  {
    file: /rules\.ts$/,
    code: /^peer\.kind === 'merchant'$/,
    word: 'for the types: no other peer has a number to be equal',
  },
  { at: /^if \(name === 'sign'\) return \[\]/, word: 'a rule of no field: nobody asks for it' },
  { at: /no row for/, word: 'for the types: every code has its row, which a test holds' },
  { at: /^const first = own\.limitOrder/, word: 'an order of a check that there is not: none' },
  { at: /padStart\(8, '0'\)/, word: 'years before 1000, which no clock of ours shows' },
];

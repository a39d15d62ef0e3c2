export default [
  {
    file: /checks\/(?:audit|client-rules|coverage)/,
    code: /^(?:heard\.kind === '(?:code|status)'|before !== undefined)$/,
    word: 'equivalent: what is of another kind has neither code nor status; the comparison tells the compiler',
  },
  {
    file: /audit-entry\.ts$/,
    at: /^(?:const code = entry\.code|return readInt\()/,
    word: 'equivalent: a refusal has a code; of what is no number nothing is read',
  },
  {
    file: /audit-orders\.ts$/,
    at: /^if \((?:old\.doubt === undefined|doubt === undefined \|\|)/,
    word: 'equivalent: only orders in doubt are kept in that set, and no rule asks for an order without a doubt',
  },
  {
    file: /audit-orders\.ts$/,
    mutator: /ArrayDeclaration/,
    code: /^\[\]$/,
    word: 'equivalent: what is no trace has no doubt that a rule asks for',
  },
  {
    file: /(?:audit|client-rules-\w+)\.ts$/,
    code: /^(?:[ab]\.evidence\[0\] \?\? 0|entries\[0\]\?\.request.*)$/,
    word: 'equivalent: a finding has a call that shows it',
  },
  {
    file: /client-rules-pace\.ts$/,
    mutator: /ArrayDeclaration/,
    code: /^\[\]$/,
    word: 'equivalent: one stranger more or less is no burst',
  },
  {
    file: /client-rules-pace\.ts$/,
    at: /^const processing = .*|^if \(processing && /,
    word: 'equivalent: no query is answered PROCESSING',
  },
  {
    file: /coverage(?:-traps)?\.ts$/,
    mutator: /ArrayDeclaration|StringLiteral/,
    code: /^(?:\[\]|'')$/,
    word: 'equivalent: a name that no table has is counted nowhere',
  },
  {
    file: /coverage\.ts$/,
    code: /^!other$/,
    word: 'equivalent: the rows of one edition are as many in every run',
  },
  {
    file: /coverage-next\.ts$/,
    at: /^const fields = Object\.entries\(content\)\.sort/,
    word: 'equivalent: no two names are equal',
  },
  {
    file: /coverage-requirement\.ts$/,
    code: /^least === undefined$/,
    word: 'equivalent: of a text that is not there nothing is read either',
  },
  {
    file: /coverage-requirement\.ts$/,
    at: /^const \[, name, least\]/,
    mutator: /ArrayDeclaration/,
    word: 'equivalent: only what follows the first is read',
  },
  {
    file: /coverage-traps\.ts$/,
    mutator: /ArrowFunction/,
    code: /^\(\{ faults = \[\] \}\) =>/,
    word: 'made while the module is loaded, before any mutant is chosen',
  },
];

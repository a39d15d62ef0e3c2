export default [
  {
    file: /wire\/xml\.ts$/,
    code: /^(?:!text\.includes|'\]\]>'|'\\r'|!tags|!start|for \(;;\)|!field|fields\.has)/,
    word: 'equivalent: a way round for speed, whose slow way says the same',
  },
  { file: /wire\/sign\.ts$/, code: /^a [<>] b/, word: 'equivalent: no two names are equal' },
];

const NO_CHANGE =
  'equivalent: a way that changes nothing on this request is tried once, and not paired';
const ONLY_TIME = 'equivalent: without this short cut the same is found, later';

const SAID_BEFORE =
  'equivalent: tried once more under another name, and found before under its own';

export default [
  {
    file: /wire\/sign-search\.ts$/,
    code: /^a\.step === b\.step && !MANIFOLD/,
    word: 'equivalent: of two at one step the later undoes the earlier, and it was found alone',
  },
  {
    file: /wire\/sign-ways-fields\.ts$/,
    at: /^(?:if \(value !== ''|\.filter\(\(\{ name, required)/,
    word: SAID_BEFORE,
  },
  {
    file: /wire\/gbk\.ts$/,
    at: /^(?:\} catch \{|return '';|if \(sequences\.size === 0\))/,
    word: 'what a Node that was built without GBK comes to; the tests have none',
  },
  {
    file: /wire\/gbk\.ts$/,
    code: /^(?:code < 0x80|sequence > 0xff)$/,
    mutator: /EqualityOperator/,
    word: 'equivalent: U+0080 is no character of GBK, and no sequence is the number 0xff',
  },
  {
    file: /wire\/gbk\.ts$/,
    code: /found\.has\(character\)/,
    word: 'no two sequences give one character in this Node; the standard has a second U+3000',
  },
  {
    file: /wire\/gbk\.ts$/,
    code: /^\[\]$/,
    word: 'equivalent: what is no number is no byte of a sequence',
  },
  {
    file: /wire\/sign-draft\.ts$/,
    code: /^a\.name [<>] b\.name$/,
    word: 'equivalent: no two names are equal, and V8 asks of two only whether one comes before',
  },
  {
    file: /wire\/sign-search\.ts$/,
    code: /^(?:!first\.changesTail|entries !== right|draft\.key !== right|\[plain\])/,
    word: ONLY_TIME,
  },
  {
    file: /wire\/sign-search\.ts$/,
    code: /^(?:!a \|\| !b|candidates\.length - 1|sum < 2 \* last|low < sum - low|Math\.max)/,
    word: 'equivalent: beyond the last candidate there is none, and none is paired with itself',
  },
  {
    file: /wire\/sign-ways-fields\.ts$/,
    at: /^(?:if \(unknown\.length === 0\)|const sets = |const inBody = |\(names\) => names\.length > 0)/,
    word: NO_CHANGE,
  },
  {
    file: /wire\/sign-ways-fields\.ts$/,
    at: /^const (?:names|likely|each|together) = /,
    word: NO_CHANGE,
  },
  {
    file: /wire\/sign-ways-fields\.ts$/,
    code: /^ALIASES\.filter/,
    word: NO_CHANGE,
  },
  {
    file: /wire\/gbk\.ts$/,
    code: /^(?:lead <= LEAD_LAST|trail <= TRAIL_LAST|character)/,
    word: 'the table is made once in a process: only the first test that needs it is asked',
  },
  {
    file: /wire\/sign-doctor\.ts$/,
    code: /^read\.refusal\.reason/,
    word: 'equivalent: what is UTF-8 and no XML is refused as GBK too',
  },
  {
    file: /wire\/sign-doctor\.ts$/,
    code: /^utf8$/,
    word: 'the fields were read from GBK before; what stands between the tags alone would differ',
  },
  {
    file: /wire\/sign-ways-escapes\.ts$/,
    code: /^(?:start|end) < 0$/,
    word: 'equivalent: no field begins the document',
  },
  {
    file: /wire\/sign-ways-fields\.ts$/,
    code: /^a > b$/,
    word: 'equivalent: V8 asks of two only whether one comes before',
  },
  {
    file: /wire\/sign-ways-fields\.ts$/,
    code: /^\/\^\\w\/$/,
    word: 'equivalent: a name begins with a letter',
  },
  {
    file: /wire\/sign-ways-values\.ts$/,
    code: /^shown\.length === 0$/,
    word: NO_CHANGE,
  },
  {
    file: /wire\/sign-ways-key\.ts$/,
    code: /^typeof before/,
    word: 'equivalent: bytes are made last, and once',
  },
];

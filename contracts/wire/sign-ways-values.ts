/** Mistakes in the values themselves: other than they are in the body. */
import { SIGNED_FIELDS } from '../tables/endpoints.ts';
import { readInt } from './measure.ts';
import { changing, shorten, type Way, type Ways } from './sign-draft.ts';

const MONEY = ['total_amount', 'min_value', 'max_value'];

/** `1.00` in the body is 1 to the server (domain facts §1.4, E32). */
export const integersAsWritten: Ways = ({ endpoint, fields }) => {
  const { ints } = SIGNED_FIELDS[endpoint];
  const shown: string[] = [];
  for (const name of ints) {
    const written = fields.get(name);
    const read = written && String(readInt(written));
    if (written && written !== read) {
      shown.push(`${name} as ${shorten(written)}, which the server reads as ${read}`);
    }
  }
  if (shown.length === 0) return [];
  return [
    changing(`signed ${shown.join(', ')}`, (value, name) =>
      ints.has(name) ? (fields.get(name) ?? value) : value,
    ),
  ];
};

const DIGITS = /^\d{1,15}$/;

function changingMoney(did: string, change: (fen: number, digits: string) => string): Way {
  return changing(did, (value, name) =>
    MONEY.includes(name) && DIGITS.test(value) ? change(Number(value), value) : value,
  );
}

export const otherUnit: Ways = () => [
  changingMoney('signed the amount in yuan, with two decimals', (fen) => (fen / 100).toFixed(2)),
  changingMoney('signed the amount in yuan', (fen) => String(fen / 100)),
  changingMoney('signed the amount a hundred times too large', (fen) => String(fen * 100)),
];

export const asFloat: Ways = ({ endpoint }) => {
  const { ints } = SIGNED_FIELDS[endpoint];
  return [
    changingMoney('signed the amount with a decimal (100.0)', (_, digits) => `${digits}.0`),
    changingMoney('signed the amount with two decimals (100.00)', (_, digits) => `${digits}.00`),
    changing('signed all integers with a decimal (100.0)', (value, name) =>
      ints.has(name) ? `${value}.0` : value,
    ),
  ];
};

const NUMERIC = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** The largest that a 64-bit integer holds. */
const LONG_MAX = 2n ** 63n - 1n;

/** Longer digits are no number that a client would keep as one. */
const NUMERIC_MAX = 40;

function changingNumbers(did: string, write: (value: string) => string): Way {
  return changing(did, (value) =>
    value.length <= NUMERIC_MAX && NUMERIC.test(value) ? write(value) : value,
  );
}

/** PHP and others keep what fits 64 bits; only longer digits become a float. */
function whenTooLong(value: string, write: (number: number) => string): string {
  return /^-?\d+$/.test(value) && BigInt(value) > LONG_MAX ? write(Number(value)) : value;
}

/** 1.0E+25: fourteen digits at most, and a fraction always. */
function phpFloat(number: number): string {
  const [mantissa = '', exponent = ''] = number.toExponential(13).split('e');
  const short = mantissa.replace(/0+$/, '').replace(/\.$/, '.0');
  return `${short}E${exponent}`;
}

export const numbersParsed: Ways = () => [
  changingNumbers('turned values of digits into numbers (1.0000098e+25)', (value) =>
    String(Number(value)),
  ),
  changingNumbers('turned long numbers into floats (1.0E+25)', (value) =>
    whenTooLong(value, phpFloat),
  ),
  changingNumbers('turned long numbers into doubles (1.0000098E25)', (value) =>
    whenTooLong(value, (number) => String(number).replace('e+', 'E')),
  ),
  changingNumbers('turned long numbers into floats of two digits (1.0e+25)', (value) =>
    whenTooLong(value, (number) => number.toExponential(1)),
  ),
  changingNumbers('sent long numbers through a double, which lost the last digits', (value) =>
    whenTooLong(value, (number) => BigInt(number).toString()),
  ),
];

export const zerosDropped: Ways = () => [
  changing('dropped leading zeros from values of digits', (value) =>
    /^0\d+$/.test(value) ? value.replace(/0+(?=\d)/, '') : value,
  ),
];

export const whiteSpaceDropped: Ways = () => [
  changing('signed the values trimmed', (value) => value.trim()),
  changing('signed the values with their spaces taken out', (value) => value.replace(/\s/g, '')),
  changing('signed the values with runs of white space made one space', (value) =>
    value.replace(/\s+/g, ' '),
  ),
];

/** An XML reader makes every line end a single LF. */
export const lineEnds: Ways = () => [
  changing('signed line ends as CR LF, which arrive as LF', (value) =>
    value.replace(/\r?\n/g, '\r\n'),
  ),
  changing('signed line ends as CR, which arrive as LF', (value) => value.replaceAll('\n', '\r')),
  changing('signed the values without their line ends', (value) => value.replace(/\r?\n/g, '')),
];

/** What was lost on the way is guessed, field by field. */
export const whiteSpaceLost: Ways = ({ endpoint, fields }) => {
  const { names, ints } = SIGNED_FIELDS[endpoint];
  const texts = names.filter((name) => fields.get(name) && !ints.has(name));
  return texts.flatMap((own) =>
    (
      [
        ['a space behind', (value: string) => `${value} `],
        ['a space before', (value: string) => ` ${value}`],
        ['a line feed behind', (value: string) => `${value}\n`],
        ['CR LF behind', (value: string) => `${value}\r\n`],
      ] as const
    ).map(([what, change]) =>
      changing(`signed ${own} with ${what}, which is not in the body`, (value, name) =>
        name === own ? change(value) : value,
      ),
    ),
  );
};

export const valueCase: Ways = () => [
  changing('signed the values in lower case', (value) => value.toLowerCase()),
  changing('signed the values in upper case', (value) => value.toUpperCase()),
];

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // No url-encoding at all: then it was signed as it is.
    return value;
  }
}

export const urlDecoded: Ways = () => [
  changing('signed values url-decoded that are sent url-encoded', decoded),
  changing('signed values decoded as a form (+ is a space) that are sent encoded', (value) =>
    decoded(value.replaceAll('+', ' ')),
  ),
];

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&#39;': "'",
  '&#039;': "'",
  '&#34;': '"',
  '&amp;': '&',
};
const ENTITY = /&(?:lt|gt|quot|apos|amp|#0?39|#34);/g;

export const unescapedSigned: Ways = () => [
  changing('signed the plain text and sent it escaped once too often (&amp; in CDATA)', (value) =>
    value.replace(ENTITY, (entity) => ENTITIES[entity] ?? entity),
  ),
];

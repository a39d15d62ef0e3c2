/** Amounts as people write them, to fen: exact, from the digits alone. What could be read in two ways is refused. */

export type Amount =
  | { readonly ok: true; readonly fen: number }
  /** In words: `1,000.00: without commas, like 1000.00`. */
  | { readonly ok: false; readonly message: string };

const YUAN = /^(0|[1-9][0-9]*)(?:\.([0-9]{1,2}))?$/;
const FEN = /^[1-9][0-9]*$/;
/** 2^53 has sixteen digits. */
const FEN_DIGITS_MAX = 15;

/** What people write instead, the most telling first. */
const YUAN_MISTAKES: readonly (readonly [pattern: RegExp, expected: string])[] = [
  [/^$/, 'expected yuan, like 1.00'],
  [/[\uff01-\uff5e\u3000-\u3002]/u, 'full-width characters: write it like 1.00'],
  [/[¥￥$€元圆块]|rmb|cny|yuan/iu, 'expected the number alone, like 1.00'],
  [/[,'’_ \u00a0]/u, 'expected no separators, like 1000.00'],
  [/^-/, 'expected more than nothing'],
  [/^[0-9.+-]+e[0-9+-]+$/i, 'expected all its digits, like 100.00'],
  [/^[0-9]+\.[0-9]{3,}$/, 'at most two decimals: a fen is the smallest'],
  [/^\./, 'expected a digit before the point, like 0.30'],
  [/^[0-9]+\.$/, 'expected decimals after the point, or no point'],
  [/^0[0-9]/, 'expected no zero in front'],
  [/^\+/, 'expected no sign'],
];

/** Yuan with two decimals, one or none: `1.00`, `0.3`, `1`. */
export function fenOfYuan(text: string): Amount {
  const match = YUAN.exec(text);
  if (!match) {
    const mistake = YUAN_MISTAKES.find(([pattern]) => pattern.test(text));
    return wrong(text, mistake?.[1] ?? 'expected yuan, like 1.00');
  }
  const [, whole = '', decimals = ''] = match;
  return positive(text, `${whole}${decimals.padEnd(2, '0')}`.replace(/^0+(?=.)/, ''));
}

/** A whole number of fen: `100` is one yuan. */
export function fenOfDigits(text: string): Amount {
  if (FEN.test(text)) return positive(text, text);
  if (text === '0') return positive(text, text);
  return wrong(text, 'expected a whole number of fen: 100 is one yuan');
}

function positive(text: string, fenDigits: string): Amount {
  if (fenDigits === '0') return wrong(text, 'expected more than nothing');
  if (fenDigits.length > FEN_DIGITS_MAX) return wrong(text, 'more than there is');
  return { ok: true, fen: Number(fenDigits) };
}

const SHOWN_CHARACTERS_MAX = 40;

function wrong(text: string, message: string): Amount {
  const shown = text.replace(/\p{Cc}/gu, '?').slice(0, SHOWN_CHARACTERS_MAX);
  return { ok: false, message: shown === '' ? message : `${shown}: ${message}` };
}

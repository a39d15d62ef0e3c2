/** The search itself: which two mistakes are tried together, in which order, and for how long. */
import { describe, expect, it } from 'vitest';
import { type Budget, EFFORTS, searchMistakes } from '../../../contracts/wire/sign-search.ts';
import {
  ASKED,
  but,
  each,
  gbk,
  joined,
  KEY,
  md5,
  SENT,
  sorted,
  type Values,
} from './sign-slips.ts';

/** Searches for a signature over `message`. */
function search(
  message: string | Uint8Array,
  values: Values = SENT,
  budget: Budget = { ...EFFORTS.thorough },
) {
  const strings: string[] = [];
  const digest = (text: string | Uint8Array): string => {
    strings.push(Buffer.from(text).toString());
    return md5(text);
  };
  const endpoint = values === ASKED ? 'gethbinfo' : 'sendredpack';
  const fields = new Map(Object.entries(values));
  const form = { digest, target: md5(message), shown: [] };
  const found = searchMistakes({ endpoint, fields, key: KEY }, form, budget);
  return {
    /** Ids of what was found. */
    ids: found?.map(({ mistake }) => mistake.id).join(' '),
    /** All that was digested for it. */
    strings,
    budget,
  };
}

const NOTHING_GIVES_THIS = 'nothing gives this';
const text = joined(SENT);
const upper = (value: string): string => value.toUpperCase();

describe('two mistakes at once are found, and named in the order in which they are made', () => {
  it.each([
    ['left-out key-missing', joined(but(SENT, 'client_ip'))],
    ['left-out key-sorted-in', joined({ ...but(SENT, 'remark'), key: KEY })],
    ['key-quoted key-sorted-in', joined({ ...SENT, key: `"${KEY}"` })],
    ['key-white-space key-joined-otherwise', `${KEY}\n${text}`],
    ['joined-otherwise key-sorted-in', joined({ ...SENT, key: KEY }).replaceAll('&', '')],
    ['not-sorted key-missing', joined(SENT, sorted(SENT).reverse())],
    ['other-unit url-encoded', each({ ...SENT, total_amount: '2.00' }, encodeURIComponent)],
    ['sign-type-signed empty-signed', { ...SENT, sign_type: 'MD5', scene_id: '' }],
    ['key-missing whole-case', upper(text)],
    ['key-missing gbk-signed', gbk(text)],
    ['whole-case gbk-signed', gbk(upper(`${text}&key=${KEY}`))],
    ['whole-case wide-signed', `\ufeff${upper(`${text}&key=${KEY}`)}`],
    // The unlikeliest two that anybody can make together.
    ['joined-otherwise key-joined-otherwise', `${encodeURIComponent(text)}&mch_key=${KEY}`],
  ] as const)('%s', (ids, signed) => {
    const message =
      typeof signed === 'string' || signed instanceof Uint8Array
        ? signed
        : `${joined(signed)}&key=${KEY}`;
    expect(search(message).ids).toBe(ids);
  });
});

describe('two things that nobody does together are not taken for the cause', () => {
  it.each([
    ['one mistake made twice', each(each(SENT, encodeURIComponent), encodeURIComponent)],
    ['two things done to the key at once', `${text}&key="${KEY}"\n`],
    ['two ways to join at once', `${encodeURIComponent(text).replaceAll('%26', '\n')}&key=${KEY}`],
    // Too rare, or of too many ways, to be tried with another.
    ['a digest digested twice, without the key', md5(text)],
    ['white space lost, and no key', joined({ ...SENT, wishing: '恭喜发财 ' })],
  ])('%s', (_, signed) => {
    const message = typeof signed === 'string' ? signed : `${joined(signed)}&key=${KEY}`;
    expect(search(message).ids).toBeUndefined();
  });
});

describe('what is likelier is tried first', () => {
  const typed = joined({ ...ASKED, sign_type: 'MD5' });
  const placeOf = (message: string): number => {
    const { strings } = search(NOTHING_GIVES_THIS, ASKED);
    expect(strings).toContain(message);
    return strings.indexOf(message);
  };

  it('no mistake at all before one, one before two', () => {
    const right = `${joined(ASKED)}&key=${KEY}`;
    expect(placeOf(right)).toBe(0);
    expect(placeOf(`${typed}&key=${KEY}`)).toBeLessThan(placeOf(joined(ASKED)));
    expect(placeOf(`${joined(ASKED)}&mch_key=${KEY}`)).toBeLessThan(placeOf(typed));
  });

  it('two likely mistakes before a likely and an unlikely one, and these before two unlikely', () => {
    const likely = placeOf(typed);
    const mixed = placeOf(`${typed}&mch_key=${KEY}`);
    const unlikely = placeOf(`${encodeURIComponent(joined(ASKED))}&mch_key=${KEY}`);
    expect(likely).toBeLessThan(mixed);
    expect(mixed).toBeLessThan(unlikely);
  });

  it('the first way of a rare mistake before the fifteenth of one that is oftener made', () => {
    expect(placeOf(encodeURIComponent(`${typed}&key=${KEY}`))).toBeLessThan(
      placeOf(`${typed}&mch_key=${KEY}`),
    );
  });

  it('so that a quick search finds two likely ones, and leaves two unlikely ones to a thorough one', () => {
    const quickly = (message: string) => search(message, ASKED, { ...EFFORTS.quick });
    expect(quickly(typed).ids).toBe('sign-type-signed key-missing');
    const unlikely = `${encodeURIComponent(joined(ASKED))}&mch_key=${KEY}`;
    expect(quickly(unlikely)).toMatchObject({ ids: undefined, budget: { spent: true, tries: 0 } });
    expect(search(unlikely, ASKED).ids).toBe('joined-otherwise key-joined-otherwise');
  });
});

describe('a search', () => {
  it('wastes little on strings that it has tried', () => {
    for (const values of [ASKED, SENT]) {
      const { strings } = search(NOTHING_GIVES_THIS, values);
      expect(strings.length).toBeLessThan(1.25 * new Set(strings).size);
    }
  });

  it('finds nothing where the string is right, and has tried it alone', () => {
    const { ids, strings } = search(`${text}&key=${KEY}`);
    expect([ids, strings.length]).toEqual(['', 1]);
  });

  it('ends when its tries are spent, and not before', () => {
    const all = search(NOTHING_GIVES_THIS, ASKED);
    expect(all.budget).toMatchObject({ tries: 30_000 - all.strings.length, spent: false });
    for (const tries of [0, 1, 2, 700, all.strings.length - 1]) {
      const some = search(NOTHING_GIVES_THIS, ASKED, { ...EFFORTS.thorough, tries });
      expect(some.strings).toEqual(all.strings.slice(0, tries));
      expect(some.budget).toMatchObject({ tries: 0, spent: true });
    }
    const tries = all.strings.length;
    const just = search(NOTHING_GIVES_THIS, ASKED, { ...EFFORTS.thorough, tries });
    expect(just.budget).toMatchObject({ tries: 0, spent: false });
  });

  it('ends when its characters are spent, and not before', () => {
    const { budget, strings } = search(NOTHING_GIVES_THIS, ASKED);
    const characters = EFFORTS.thorough.characters - budget.characters;
    const just = search(NOTHING_GIVES_THIS, ASKED, { ...EFFORTS.thorough, characters });
    expect(just.budget).toMatchObject({ characters: 0, spent: false });
    const less = { ...EFFORTS.thorough, characters: characters - 1 };
    expect(search(NOTHING_GIVES_THIS, ASKED, less).strings.length).toBe(strings.length - 1);
    expect(less.spent).toBe(true);
    // What is short enough does not come after what was too long: then all would seem to have been tried.
    for (let cut = 1; cut < characters; cut += Math.ceil(characters / 15)) {
      const some = search(NOTHING_GIVES_THIS, ASKED, { ...EFFORTS.thorough, characters: cut });
      expect(some.strings).toEqual(strings.slice(0, some.strings.length));
      expect(some.budget.spent).toBe(true);
    }
    // Of the string as it is before it becomes bytes.
    const once = { ...EFFORTS.thorough, characters: `${text}&key=${KEY}`.length };
    expect(search(NOTHING_GIVES_THIS, SENT, once).strings).toEqual([`${text}&key=${KEY}`]);
  });
});

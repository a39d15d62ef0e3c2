import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import {
  parseFields,
  parseTree,
  readInt,
  SIGNED_FIELDS,
  sameSignature,
  signMd5,
  stringServerSigns,
  writeXml,
} from '../../contracts/index.ts';
import {
  examples,
  fieldsOf,
  KEY,
  providerExamples,
  reading,
  SEED,
  signed,
} from '../contracts/support.ts';
import { runs } from '../support/effort.ts';

// What XML 1.0 calls Char, as UTF-16: no control characters but tab, LF and CR, no lone surrogate, no U+FFFE and U+FFFF.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the rule is about exactly these characters
const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Letters of markup, line ends and the words that end sections, more often than chance would have them. */
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      ...[']]>', ']]', ']', '>', '<![CDATA[', '<!--', '-->', '<!DOCTYPE x>', '<?x?>'],
      ...['&amp;', '&', '&#13;', '\r', '\n', '\r\n', '<', '"', "'", ' ', '\t', '红包', '🧧'],
    ),
  },
);
const legalText = fc
  .array(piece, { maxLength: 8 })
  .map((pieces) => pieces.join(''))
  .filter((text) => !ILLEGAL.test(text));
const fieldName = fc
  .stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,15}$/)
  // The parser library refuses three names, and its renaming of others has a test of its own (xml.test.ts).
  .filter((name) => !(name in {}) && name !== 'prototype');
const legalFields = fc.uniqueArray(fc.tuple(fieldName, legalText), {
  selector: ([name]) => name,
  maxLength: 12,
});

describe(`writing and reading (REDPACK_SEED=${SEED})`, () => {
  it('any fields of legal text come back as they were, in their order', () => {
    fc.assert(
      fc.property(legalFields, (fields) => {
        const result = parseFields(Buffer.from(writeXml(fields)));
        expect(result.ok && [...result.value]).toEqual(fields);
      }),
      { seed: SEED, numRuns: runs(1_000) },
    );
  });

  it('any bare text comes back as it was', () => {
    fc.assert(
      fc.property(legalText, (bare) => {
        expect(reading(writeXml([['a', { bare }]]))).toEqual({ fields: { a: bare } });
      }),
      { seed: SEED, numRuns: runs(1_000) },
    );
  });

  it('any two field lists that differ are written differently', () => {
    fc.assert(
      fc.property(legalFields, legalFields, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(writeXml(one)).not.toBe(writeXml(other));
      }),
      { seed: SEED, numRuns: runs(500) },
    );
  });
});

const signedNames = SIGNED_FIELDS.sendredpack;

/** What the server takes from a request: the signed fields that are not empty, integers as it reads them. */
function meaning(fields: ReadonlyMap<string, string>): string {
  const known = signedNames.names.map((name) => {
    const value = fields.get(name) ?? '';
    return [name, value && signedNames.ints.has(name) ? readInt(value) : value];
  });
  return JSON.stringify(known.filter(([, value]) => value !== ''));
}

function verifies(fields: ReadonlyMap<string, string>): boolean {
  const expected = signMd5(stringServerSigns(fields, signedNames), KEY);
  return sameSignature(expected, fields.get('sign') ?? '');
}

type Mutation = (body: Buffer) => Buffer;

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const at = (body: Buffer, where: number): number => Math.floor(where * body.length);
const spliced = (body: Buffer, from: number, to: number, insert: Uint8Array): Buffer =>
  Buffer.concat([body.subarray(0, from), insert, body.subarray(to)]);

const ELEMENT = /<([a-z_]+)>(?:(?!<\/\1>)[\s\S])*<\/\1>\n/g;
const elementsOf = (body: Buffer): string[] => body.toString('latin1').match(ELEMENT) ?? [];
function withElements(body: Buffer, change: (all: string[]) => string[]): Buffer {
  const all = elementsOf(body);
  const inner = all.length === 0 ? body.toString('latin1') : `<xml>\n${change(all).join('')}</xml>`;
  return Buffer.from(inner, 'latin1');
}

const snippet = fc
  .constantFrom(
    ...['<!-- x -->', '<![CDATA[]]>', ']]>', '<![CDATA[', '<!--', '-->', '<!DOCTYPE x>', '&#49;'],
    ...['&amp;', '&constructor;', '\r', ' ', '0', '.00', '</xml>', '<xml>', '<a/>', ' a="<!--"'],
    ...['<total_amount>1</total_amount>', '<re_openid>x</re_openid>', '\ufeff', '\u00a0', '/'],
  )
  .map((text) => Buffer.from(text));

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.integer({ min: 0, max: 7 })).map(
    ([where, bit]): Mutation =>
      (body) => {
        const flipped = Buffer.from(body);
        const index = at(body, where);
        flipped[index] = (flipped[index] ?? 0) ^ (1 << bit);
        return flipped;
      },
  ),
  fc.tuple(place, fc.oneof(snippet, fc.uint8Array({ minLength: 1, maxLength: 4 }))).map(
    ([where, bytes]): Mutation =>
      (body) => {
        return spliced(body, at(body, where), at(body, where), bytes);
      },
  ),
  fc.tuple(place, fc.nat(12)).map(
    ([where, length]): Mutation =>
      (body) => {
        const from = at(body, where);
        return spliced(body, from, from + length + 1, Buffer.alloc(0));
      },
  ),
  fc.tuple(place, place, fc.nat(60)).map(
    ([from, to, length]): Mutation =>
      (body) => {
        const copied = body.subarray(at(body, from), at(body, from) + length);
        return spliced(body, at(body, to), at(body, to), copied);
      },
  ),
  fc.tuple(place, place).map(
    ([one, other]): Mutation =>
      (body) => {
        const swapped = Buffer.from(body);
        swapped[at(body, one)] = body[at(body, other)] ?? 0;
        swapped[at(body, other)] = body[at(body, one)] ?? 0;
        return swapped;
      },
  ),
  // Elements: dropped, doubled, swapped, and with the value of another.
  fc.tuple(place, place, fc.constantFrom('drop', 'double', 'swap', 'value')).map(
    ([one, other, how]): Mutation =>
      (body) =>
        withElements(body, (all) => {
          const [i, j] = [Math.floor(one * all.length), Math.floor(other * all.length)];
          const [a, b] = [all[i] ?? '', all[j] ?? ''];
          if (how === 'drop') return all.filter((_, index) => index !== i);
          if (how === 'double') return [...all.slice(0, j), a, ...all.slice(j)];
          if (how === 'swap') {
            return all.map((each, index) => (index === i ? b : index === j ? a : each));
          }
          const name = /^<([a-z_]+)>/.exec(a)?.[1] ?? '';
          const renamed = b
            .replace(/^<[a-z_]+>/, `<${name}>`)
            .replace(/<\/[a-z_]+>\n$/, `</${name}>\n`);
          return all.map((each, index) => (index === i ? renamed : each));
        }),
  ),
);

const BODIES = [
  examples('2014'),
  examples('2015'),
  examples('current'),
  providerExamples('current'),
]
  .map((values) => signed({ ...values, wishing: ' <恭喜> & "发财"]]>\r\n🧧 ' }))
  .flatMap((values) => {
    const escaped = (text: string): string =>
      text.replace(/[<&>\r]/g, (character) => `&#${character.charCodeAt(0)};`);
    const plain = Object.entries(values).map(
      ([name, text]) => `<${name}>${escaped(text)}</${name}>\n`,
    );
    return [
      { values, body: Buffer.from(writeXml(Object.entries(values))) },
      { values, body: Buffer.from(`<xml>\n${plain.join('')}</xml>`) },
    ];
  });

describe(`a signed body (REDPACK_SEED=${SEED})`, () => {
  it.each(BODIES)('is read and verifies before it is touched (%#)', ({ values, body }) => {
    const result = parseFields(body);
    expect(result.ok && meaning(result.value)).toBe(meaning(fieldsOf(values)));
    expect(result.ok && verifies(result.value)).toBe(true);
  });

  it('that was tampered with is refused, unsigned, or says what it said', () => {
    // Counted, so that a reader which refuses everything does not pass for a strict one.
    const seen = { refused: 0, unsigned: 0, same: 0 };
    fc.assert(
      fc.property(
        fc.constantFrom(...BODIES),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        ({ values, body }, mutations) => {
          const tampered = mutations.reduce<Buffer>((bytes, mutate) => mutate(bytes), body);
          const result = parseFields(tampered);
          if (!result.ok) seen.refused += 1;
          else if (!verifies(result.value)) seen.unsigned += 1;
          else {
            seen.same += 1;
            expect(meaning(result.value)).toBe(meaning(fieldsOf(values)));
          }
        },
      ),
      { seed: SEED, numRuns: runs(5_000) },
    );
    expect(Math.min(seen.refused, seen.unsigned, seen.same)).toBeGreaterThan(runs(100));
  });

  it('that was tampered with gives no field whose name its bytes do not spell', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...BODIES),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        ({ body }, mutations) => {
          const tampered = mutations.reduce<Buffer>((bytes, mutate) => mutate(bytes), body);
          const result = parseFields(tampered);
          if (!result.ok) return;
          const text = tampered.toString('utf8');
          for (const [name, value] of result.value) {
            expect(name).not.toBe('');
            expect(text).toContain(`<${name}`);
            expect(typeof value).toBe('string');
          }
        },
      ),
      { seed: SEED, numRuns: runs(3_000) },
    );
  });
});

describe(`any bytes (REDPACK_SEED=${SEED})`, () => {
  const definite = (bytes: Uint8Array): void => {
    const result = parseFields(bytes);
    if (result.ok) expect(result.value).toBeInstanceOf(Map);
    else expect(result.refusal.detail).not.toBe('');
  };

  it('give a definite result and never throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), definite), {
      seed: SEED,
      numRuns: runs(1_000),
    });
  });

  it('that look like XML do so too', () => {
    const markup = fc.constantFrom(
      ...['<', '>', '/', '</', '/>', '<xml>', '</xml>', '<a>', '</a>', '<a/>', '<!', '<!--', '-->'],
      ...[
        '<![CDATA[',
        ']]>',
        '<?xml ',
        '?>',
        '<!DOCTYPE',
        '[',
        ']',
        '&',
        ';',
        '&#',
        '&#x',
        '"',
        "'",
      ],
      ...['=', ' ', '\n', '1', 'x', '红', '\ufeff', '__proto__', 'constructor', '#text', ':@', '!'],
    );
    fc.assert(
      fc.property(fc.array(markup, { maxLength: 40 }), (parts) =>
        definite(Buffer.from(parts.join(''))),
      ),
      { seed: SEED, numRuns: runs(3_000) },
    );
  });
});

describe(`what is written (seed ${SEED})`, () => {
  const independent = new XMLParser({ parseTagValue: false, trimValues: false });

  it('is read alike by a parser that is not ours', () => {
    fc.assert(
      fc.property(legalFields, (entries) => {
        // It does not read numeric references, which is how a CR is written.
        const plain = entries.map(([name, value]) => [name, value.replaceAll('\r', '')] as const);
        const read = independent.parse(writeXml(plain)) as { xml?: Record<string, string> };
        for (const [name, value] of plain) expect(read.xml?.[name]).toBe(value);
      }),
      { seed: SEED, numRuns: runs(500) },
    );
  });
});

describe(`the quick reading of plain documents (seed ${SEED})`, () => {
  const part = fc.constantFrom(
    ...['<xml>', '</xml>', '<a>', '</a>', '<b>', '</b>', '<A>', '</A>', '<xml>\n', '\n', ' ', '\t'],
    ...[
      '<![CDATA[',
      ']]>',
      '1',
      '红包',
      '😀',
      ']',
      '>',
      '&amp;',
      '&',
      '<',
      '\r',
      '\u0001',
      '\uffff',
    ],
    ...['<a>1</a>', '<b><![CDATA[2]]></b>\n', '<a><![CDATA[3]]></a>', '<!-- c -->', '<c/>'],
  );
  const plainish = fc
    .array(part, { maxLength: 8 })
    .chain((parts) => fc.constantFrom(parts.join(''), `<xml>${parts.join('')}</xml>`));

  it('agrees with the parser on what is a document and on what it says', () => {
    let documents = 0;
    fc.assert(
      fc.property(plainish, (text) => {
        const bytes = new TextEncoder().encode(text);
        const fields = parseFields(bytes);
        const tree = parseTree(bytes);
        const children = tree.ok ? tree.value.children : [];
        const names = new Set(children.map(({ name }) => name));
        const flat =
          tree.ok &&
          names.size === children.length &&
          children.every((child) => child.children.length === 0) &&
          (children.length > 0 || tree.value.text.trim() === '');
        expect(fields.ok).toBe(flat);
        if (!fields.ok) return;
        documents += 1;
        expect([...fields.value]).toEqual(children.map(({ name, text: value }) => [name, value]));
      }),
      { seed: SEED, numRuns: runs(20_000) },
    );
    expect(documents).toBeGreaterThan(runs(1_000));
  });
});

import { describe, expect, it } from 'vitest';
import { decodeGbk, encodeGbk } from '../../../contracts/wire/gbk.ts';

const hex = (text: string): string => Buffer.from(encodeGbk(text) ?? []).toString('hex');

describe('writing GBK', () => {
  it('is the way back of what Node decodes, for every character that it has', () => {
    const all = Array.from({ length: 0xd800 - 0x80 }, (_, at) => String.fromCharCode(0x80 + at));
    const back = new TextDecoder('gbk').decode(encodeGbk(all.join('')));
    const known = all.filter((_, at) => back[at] !== '?');
    expect(all.filter((character, at) => !['?', character].includes(back[at] ?? ''))).toEqual([]);
    // The hanzi of GBK, 20,902 of Unicode 1.1, are all among them.
    expect(known.length).toBeGreaterThan(20_902);
  });

  it.each([
    ['新年红包', 'd0c2c4eabaecb0fc'],
    ['　', 'a1a1'],
    ['a~', '617e'],
    ['\x7f', '7f'],
    ['a红b', '61baec62'],
  ])('%j is %s', (text, bytes) => {
    expect(hex(text)).toBe(bytes);
  });

  it('knows the first and the last of its rows and columns', () => {
    const edges = { 丂: '8140', 亊: '817e', 亐: '8180', 侢: '81fe', 齄: 'f7fe', '\ue4c5': 'fefe' };
    for (const [character, bytes] of Object.entries(edges)) {
      expect([character, hex(character)]).toEqual([character, bytes]);
    }
  });

  it.each(['🧧', '\ufffd', '\u0080', '\ud800'])('is a question mark for %j', (character) => {
    expect(hex(character)).toBe('3f');
  });
});

describe('reading GBK', () => {
  it('is text where the bytes are GBK, and nothing where they are not', () => {
    expect(decodeGbk(Buffer.from('d0c2c4ea61', 'hex'))).toBe('新年a');
    expect(decodeGbk(Buffer.from('61d03c', 'hex'))).toBeUndefined();
    expect(decodeGbk(Buffer.from('61d0', 'hex'))).toBeUndefined();
  });
});

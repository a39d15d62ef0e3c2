import { describe, expect, it } from 'vitest';
import { readInt, toYuan, utf8Bytes } from '../../../contracts/index.ts';
import { wellFormed } from '../../../contracts/wire/measure.ts';

describe('utf8Bytes', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['é', 2],
    ['红包', 6],
    ['🧧', 4],
    // The pair of E55: refused at 37 bytes, accepted at 31.
    ['2017年度四季度微信抽奖活动', 37],
    ['2017年度四季度微信抽奖', 31],
  ])('of %j is %i', (text, bytes) => {
    expect(utf8Bytes(text)).toBe(bytes);
  });
});

describe('readInt', () => {
  it.each([
    ['1000', 1000],
    ['1.00', 1],
    ['0.99', 0],
    [' \t\n12', 12],
    ['+7', 7],
    ['-7', -7],
    ['007', 7],
    ['12fen', 12],
    ['1e3', 1],
    ['0x10', 0],
    ['', 0],
    ['fen', 0],
    ['- 7', 0],
    ['+-7', 0],
    ['１２', 0],
    ['99999999999999999999', Number.MAX_SAFE_INTEGER],
    ['-99999999999999999999', Number.MIN_SAFE_INTEGER],
  ])('reads %j as atoi does: %i', (text, number) => {
    expect(readInt(text)).toBe(number);
  });

  it('never gives minus zero a sign on the wire', () => {
    expect(String(readInt('-0'))).toBe('0');
  });

  // C's isspace knows six ASCII characters; JavaScript's \s knows more.
  it.each(['\u00a0', '\u3000', '\ufeff'])(
    'stops at %j, which is no white space to atoi',
    (space) => {
      expect(readInt(`${space}12`)).toBe(0);
    },
  );

  it('survives a value of the longest request in linear time', () => {
    const began = performance.now();
    expect(readInt(`${' '.repeat(65_000)}x`)).toBe(0);
    expect(readInt('9'.repeat(65_000))).toBe(Number.MAX_SAFE_INTEGER);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('toYuan', () => {
  it.each([
    [0, '0.00'],
    [1, '0.01'],
    [30, '0.30'],
    [100, '1.00'],
    [20_000, '200.00'],
    [499_900, '4999.00'],
    [-5, '-0.05'],
    [Number.MAX_SAFE_INTEGER, '90071992547409.91'],
  ])('%i fen is %s', (fen, yuan) => {
    expect(toYuan(fen)).toBe(yuan);
  });
});

describe('wellFormed', () => {
  it('keeps what UTF-8 can carry, and replaces halves of pairs', () => {
    expect(wellFormed('红包🧧')).toBe('红包🧧');
    expect(wellFormed('a\ud83e')).toBe('a\ufffd');
    expect(wellFormed('\udde7b')).toBe('\ufffdb');
  });
});

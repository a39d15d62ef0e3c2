/** Amounts as people write them: exact, and nothing that could be read in two ways. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fenOfDigits, fenOfYuan } from '../../../client/cli/money.ts';
import { toYuan } from '../../../contracts/index.ts';
import { SEED } from '../../support/seed.ts';

describe('yuan', () => {
  it.each([
    ['1.00', 100],
    ['1', 100],
    ['1.0', 100],
    ['0.30', 30],
    ['0.3', 30],
    ['0.01', 1],
    ['0.29', 29],
    ['4.35', 435],
    ['1.15', 115],
    ['8.20', 820],
    ['200.00', 20_000],
    ['4999.00', 499_900],
    ['9999999999999.99', 999_999_999_999_999],
  ])('%s is %i fen', (text, fen) => {
    expect(fenOfYuan(text)).toEqual({ ok: true, fen });
  });

  it.each([
    ['', 'expected yuan, like 1.00'],
    ['1.005', 'at most two decimals'],
    ['0.001', 'at most two decimals'],
    ['1e2', 'expected all its digits'],
    ['1E2', 'expected all its digits'],
    ['¥1.00', 'expected the number alone'],
    ['￥1.00', 'expected the number alone'],
    ['1.00元', 'expected the number alone'],
    ['1.00 CNY', 'expected the number alone'],
    ['1,000.00', 'expected no separators'],
    ['1，000', 'full-width characters'],
    ['1_000', 'expected no separators'],
    ['1 000', 'expected no separators'],
    ['-1.00', 'expected more than nothing'],
    ['１.００', 'full-width characters'],
    ['1。00', 'full-width characters'],
    ['0', 'expected more than nothing'],
    ['0.00', 'expected more than nothing'],
    ['+1.00', 'expected no sign'],
    ['01.00', 'expected no zero in front'],
    ['.50', 'expected a digit before the point'],
    ['1.', 'expected decimals after the point'],
    ['0x10', 'expected yuan, like 1.00'],
    ['NaN', 'expected yuan, like 1.00'],
    ['1.0.0', 'expected yuan, like 1.00'],
    ['1/2', 'expected yuan, like 1.00'],
    ['99999999999999.99', 'more than there is'],
  ])('"%s" is refused: %s', (text, message) => {
    expect(fenOfYuan(text)).toEqual({ ok: false, message: expect.stringContaining(message) });
  });

  it('comes back from every number of fen as it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999_999_999 }), (fen) => {
        expect(fenOfYuan(toYuan(fen))).toEqual({ ok: true, fen });
      }),
      { seed: SEED },
    );
  });

  it('is read of no text that does not say exactly so much', () => {
    const near = fc.stringMatching(/^[0-9.,eE+\-¥ ０-９]{0,9}$/u);
    fc.assert(
      fc.property(fc.oneof(near, fc.string({ unit: 'binary' })), (text) => {
        const read = fenOfYuan(text);
        if (!read.ok) return;
        const [whole, decimals = ''] = text.split('.');
        expect(toYuan(read.fen)).toBe(`${whole}.${decimals.padEnd(2, '0')}`);
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  it('goes through no float: its source multiplies and parses none', () => {
    const source = readFileSync(new URL('../../../client/cli/money.ts', import.meta.url), 'utf8');
    expect(source).not.toMatch(/parseFloat|toFixed|Math\.|\* ?100/);
  });
});

describe('fen', () => {
  it.each([
    ['1', 1],
    ['100', 100],
  ])('%s is %i', (text, fen) => {
    expect(fenOfDigits(text)).toEqual({ ok: true, fen });
  });

  it.each(['', '0', '-1', '1.0', '1.00', '1e2', '０', '01', '1,000', '9999999999999999'])(
    '"%s" is refused',
    (text) => {
      expect(fenOfDigits(text).ok).toBe(false);
    },
  );
});

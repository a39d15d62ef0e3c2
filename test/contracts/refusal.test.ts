import { describe, expect, it } from 'vitest';
import {
  type CodeName,
  codeRow,
  codesOf,
  EDITIONS,
  type RefusalDetail,
  refuse,
  switchesOf,
  wordingOf,
} from '../../contracts/index.ts';

const refusal = (code: CodeName, detail: Partial<RefusalDetail> = {}) =>
  refuse({ edition: 'current', endpoint: 'sendredpack', switches: switchesOf() }, code, {
    clause: 'a/b',
    why: 'because',
    ...detail,
  });

describe('a refusal', () => {
  it('has the figures in its message, and leaves a place that it has no figure for', () => {
    const { message } = refusal('MONEY_LIMIT', { figures: { min: '1.00', max: '200.00' } });
    expect(message).toBe('每个红包的平均金额必须在1.00元到200.00元之间.');
    expect(refusal('MONEY_LIMIT', { figures: { min: '1.00' } }).message).toContain('1.00元到{max}');
    expect(refusal('MONEY_LIMIT').message).toContain('{min}元到{max}');
  });

  it('arises where its code does, unless its wording or whoever refuses says otherwise', () => {
    expect(refusal('NO_AUTH').stage).toBe('risk');
    expect(refusal('NO_AUTH', { wording: 'ip' }).stage).toBe('address');
    expect(refusal('FREQ_LIMIT').stage).toBe('frequency');
    expect(refusal('FREQ_LIMIT', { stage: 'quota' }).stage).toBe('quota');
    expect(refusal('NO_AUTH', { wording: 'ip', stage: 'quota' }).stage).toBe('quota');
  });

  it('leaves the number as its code does, unless its wording says otherwise', () => {
    expect(refusal('NO_AUTH').numberAfter).toBe('stored');
    expect(refusal('NO_AUTH', { wording: 'ip' }).numberAfter).toBe('free');
  });
});

describe('the codes of an edition', () => {
  it.each(EDITIONS)('%s are those that name it', (edition) => {
    expect(codesOf(edition).every(({ editions }) => editions.includes(edition))).toBe(true);
  });

  it('are not those that came later', () => {
    const has = (code: string) =>
      EDITIONS.filter((edition) => codesOf(edition).some((row) => row.code === code));
    expect(has('NO_AUTH')).toEqual(['2015', 'current']);
    expect(has('FREQ_LIMIT')).toEqual(EDITIONS.filter((edition) => edition !== '2014'));
  });
});

it('the words of the page are those of the usual case; a special case keeps its own', () => {
  const row = codeRow('CA_ERROR');
  const documented = wordingOf(row, 'current', 'documented');
  expect(documented).not.toBe(wordingOf(row, 'current', 'live'));
  expect(wordingOf(row, 'current', 'documented', 'expired')).toBe('证书已过期');
});

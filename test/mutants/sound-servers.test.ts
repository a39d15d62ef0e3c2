import { expect, it } from 'vitest';
import { EDITIONS } from '../../contracts/index.ts';
import { brokenRules } from './broken-rules.ts';

it.each(EDITIONS)('a sound server is found sound: edition %s', async (edition) => {
  expect(await brokenRules(edition, {})).toEqual([]);
});

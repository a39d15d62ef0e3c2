/**
 * The ids of cases are what reports name and `--only` picks, so they stand in lists: a case that is gone, or does less, is seen. After a
 * change that is meant: `npx vitest run server-cases-list -u`, and read the difference.
 */
import { expect, it } from 'vitest';
import { serverCases } from '../../../contracts/checks/server-cases.ts';
import { EDITIONS } from '../../../contracts/index.ts';

it.each(EDITIONS)('the cases of edition %s are those of the list', async (edition) => {
  const lines = serverCases(edition).map(({ id, certainty, steps }) => {
    const calls = steps.filter((step) => 'call' in step).length;
    return `${id}: ${certainty}, steps ${steps.length}, calls ${calls}`;
  });
  const list = `${lines.join('\n')}\n`;
  await expect(list).toMatchFileSnapshot(`../../vectors/cases-${edition}.txt`);
});

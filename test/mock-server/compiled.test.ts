import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readCompiled } from '../../mock-server/scenario/compiled.ts';
import { loadScenario } from '../../mock-server/scenario/load.ts';

const BUILT = new URL('../../dist/mock-server/scenario/compiled.js', import.meta.url);

it('a compiled scenario is the same as its source read anew', async () => {
  if (!existsSync(fileURLToPath(BUILT)))
    throw new Error('dist/ is missing: npm run build makes it');
  const built = (await import(BUILT.href)) as { readCompiled: typeof readCompiled };
  for (const name of ['default', 'no-limits']) {
    expect(built.readCompiled(name)).toEqual(loadScenario(name));
  }
});

it('a scenario that was not compiled is read from its source', () => {
  expect(readCompiled('default')).toBeUndefined();
  expect(readCompiled('../package')).toBeUndefined();
});

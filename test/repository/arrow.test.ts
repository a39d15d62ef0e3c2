/** The import arrow is the linter's to hold; here the linter is held to it, with our configuration and files that break it. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const BIOME = join(REPOSITORY, 'node_modules/.bin/biome');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redpack-arrow-'));
  const config = JSON.parse(await readFile(join(REPOSITORY, 'biome.json'), 'utf8')) as object;
  const outsideGit = { ...config, $schema: undefined, vcs: undefined };
  await writeFile(join(folder, 'biome.json'), JSON.stringify(outsideGit));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What Biome says of a file at `path` that imports `target`. */
async function lint(path: string, target: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `import { a } from '${target}';\nexport const b = a;\n`);
  return new Promise((resolve) => {
    execFile(BIOME, ['lint', path], { cwd: folder }, (_error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    );
  });
}

it.each([
  ['contracts/rules.ts', '../mock-server/mock.ts'],
  ['contracts/wire/xml.ts', '../../mock-server/index.ts'],
  ['contracts/rules.ts', '../client/index.ts'],
  ['contracts/rules.ts', '../test/support/seed.ts'],
  ['mock-server/exchange.ts', '../client/index.ts'],
  ['mock-server/engine/send.ts', '../../test/support/seed.ts'],
  ['client/client.ts', '../mock-server/index.ts'],
])('%s may not import %s', async (path, target) => {
  expect(await lint(path, target)).toContain('The arrow:');
});

it.each([
  ['contracts/rules.ts', './wire/sign.ts'],
  ['mock-server/exchange.ts', '../contracts/index.ts'],
  ['client/client.ts', '../contracts/index.ts'],
  ['test/mock-server/x.test.ts', '../../mock-server/index.ts'],
])('%s may import %s', async (path, target) => {
  const said = await lint(path, target);
  expect(said).toContain('Checked 1 file');
  expect(said).not.toContain('The arrow:');
});

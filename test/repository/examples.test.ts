/**
 * The examples of the READMEs. Each is a file of test/examples, a test of a user's own, which is run here. A README quotes it whole in
 * a block below `<!-- test/examples/NAME.ts -->`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const READMES = ['README.md', 'README.zh-CN.md'];
const names = readdirSync(`${REPOSITORY}/test/examples`).sort();
const textOf = (path: string): string => readFileSync(`${REPOSITORY}/${path}`, 'utf8');

// At the top of a file, where the fixture's server can be made.
for (const name of names) await import(`${REPOSITORY}/test/examples/${name}`);

interface Quote {
  readonly path: string;
  readonly code: string | undefined;
}

/** Files that a README says it quotes, with the block that follows. */
function quotesIn(text: string): Quote[] {
  const marks = text.matchAll(/<!-- (test\/examples\/\S+) -->\n+(?:```\w+\n([\s\S]*?)```\n)?/g);
  return [...marks].map(([, path = '', code]) => ({ path, code }));
}

/** Comments are told in the language of the README. */
const withoutComments = (code = ''): string => code.replace(/ *\/\/ .*$/gm, '');

describe.each(READMES)('%s', (readme) => {
  const text = textOf(readme);

  it('quotes the examples as they are run', () => {
    for (const { path, code } of quotesIn(text)) {
      expect(names.map((name) => `test/examples/${name}`)).toContain(path);
      const same = readme === 'README.md' ? (one?: string) => one : withoutComments;
      expect(same(code), `the block below ${path}`).toBe(same(textOf(path)));
    }
  });

  it('marks every TypeScript block as one that is run', () => {
    const blocks = text.match(/^```ts$/gm) ?? [];
    expect(blocks.length).toBe(quotesIn(text).length);
  });

  it('quotes the same examples as the other', () => {
    const paths = READMES.map((each) => quotesIn(textOf(each)).map(({ path }) => path));
    expect(paths[1]).toEqual(paths[0]);
  });
});

it('a quote is found, and so is one whose block is missing', () => {
  const text =
    '<!-- test/examples/a.ts -->\n\n```ts\nb();\n```\n\n<!-- test/examples/c.ts -->\nno\n';
  expect(quotesIn(text)).toEqual([
    { path: 'test/examples/a.ts', code: 'b();\n' },
    { path: 'test/examples/c.ts', code: undefined },
  ]);
});

it('the package has the same names for the type checker as for its users', () => {
  const { exports } = JSON.parse(textOf('package.json')) as { exports: Record<string, object> };
  const { compilerOptions } = JSON.parse(textOf('tsconfig.json')) as {
    compilerOptions: { paths: Record<string, string[]> };
  };
  const sources = Object.entries(exports).flatMap(([name, target]) => {
    const built = (target as { default?: string }).default;
    return built?.startsWith('./dist/')
      ? [[`redpack-kit${name.slice(1)}`, [built.replace('dist/', '').replace(/\.js$/, '.ts')]]]
      : [];
  });
  expect(compilerOptions.paths).toEqual(Object.fromEntries(sources));
});

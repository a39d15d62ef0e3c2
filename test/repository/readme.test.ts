/** What the two READMEs show is what the product does. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { run } from '../../mock-server/cli.ts';
import { loadScenario, parseScenario } from '../../mock-server/scenario/load.ts';

const FILES = ['README.md', 'README.zh-CN.md'] as const;
const textOf = (file: string) =>
  readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    (match) => match[1] ?? '',
  );

describe.each(FILES)('%s', (file) => {
  const text = textOf(file);

  it('shows a scenario that loads', () => {
    const [example = ''] = blocks(text, 'yaml');
    expect(parseScenario(example, file).rules).toHaveLength(1);
  });

  it('names built-in scenarios that exist', () => {
    const names = [...text.matchAll(/(?:--scenario |scenario: ')(codes\/[\w/]+)/g)].map(
      (match) => match[1] ?? '',
    );
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) expect(loadScenario(name).title).toBeTruthy();
  });

  it('names every flag of the command line, and none that does not exist', async () => {
    let help = '';
    const output = {
      write: (part: string) => {
        help += part;
      },
      warn: () => undefined,
    };
    await run(['serve', '--help'], output);
    const flags = (from: string) => new Set(from.match(/(?<![\w-])--[a-z][a-z0-9-]*/g));
    const shown = flags(text.split('`redpack-mock [serve] ')[1]?.split('`')[0] ?? '');
    const real = flags(help);
    real.delete('--help');
    expect(shown).toEqual(real);
  });
});

it('both READMEs show the same commands and code', () => {
  const [english, chinese] = FILES.map(textOf);
  const commands = (text = '') =>
    blocks(text, 'sh').map((block) => block.replace(/ *#.*$/gm, '').replace(/\S+\.yaml/g, 'FILE'));
  expect(commands(chinese)).toEqual(commands(english));
  const code = (text = '') => blocks(text, 'yaml').map((block) => block.replace(/ *#.*$/gm, ''));
  expect(code(chinese)).toEqual(code(english));
});

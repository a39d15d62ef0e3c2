/** What the two READMEs show is what the product does. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { run } from '../../mock-server/cli/cli.ts';
import { loadScenario, parseScenario } from '../../mock-server/scenario/load.ts';
import { useLab } from '../support/server.ts';

const lab = useLab();
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

it('the curl lines for the admin API do what they say', async () => {
  const script = blocks(textOf('README.md'), 'sh').find((block) => block.includes('/merchants'));
  const server = await lab.start({ admin: true });
  const lines = (script ?? '')
    .replaceAll('http://127.0.0.1:8445', server.adminUrl ?? '')
    .split('\n')
    .filter((line) => !line.startsWith('npx '))
    .map((line) => line.replace(/^curl /, 'curl -sS --fail-with-body '));
  const { stdout } = await promisify(execFile)('sh', ['-e', '-c', lines.join('\necho\n')]);
  const [made, toppedUp, moved, ledger] = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  expect(made).toMatchObject({ mch_id: '10000001', balanceFen: 0, created: true });
  expect(toppedUp).toMatchObject({ topUpFen: 10_000 });
  expect(moved.nowMs - made.clock.nowMs).toBeGreaterThanOrEqual(24 * 3_600_000);
  expect(ledger).toMatchObject({ balanceFen: 10_000, faults: [] });
});

it('both READMEs show the same commands and code', () => {
  const [english, chinese] = FILES.map(textOf);
  const commands = (text = '') =>
    blocks(text, 'sh').map((block) => block.replace(/ *#.*$/gm, '').replace(/\S+\.yaml/g, 'FILE'));
  expect(commands(chinese)).toEqual(commands(english));
  const code = (text = '') => blocks(text, 'yaml').map((block) => block.replace(/ *#.*$/gm, ''));
  expect(code(chinese)).toEqual(code(english));
});

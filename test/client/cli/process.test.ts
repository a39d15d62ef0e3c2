/** `redpack` as a process of its own: help, pipes that break, a terminal, stdin. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sampleRequest, writeXml } from '../../../contracts/index.ts';
import type { MockServer } from '../../../mock-server/serve.ts';
import { useLab } from '../../support/server.ts';
import {
  BIN,
  envOf,
  jsonLines,
  KEY,
  OPENID,
  type RunOptions,
  runIn,
  shell,
  spawnCli,
  useFolder,
} from './support.ts';

const lab = useLab();
const folder = useFolder();

let server: MockServer;
beforeAll(async () => {
  server = await lab.start({ scenario: 'no-limits' });
});

const desk = async (): Promise<RunOptions> => ({
  cwd: await mkdtemp(join(folder.path, 'desk-')),
  env: envOf(server),
});

async function deskWith(count: number): Promise<RunOptions> {
  const at = await desk();
  const rows = Array.from({ length: count }, (_, i) => `o${String(i).padStart(27, '0')},1.00\n`);
  await writeFile(join(at.cwd, 'pay.csv'), `openid,amount\n${rows.join('')}`);
  return at;
}

describe('help', () => {
  it.each([
    ['--help'],
    ['send', '--help'],
    ['query', '--help'],
    ['batch', '--help'],
    ['sign', '--help'],
  ])('%s %s is short, has the exit codes, and knows no key', async (...args) => {
    const { code, stdout, stderr } = await spawnCli(await desk(), ...args).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Exit codes: 0 /);
    expect(stdout).not.toContain(KEY);
    expect(stdout.split('\n').length).toBeLessThan(80);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('comes with exit 2 when no command is given, or none that is', async () => {
    expect(await spawnCli(await desk()).ended).toMatchObject({ code: 2, stdout: '' });
    expect(await spawnCli(await desk(), 'pay').ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("unknown command 'pay'"),
    });
  });
});

describe('pipes', () => {
  it('a reader that leaves stops no payment', async () => {
    const at = await deskWith(12);
    const running = spawnCli(at, 'batch', 'pay.csv', '--out', 'results.csv', '--json');
    running.child.stdout?.destroy();
    running.child.stderr?.destroy();
    expect(await running.ended).toMatchObject({ code: 0 });
    expect((await readFile(join(at.cwd, 'results.csv'), 'utf8')).match(/,sent,/g)).toHaveLength(12);
  });

  // A full disk without filling one: Linux has a device for it, as CI does.
  it.runIf(existsSync('/dev/full'))(
    'that are full stop no payment either, and what could not be told is a fault, no refusal',
    async () => {
      const at = await deskWith(6);
      const set = Object.entries(at.env ?? {}).map(([name, value]) => `${name}='${value}'`);
      const redpack = `env ${set.join(' ')} ${process.execPath} ${BIN}`;
      const batch = `${redpack} batch pay.csv --out results.csv --json >/dev/full 2>&1; echo $?`;
      expect(await shell(batch, at.cwd)).toBe('70\n');
      const results = await readFile(join(at.cwd, 'results.csv'), 'utf8');
      expect(results.match(/,sent,/g)).toHaveLength(6);
      const send = `${redpack} send --to ${OPENID} --amount 1.00 >/dev/full; echo $?`;
      expect(await shell(send, at.cwd)).toBe('70\n');
    },
  );

  it('what is dry-run here is posted by curl there', async () => {
    const { cwd, env } = await desk();
    const { certPath, keyPath, caPath } = server.merchant.certificates;
    const url = `${server.url}/mmpaymkttransfers/sendredpack`;
    const set = Object.entries(env ?? {}).map(([name, value]) => `${name}='${value}'`);
    const dry = `env ${set.join(' ')} ${process.execPath} ${BIN} send --dry-run --quiet --to ${OPENID} --amount 1.00`;
    const curl = `curl -sS --cacert ${caPath} --cert ${certPath} --key ${keyPath} --data-binary @- ${url}`;
    expect(await shell(`${dry} | ${curl}`, cwd)).toContain(
      '<result_code><![CDATA[SUCCESS]]></result_code>',
    );
  });
});

const hasScript = ((): boolean => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
})();

describe('a terminal', () => {
  it('is not told to do things by a file that somebody else wrote', async () => {
    const at = await desk();
    await writeFile(join(at.cwd, 'pay.csv'), 'openid,amount,\u001b]0;mine\u0007x\nox,1.00,a\n');
    const ended = await runIn(at, 'batch', 'pay.csv', '--out', 'results.csv');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('?]0;mine?x');
    const wiped = await runIn(at, 'send', '--to', 'ox\u001b[2J\u009b2J', '--amount', '1.00');
    for (const text of [ended.stderr, wiped.stderr + wiped.stdout]) {
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    }
  });

  // A terminal is made by script(1), which Debian's bsdutils brings.
  it.skipIf(!hasScript)('gets a bar that ends full, and no line per payment', async () => {
    const { cwd, env } = await deskWith(20);
    const set = Object.entries(env ?? {}).map(([name, value]) => `${name}='${value}'`);
    const command = `env ${set.join(' ')} ${process.execPath} ${BIN} batch pay.csv --out results.csv`;
    const shown = await shell(`script -qec "${command}" /dev/null < /dev/null`, cwd);
    expect(shown).toMatch(/=+ 20\/20 {2}sent 20 {2}refused 0 {2}unknown 0/);
    expect(shown).not.toMatch(/^\d+\/20 o/m);
    expect(shown).toContain('20 of 20 sent (20.00 yuan); see results.csv');
    // Nothing is switched off that a kill -9 would leave off.
    expect(shown).not.toContain('\u001b[?25l');
    expect(shown).not.toContain('\u001b[?7l');
  });
});

describe('redpack sign', () => {
  const body = (overrides: Record<string, string | null>): string =>
    writeXml([...sampleRequest('current', 'sendredpack', server.merchant, overrides)]);

  it.each([
    ['a right signature', {}, 0, 'The signature is right.'],
    ['no signature', { sign: null }, 0, '<sign>'],
    ['a wrong one', { sign: 'A'.repeat(32) }, 1, 'The signature is wrong'],
  ])('reads stdin: %s', async (_what, overrides, code, said) => {
    const ended = await spawnCli({ ...(await desk()), stdin: body(overrides) }, 'sign').ended;
    expect(ended).toMatchObject({ code, stderr: '', stdout: expect.stringContaining(said) });
    expect(ended.stdout).not.toContain(KEY);
  });

  it('reads a file, in JSON if asked to; the key of the documentation is enough for the mock', async () => {
    const { cwd } = await desk();
    await writeFile(join(cwd, 'body.xml'), body({}));
    const ended = await runIn({ cwd }, 'sign', '--mock', '--json', 'body.xml');
    expect(ended.code).toBe(0);
    expect(jsonLines(ended.stdout)).toMatchObject([{ kind: 'right', endpoint: 'sendredpack' }]);
  });

  it('says what is not there: the file, the key, XML', async () => {
    const { cwd } = await desk();
    expect(await runIn({ cwd }, 'sign', '--mock', 'nosuch.xml')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot read nosuch.xml: ENOENT'),
    });
    expect(await runIn({ cwd, stdin: '<xml/>' }, 'sign')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the API key is set nowhere'),
    });
    expect(await runIn({ cwd, stdin: 'no xml' }, 'sign', '--mock')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('not XML'),
    });
  });
});

/** The command line as a process of its own: what it prints, and the code that it exits with. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../../dist/mock-server/bin.js', import.meta.url));
const children = new Set<ChildProcess>();
let folder = '';

beforeAll(async () => {
  if (!existsSync(BIN))
    throw new Error('dist/ is missing: npm run build makes it (npm ci does too)');
  folder = await mkdtemp(join(tmpdir(), 'redpack-cli-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const runCli = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });

interface Serving {
  readonly child: ChildProcess;
  output(): string;
  /** Waits until the output matches. */
  until(pattern: RegExp): Promise<string>;
  end(signal: NodeJS.Signals): Promise<{ code: number | null; ms: number }>;
}

function serve(...args: string[]): Serving {
  const child = spawn(process.execPath, [BIN, ...args, '--port', '0'], { cwd: folder });
  children.add(child);
  let text = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (const look of waiting) look();
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    child,
    output: () => text,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(text);
          if (!found) return;
          waiting.delete(look);
          resolve(found[0]);
        };
        waiting.add(look);
        void exited.then(() => reject(new Error(`ended before ${pattern}:\n${text}`)));
        look();
      }),
    async end(signal) {
      const began = performance.now();
      child.kill(signal);
      const code = await exited;
      children.delete(child);
      return { code, ms: performance.now() - began };
    },
  };
}

const shell = (command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile('sh', ['-c', command], { cwd: folder }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });

describe('redpack-mock serve', () => {
  it('is the default command; its curl line works as pasted, and each request gets a line', async () => {
    const serving = serve('--cert-dir', 'certs');
    const line = await serving.until(/^curl .*$/m);
    expect(serving.output()).toContain('key       192006250b4c09247ec02edce69f6a2d');
    const [, base] = /^ +base url +(\S+)$/m.exec(serving.output()) ?? [];
    expect(base).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(serving.output()).toContain(`  endpoint  ${base}/mmpaymkttransfers/sendredpack\n`);
    expect(await shell(`${line} -sS`)).toContain('<result_code><![CDATA[SUCCESS]]></result_code>');
    expect(await shell(`${line} -sS`)).toContain('<result_code><![CDATA[SUCCESS]]></result_code>');
    await serving.until(/ sendredpack 10000098\d{18} 1\.00 sent - sent\n/);
    await serving.until(/ 1\.00 repeated - .*no second payment\n/);
    expect(await serving.end('SIGINT')).toMatchObject({ code: 0 });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends cleanly on %s, in under a second',
    async (signal) => {
      const serving = serve('serve', '--cert-dir', 'certs');
      await serving.until(/^curl /m);
      const { code, ms } = await serving.end(signal);
      expect(code).toBe(0);
      expect(ms).toBeLessThan(1_000);
    },
  );

  it('prints one JSON object a line with --json', async () => {
    const serving = serve(
      'serve',
      '--json',
      '--cert-dir',
      'certs',
      '--proxy',
      '0',
      '--edition',
      '2015',
    );
    const ready = JSON.parse(await serving.until(/^\{.*\}$/m)) as Record<string, unknown>;
    expect(ready).toMatchObject({
      event: 'ready',
      edition: '2015',
      merchant: { mch_id: '10000098', appid: 'wx8888888888888888' },
    });
    expect(ready.proxy).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await shell(`curl -sSk ${String(ready.url)}/mmpaymkttransfers/sendredpack -d ''`);
    const request = JSON.parse(await serving.until(/^\{"event":"request".*\}$/m)) as object;
    expect(request).toMatchObject({
      verdict: 'refused',
      code: 'XML_ERROR',
      peer: { kind: 'none' },
    });
    await serving.end('SIGINT');
  });

  it('opens the admin API when asked to, and asks for the token that the environment has', async () => {
    process.env.REDPACK_ADMIN_TOKEN = 'from-the-environment';
    const serving = serve('serve', '--json', '--cert-dir', 'certs', '--admin', '0');
    delete process.env.REDPACK_ADMIN_TOKEN;
    const ready = JSON.parse(await serving.until(/^\{.*\}$/m)) as Record<string, string>;
    expect(ready.admin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const curl = `curl -sS ${ready.admin}/health`;
    expect(await shell(curl)).toContain('problem:unauthorized');
    const header = '-H "Authorization: Bearer from-the-environment"';
    expect(await shell(`${curl} ${header}`)).toContain(`"apiUrl":"${ready.url}"`);
    expect(serving.output()).not.toContain('from-the-environment');
    const { code, ms } = await serving.end('SIGINT');
    expect(code).toBe(0);
    expect(ms).toBeLessThan(1_000);
  });

  it('shows where the admin API is', async () => {
    const serving = serve(
      'serve',
      '--cert-dir',
      'certs',
      '--admin',
      '0',
      '--admin-token',
      'secret',
    );
    const url = /admin +(\S+)/.exec(await serving.until(/^ +admin +\S+$/m))?.[1];
    expect(await shell(`curl -sS ${url} -H "Authorization: Bearer secret"`)).toContain('"3.1.0"');
    expect(serving.output()).not.toContain('secret');
    await serving.end('SIGINT');
  });

  it('says which host its proxy refused', async () => {
    const serving = serve('serve', '--cert-dir', 'certs', '--proxy', '0');
    const proxy = /HTTPS_PROXY=(\S+)/.exec(await serving.until(/HTTPS_PROXY=\S+/))?.[1];
    await shell(`curl -sS --proxy ${proxy} https://example.invalid/ || true`);
    await serving.until(/proxy: refused example\.invalid:443\n/);
    await serving.end('SIGINT');
  });

  it('says nothing per request with --quiet', async () => {
    const serving = serve('serve', '--quiet', '--cert-dir', 'certs');
    const line = await serving.until(/^curl .*$/m);
    const before = serving.output();
    await shell(`${line} -sS`);
    await serving.end('SIGINT');
    expect(serving.output()).toBe(before);
  });

  it('goes on serving when whoever read its lines has left', async () => {
    const serving = serve('serve', '--json', '--cert-dir', 'certs');
    const ready = JSON.parse(await serving.until(/^\{.*\}$/m)) as { url: string };
    serving.child.stdout?.destroy();
    const post = `curl -sSk ${ready.url}/mmpaymkttransfers/sendredpack -d ''`;
    for (let round = 0; round < 3; round++) expect(await shell(post)).toContain('XML_ERROR');
    expect(serving.output()).not.toContain('EPIPE');
    expect(await serving.end('SIGINT')).toMatchObject({ code: 0 });
  });

  it('takes a scenario file over when it is saved, and says in one line why it does not', async () => {
    const good = (title: string) =>
      `title: ${title}\nmerchants: [{ mch_id: "10000098", key: 192006250b4c09247ec02edce69f6a2d, appids: [wx8888888888888888], balanceFen: 1 }]\n`;
    await writeFile(join(folder, 'edited.yaml'), good('Before'));
    const serving = serve('serve', '--cert-dir', 'certs', '--scenario', 'edited.yaml');
    await serving.until(/^curl /m);
    await writeFile(join(folder, 'edited.yaml'), 'title: x\nedition: 2016\nmerchants: []\n');
    await serving.until(
      /^not reloaded, edited\.yaml is served as it was before: edited\.yaml:2:10: edition: .* \(and 1 more\)\n/m,
    );
    await writeFile(join(folder, 'edited.yaml'), good('After'));
    await serving.until(/^reloaded edited\.yaml: After\n/m);
    expect(await serving.end('SIGINT')).toMatchObject({ code: 0 });
  });

  it('leaves the scenario alone with --no-reload, and tells of a reload as JSON with --json', async () => {
    const text =
      'merchants: [{ mch_id: "10000098", key: 192006250b4c09247ec02edce69f6a2d, appids: [a], balanceFen: 1 }]';
    await writeFile(join(folder, 'still.yaml'), `title: Before\n${text}\n`);
    const args = ['serve', '--json', '--cert-dir', 'certs', '--scenario', 'still.yaml'];
    const still = serve(...args, '--no-reload');
    const following = serve(...args);
    await Promise.all([still.until(/"ready"/), following.until(/"ready"/)]);
    await writeFile(join(folder, 'still.yaml'), `title: After\n${text}\n`);
    const line = await following.until(/^\{"event":"reload".*\}$/m);
    expect(JSON.parse(line)).toEqual({
      event: 'reload',
      file: 'still.yaml',
      title: 'After',
      edition: 'current',
      notes: [],
    });
    expect(still.output()).not.toContain('reload');
    await Promise.all([still.end('SIGINT'), following.end('SIGINT')]);
  });

  it('shows no control characters of a client in its lines', async () => {
    const serving = serve('serve', '--cert-dir', 'certs');
    const url = (await serving.until(/https:\S+sendredpack/)).trim();
    const body = '<xml><mch_id>10000098</mch_id><mch_billno>&#9;&#10;x</mch_billno></xml>';
    await shell(`curl -sSk ${url} -d '${body}'`);
    await serving.until(/ sendredpack \?\?x PARAM_ERROR - nonce_str is missing/);
    await serving.end('SIGINT');
  });
});

describe('what cannot be done is one clear sentence and exit code 2', () => {
  it('a port in use', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', () => resolve()));
    const address = taken.address();
    const port = String(typeof address === 'object' && address ? address.port : 0);
    expect(await runCli('serve', '--port', port, '--cert-dir', 'certs')).toEqual({
      code: 2,
      stdout: '',
      stderr: `port ${port} is in use: stop what listens there, or give another with --port\n`,
    });
    taken.close();
  });

  it('a scenario that does not exist, or is wrong', async () => {
    expect(await runCli('serve', '--scenario', 'NOTENOUGH')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no scenario "NOTENOUGH": did you mean codes/2014/NOTENOUGH'),
    });
    await writeFile(join(folder, 'wrong.yaml'), 'title: x\nedition: 2016\nmerchants: []\n');
    const wrong = await runCli('serve', '--scenario', 'wrong.yaml');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('wrong.yaml:2:10: edition: ');
    expect(wrong.stderr).toContain('wrong.yaml:3:12: merchants: ');
    expect(wrong.stderr).not.toContain('at ');
  });

  // Windows has no pipes in folders.
  it.skipIf(process.platform === 'win32')('a pipe in the place of a scenario', async () => {
    await shell(`mkfifo ${join(folder, 'pipe.yaml')}`);
    expect(await runCli('serve', '--scenario', 'pipe.yaml')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'cannot read scenario pipe.yaml: it is a pipe: expected a regular file of at most 65536 bytes\n',
    });
    expect(await runCli('serve', '--scenario', '/dev/stdin')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/dev/stdin is no scenario file: expected a regular file'),
    });
  });

  it('a folder that cannot hold certificates', async () => {
    await writeFile(join(folder, 'file'), '');
    const { code, stderr } = await runCli('serve', '--port', '0', '--cert-dir', 'file/certs');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Certificates cannot be kept in .*file\/certs .*\n$/);
  });

  it('a flag, a command or a port that is none', async () => {
    expect(await runCli('serve', '--nonsense')).toMatchObject({ code: 2 });
    expect(await runCli('serve', '--port', '70000')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('expected a port, 0 to 65535'),
    });
    expect(await runCli('serve', '--edition', '2016')).toMatchObject({ code: 2 });
    expect(await runCli('foo', '--port', '0')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'unknown command "foo": expected one of serve, scenarios, certs, exec\n',
    });
    expect(await runCli('serve', 'my.yaml')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'serve takes flags only, not "my.yaml": a scenario is --scenario my.yaml\n',
    });
  });

  it.each([
    [['--admin-token', 'x'], '--admin-token'],
    [['--admin-host', '127.0.0.1', '--admin-name', 'mock'], '--admin-host, --admin-name'],
  ])('what is said of an admin API that is not asked for: %j', async (args, flags) => {
    expect(await runCli('serve', '--port', '0', ...args)).toEqual({
      code: 2,
      stdout: '',
      stderr: `${flags} says nothing without --admin: give --admin too\n`,
    });
  });
});

describe('redpack-mock', () => {
  it('lists scenarios and explains one', async () => {
    const list = await runCli('scenarios');
    expect(list.code).toBe(0);
    expect(list.stdout).toMatch(/^no-limits +No quota/m);
    const one = await runCli('scenarios', 'no-limits');
    expect(one.stdout).toContain('balance bottomless fen');
    expect(one.stdout).toContain('callsPerSecond: null');
    const json = await runCli('scenarios', '--json');
    expect(JSON.parse(json.stdout)).toContainEqual(expect.objectContaining({ name: 'default' }));
    expect(await runCli('scenarios', 'nosuch')).toMatchObject({ code: 2 });
  });

  it('writes a bundle for any merchant number', async () => {
    const { code, stdout } = await runCli('certs', '10000099', '--cert-dir', 'mine', '--json');
    expect(code).toBe(0);
    const paths = JSON.parse(stdout) as Record<string, string>;
    for (const name of ['cert', 'key', 'p12', 'ca']) {
      expect(existsSync(join(folder, paths[name] ?? '')) || existsSync(paths[name] ?? '')).toBe(
        true,
      );
    }
    for (const none of ['../x', 'abc', '1'.repeat(33)]) {
      expect(await runCli('certs', none, '--cert-dir', 'mine')).toEqual({
        code: 2,
        stdout: '',
        stderr: `certs "${none}": expected a merchant number, 1 to 32 digits\n`,
      });
    }
  });

  it('shows help and exits with 0', async () => {
    expect(await runCli('--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('scenarios'),
    });
  });
});

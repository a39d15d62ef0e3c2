/** The tarball as a user gets it: packed, installed into an empty project, imported, run. */
import { execFile } from 'node:child_process';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
let project = '';

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'redpack-package-'));
  // Without scripts: dist/ is there, and building it anew under the other tests would take it from them.
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', project], {
    cwd: REPOSITORY,
  });
  const tarball = (await readdir(project)).find((file) => file.endsWith('.tgz')) ?? '';
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  await run(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', join(project, tarball)],
    {
      cwd: project,
    },
  );
}, 120_000);
afterAll(() => rm(project, { recursive: true, force: true }));

it('serves a red packet from an empty project', async () => {
  const script = `
    import { startMockServer } from 'redpack-kit';
    import { startMockServer as same } from 'redpack-kit/mock-server';
    import { sampleRequest, writeXml } from 'redpack-kit/contracts';
    import https from 'node:https';
    const server = await startMockServer();
    const { cert, key, ca } = server.merchant.certificates;
    const body = writeXml([...sampleRequest('current', 'sendredpack', server.merchant)]);
    const answer = await new Promise((resolve, reject) => {
      const request = https.request(server.url + '/mmpaymkttransfers/sendredpack',
        { method: 'POST', cert, key, ca }, (response) => {
          let text = '';
          response.on('data', (chunk) => { text += chunk; });
          response.on('end', () => resolve(text));
        });
      request.on('error', reject);
      request.end(body);
    });
    const ledger = await server.ledger(server.merchant.mchId);
    await server.stop();
    console.log(JSON.stringify({ same: same === startMockServer, answer, ledger }));
  `;
  await writeFile(join(project, 'main.js'), script);
  const { stdout } = await run(process.execPath, ['main.js'], { cwd: project });
  const { same, answer, ledger } = JSON.parse(stdout) as {
    same: boolean;
    answer: string;
    ledger: { paidPackets: number; faults: string[] };
  };
  expect(same).toBe(true);
  expect(answer).toContain('<result_code><![CDATA[SUCCESS]]></result_code>');
  expect(ledger).toMatchObject({ paidPackets: 1, faults: [] });
}, 30_000);

it('has its command, its scenarios and the schema for editors', async () => {
  const bin = join(project, 'node_modules', '.bin', 'redpack-mock');
  const { stdout } = await run(bin, ['scenarios'], { cwd: project });
  expect(stdout).toMatch(/^codes\/current\/NOTENOUGH /m);
  const schema = await readFile(
    join(project, 'node_modules/redpack-kit/scenarios/scenario.schema.json'),
    'utf8',
  );
  expect(JSON.parse(schema)).toMatchObject({ type: 'object', required: expect.any(Array) });
});

it('has programs that can be run after every build: npx marks them once, and remembers it', async () => {
  for (const door of ['client', 'mock-server']) {
    const { mode } = await stat(join(REPOSITORY, 'dist', door, 'bin.js'));
    expect(mode & 0o111).toBe(0o111);
  }
});

it('carries what it needs and nothing of the workshop', async () => {
  const root = join(project, 'node_modules', 'redpack-kit');
  expect((await readdir(root)).sort()).toEqual([
    'CHANGELOG.md',
    'README.md',
    'README.zh-CN.md',
    'dist',
    'package.json',
    'scenarios',
  ]);
});

/** Keeps the optional peers from being found, also where a folder above has them. */
const WITHOUT_PEERS = `
  export async function resolve(specifier, context, next) {
    const peer = /^(?:fast-check|msw|vitest)(?=[/]|$)/.exec(specifier);
    if (peer) throw new Error('There is no ' + peer[0]);
    return next(specifier, context);
  }
`;

/** What such an import comes to: the names that it brings, or why it fails. */
async function imported(name: string, hook?: string): Promise<string[] | string> {
  const url = hook && `data:text/javascript,${encodeURIComponent(hook)}`;
  const script = `
    import { register } from 'node:module';
    ${url ? `register(${JSON.stringify(url)});` : ''}
    const found = await import('${name}').then(Object.keys, (error) => error.message);
    process.stdout.write(JSON.stringify(found));
  `;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
    cwd: project,
  });
  return JSON.parse(stdout) as string[] | string;
}

describe('without its optional peers', () => {
  it.each([
    ['redpack-kit', 'startMockServer'],
    ['redpack-kit/mock-server', 'startMockServer'],
    ['redpack-kit/client', 'createRedpackClient'],
    ['redpack-kit/contracts', 'sampleRequest'],
    ['redpack-kit/checks', 'verifyServer'],
  ])('%s brings %s', async (name, export_) => {
    expect(await imported(name, WITHOUT_PEERS)).toContain(export_);
  });

  it.each([
    ['redpack-kit/arbitraries', 'fast-check'],
    ['redpack-kit/msw', 'msw'],
    ['redpack-kit/vitest', 'vitest'],
  ])('%s is what needs %s', async (name, peer) => {
    expect(await imported(name, WITHOUT_PEERS)).toBe(`There is no ${peer}`);
  });

  it('runs the blocks of code in README one after the other', async () => {
    const readme = await readFile(join(REPOSITORY, 'README.md'), 'utf8');
    const blocks = [...readme.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
    expect(blocks.length).toBeGreaterThan(1);
    await writeFile(join(project, 'readme.js'), blocks.join('\n'));
    const { stdout } = await run(process.execPath, ['readme.js'], { cwd: project });
    expect(stdout).toContain('paidPackets: 0');
  }, 30_000);
});

describe('with its optional peers', () => {
  const peers = ['fast-check', 'msw', 'vitest', '@types/node'];
  const tests = () => join(project, 'test');

  beforeAll(async () => {
    await mkdir(join(project, 'node_modules', '@types'), { recursive: true });
    for (const name of peers) {
      const from = join(REPOSITORY, 'node_modules', name);
      await symlink(from, join(project, 'node_modules', name), 'junction');
    }
    const examples = join(REPOSITORY, 'test', 'examples');
    await mkdir(tests());
    for (const name of await readdir(examples)) {
      await cp(join(examples, name), join(tests(), name.replace(/\.ts$/, '.test.ts')));
    }
  });

  it.each([
    ['redpack-kit/arbitraries', 'textOf'],
    ['redpack-kit/msw', 'redpackHandlers'],
  ])('%s brings %s', async (name, export_) => {
    expect(await imported(name)).toContain(export_);
  });

  it('its examples run under vitest, and the shared server is stopped at the end', async () => {
    const ending = `
      import { writeFileSync } from 'node:fs';
      import { redpackTest } from 'redpack-kit/vitest';
      redpackTest('begins', ({ redpackServer }) => {
        const { stop } = redpackServer;
        redpackServer.stop = async () => {
          await stop();
          const end = await fetch(redpackServer.url).catch(({ cause }) => cause.code);
          writeFileSync('ended.txt', String(end));
        };
      });
    `;
    await writeFile(join(tests(), 'ending.test.js'), ending);
    const vitest = join(project, 'node_modules', 'vitest', 'vitest.mjs');
    const { stdout } = await run(process.execPath, [vitest, 'run', '--reporter=json'], {
      cwd: project,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect(JSON.parse(stdout)).toMatchObject({ success: true, numPassedTests: 5 });
    expect(await readFile(join(project, 'ended.txt'), 'utf8')).toBe('ECONNREFUSED');
  }, 60_000);

  it('its examples are sound to the type checker', async () => {
    const config = {
      compilerOptions: {
        ...{ target: 'ES2023', module: 'NodeNext', strict: true, noEmit: true },
        ...{ skipLibCheck: true, types: ['node'] },
      },
      include: ['test/*.ts'],
    };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(REPOSITORY, 'node_modules', '.bin', 'tsc');
    const { stdout } = await run(tsc, ['-p', project], { cwd: project }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  }, 60_000);
});

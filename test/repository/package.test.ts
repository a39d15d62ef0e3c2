/** The tarball as a user gets it: packed, installed into an empty project, imported, run. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

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

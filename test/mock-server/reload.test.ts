/** A scenario file that is edited while it is served. */
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reload } from '../../mock-server/reload.ts';
import type { MockServerOptions } from '../../mock-server/serve.ts';
import { clientOf, useLab } from '../support/server.ts';

const lab = useLab();
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redpack-reload-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const NO_RULE = '[]';
const failing = (message: string) =>
  `[{ when: {}, then: { code: SYSTEMERROR, message: ${message} } }]`;
const text = (rules: string, more = '') => `title: Edited
merchants:
  - mch_id: "10000098"
    key: 192006250b4c09247ec02edce69f6a2d
    appids: [wx8888888888888888]
    balanceFen: 900000000
    limits: { callsPerSecond: null, callsPerMinute: null, packetsPerMinute: null, userPacketsPerDay: null, userFenPerDay: null }
rules: ${rules}
${more}`;

/** A server of a file in a folder of its own, and what it says of edits. */
async function serve(options: MockServerOptions = {}) {
  const home = await mkdtemp(join(folder, 'case-'));
  const file = join(home, 'my.yaml');
  await writeFile(file, text(NO_RULE));
  const heard: Reload[] = [];
  const server = await lab.start({
    scenario: file,
    reload: true,
    onReload: (reload) => heard.push(reload),
    ...options,
  });
  const client = clientOf(server);
  const next = async (): Promise<Reload> => {
    for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 10) {
      const [first] = heard.splice(0, 1);
      if (first) return first;
      await sleep(10);
    }
    throw new Error('nothing was said of the edit');
  };
  const answer = async () => (await client.send()).fields.err_code_des;
  return { home, file, server, client, heard, next, answer };
}

it('takes a saved file over, and keeps orders and money', async () => {
  const { file, server, client, next, answer } = await serve();
  await client.send({ mch_billno: 'before' });
  await writeFile(file, text(failing('edited')));
  expect(await next()).toMatchObject({ ok: true, file, notes: [] });
  expect(await answer()).toBe('edited');
  expect(server.scenario.rules).toHaveLength(1);
  expect(await server.order('10000098', 'before')).toMatchObject({ state: 'SENT' });
  await client.close();
});

it('keeps the old one when an edit is broken, says why with file, line and path, and takes the next', async () => {
  const { file, client, next, answer } = await serve();
  await writeFile(file, text('[{ when: {}, then: { code: NO_SUCH_CODE } }]'));
  const broken = await next();
  if (broken.ok) throw new Error('a broken edit was taken over');
  expect(broken.reason).toMatch(/my\.yaml:8:35: rules\.0\.then\.code: Invalid option/);
  expect(await answer()).toBe('发放成功');
  await writeFile(file, 'title: [');
  expect(await next()).toMatchObject({ ok: false, reason: expect.stringContaining('not YAML') });
  await writeFile(file, text(failing('mended')));
  expect(await next()).toMatchObject({ ok: true });
  expect(await answer()).toBe('mended');
  await client.close();
});

it('notices a file that another is put in the place of, as editors do', async () => {
  const { home, file, client, next, answer } = await serve();
  for (const message of ['first', 'second']) {
    await writeFile(join(home, '.my.yaml.swp'), text(failing(message)));
    await rename(join(home, '.my.yaml.swp'), file);
    expect(await next()).toMatchObject({ ok: true });
    expect(await answer()).toBe(message);
  }
  await client.close();
});

it('notices a file that is removed first and comes back a little later', async () => {
  const { file, client, next, heard, answer } = await serve();
  await unlink(file);
  await sleep(200);
  await writeFile(file, text(failing('back')));
  expect(await next()).toMatchObject({ ok: true });
  expect(await answer()).toBe('back');
  expect(heard).toEqual([]);
  await client.close();
});

it('says that a file is gone, and serves what it had', async () => {
  const { file, client, next, answer } = await serve();
  await unlink(file);
  expect(await next()).toMatchObject({ ok: false, reason: `no scenario file ${file}` });
  expect(await answer()).toBe('发放成功');
  await client.close();
});

describe.skipIf(process.platform === 'win32')('what takes the place of the file', () => {
  it.each([
    ['a pipe', (file: string) => execFileSync('sh', ['-c', 'mkfifo "$0"', file])],
    ['a device', (file: string) => symlinkSync('/dev/zero', file)],
  ])('may be %s: it is not waited for, and the old one is served', async (kind, put) => {
    const { file, server, client, next, heard, answer } = await serve();
    await unlink(file);
    put(file);
    const reason = `cannot read scenario ${file}: it is ${kind}: expected a regular file of at most 65536 bytes`;
    expect(await next()).toEqual({ ok: false, file, reason });
    expect(await answer()).toBe('发放成功');
    await unlink(file);
    await writeFile(file, text(failing('back')));
    expect(await next()).toMatchObject({ ok: true });
    expect(await answer()).toBe('back');
    expect(heard).toEqual([]);
    await client.close();
    await server.stop();
  });

  it('may be a file of gigabytes: it is not read, and why is said once', async () => {
    const { file, client, next, heard, answer } = await serve();
    await truncate(file, 3_000_000_000);
    expect(await next()).toMatchObject({ ok: false, reason: expect.stringContaining('too large') });
    await truncate(file, 4_000_000_000);
    await sleep(700);
    expect(heard).toEqual([]);
    expect(await answer()).toBe('发放成功');
    await client.close();
  });
});

it('says nothing of a save that changes nothing, of halves, or of other files', async () => {
  const { home, file, client, next, heard } = await serve();
  await writeFile(file, text(NO_RULE));
  await writeFile(join(home, 'other.yaml'), 'title: [');
  await sleep(300);
  expect(heard).toEqual([]);
  const whole = text(failing('whole'));
  await writeFile(file, '');
  await writeFile(file, whole.slice(0, 60));
  await sleep(20);
  await writeFile(file, whole);
  expect(await next()).toMatchObject({ ok: true });
  await sleep(300);
  expect(heard).toEqual([]);
  await client.close();
});

it('notices what a link in the folder leads to', async () => {
  const home = await mkdtemp(join(folder, 'linked-'));
  for (const [version, rules] of [
    ['one', NO_RULE],
    ['two', failing('two')],
  ] as const) {
    await mkdir(join(home, version));
    await writeFile(join(home, version, 'my.yaml'), text(rules));
  }
  await symlink('one', join(home, 'data'));
  await symlink(join('data', 'my.yaml'), join(home, 'my.yaml'));
  const heard: Reload[] = [];
  await lab.start({
    scenario: join(home, 'my.yaml'),
    reload: true,
    onReload: (reload) => heard.push(reload),
  });
  await symlink('two', join(home, 'data.new'));
  await rename(join(home, 'data.new'), join(home, 'data'));
  for (let waitedMs = 0; heard.length === 0 && waitedMs < 10_000; waitedMs += 10) await sleep(10);
  expect(heard).toMatchObject([{ ok: true }]);
});

it('serves merchants that an edit brings, and says what counts only later', async () => {
  const { file, server, client, next } = await serve();
  const other = text(NO_RULE)
    .replace('balanceFen: 900000000', 'balanceFen: 5')
    .replace(
      'rules:',
      '  - { mch_id: "888", key: 192006250b4c09247ec02edce69f6a2d, appids: [a], balanceFen: 1 }\nrules:',
    );
  await writeFile(
    file,
    `${other}switches: { noCertificate: refuse-handshake }\ntls: { fault: wrong-host }\n`,
  );
  const reload = await next();
  expect(reload.ok && reload.notes).toEqual([
    'merchant 10000098 keeps its balance: balanceFen counts from its next reset',
    'merchant 888 is new',
    'switches.noCertificate: refuse-handshake counts from the next start',
    'tls counts from the next start',
  ]);
  expect(server.merchants.map(({ mchId }) => mchId)).toEqual(['10000098', '888']);
  expect(server.merchants[1]?.certificates.cert).toContain('BEGIN CERTIFICATE');
  await client.close();
});

it('keeps serving the edition that was asked for', async () => {
  const { file, server, client, next } = await serve({ edition: '2015' });
  await writeFile(file, text(NO_RULE, 'edition: "2014"'));
  expect(await next()).toMatchObject({ ok: true });
  expect(server.scenario.edition).toBe('2015');
  await client.close();
});

it('does not watch when it was not asked to, nor a built-in scenario, nor after it has stopped', async () => {
  const still = await serve({ reload: false });
  const stopped = await serve();
  await stopped.client.close();
  await stopped.server.stop();
  await lab.start({ scenario: 'default', reload: true });
  await writeFile(still.file, text(failing('edited')));
  await writeFile(stopped.file, text(failing('edited')));
  await sleep(300);
  expect([...still.heard, ...stopped.heard]).toEqual([]);
  expect(await still.answer()).toBe('发放成功');
  await still.client.close();
});

it('an edit under load leaves no call without one of the two answers', async () => {
  const { file, server, next } = await serve();
  const client = clientOf(server, 8);
  let isOver = false;
  const shown: (string | undefined)[] = [];
  const calling = Array.from({ length: 8 }, async () => {
    while (!isOver) shown.push((await client.send()).fields.err_code_des);
  });
  for (let nth = 0; nth < 6; nth++) {
    await sleep(100);
    await writeFile(file, text(nth % 2 === 0 ? failing('edited') : NO_RULE));
    expect(await next()).toMatchObject({ ok: true });
  }
  isOver = true;
  await Promise.all(calling);
  expect(new Set(shown)).toEqual(new Set(['发放成功', 'edited']));
  await client.close();
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scenarioNames } from '../../../mock-server/scenario/load.ts';
import { KEY, MERCHANT } from '../../support/in-process.ts';
import { clientOf, useLab } from '../../support/server.ts';
import { startWithAdmin } from './support.ts';

const lab = useLab();
const PLAYED = '/merchants/10000098/scenario';
const RULE = {
  when: { endpoint: 'sendredpack' },
  then: { code: 'SYSTEMERROR', money: 'moved' },
};

it('lists the built-in scenarios, and shows one without its keys', async () => {
  const { admin } = await startWithAdmin(lab);
  const { body } = await admin.get('/scenarios');
  expect(body.scenarios.map(({ name }: { name: string }) => name)).toEqual(scenarioNames());
  const one = await admin.get('/scenarios/codes%2Fcurrent%2FNOTENOUGH');
  expect(one.body).toMatchObject({
    name: 'codes/current/NOTENOUGH',
    scenario: { merchants: [{ mch_id: '10000098', balanceFen: 0 }] },
  });
  expect(one.text).not.toContain(KEY);
});

it('lets a merchant play a scenario by name, as an object, and as YAML', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const client = clientOf(server);
  const codeNow = async (billno: string) =>
    (await client.send({ mch_billno: billno })).fields.err_code;

  const named = await admin.put(PLAYED, { name: 'codes/current/API_METHOD_CLOSED' });
  expect(named.body.scenario.title).toMatch(/^API_METHOD_CLOSED/);
  expect(await codeNow('named')).toBe('API_METHOD_CLOSED');

  const object = { title: 'object', merchants: [MERCHANT], rules: [RULE] };
  expect((await admin.put(PLAYED, { scenario: object })).status).toBe(200);
  expect(await codeNow('object')).toBe('SYSTEMERROR');

  const yaml =
    'title: yaml\nmerchants:\n  - { mch_id: "1", key: x, appids: [wx8888888888888888], balanceFen: 0 }\n';
  const fixed = yaml.replace('key: x', `key: ${KEY}`);
  expect((await admin.put(PLAYED, { yaml: fixed })).body.scenario.title).toBe('yaml');
  expect(await codeNow('yaml')).toBe('SUCCESS');
  expect((await admin.get('/merchants/10000098')).body.scenario.title).toBe('yaml');

  const broken = await admin.put(PLAYED, { yaml });
  expect(broken.body).toMatchObject({
    status: 400,
    errors: [{ in: 'body', pointer: '/yaml', detail: expect.stringMatching(/^yaml:3:25: .*key/) }],
  });
  await client.close();
});

it('takes back what it shows: a merchant without a key keeps its own', async () => {
  const { server, admin } = await startWithAdmin(lab);
  const client = clientOf(server);
  const { body } = await admin.get('/scenarios/codes%2Fcurrent%2FAPI_METHOD_CLOSED');
  expect((await admin.put(PLAYED, { scenario: body.scenario })).status).toBe(200);
  expect((await client.send()).fields.err_code).toBe('API_METHOD_CLOSED');
  const again = await admin.get(PLAYED);
  expect(again.body.scenario).toEqual(body.scenario);
  const made = await admin.post('/merchants', {
    mch_id: '10000001',
    scenario: {
      scenario: { title: 'x', merchants: [{ ...MERCHANT, mch_id: '10000001', key: undefined }] },
    },
  });
  expect(made.body.key).toMatch(/^[0-9a-f]{32}$/);
  await client.close();
});

it('names every fault of a scenario, and where it is', async () => {
  const { admin } = await startWithAdmin(lab);
  const { body } = await admin.put(PLAYED, {
    scenario: {
      title: '',
      merchants: [{ ...MERCHANT, 'a/b~c': 1 }],
      rules: [{ when: {}, then: {} }],
    },
  });
  expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
    '/scenario/merchants/0/a~1b~0c',
    '/scenario/rules/0/then',
    '/scenario/title',
  ]);
});

it('shows the forms of a scenario to whoever has guessed another', async () => {
  const { admin } = await startWithAdmin(lab);
  const named = '{"name": "codes/current/NOTENOUGH"}';
  const forms = `expected ${named}, {"scenario": {…}} or {"yaml": "…"}`;
  const rows: [body: unknown, pointer: string, detail: string][] = [
    ['default', '', forms],
    [{}, '', forms],
    [{ file: 'my.yaml' }, '/file', `unknown key, ${forms}`],
    [{ name: 'default', yaml: 'title: x' }, '', forms],
    [
      { scenario: 'default' },
      '/scenario',
      `expected the scenario itself, an object; by its name it is ${named}`,
    ],
  ];
  for (const [body, pointer, detail] of rows) {
    const reply = await admin.put(PLAYED, body);
    expect(reply.body.errors, JSON.stringify(body)).toEqual([{ in: 'body', pointer, detail }]);
  }
  expect((await admin.post('/merchants', { scenario: 5 })).body.errors).toEqual([
    {
      in: 'body',
      pointer: '/scenario',
      detail: forms.replace('expected ', 'expected a name like "codes/current/NOTENOUGH", '),
    },
  ]);
});

it('never opens a file for a caller, whatever the name says', async () => {
  const { admin } = await startWithAdmin(lab);
  const file = join(lab.certDir, 'there.yaml');
  await writeFile(file, `title: there\nmerchants: [${JSON.stringify(MERCHANT)}]\n`);
  const names = [
    file,
    file.slice(0, -'.yaml'.length),
    '../package.json',
    '../scenarios/default',
    'codes/../default',
    './default',
    'default.yaml',
    'codes/current/../../default',
    'default\0',
    '/etc/passwd',
    'file:///etc/passwd',
    '',
    '__proto__',
  ];
  for (const name of names) {
    const put = await admin.put(PLAYED, { name });
    expect(put.body, name).toMatchObject({ status: 404, errors: [{ pointer: '/name' }] });
    if (name === '') continue;
    const got = await admin.get(`/scenarios/${encodeURIComponent(name)}`);
    expect(got.status, name).toBe(404);
    const made = await admin.post('/merchants', { scenario: { name } });
    expect(made.body, name).toMatchObject({ status: 404, errors: [{ pointer: '/scenario/name' }] });
    const byName = await admin.post('/merchants', { scenario: name });
    expect(byName.body, name).toMatchObject({ status: 404, errors: [{ pointer: '/scenario' }] });
  }
  expect((await admin.get('/scenarios/../../package.json')).status).toBe(404);
  expect((await admin.get('/scenarios/%2e%2e%2fpackage.json')).status).toBe(404);
});

it('refuses YAML that would run something, nest without end or multiply', async () => {
  const { admin } = await startWithAdmin(lab);
  const texts = [
    'title: !!js/function "function () { return 1 }"\nmerchants: []\n',
    `title: ${'['.repeat(20_000)}`,
    `${'- '.repeat(20_000)}x`,
    `${'a: {'.repeat(5_000)}`,
    `a: &a [${'x,'.repeat(50)}]\n${[...'bcdefgh'].map((name, index) => `${name}: &${name} [${`*${'abcdefg'[index]},`.repeat(50)}]`).join('\n')}\n`,
    Array.from({ length: 9_000 }, (_, index) => `&a${index} k${index}: *a${index}\n`).join(''),
    Array.from({ length: 20_000 }, (_, index) => `k${index}:\n`).join(''),
    '{',
    '\u0000',
    'title: &a [*a]',
    '__proto__: { title: x }',
    'title: x\nmerchants: []\nconstructor: { prototype: {} }',
  ];
  for (const yaml of texts) {
    const began = performance.now();
    const { body } = await admin.put(PLAYED, { yaml });
    expect(body.status, yaml.slice(0, 40)).toBe(400);
    expect(body.errors[0]).toMatchObject({ in: 'body', pointer: '/yaml' });
    expect(performance.now() - began).toBeLessThan(2_000);
  }
});

it('refuses a scenario as an object that would take long to check', async () => {
  const { admin } = await startWithAdmin(lab);
  const bodies: [scenario: object, detail: string][] = [
    [{ steps: Array(100_000).fill(1) }, 'a list or an object of more than 1000 entries'],
    [{ rules: Array(20).fill(Array(900).fill({})) }, 'more than 10000 values'],
  ];
  for (const [scenario, detail] of bodies) {
    const { body } = await admin.put(PLAYED, { scenario });
    expect(body).toMatchObject({ status: 400, detail: `The body has ${detail}` });
  }
});

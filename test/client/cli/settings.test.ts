/** Flags, then the environment, then redpack.yaml, then defaults; and what is said when something is off. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../client/cli/context.ts';
import { resolveSettings, type Settings } from '../../../client/cli/settings.ts';
import type { SettingFlags } from '../../../client/cli/sources.ts';
import { type Env, KEY, runIn, useFolder } from './support.ts';

const folder = useFolder();
let count = 0;

const SECRET = 'abcdefghijklmnopqrstuvwxyz012345';

/** Resolves settings in a fresh folder. */
async function resolveWith(
  {
    yaml,
    mode = 0o600,
    env = {},
    ...flags
  }: SettingFlags & { yaml?: string; mode?: number; env?: Env },
  purpose = { movesMoney: false, live: false, dials: false },
): Promise<Settings & { cwd: string }> {
  const cwd = join(folder.path, String(++count));
  await mkdir(cwd);
  if (yaml !== undefined) {
    await writeFile(join(cwd, 'redpack.yaml'), yaml);
    await chmod(join(cwd, 'redpack.yaml'), mode);
  }
  const context = {
    write() {},
    warn() {},
    env,
    cwd,
    readStdin: async () => new Uint8Array(),
    onInterrupt: () => () => undefined,
  };
  return { ...(await resolveSettings(flags, context, purpose)), cwd };
}

async function faultOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

const LOOPBACK = 'base_url: https://127.0.0.1:9999\n';

describe('where a setting comes from', () => {
  const rows = [
    ['mchId', 'REDPACK_MCH_ID', 'mch_id', '10000098'],
    ['appid', 'REDPACK_APPID', 'appid', 'wx8888888888888888'],
  ] as const;

  it.each(rows)('%s: flag, environment, file, the documentation', async (name, env, file, own) => {
    const yaml = `${LOOPBACK}${file}: inFile\n`;
    const all = { yaml, env: { [env]: 'inEnvironment' }, [name]: 'inFlag' };
    expect((await resolveWith(all))[name]).toBe('inFlag');
    expect((await resolveWith({ yaml, env: { [env]: 'inEnvironment' } }))[name]).toBe(
      'inEnvironment',
    );
    expect((await resolveWith({ yaml, env: { [env]: '' } }))[name]).toBe('inFile');
    expect((await resolveWith({ yaml: LOOPBACK }))[name]).toBe(own);
  });

  it('the base URL: flag, environment, file, the real host', async () => {
    const who = { mchId: '1', appid: 'a', env: { REDPACK_API_KEY: SECRET } };
    const yaml = 'base_url: https://file.example\n';
    const env = { ...who.env, REDPACK_BASE_URL: 'https://environment.example/' };
    expect(await resolveWith({ ...who, yaml, env, baseUrl: 'https://flag.example' })).toMatchObject(
      { baseUrl: 'https://flag.example', real: true },
    );
    expect((await resolveWith({ ...who, yaml, env })).baseUrl).toBe('https://environment.example');
    expect((await resolveWith({ ...who, yaml })).baseUrl).toBe('https://file.example');
    expect((await resolveWith(who)).baseUrl).toBe('https://api.mch.weixin.qq.com');
    expect(await resolveWith({ mock: true })).toMatchObject({
      baseUrl: 'https://127.0.0.1:8443',
      real: false,
    });
  });

  it('the key: file of the flag, environment, file', async () => {
    const keyFile = join(folder.path, 'key-file');
    await writeFile(keyFile, `${'f'.repeat(32)}\n`);
    const yaml = `${LOOPBACK}key: ${SECRET}\n`;
    const env = { REDPACK_API_KEY: 'e'.repeat(32) };
    expect((await resolveWith({ yaml, env, keyFile })).key).toBe('f'.repeat(32));
    expect((await resolveWith({ yaml, env })).key).toBe('e'.repeat(32));
    expect((await resolveWith({ yaml })).key).toBe(SECRET);
    expect((await resolveWith({ yaml: `${LOOPBACK}key_file: ${keyFile}\n` })).key).toBe(
      'f'.repeat(32),
    );
    expect((await resolveWith({ yaml: LOOPBACK })).key).toBe(KEY);
  });

  it('paths of the file are beside it, those of flags and environment in the working folder', async () => {
    const elsewhere = join(folder.path, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'my.yaml'), `${LOOPBACK}cert_dir: certs\njournal: j\n`);
    const config = join(elsewhere, 'my.yaml');
    const fromFile = await resolveWith({ config });
    expect(fromFile.certDir).toBe(join(elsewhere, 'certs'));
    expect(fromFile.journal).toBe(join(elsewhere, 'j'));
    const fromFlag = await resolveWith({ config, certDir: 'mine' });
    expect(fromFlag.certDir).toBe(join(fromFlag.cwd, 'mine'));
  });

  it('a merchant number needs no quotes in the file', async () => {
    expect((await resolveWith({ yaml: `${LOOPBACK}mch_id: 0010000098\n` })).mchId).toBe(
      '0010000098',
    );
  });

  it('nothing of the documentation is taken off this machine', async () => {
    const message = await faultOf(
      resolveWith({ env: {} }, { movesMoney: false, live: false, dials: true }),
    );
    expect(message.split('\n')).toEqual([
      expect.stringMatching(
        /^the merchant number is set nowhere: --mch-id <number>, REDPACK_MCH_ID, or mch_id in /,
      ),
      expect.stringMatching(/^the appid is set nowhere: /),
      expect.stringMatching(/^the API key is set nowhere: REDPACK_API_KEY, --key-file, or key in /),
      expect.stringMatching(/^the folder of the client certificate is set nowhere: /),
    ]);
  });
});

describe('what is off is said with its place', () => {
  it.each([
    ['mch_id: [1', /^redpack\.yaml:1:11: not YAML: bad indent$/],
    ['mch-id: "1"', /^redpack\.yaml:1:1: mch-id: expected one of base_url, mch_id, /],
    [
      'appid: x\nedition: 2016',
      /^redpack\.yaml:2:10: edition: expected one of 2014, 2015, current$/,
    ],
    [
      'defaults: [a]',
      /^redpack\.yaml:1:11: defaults: expected fields of the packet, like wishing: /,
    ],
    ['defaults:\n  wishing: [a]', /^redpack\.yaml:2:12: defaults\.wishing: expected a text$/],
    ['defaults:\n  wishng: a', /^redpack\.yaml:2:3: defaults\.wishng: expected one of .*wishing/],
    ['defaults:\n  mch_billno: a', /^redpack\.yaml:2:3: defaults\.mch_billno: expected one of /],
    ['just words', /^redpack\.yaml:1:1: the file: expected settings, like mch_id: 10000098$/],
    ['instance: 100', /^redpack\.yaml:1:11: instance: expected a whole number, 0 to 99$/],
    [`key: ${KEY}\nkey_file: k`, /^redpack\.yaml: key and key_file say two things: give one$/],
    ['mch_id: *x', /^redpack\.yaml:?[\d:]*: not YAML: /],
  ])('in the file: %j', async (yaml, expected) => {
    expect(await faultOf(resolveWith({ yaml, mock: true }))).toMatch(expected);
  });

  it('an empty file says nothing', async () => {
    expect((await resolveWith({ yaml: '# nothing\n', mock: true })).mchId).toBe('10000098');
  });

  it.each([
    [{ config: 'nosuch.yaml' }, 'no file nosuch.yaml'],
    [{ mock: true, baseUrl: 'https://x' }, '--mock and --base-url say two things: give one'],
    [{ baseUrl: 'ftp://x' }, '--base-url: expected a URL like https://127.0.0.1:8443, got ftp://x'],
    [
      { baseUrl: 'https://x.example/a/mmpaymkttransfers/sendredpack' },
      '--base-url: expected https://x.example/a, without the path of an endpoint',
    ],
    [{ env: { REDPACK_BASE_URL: 'x' } }, 'REDPACK_BASE_URL: expected a URL like'],
    [{ mock: true, edition: '2016' }, '--edition: expected one of 2014, 2015, current, got 2016'],
    [{ mock: true, ca: 'nosuch.pem' }, '--ca: ENOENT'],
    [{ mock: true, env: { REDPACK_CA: '/dev/null' } }, 'REDPACK_CA: expected a file with a cert'],
  ])('%j', async (flags, expected) => {
    expect(await faultOf(resolveWith(flags))).toContain(expected);
  });

  it('no certificates of a mock yet', async () => {
    const promise = resolveWith({ mock: true }, { movesMoney: true, live: false, dials: true });
    expect(await faultOf(promise)).toMatch(/^no certificates in .*10000098: start the mock /);
  });
});

describe('the key', () => {
  it('in a file that others can read is refused, but for the one that everybody knows', async () => {
    const yaml = `${LOOPBACK}key: ${SECRET}\n`;
    const message = await faultOf(resolveWith({ yaml, mode: 0o644 }));
    expect(message).toBe(
      'redpack.yaml holds the API key, and others on this machine can read it: chmod 600 redpack.yaml',
    );
    expect((await resolveWith({ yaml: `${LOOPBACK}key: ${KEY}\n`, mode: 0o644 })).key).toBe(KEY);
  });

  it.each([[['--key', SECRET]], [[`--key=${SECRET}`]], [['--key-file', SECRET]]])(
    'is never repeated when it is given wrongly: %j',
    async (args) => {
      for (const command of [['send', '--to', 'x', '--amount', '1'], ['query', '1'], ['sign']]) {
        const ended = await runIn({ cwd: folder.path }, ...command, '--mock', ...args);
        expect(ended.code).toBe(2);
        expect(ended.stdout + ended.stderr).not.toContain(SECRET);
        expect(ended.stderr).toMatch(/--key would show the key|--key-file: cannot read that file/);
      }
    },
  );

  it.each([
    `key: *${SECRET}`,
    `key: "${SECRET}`,
    `key: {${SECRET}`,
    `key: ${SECRET}\n  x: 1`,
    `key: [${SECRET}]`,
    `key: ${SECRET}\nkey: ${SECRET}`,
    `key: !!${SECRET} x`,
    `key: &${SECRET} x\nmch_id: 5\nfoo: 1`,
    `key: ${SECRET}x`,
  ])('is not in what is said about the file: %j', async (yaml) => {
    await writeFile(join(folder.path, 'redpack.yaml'), yaml, { mode: 0o600 });
    const { code, stdout, stderr } = await runIn(
      { cwd: folder.path },
      'send',
      '--dry-run',
      '--to',
      'oxTWIuGaIt6gTKsQRLau2M0yL16E',
      '--amount',
      '1.00',
      '--mch-id',
      '10000098',
      '--appid',
      'wx8888888888888888',
    );
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain(SECRET);
  });
});

/** `redpack verify` against real servers on loopback: what it finds, what it prints, and how it ends. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../client/verify/play.ts';
import { parseTree } from '../../../contracts/index.ts';
import type { MockServer, MockServerOptions } from '../../../mock-server/index.ts';
import { SEED } from '../../support/seed.ts';
import { useLab } from '../../support/server.ts';
import { verify } from './support.ts';

const lab = useLab();

const start = (options: MockServerOptions = {}): Promise<MockServer> =>
  lab.start({ scenario: 'no-limits', ...options });
const certs = (): string[] => ['--cert-dir', join(lab.certDir, '10000098')];
const noneMade = ['--runs', '0'];

describe('against a sound server', () => {
  it('plays cases, made-up requests and histories, finds nothing, and ends with 0', async () => {
    const { url } = await start();
    const startedMs = Date.now();
    const ended = await verify(url, ...certs(), '--seed', String(SEED));
    expect(ended.out).toMatch(/ 0 failed, 0 differ, \d+ skipped, 2\d\d held /);
    expect(ended.code).toBe(EXIT.held);
    // 150 cases, 500 requests and 100 histories in under 30 s.
    expect(Date.now() - startedMs).toBeLessThan(30_000);
  });

  it('says in one sentence that the key is not the merchant’s', async () => {
    const { url } = await start();
    const before = process.env.REDPACK_API_KEY;
    process.env.REDPACK_API_KEY = 'f'.repeat(32);
    try {
      const { code, err } = await verify(url, ...certs());
      expect(code).toBe(EXIT.usage);
      expect(err).toMatch(/^error: a query that is signed with the key .* is answered SIGN_ERROR/);
      const file = join(lab.certDir, 'key.txt');
      await writeFile(file, '192006250b4c09247ec02edce69f6a2d\n');
      const only = [...noneMade, '--key-file', file];
      expect((await verify(url, ...certs(), ...only)).code).toBe(EXIT.held);
    } finally {
      if (before === undefined) delete process.env.REDPACK_API_KEY;
      else process.env.REDPACK_API_KEY = before;
    }
  });

  it.each([
    [
      ['--api-key', 'f'.repeat(32)],
      /the key is no flag, .* set REDPACK_API_KEY, or give --key-file/,
    ],
    [['--only', 'nosuch'], /no rule of edition current has "nosuch" in its id: --list shows them/],
  ])('refuses %j', async (flags, words) => {
    const { code, err } = await verify('https://127.0.0.1:1', ...flags);
    expect(code).toBe(EXIT.usage);
    expect(err).toMatch(words);
  });

  it('takes no endpoint for the server', async () => {
    const { code, err } = await verify('https://127.0.0.1:1/a/mmpaymkttransfers/sendredpack');
    expect(code).toBe(EXIT.usage);
    expect(err).toContain('is one endpoint of it: give https://127.0.0.1:1/a');
  });

  it('says why cases were skipped', async () => {
    const { url } = await start();
    const { out } = await verify(
      url,
      ...certs(),
      ...noneMade,
      '--only',
      'balance/',
      'certificate/',
    );
    expect(out).toContain('skipped: the server cannot be arranged (at, merchant)');
    expect(out).toContain('skipped: it needs a certificate that is not there: other');
  });

  it('goes on slowly where only so many calls a second are taken', async () => {
    const { url } = await start({ scenario: 'default' });
    const only = ['--only', 'sendredpack/fields/total', 'sendredpack/fields/re_openid'];
    const ended = await verify(url, ...certs(), ...noneMade, ...only);
    expect(ended.code).toBe(EXIT.held);
  });

  it('uses another merchant’s certificate when it has one', async () => {
    const { url } = await start();
    // Its second merchant's bundle is made.
    await start({ scenario: 'default' });
    const other = ['--other-cert-dir', join(lab.certDir, '888')];
    const only = ['--only', 'sendredpack/certificate/own', '--report', 'json'];
    const { out } = await verify(url, ...certs(), ...other, ...noneMade, ...only);
    expect(JSON.parse(out).results[0]).toMatchObject({
      id: 'sendredpack/certificate/own',
      verdict: 'held',
    });
  });
});

describe('against a server that signs its answers', () => {
  const signing = async (): Promise<MockServer> => {
    const merchant = {
      mch_id: '10000098',
      key: '192006250b4c09247ec02edce69f6a2d',
      appids: ['wx8888888888888888'],
      balanceFen: 1_000_000,
    };
    const switches = { replySigned: 'always' as const };
    return start({ scenario: { title: 'signing', switches, merchants: [merchant] } });
  };
  const only = [...noneMade, '--only', 'sendredpack/fields/total_num'];

  it('finds it, and ends with 1', async () => {
    const { url } = await signing();
    const { out, code } = await verify(url, ...certs(), ...only);
    expect(out).toContain('FAILED  sendredpack/reply/unsigned');
    expect(out).toContain('clause:   sendredpack/reply/unsigned (observed; E30, §9 no. 1)');
    expect(code).toBe(EXIT.failed);
  });

  it('takes it for a difference where only documented rules count, and ends with 0', async () => {
    const { url } = await signing();
    const { out, code } = await verify(url, ...certs(), ...only, '--strict', 'documented');
    expect(out).toContain('differs sendredpack/reply/unsigned');
    expect(code).toBe(EXIT.held);
  });

  it('prints a curl line that gets the same answer again', async () => {
    const { url } = await signing();
    const { out } = await verify(url, ...certs(), ...only);
    const line = out.split('\n').find((each) => each.trim().startsWith('curl ')) ?? 'false';
    const answer = await new Promise<string>((resolve, reject) => {
      execFile('sh', ['-c', line], (error, stdout) => (error ? reject(error) : resolve(stdout)));
    });
    expect(answer).toContain('<err_code><![CDATA[PARAM_ERROR]]></err_code>');
    expect(answer).toContain('<sign>');
  });

  it('writes a report in each form, and the summary to the terminal', async () => {
    const { url } = await signing();
    const written = async (form: string): Promise<string> => {
      const file = join(lab.certDir, `report.${form}`);
      const ended = await verify(url, ...certs(), ...only, '--report', form, '--output', file);
      expect(ended.out).toContain(' 1 failed, ');
      return readFile(file, 'utf8');
    };
    const json = JSON.parse(await written('json'));
    expect(json.counts.failed).toBe(1);
    const failed = json.results.find(({ verdict }: { verdict: string }) => verdict === 'failed');
    expect(failed.history[0].request).toContain('<mch_billno>');
    expect(failed.history[0].reply).toContain('<sign>');

    const junit = await written('junit');
    const tree = parseTree(Buffer.from(junit.replace(/^<\?xml.*\?>\n/, '')), 10_000_000);
    expect(tree.ok).toBe(true);
    expect(junit).toContain('failures="1"');
    expect(junit).toContain('<skipped message="');

    const html = await written('html');
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain('<code>sendredpack/reply/unsigned</code>');
    expect(html).not.toContain('<script');

    const markdown = await written('markdown');
    expect(markdown).toContain('### failed: `sendredpack/reply/unsigned`');
    expect(markdown).toContain('| held | `sendredpack/fields/total_num/one` |');
  });

  it('repeats what it made up from the seed and the path', async () => {
    const { url } = await signing();
    const seed = ['--seed', String(SEED)];
    const first = await verify(url, ...certs(), '--only', 'generated', '--runs', '30', ...seed);
    expect(first.code).toBe(EXIT.failed);
    const [, path = ''] = /--path (\S+)/.exec(first.out) ?? [];
    const again = await verify(url, ...certs(), ...seed, '--path', path);
    expect(again.code).toBe(EXIT.failed);
    expect(again.out).toContain('1 failed, 0 differ, 0 skipped, 0 held');
    expect(again.out).toContain('clause:   ');
  });
});

describe('without a server that could be checked', () => {
  const near = 'https://127.0.0.1:1';

  it('ends with 3 when nobody answers', async () => {
    const ended = await verify(near, ...certs());
    expect(ended.code).toBe(EXIT.unreachable);
    expect(ended.err).toContain('does not answer: ');
  });

  it('ends with 4 when nothing could be tried', async () => {
    const { url } = await start();
    const ended = await verify(url, ...certs(), ...noneMade, '--only', 'codes/NOTENOUGH');
    expect(ended.code).toBe(EXIT.nothing);
  });

  it('lists the rules and calls nobody', async () => {
    const ended = await verify(near, '--list', '--only', 'act_name/max-bytes');
    expect(ended.code).toBe(EXIT.held);
    expect(ended.out).toContain(
      'sendredpack/fields/act_name/max-bytes: refuses act_name of 33 bytes',
    );
  });

  it.each([
    [['ftp://127.0.0.1'], 'ftp://127.0.0.1 is no URL'],
    [['https://api.example.com'], '--mch-id is missing: give it, or set REDPACK_MCH_ID'],
    [[near, '--cert-dir', '/nowhere'], 'no folder /nowhere'],
    [[near, '--ca', '/nowhere'], 'cannot read the roots'],
    [[near, '--path', 'valid:1'], '--path is of no use without the --seed'],
    [[near, '--strict', 'very'], "argument 'very' is invalid"],
    [[near, '--runs', 'many'], 'expected a whole number'],
    [[], "missing required argument 'url'"],
  ])('%j is refused: %s', async (args, said) => {
    const ended = await verify(...args);
    expect(ended.err).toContain(said);
    expect(ended.code).toBe(EXIT.usage);
  });
});

describe('against a server that has no money left, and cannot be given any', () => {
  it('skips what it cannot know, and says why', async () => {
    const merchant = {
      mch_id: '10000098',
      key: '192006250b4c09247ec02edce69f6a2d',
      appids: ['wx8888888888888888'],
      balanceFen: 0,
    };
    const { url } = await start({ scenario: { title: 'poor', merchants: [merchant] } });
    const only = ['--only', 'idempotency/same-answer', 'total_num/one', 'generated'];
    const { out, code } = await verify(url, ...certs(), ...only, '--runs', '12');
    expect(out).toContain(' 0 failed, ');
    expect(out).toContain('what the server has left of its own limits stopped it: NOTENOUGH');
    expect(code).toBe(EXIT.held);
  });
});

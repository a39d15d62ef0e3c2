/** `redpack send` and `redpack query` against the mock over TLS: what became of the money, and the exit code that says it. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { jsonLine, outcomeText, queryText } from '../../../client/cli/text.ts';
import type { MockServer } from '../../../mock-server/serve.ts';
import { useLab } from '../../support/server.ts';
import {
  type Ended,
  envOf,
  jsonLines,
  KEY,
  OPENID,
  OTHER_OPENID,
  type RunOptions,
  runIn,
  shell,
  useFolder,
} from './support.ts';

const lab = useLab();
const folder = useFolder();
const outputs: string[] = [];

/** A fresh folder for each: payments of one test are not those of another. */
async function desk(server: MockServer): Promise<RunOptions> {
  return { cwd: await mkdtemp(join(folder.path, 'desk-')), env: envOf(server) };
}

async function redpack(options: RunOptions, ...args: string[]): Promise<Ended> {
  const ended = await runIn(options, ...args);
  outputs.push(ended.stdout, ended.stderr);
  return ended;
}

const send = (options: RunOptions, ...args: string[]): Promise<Ended> =>
  redpack(options, 'send', '--to', OPENID, '--amount', '1.00', ...args);

const numberIn = (text: string): string => /\b\d{26}\b/.exec(text)?.[0] ?? '';

let friendly: MockServer;
beforeAll(async () => {
  friendly = await lab.start({ scenario: 'no-limits' });
});

describe('the exit code says what became of the money', () => {
  it.each([
    ['default', [], 0, 'sent'],
    ['codes/current/NOTENOUGH', [], 1, 'NOTENOUGH'],
    ['codes/current/NOAUTH', [], 1, 'NOAUTH'],
    ['codes/current/PAYER_ACCOUNT_ABNORMAL', [], 1, 'PAYER_ACCOUNT_ABNORMAL'],
    ['codes/current/PRODUCT_AUTHORITY_UNOPEN', [], 1, 'PRODUCT_AUTHORITY_UNOPEN'],
    ['codes/current/API_METHOD_CLOSED', [], 1, 'API_METHOD_CLOSED'],
    ['codes/current/TIME_LIMITED', [], 1, 'TIME_LIMITED'],
    ['codes/current/MONEY_LIMIT', ['--amount', '0.99'], 1, 'MONEY_LIMIT'],
    ['codes/current/OPENID_ERROR', ['--to', OTHER_OPENID], 1, 'OPENID_ERROR'],
    ['codes/current/NO_AUTH', ['--to', OTHER_OPENID], 1, 'NO_AUTH'],
    ['codes/current/ILLEGAL_APPID', ['--appid', 'wxmobileapp0000001'], 1, 'ILLEGAL_APPID'],
    ['codes/current/SYSTEMERROR', [], 3, 'SYSTEMERROR'],
    ['codes/current/PROCESSING', [], 3, 'PROCESSING'],
    ['faults/drop-before-headers', [], 3, 'unknown, it may have been paid'],
    ['faults/never-answer', ['--timeout', '0.3'], 3, 'no whole answer within 300 ms'],
    ['faults/page-502', [], 3, 'HTTP 502'],
    ['faults/err-code-unknown', [], 3, 'in no edition'],
    ['faults/sign-wrong', [], 3, 'not made with our key'],
    ['faults/other-order', [], 3, 'the answer is about'],
    ['faults/tls-foreign-ca', [], 1, 'give its root as ca'],
    ['faults/tls-wrong-host', [], 1, 'is baseUrl right?'],
  ])('%s %j: %i', async (scenario, args, code, said) => {
    const server = await lab.start({ scenario });
    const ended = await send(await desk(server), '--once', ...args);
    expect(ended).toMatchObject({ code, stdout: expect.stringContaining(said) });
    // The number is on stderr in any case: whoever is killed has it.
    expect(ended.stderr).toMatch(/^number \d{26}$/m);
  });

  it('settles SYSTEMERROR to sent, paid once, and says why it waits', async () => {
    const server = await lab.start({ scenario: 'codes/current/SYSTEMERROR' });
    const { code, stdout, stderr } = await send(await desk(server));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^sent 1\.00 yuan.*, number \d{26}, send_listid \d{28,}\n$/);
    expect(stderr).toMatch(/^\d{26}: sendredpack in .* s \(system-error: the same number/m);
    expect(await server.ledger('10000098')).toMatchObject({ paidPackets: 1, faults: [] });
  });

  it('leaves unknown what is not certain by the deadline; --billno settles it', async () => {
    const server = await lab.start({ scenario: 'codes/current/SYSTEMERROR' });
    const options = await desk(server);
    const first = await send(options, '--deadline', '0');
    expect(first.code).toBe(3);
    const number = numberIn(first.stdout);
    expect(first.stderr).toContain(`The same command with --billno ${number} settles this one.`);
    const second = await send(options, '--billno', number);
    expect(second.code).toBe(0);
    expect(second.stdout).toContain(number);
    expect(await server.ledger('10000098')).toMatchObject({ paidPackets: 1, faults: [] });
  });

  it('nobody listens there: refused, for nothing has left', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', () => resolve()));
    const address = closed.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await new Promise((resolve) => closed.close(resolve));
    const url = `https://127.0.0.1:${port}`;
    const { code, stdout, stderr } = await send(await desk(friendly), '--once', '--base-url', url);
    expect(code).toBe(1);
    expect(stdout).toContain('ECONNREFUSED');
    expect(stderr).toContain(`nobody listens at ${url}: start redpack-mock there`);
  });

  it('a wrong key is SIGN_ERROR', async () => {
    const options = await desk(friendly);
    const env = { ...options.env, REDPACK_API_KEY: 'x'.repeat(32) };
    const { code, stdout } = await send({ ...options, env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('SIGN_ERROR') });
  });
});

describe('a payment with a name', () => {
  it('is paid once, however often the command runs', async () => {
    const server = await lab.start({ scenario: 'no-limits' });
    const options = await desk(server);
    const first = await send(options, '--id', 'order-17', '--json');
    const second = await send(options, '--id', 'order-17', '--json');
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(second.stdout).toBe(first.stdout);
    expect(second.stderr).toContain('by the journal this payment was sent before');
    expect(second.stderr).toMatch(/with a mock that was started since, .* remove .*-mock\.jsonl/);
    await send(options, '--id', 'order-18');
    expect(await server.ledger('10000098')).toMatchObject({ paidPackets: 2, faults: [] });
  });

  it('is not another payment: another amount, user or number is refused, exit 2', async () => {
    const options = await desk(friendly);
    await send(options, '--id', 'a');
    const others = [
      ['--amount', '2.00'],
      ['--to', OTHER_OPENID],
      ['--billno', 'other1'],
    ];
    for (const args of others) {
      const ended = await send(options, '--id', 'a', ...args);
      expect(ended).toMatchObject({ code: 2, stdout: expect.stringContaining('PAYMENT_MISMATCH') });
    }
  });

  it('is noted where it was asked to be, else in the folder, apart from real money', async () => {
    const options = await desk(friendly);
    const { stderr } = await send(options, '--id', 'a');
    const usual = join(options.cwd, '.redpack', 'payments-10000098-mock.jsonl');
    expect(stderr).toContain(`payments are noted in ${usual}\n`);
    expect(await readFile(usual, 'utf8')).toContain('"money":"none"');
    await send(options, '--id', 'a', '--journal', 'mine.jsonl');
    expect(existsSync(join(options.cwd, 'mine.jsonl'))).toBe(true);
    // A journal of rehearsals would call real payments sent.
    const env = { ...options.env, REDPACK_BASE_URL: 'https://127.0.0.1.nip.invalid' };
    const words = ['--send-name', 'a', '--wishing', 'b', '--act-name', 'c', '--remark', 'd'];
    const asReal = ['--live', '--id', 'a', '--journal', 'mine.jsonl', ...words];
    const real = await send({ ...options, env }, ...asReal);
    expect(real.code).toBe(2);
    expect(real.stderr).toContain('is about payments at a mock, these are real');
  });

  it('is noted in the folder of a mock that will end, unless it is real money', async () => {
    const options = await desk(friendly);
    const env = { ...options.env, REDPACK_MOCK_JOURNAL_DIR: 'passing' };
    await send({ ...options, env }, '--id', 'a');
    expect(await readdir(join(options.cwd, 'passing'))).toContain('payments-10000098-mock.jsonl');
    const words = ['--send-name', 'a', '--wishing', 'b', '--act-name', 'c', '--remark', 'd'];
    const away = { ...env, REDPACK_BASE_URL: 'https://redpack.invalid' };
    await send({ ...options, env: away }, '--live', '--id', 'a', '--deadline', '0', ...words);
    expect(await readdir(join(options.cwd, '.redpack'))).toContain('payments-10000098.jsonl');
    expect(await readdir(join(options.cwd, 'passing'))).not.toContain('payments-10000098.jsonl');
  });

  it('waits for its turn when another command has the journal', async () => {
    const server = await lab.start({ scenario: 'no-limits' });
    const options = await desk(server);
    const ended = await Promise.all(
      ['a', 'b', 'c', 'a', 'b', 'c'].map((id) => send(options, '--id', id)),
    );
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await server.ledger('10000098')).toMatchObject({ paidPackets: 3 });
  });
});

describe('real money', () => {
  it.each([
    [['send', '--to', OPENID, '--amount', '1.00'], {}],
    [['send', '--to', OPENID, '--amount', '1.00'], { REDPACK_BASE_URL: 'https://10.0.0.1' }],
    [['send', '--to', OPENID, '--amount', '1.00', '--base-url', 'https://127.0.0.1.evil.cn'], {}],
    [['batch', 'nosuch.csv', '--out', 'r.csv'], {}],
  ])('%j asks for --live in one sentence, before anything', async (args, env) => {
    const ended = await redpack({ cwd: folder.path, env }, ...args);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(
      /^this moves real money at https:\S+: add --live to mean it, or --mock to rehearse on this machine\n$/,
    );
  });

  it('no environment and no file can say --live', async () => {
    const cwd = await mkdtemp(join(folder.path, 'desk-'));
    await writeFile(join(cwd, 'redpack.yaml'), 'live: "true"\n');
    const ended = await send({ cwd, env: { REDPACK_LIVE: '1' } });
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('live: expected one') });
  });

  it('a dry run and a query need none', async () => {
    const env = { ...envOf(friendly), REDPACK_BASE_URL: undefined };
    const words = ['--send-name', 'a', '--wishing', 'b', '--act-name', 'c', '--remark', 'd'];
    const dry = await send({ cwd: folder.path, env }, '--dry-run', ...words);
    expect(dry.code).toBe(0);
    const query = await redpack(
      { cwd: folder.path, env },
      'query',
      '1000009820260131000000000001',
      '--base-url',
      'https://redpack.invalid',
    );
    expect(query.code).toBe(3);
    expect(query.stdout).toContain('not known');
  });

  it('has no words of its own for the packet: all that are missing are asked for', async () => {
    const env = { ...envOf(friendly), REDPACK_BASE_URL: undefined };
    const { code, stderr } = await send({ cwd: folder.path, env }, '--live');
    expect(code).toBe(2);
    expect(stderr.trimEnd().split('\n')).toEqual(
      ['--send-name', '--wishing', '--act-name', '--remark'].map((flag) =>
        expect.stringContaining(
          `${flag} is missing (or under defaults: in redpack.yaml): expected String`,
        ),
      ),
    );
  });
});

describe('a dry run', () => {
  it('prints a body that the mock takes from curl, and dials nothing', async () => {
    const server = await lab.start({ scenario: 'default' });
    const options = await desk(server);
    const wishing = '恭喜发财 & <大吉大利>';
    const dry = await send(options, '--dry-run', '--wishing', wishing, '--scene-id', 'PRODUCT_2');
    expect(dry.code).toBe(0);
    expect(server.journal.entries()).toHaveLength(0);
    await writeFile(join(options.cwd, 'body.xml'), dry.stdout);
    const { certPath, keyPath, caPath } = server.merchant.certificates;
    const url = `${server.url}/mmpaymkttransfers/sendredpack`;
    const curl = `curl -sS --cacert ${caPath} --cert ${certPath} --key ${keyPath} --data-binary @body.xml ${url}`;
    const answer = await shell(curl, options.cwd);
    expect(answer).toContain('<result_code><![CDATA[SUCCESS]]></result_code>');
    const [entry] = server.journal.entries();
    expect(entry?.request).toMatchObject({ wishing, re_openid: OPENID, total_amount: '100' });
  });

  it('is a JSON object with --json, and makes no journal', async () => {
    const options = await desk(friendly);
    const { stdout } = await send(options, '--dry-run', '--json', '--billno', 'mine1');
    expect(jsonLines(stdout)).toEqual([
      {
        event: 'dry-run',
        mch_billno: 'mine1',
        url: `${friendly.url}/mmpaymkttransfers/sendredpack`,
        body: expect.stringContaining('<mch_billno>'),
      },
    ]);
    expect(existsSync(join(options.cwd, '.redpack'))).toBe(false);
  });
});

describe('what is asked wrongly dials nothing, exit 2', () => {
  it.each([
    [['--amount', '1.005'], '--amount: 1.005: at most two decimals: a fen is the smallest'],
    [['--amount', '1.00', '--fen', '100'], "'--amount <yuan>' cannot be used with option '--fen"],
    [[], '--amount is missing: yuan, like --amount 1.00; or --fen 100'],
    [['--fen', '1.00'], '--fen: 1.00: expected a whole number of fen: 100 is one yuan'],
    [['--fen', '100', '--to', 'short'], '--to: got short, expected String'],
    [['--fen', '100', '--wishing', '祝'.repeat(43)], '--wishing: got '],
    [['--fen', '100', '--billno', '中'], '--billno: got 中'],
    [['--fen', '100', '--client-ip', '::1'], '--client-ip: got ::1'],
    [['--fen', '100', '--field', 'nonce_str=x'], '--field nonce_str: expected one of '],
    [['--fen', '100', '--field', 'nick_name=x'], '--field nick_name: expected one of '],
    [['--fen', '100', '--field', 'mch_billno=x'], '--field mch_billno: expected one of '],
    [['--fen', '100', '--field', 'id=x'], '--field id: expected one of '],
    [['--fen', '100', '--field', 'x'], '--field: expected name=text'],
    [['--fen', '100', '--once', '--id', 'a'], "'--once' cannot be used with option '--id"],
    [['--fen', '100', '--deadline', 'soon'], 'expected seconds, 0 to 86400.'],
    [['--fen', '100', '--timeout', '0'], 'expected seconds above 0.'],
    [['--fen', '100', '--nonsense'], "unknown option '--nonsense'"],
    [['--fen', '100', '--journal', '/dev/null/x'], 'cannot open the journal /dev/null/x'],
  ])('%j', async (args, said) => {
    const before = friendly.journal.entries().length;
    const ended = await redpack(await desk(friendly), 'send', '--to', OPENID, ...args);
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(said) });
    expect(ended.stderr).not.toMatch(/^ +at /m);
    expect(friendly.journal.entries()).toHaveLength(before);
  });
});

describe('what is said', () => {
  it('is the outcome on stdout; with --json one object a line; everything else on stderr', async () => {
    const server = await lab.start({ scenario: 'codes/current/NOTENOUGH' });
    const ended = await send(await desk(server), '--json', '--id', 'a', '--deadline', '0');
    expect(ended.code).toBe(1);
    expect(jsonLines(ended.stdout)).toEqual([
      {
        event: 'outcome',
        id: 'a',
        re_openid: OPENID,
        amountFen: 100,
        kind: 'refused',
        mch_billno: expect.stringMatching(/^\d{26}$/),
        by: 'wechat',
        code: 'NOTENOUGH',
        message: '帐号余额不足，请到商户平台充值后再重试',
        advice: 'same',
        numberFree: false,
        formerNumbers: [],
      },
    ]);
    expect(ended.stderr).toContain('next: the same again, with the same openid and amount');
  });

  it('is the number alone on stderr with --quiet, and nothing when the name leads back to it', async () => {
    const options = await desk(friendly);
    expect((await send(options, '--quiet')).stderr).toMatch(/^number \d{26}\n$/);
    expect((await send(options, '--quiet', '--id', 'a')).stderr).toBe('');
  });

  it('carries no control characters of a server to a terminal, nor through JSON', () => {
    const message = 'a\u001b[2Jb\u009b2Jc';
    const refused = {
      kind: 'refused',
      mch_billno: 'n',
      by: 'wechat',
      code: 'NOAUTH',
      message,
      advice: 'fix',
      numberFree: true,
    } as const;
    expect(outcomeText(refused)).not.toMatch(/\p{Cc}/u);
    expect(queryText(refused)).not.toMatch(/\p{Cc}/u);
    const line = jsonLine(refused);
    expect(line.slice(0, -1)).not.toMatch(/\p{Cc}/u);
    expect(JSON.parse(line)).toEqual(refused);
  });
});

describe('texts of the packet', () => {
  it('come from flags, then redpack.yaml, then the documentation on this machine', async () => {
    const server = await lab.start({ scenario: 'no-limits' });
    const options = await desk(server);
    const yaml = 'defaults:\n  wishing: 马到成功\n  remark: 2026\n';
    await writeFile(join(options.cwd, 'redpack.yaml'), yaml);
    await send(options, '--remark', 'mine', '--client-ip', '10.0.0.7');
    expect(server.journal.entries()[0]?.request).toMatchObject({
      wishing: '马到成功',
      remark: 'mine',
      send_name: '天虹百货',
      client_ip: '10.0.0.7',
    });
  });

  it.each(['2014', '2015', 'current'] as const)(
    'are enough for edition %s of the mock with nothing but --to and --amount',
    async (edition) => {
      const scenario = edition === '2014' ? 'no-limits' : 'default';
      const server = await lab.start({ scenario, edition });
      expect(await send(await desk(server), '--edition', edition)).toMatchObject({ code: 0 });
    },
  );

  it('the documentation’s merchant is enough for a mock in the working folder', async () => {
    const server = await lab.start({ scenario: 'no-limits' });
    const cwd = await mkdtemp(join(folder.path, 'desk-'));
    await shell(`mkdir .redpack && cp -r ${server.merchant.certificates.dir} .redpack/`, cwd);
    expect(await send({ cwd, env: { REDPACK_BASE_URL: server.url } })).toMatchObject({ code: 0 });
  });
});

describe('redpack query', () => {
  it('tells an order that was sent, claimed, refunded, or never was', async () => {
    const server = await lab.start({
      scenario: {
        title: 'time stands still',
        edition: 'current',
        clock: { mode: 'running', from: '2026-01-31T12:00:00+08:00' },
        merchants: [
          { mch_id: '10000098', key: KEY, appids: ['wx8888888888888888'], balanceFen: 1_000 },
        ],
      },
    });
    const options = await desk(server);
    const query = (...args: string[]): Promise<Ended> => redpack(options, 'query', ...args);
    await send(options, '--billno', 'first1');
    await send(options, '--billno', 'second2');
    expect(await query('first1')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^first1 SENT 1\.00 yuan\n {2}send_listid \d+\n {2}sent +2026-/,
      ),
    });
    await server.claim('10000098', 'first1');
    expect((await query('first1')).stdout).toContain(`1.00 yuan by ${OPENID} at 2026-01-31`);
    server.clock.advance(25 * 3_600_000);
    expect((await query('second2')).stdout).toMatch(
      /REFUND[\s\S]*refunded +1\.00 yuan at 2026-02-01/,
    );
    expect(await query('third3')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('do not take it for failed'),
    });
    expect(jsonLines((await query('first1', '--json')).stdout)).toEqual([
      expect.objectContaining({ event: 'query', kind: 'found', status: 'RECEIVED' }),
    ]);
  });

  it('says 1 of an order that has FAILED, 3 of one that is SENDING', async () => {
    const server = await lab.start({
      scenario: {
        title: 'empty',
        edition: 'current',
        clock: { mode: 'running', from: '2026-01-31T12:00:00+08:00' },
        merchants: [
          { mch_id: '10000098', key: KEY, appids: ['wx8888888888888888'], balanceFen: 0 },
        ],
      },
    });
    const options = await desk(server);
    await send(options, '--once', '--billno', 'poor1');
    expect(await redpack(options, 'query', 'poor1')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('SENDING'),
    });
    server.clock.advance(25 * 3_600_000);
    expect(await redpack(options, 'query', 'poor1')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('FAILED'),
    });
  });

  it('takes no number that is none', async () => {
    const ended = await redpack(await desk(friendly), 'query', 'a b');
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('--billno') });
  });
});

describe('Ctrl-C', () => {
  it('leaves a payment that is being settled unknown, and the same command settles it', async () => {
    const server = await lab.start({ scenario: 'codes/current/SYSTEMERROR' });
    const options = await desk(server);
    let interrupt = (): void => undefined;
    const unlisten = server.journal.subscribe(() => setTimeout(() => interrupt(), 50));
    const ended = await send(
      {
        ...options,
        onListen: (listener) => {
          interrupt = listener;
        },
      },
      '--id',
      'a',
    );
    unlisten();
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('The same command as it is settles this one.');
    expect(await send(options, '--id', 'a')).toMatchObject({ code: 0 });
    expect(await server.ledger('10000098')).toMatchObject({ paidPackets: 1, faults: [] });
  });
});

it('the key is in nothing that was said, by any of the commands above', () => {
  expect(outputs.length).toBeGreaterThan(100);
  for (const output of outputs) {
    expect(output).not.toContain(KEY);
    expect(output).not.toContain('x'.repeat(32));
  }
});

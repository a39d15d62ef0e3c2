/** `redpack batch` in process against the mock over TLS: checks before money, results, resuming, exit codes. */
import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
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
  useFolder,
} from './support.ts';

const lab = useLab();
const folder = useFolder();
const outputs: string[] = [];

interface Desk extends RunOptions {
  readonly server: MockServer;
}

async function desk(scenario = 'no-limits'): Promise<Desk> {
  const server = await lab.start({ scenario });
  return { server, cwd: await mkdtemp(join(folder.path, 'desk-')), env: envOf(server) };
}

const write = (at: RunOptions, ...lines: string[]): Promise<void> =>
  writeFile(join(at.cwd, 'pay.csv'), `${lines.join('\n')}\n`);

async function batch(at: RunOptions, ...args: string[]): Promise<Ended> {
  const out = args.includes('--dry-run') ? [] : ['--out', 'results.csv'];
  const ended = await runIn(at, 'batch', 'pay.csv', ...out, ...args);
  outputs.push(ended.stdout, ended.stderr);
  return ended;
}

async function resultsOf(at: RunOptions): Promise<Record<string, string>[]> {
  const text = await readFile(join(at.cwd, 'results.csv'), 'utf8');
  return parse(text, { bom: true, columns: true }) as Record<string, string>[];
}

const user = (index: number): string => `o${String(index).padStart(27, '0')}`;
const rows = (count: number, yuan = '1.00'): string[] =>
  Array.from({ length: count }, (_, index) => `${user(index)},${yuan}`);

describe('a file of payments', () => {
  it('is paid row by row, with words of its own or those of flags; results tell each', async () => {
    const at = await desk();
    await write(
      at,
      'id,openid,amount,wishing',
      `a,${OPENID},1.00,"新年, 快乐"`,
      `b,${OTHER_OPENID},2.5,`,
    );
    const ended = await batch(at, '--remark', 'all of them');
    expect(ended).toMatchObject({
      code: 0,
      stdout: '2 of 2 sent (3.50 yuan); see results.csv\n',
    });
    expect(ended.stderr).toContain(`2 payments, 3.50 yuan to ${at.server.url}\n`);
    expect(ended.stderr).toMatch(/^[12]\/2 a: sent 1\.00 yuan, number \d{26}, send_listid/m);
    const results = await resultsOf(at);
    expect(results.map(({ line, id, amount, outcome }) => [line, id, amount, outcome])).toEqual([
      ['2', 'a', '1.00', 'sent'],
      ['3', 'b', '2.50', 'sent'],
    ]);
    for (const { mch_billno = '', openid, send_listid } of results) {
      const order = await at.server.order('10000098', mch_billno);
      expect(order).toMatchObject({ openid, sendListid: send_listid, paid: true });
    }
    const requests = at.server.journal.entries().map(({ request }) => request);
    const byAmount = requests.sort((a, b) => Number(a.total_amount) - Number(b.total_amount));
    expect(byAmount).toMatchObject([
      { wishing: '新年, 快乐', remark: 'all of them' },
      { wishing: '感谢您参加猜灯谜活动，祝您元宵节快乐！', remark: 'all of them' },
    ]);
    expect((await readdir(at.cwd)).sort()).toEqual([
      'pay.csv',
      'results.csv',
      'results.csv.journal',
    ]);
  });

  it('tells each row as it ends with --json, then a summary', async () => {
    const at = await desk('codes/current/NO_AUTH');
    await write(at, 'id,openid,fen', `a,${OPENID},100`, `b,${OTHER_OPENID},100`);
    const { code, stdout, stderr } = await batch(at, '--json', '--quiet');
    expect(code).toBe(1);
    const lines = jsonLines(stdout);
    expect(lines.at(-1)).toEqual({
      event: 'summary',
      payments: 2,
      sent: 1,
      sentFen: 100,
      notBegun: 0,
      refused: 1,
      unknown: [],
      results: 'results.csv',
      journal: 'results.csv.journal',
    });
    const [a, b] = lines.slice(0, -1).sort((x, y) => String(x.id).localeCompare(String(y.id)));
    expect(a).toMatchObject({ event: 'row', line: 2, id: 'a', kind: 'sent', amountFen: 100 });
    expect(b).toMatchObject({ event: 'row', line: 3, id: 'b', kind: 'refused', code: 'NO_AUTH' });
    expect(stderr).not.toMatch(/^\d+\/2 /m);
  });

  it('is said to be read as GBK when it is no UTF-8', async () => {
    const at = await desk();
    const words = Buffer.from([0xb9, 0xa7, 0xcf, 0xb2, 0xb7, 0xa2, 0xb2, 0xc6]);
    const head = Buffer.from(`openid,amount,wishing\n${OPENID},1.00,`);
    await writeFile(join(at.cwd, 'pay.csv'), Buffer.concat([head, words]));
    const ended = await batch(at);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('pay.csv is not UTF-8 and was read as GBK\n');
    expect(at.server.journal.entries()[0]?.request.wishing).toBe('恭喜发财');
  });

  it('can be printed as signed XML, row by row, without dialling', async () => {
    const at = await desk();
    await write(at, 'openid,amount', ...rows(3));
    const dry = await batch(at, '--dry-run', '--json');
    expect(dry.code).toBe(0);
    expect(dry.stderr).toContain('dry run: nothing was dialled; 3 payments, 3.00 yuan to https:');
    const lines = jsonLines(dry.stdout);
    expect(new Set(lines.map(({ mch_billno }) => mch_billno)).size).toBe(3);
    expect(lines[2]).toMatchObject({ event: 'dry-run', line: 4, id: `${user(2)} 100` });
    expect((await batch(at, '--dry-run')).stdout.match(/<sign>/g)).toHaveLength(3);
    expect(at.server.journal.entries()).toHaveLength(0);
    expect(await readdir(at.cwd)).toEqual(['pay.csv']);
  });
});

describe('everything is checked before anything is dialled, exit 2', () => {
  it('all that is wrong with the file is said at once', async () => {
    const at = await desk();
    await write(at, 'openid,amount', `${OPENID},1.00`, 'short,1.00', `${OTHER_OPENID},1e2`);
    const columns = await batch(at);
    expect(columns).toMatchObject({ code: 2, stdout: '' });
    expect(columns.stderr).toBe('pay.csv:4: amount: 1e2: expected all its digits, like 100.00\n');
    const wish = '祝'.repeat(43);
    await write(at, 'openid,amount,wishing', `${OPENID},1.00,a`, `short,1.00,${wish}`);
    const contract = await batch(at);
    expect(contract.code).toBe(2);
    expect(contract.stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^pay\.csv:3: openid: got short, expected String/),
      expect.stringMatching(/^pay\.csv:3: wishing: got 祝+, expected String, at most 128/),
    ]);
    expect(at.server.journal.entries()).toHaveLength(0);
    expect(await readdir(at.cwd)).toEqual(['pay.csv']);
  });

  it('very many faults are not all shown', async () => {
    const at = await desk();
    await write(at, 'openid,amount', ...rows(80, '1.005'));
    const { stderr } = await batch(at);
    expect(stderr.trimEnd().split('\n')).toHaveLength(51);
    expect(stderr).toContain('… and 30 more\n');
  });

  it('no file, no --out, --out onto the file itself, flags that are none', async () => {
    const at = await desk();
    const run = (...args: string[]): Promise<Ended> => runIn(at, 'batch', ...args);
    expect(await run('nosuch.csv', '--out', 'r.csv')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot read nosuch.csv: ENOENT'),
    });
    await write(at, 'openid,amount', ...rows(1));
    expect(await run('pay.csv')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^--out/),
    });
    expect(await run('pay.csv', '--out', './pay.csv')).toMatchObject({
      code: 2,
      stderr: '--out is pay.csv itself: give another name\n',
    });
    for (const args of [
      ['--concurrency', '0'],
      ['--rate', 'x'],
      ['--stop-after', '-1'],
    ]) {
      expect(await run('pay.csv', '--out', 'r.csv', ...args)).toMatchObject({ code: 2 });
    }
    expect(at.server.journal.entries()).toHaveLength(0);
  });

  it('a batch of that name is there already, or there is none to resume', async () => {
    const at = await desk();
    await write(at, 'openid,amount', ...rows(2));
    expect(await batch(at, '--resume')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^there is nothing to resume: no results\.csv\.journal\./),
    });
    expect(await batch(at)).toMatchObject({ code: 0 });
    const again = await batch(at);
    expect(again).toMatchObject({ code: 2, stdout: '' });
    expect(again.stderr).toMatch(/^results\.csv\.journal is there already: add --resume to go on/);
    const results = join(at.cwd, 'elsewhere.csv');
    await writeFile(results, 'mine');
    const onto = await runIn(at, 'batch', 'pay.csv', '--out', 'elsewhere.csv');
    expect(onto.stderr).toMatch(/^elsewhere\.csv is there already/);
    expect(await readFile(results, 'utf8')).toBe('mine');
    expect(at.server.journal.entries()).toHaveLength(2);
  });
});

describe('--resume', () => {
  it('dials nothing for what was sent, and pays what was refused once it can be', async () => {
    const at = await desk('codes/current/NOTENOUGH');
    await write(at, 'openid,amount', ...rows(3));
    const first = await batch(at, '--deadline', '0');
    expect(first.code).toBe(1);
    expect(first.stderr).toContain('next: the same again, with the same openid and amount');
    const numbers = (await resultsOf(at)).map(({ mch_billno }) => mch_billno);
    await at.server.topUp('10000098', 200);
    expect(await batch(at, '--resume', '--deadline', '0')).toMatchObject({ code: 1 });
    await at.server.topUp('10000098', 100);
    expect(await batch(at, '--resume')).toMatchObject({ code: 0 });
    expect((await resultsOf(at)).map(({ mch_billno }) => mch_billno)).toEqual(numbers);
    const calls = at.server.journal.entries().length;
    const last = await batch(at, '--resume');
    expect(last).toMatchObject({ code: 0, stdout: '3 of 3 sent (3.00 yuan); see results.csv\n' });
    expect(at.server.journal.entries()).toHaveLength(calls);
    expect(await at.server.ledger('10000098')).toMatchObject({ paidPackets: 3, faults: [] });
  });

  it('writes lost results anew from the journal, also of rows put in another order', async () => {
    const at = await desk();
    await write(at, 'openid,amount', ...rows(3));
    await batch(at);
    const before = await resultsOf(at);
    await writeFile(join(at.cwd, 'results.csv'), 'torn');
    await write(at, 'openid,amount', ...rows(3).reverse());
    expect(await batch(at, '--resume')).toMatchObject({ code: 0 });
    const after = (await resultsOf(at)).reverse();
    expect(after.map(({ mch_billno }) => mch_billno)).toEqual(
      before.map(({ mch_billno }) => mch_billno),
    );
    expect(await at.server.ledger('10000098')).toMatchObject({ paidPackets: 3 });
  });

  it.each([
    ['another amount', [`a,${OPENID},1.00`, `b,${OTHER_OPENID},2.00`]],
    ['another user', [`a,${OPENID},1.00`, `b,${user(1)},1.00`]],
    ['another id', [`a,${OPENID},1.00`, `c,${OTHER_OPENID},1.00`]],
    ['a row less', [`a,${OPENID},1.00`]],
    ['ids exchanged', [`b,${OPENID},1.00`, `a,${OTHER_OPENID},1.00`]],
  ])('refuses a file that was changed where it was paid: %s', async (_what, changed) => {
    const at = await desk();
    await write(at, 'id,openid,amount', `a,${OPENID},1.00`, `b,${OTHER_OPENID},1.00`);
    await batch(at);
    await write(at, 'id,openid,amount', ...changed);
    const ended = await batch(at, '--resume');
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^pay\.csv does not fit what was already paid under results\.csv/);
    expect(ended.stderr).toMatch(/\bb\b.* was sent/);
    expect(at.server.journal.entries()).toHaveLength(2);
  });

  it('refuses a changed amount also where rows have no ids', async () => {
    const at = await desk();
    await write(at, 'openid,amount', ...rows(2));
    await batch(at);
    await write(at, 'openid,amount', `${user(0)},1.00`, `${user(1)},2.00`);
    const ended = await batch(at, '--resume');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(`no row is ${user(1)} 100 any more, which was sent`);
  });

  it('pays rows that were added', async () => {
    const at = await desk();
    await write(at, 'openid,amount', ...rows(2));
    await batch(at);
    await write(at, 'openid,amount', ...rows(3));
    expect(await batch(at, '--resume')).toMatchObject({ code: 0 });
    expect(await at.server.ledger('10000098')).toMatchObject({ paidPackets: 3, faults: [] });
  });

  it('takes no journal of rehearsals for real payments', async () => {
    const at = await desk();
    await write(at, 'openid,amount', ...rows(1));
    await batch(at);
    const env = { ...at.env, REDPACK_BASE_URL: 'https://redpack.invalid' };
    const words = ['--send-name', 'a', '--wishing', 'b', '--act-name', 'c', '--remark', 'd'];
    const real = await batch({ ...at, env }, '--resume', '--live', ...words);
    expect(real).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is about payments at a mock, these are real'),
    });
  });
});

describe('the exit code of a batch', () => {
  it('is 3 when a row is unknown; its number is named, and --resume settles it', async () => {
    const at = await desk('codes/current/SYSTEMERROR');
    await write(at, 'openid,amount', ...rows(1));
    const first = await batch(at, '--deadline', '0');
    expect(first.code).toBe(3);
    const [result] = await resultsOf(at);
    expect(result).toMatchObject({ outcome: 'unknown', next: 'settle it: --resume' });
    expect(first.stderr).toContain(`unknown, it may have been paid, number ${result?.mch_billno}`);
    expect(await batch(at, '--resume')).toMatchObject({ code: 0 });
    expect(await at.server.ledger('10000098')).toMatchObject({ paidPackets: 1, faults: [] });
  });

  it('is 1 when it stops because row after row is refused for one reason', async () => {
    const at = await desk();
    await write(at, 'openid,amount', ...rows(40));
    const env = { ...at.env, REDPACK_API_KEY: 'x'.repeat(32) };
    const ended = await batch({ ...at, env }, '--concurrency', '2', '--stop-after', '3');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('refused with SIGN_ERROR (--stop-after)');
    const results = await resultsOf(at);
    const begun = results.filter(({ outcome }) => outcome !== 'not begun');
    expect(begun.length).toBeGreaterThanOrEqual(3);
    expect(begun.length).toBeLessThanOrEqual(5);
    expect(results).toHaveLength(40);
    expect(await batch(at, '--resume')).toMatchObject({ code: 0 });
    expect(await at.server.ledger('10000098')).toMatchObject({ paidPackets: 40, faults: [] });
  });

  it('is 70 when the results cannot be written; nothing is lost', async () => {
    const at = await desk();
    await write(at, 'openid,amount', ...rows(1));
    const outPath = join(at.cwd, 'results.csv');
    const onListen = (): void => {
      mkdirSync(join(outPath, 'in the way'), { recursive: true });
    };
    const ended = await batch({ ...at, onListen });
    expect(ended).toMatchObject({ code: 70, stdout: '' });
    expect(ended.stderr).toMatch(
      /cannot write results\.csv .* Nothing is lost, the journal has it all/,
    );
    expect(ended.stderr).not.toMatch(/^ +at /m);
    expect(existsSync(`${outPath}.journal`)).toBe(true);
    expect((await readdir(at.cwd)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

it('the key is in nothing that was said, by any of the commands above', () => {
  expect(outputs.length).toBeGreaterThan(40);
  for (const output of outputs) {
    expect(output).not.toContain(KEY);
    expect(output).not.toContain('x'.repeat(32));
  }
});

/** The promise of the batch: killed at any instant, as often as you like, and resumed, it pays each row exactly once. */
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { EndpointName } from '../../../contracts/index.ts';
import type { ScenarioInput } from '../../../mock-server/scenario/schema.ts';
import type { MockServer } from '../../../mock-server/serve.ts';
import { SEED } from '../../support/seed.ts';
import { useLab } from '../../support/server.ts';
import {
  envOf,
  KEY,
  type RunOptions,
  runIn,
  type Spawned,
  spawnCli,
  useFolder,
} from './support.ts';

const lab = useLab();
const folder = useFolder();

/** A merchant without quotas; every third packet is paid and answered SYSTEMERROR when it is sent for the first time. */
const TREACHEROUS: ScenarioInput = {
  title: 'SYSTEMERROR now and then, though it was paid',
  edition: 'current',
  merchants: [
    {
      mch_id: '10000098',
      key: KEY,
      appids: ['wx8888888888888888'],
      balanceFen: 10_000_000,
      limits: { callsPerSecond: null, callsPerMinute: null, queriesPerMinute: null },
    },
  ],
  rules: [
    {
      when: { nth: 1, per: 'order', fields: { total_amount: { atMost: 115 } } },
      then: { code: 'SYSTEMERROR', money: 'moved' },
    },
  ],
};

const user = (index: number): string => `o${String(index).padStart(27, '0')}`;
const fenOf = (index: number): number => 100 + (index % 50);

async function deskWith(server: MockServer, count: number): Promise<RunOptions> {
  const cwd = await mkdtemp(join(folder.path, 'desk-'));
  const rows = Array.from({ length: count }, (_, i) => `row-${i},${user(i)},${fenOf(i)}\n`);
  await writeFile(join(cwd, 'pay.csv'), `id,openid,fen\n${rows.join('')}`);
  return { cwd, env: envOf(server) };
}

const start = (at: RunOptions, ...args: string[]): Spawned =>
  spawnCli(at, 'batch', 'pay.csv', '--out', 'results.csv', ...args);

/** From 0 to below 1, the same in every run of a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function resultsOf({ cwd }: RunOptions): Promise<Record<string, string>[]> {
  const text = await readFile(join(cwd, 'results.csv'), 'utf8');
  return parse(text, { bom: true, columns: true }) as Record<string, string>[];
}

/** By the mock's own books: as many packets as rows, and each row's number is one of them, for its user and amount. */
async function expectPaidOnce(server: MockServer, at: RunOptions, count: number): Promise<void> {
  const results = await resultsOf(at);
  expect(results).toHaveLength(count);
  expect(new Set(results.map(({ mch_billno }) => mch_billno)).size).toBe(count);
  let totalFen = 0;
  for (const [index, { outcome, mch_billno = '' }] of results.entries()) {
    expect(outcome).toBe('sent');
    expect(await server.order('10000098', mch_billno)).toMatchObject({
      openid: user(index),
      amountFen: fenOf(index),
      paid: true,
    });
    totalFen += fenOf(index);
  }
  expect(await server.ledger('10000098')).toMatchObject({
    paidPackets: count,
    heldFen: totalFen,
    faults: [],
  });
}

describe('a batch that is killed', () => {
  it('with -9 in mid-run, ten times, and then resumed pays each row exactly once', async () => {
    const ROWS = 100;
    const server = await lab.start({ scenario: TREACHEROUS });
    const at = await deskWith(server, ROWS);
    const random = randomOf(SEED);
    for (let kills = 0; kills < 10; kills++) {
      const resume = kills === 0 ? [] : ['--resume'];
      const running = start(at, '--concurrency', '16', ...resume);
      // After so many packets; or after so many calls, which may all ask about numbers left open; or before any.
      const calls = Math.floor(random() * 10);
      const endpoint = random() < 0.6 ? 'sendredpack' : undefined;
      if (calls === 0) await running.until(/ yuan to https:/);
      else await untilCalls(server, calls, endpoint);
      await new Promise((resolve) => setTimeout(resolve, random() * 30));
      running.child.kill('SIGKILL');
      const { signal, stderr } = await running.ended;
      expect({ kills, signal, stderr }).toMatchObject({ signal: 'SIGKILL' });
    }
    // Results come whole or not at all.
    expect((await readdir(at.cwd)).filter((name) => name.startsWith('results.csv'))).toEqual(
      expect.not.arrayContaining(['results.csv']),
    );
    const before = await server.ledger('10000098');
    expect(before.paidPackets).toBeGreaterThan(10);
    expect(before.paidPackets).toBeLessThan(ROWS);
    const last = await start(at, '--resume', '--concurrency', '16').ended;
    expect(last).toMatchObject({ code: 0, stdout: expect.stringContaining('100 of 100 sent') });
    await expectPaidOnce(server, at, ROWS);
    // The kills did bite: numbers were left open, and were asked about before they were sent again.
    const asked = server.journal.entries().filter(({ endpoint }) => endpoint === 'gethbinfo');
    expect(asked.length).toBeGreaterThan(0);
  }, 90_000);
});

describe('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: no further row is begun, those under way end, exit 130, and it can be resumed',
    async (signal) => {
      const server = await lab.start({ scenario: 'no-limits' });
      const at = await deskWith(server, 60);
      const running = start(at);
      await running.until(/^10\/60 /m);
      // Two runs of one batch would not know of each other.
      const other = await runIn(at, 'batch', 'pay.csv', '--out', 'results.csv', '--resume');
      expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('is in use') });
      running.child.kill(signal);
      const ended = await running.ended;
      expect(ended.code).toBe(130);
      expect(ended.stderr).toContain('stopping: no further row is begun');
      const outcomes = (await resultsOf(at)).map(({ outcome }) => outcome);
      const sent = outcomes.filter((outcome) => outcome === 'sent').length;
      expect(outcomes.filter((outcome) => outcome === 'not begun')).toHaveLength(60 - sent);
      expect(sent).toBeLessThan(60);
      expect(await server.ledger('10000098')).toMatchObject({ paidPackets: sent });
      expect(await start(at, '--resume').ended).toMatchObject({ code: 0 });
      await expectPaidOnce(server, at, 60);
    },
  );

  it('twice: what is under way is left unknown, its number is named, and it can be resumed', async () => {
    const server = await lab.start({
      scenario: {
        ...TREACHEROUS,
        rules: [
          {
            when: { first: 3, per: 'order', fields: { total_amount: { atMost: 103 } } },
            then: { code: 'SYSTEMERROR', money: 'moved' },
          },
        ],
      },
    });
    const at = await deskWith(server, 30);
    const running = start(at, '--concurrency', '4');
    await untilCalls(server, 4);
    running.child.kill('SIGINT');
    await running.until(/stopping: /);
    running.child.kill('SIGINT');
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    const unknown = (await resultsOf(at)).filter(({ outcome }) => outcome === 'unknown');
    expect(unknown.length).toBeGreaterThan(0);
    for (const { mch_billno } of unknown) expect(ended.stderr).toContain(mch_billno);
    expect(await start(at, '--resume', '--concurrency', '30').ended).toMatchObject({ code: 0 });
    await expectPaidOnce(server, at, 30);
  });
});

/** Waits for so many more calls. @param endpoint only calls of this one count */
async function untilCalls(
  { journal }: MockServer,
  count: number,
  endpoint?: EndpointName,
): Promise<void> {
  let left = count;
  await new Promise<void>((resolve) => {
    const unlisten = journal.subscribe((entry) => {
      if (endpoint === undefined || entry.endpoint === endpoint) left -= 1;
      if (left > 0) return;
      unlisten();
      resolve();
    });
  });
}

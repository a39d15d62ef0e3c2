/**
 * Whatever the network, the servers and the hosts do, an order is paid at most once, and what the client says of it is true: `sent` is
 * paid exactly once, `refused` is not paid, and `unknown` still has its number in the journal.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Settled } from '../../client/index.ts';
import { Crash, createWorld, type Fate, type Plan, type World } from '../client/hostile.ts';
import { ORDER } from '../client/support.ts';
import { OPENID } from '../support/in-process.ts';
import { SEED } from '../support/seed.ts';

const HISTORIES = 2_100;
/** Plays one history again: REDPACK_SEED and REDPACK_PATH as a failure prints them. */
const PATH = process.env.REDPACK_PATH;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let numbersDir: string;
beforeAll(() => {
  // A file for every client that makes a number: in memory where there is such a folder.
  const root = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  numbersDir = mkdtempSync(join(root, 'redpack-hostile-'));
});
afterAll(() => rmSync(numbersDir, { recursive: true, force: true }));

const delivered = fc.boolean();
const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Fate>({ do: 'clean' }) },
  fc.constant<Fate>({ do: 'no-connection' }),
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('cut', 'timeout', 'page', 'crash' as const),
      delivered,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('late' as const),
      afterMs: fc.integer({ min: 0, max: 45_000 }),
    }),
  },
  fc.record({
    do: fc.constant('truncated' as const),
    share: fc.double({ min: 0, max: 0.99, noNaN: true }),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('forged' as const),
      as: fc.constantFrom(
        'paid',
        'failed',
        'other-number',
        'other-amount',
        'not-found',
        'doctype' as const,
      ),
      delivered,
    }),
  },
  fc.record({
    do: fc.constant('server-down' as const),
    calls: fc.integer({ min: 1, max: 6 }),
  }),
);

const strikes = fc.oneof(
  fc.record({ nth: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ everyNth: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ probability: fc.constantFrom(0.2, 0.5) }),
);
// Only what the page calls an unknown result may hide a payment.
const sendRule = fc.record({
  when: strikes,
  then: fc.oneof(
    fc.record({
      code: fc.constantFrom('SYSTEMERROR', 'PROCESSING' as const),
      money: fc.constantFrom('moved', 'not-moved' as const),
    }),
    fc.record({
      code: fc.constantFrom('SEND_FAILED', 'NOTENOUGH', 'FREQ_LIMIT', 'SENDNUM_LIMIT', 'NO_AUTH'),
    }),
  ),
});
const queryRule = fc.record({
  when: strikes.map((when) => ({ endpoint: 'gethbinfo' as const, ...when })),
  then: fc.record({
    code: fc.constantFrom('NOT_FOUND', 'SYSTEMERROR', 'FREQ_LIMIT', 'NO_AUTH' as const),
  }),
});

const plan: fc.Arbitrary<Plan> = fc.record({
  scenario: fc.record({
    balanceFen: fc.constantFrom(0, 100, 150, 100_000),
    rules: fc.array(fc.oneof({ weight: 2, arbitrary: sendRule }, queryRule), { maxLength: 2 }),
    switches: fc.record({
      repeatedNumber: fc.constantFrom('stored-answer', 'SEND_FAILED' as const),
    }),
  }),
  calls: fc.array(fate, { maxLength: 14 }),
  writings: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant('kept' as const) },
      fc.constantFrom('crash-before', 'crash-after' as const),
    ),
    { maxLength: 8 },
  ),
  seed: fc.nat(),
});

/** What the caller does between one settle and the next. */
const moves = fc.array(
  fc.record({
    waitMs: fc.constantFrom(0, 1_000, 30_000, 21 * MINUTE_MS, 25 * HOUR_MS),
    topUpFen: fc.constantFrom(0, 0, 100),
  }),
  { minLength: 1, maxLength: 3 },
);

const USERS = [OPENID, `${OPENID.slice(0, -1)}F`] as const;

/** Settles as a caller does that starts its process again whenever it dies. */
async function settleThrough(world: World, id: string, re_openid: string): Promise<Settled> {
  for (;;) {
    const { client, death } = world.boot();
    try {
      return await Promise.race([client.settle({ ...ORDER, re_openid }, { id }), death]);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      await world.pass(500);
    }
  }
}

async function holdToTheLedger(world: World, id: string, openid: string, said: Settled) {
  const orders = await world.ordersFor(openid);
  const paid = orders.filter((order) => order.paid);
  const record = await world.record(id);
  const known = [record?.mch_billno, ...(record?.formerNumbers ?? [])];
  expect(paid.length, 'paid packets').toBeLessThanOrEqual(1);
  for (const { mch_billno } of orders)
    expect(known, 'numbers in the journal').toContain(mch_billno);
  if (said.kind === 'sent')
    expect(paid.map((order) => order.mch_billno)).toEqual([said.mch_billno]);
  if (said.kind === 'refused') expect(paid, `${said.code}: ${said.message}`).toEqual([]);
  if (said.kind === 'unknown') {
    expect(record).toMatchObject({ mch_billno: said.mch_billno, open: true });
  }
}

it('never pays twice, and says only what is so, whatever happens on the way', async () => {
  const ends = { sent: 0, refused: 0, unknown: 0 };
  let paid = 0;
  let calls = 0;
  await fc.assert(
    fc.asyncProperty(plan, moves, async (drawn, ways) => {
      const world = createWorld(drawn, numbersDir);
      try {
        for (const { waitMs, topUpFen } of ways) {
          for (const [index, openid] of USERS.entries()) {
            const startMs = world.clock.nowMs();
            const said = await settleThrough(world, `invoice ${index}`, openid);
            await holdToTheLedger(world, `invoice ${index}`, openid, said);
            // The deadline, the crashes, and the last call's time-out.
            expect(world.clock.nowMs() - startMs).toBeLessThan(30 * MINUTE_MS);
            ends[said.kind] += 1;
          }
          await world.mock.topUp('10000098', topUpFen);
          await world.pass(waitMs);
        }
        // What was still on its way arrives.
        await world.pass(HOUR_MS);
        for (const openid of USERS) {
          const packets = (await world.ordersFor(openid)).filter((order) => order.paid).length;
          expect(packets).toBeLessThanOrEqual(1);
          paid += packets;
        }
        const ledger = await world.mock.ledger('10000098');
        expect(ledger.faults).toEqual([]);
        calls += world.calls;
      } finally {
        world.end();
      }
    }),
    { seed: SEED, numRuns: HISTORIES, ...(PATH ? { path: PATH } : {}) },
  );
  process.stdout.write(
    `hostile transport: seed ${SEED}, ${HISTORIES} histories, ${calls} calls, ${JSON.stringify(ends)}, paid ${paid}\n`,
  );
  if (PATH) return;
  // A world in which nothing is ever settled would prove nothing.
  expect(paid).toBeGreaterThan(HISTORIES);
  expect(Math.min(...Object.values(ends))).toBeGreaterThan(100);
}, 60_000);

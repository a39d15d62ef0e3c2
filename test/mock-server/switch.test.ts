/** Another scenario for a merchant, or another version of the one that all play, while calls come. */
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../contracts/index.ts';
import { checkScenario, loadScenario } from '../../mock-server/scenario/load.ts';
import type { ScenarioInput } from '../../mock-server/scenario/schema.ts';
import { MockUsageError } from '../../mock-server/usage.ts';
import { type InProcess, inProcess, MERCHANT } from '../support/in-process.ts';

const MCH = MERCHANT.mch_id;
const NOON = '2026-01-31T12:00:00+08:00';
const NOON_MS = Date.parse(NOON);
const FREE = {
  callsPerSecond: null,
  callsPerMinute: null,
  packetsPerMinute: null,
  userPacketsPerMinute: null,
  userPacketsPerDay: null,
  userFenPerDay: null,
};
const OTHER = { ...MERCHANT, mch_id: '888' };
const FROZEN = { mode: 'frozen', at: NOON } as const;

const scenario = (changes: Partial<ScenarioInput> = {}) =>
  checkScenario({ title: 'another', clock: FROZEN, merchants: [MERCHANT], ...changes });
const failing = (code: 'SYSTEMERROR' | 'FREQ_LIMIT', message: string): ScenarioInput['rules'] => [
  { when: {}, then: { code, message } },
];

describe('another scenario', () => {
  it('keeps orders, balance, key and numbers, and counts for its rules anew', async () => {
    const counting = [{ when: { nth: 1 }, then: { code: 'SYSTEMERROR' as const } }];
    const lab = inProcess({ rules: counting });
    const { mock } = lab;
    expect(await lab.send({ mch_billno: 'a' })).toMatchObject({ err_code: 'SYSTEMERROR' });
    const first = await lab.send({ mch_billno: 'b' });
    await mock.topUp(MCH, 500);
    const rich = { ...MERCHANT, key: 'f'.repeat(32), balanceFen: 7 };
    await mock.useScenario(MCH, scenario({ rules: counting, merchants: [rich], seed: 9 }));
    expect(await lab.send({ mch_billno: 'c' })).toMatchObject({ err_code: 'SYSTEMERROR' });
    expect(await lab.send({ mch_billno: 'b' })).toMatchObject({ send_listid: first.send_listid });
    const second = await lab.send({ mch_billno: 'd' });
    expect(second.send_listid).not.toBe(first.send_listid);
    expect(await mock.ledger(MCH)).toMatchObject({
      openingFen: 100_000,
      topUpFen: 500,
      paidPackets: 2,
      faults: [],
    });
    expect((await mock.store.scan(`${MCH}#0/`)).map(([key]) => key)).toEqual([]);
  });

  it('brings its edition, switches, limits and clock', async () => {
    const lab = inProcess({ merchant: { limits: FREE } });
    const clock = { mode: 'frozen', at: '2020-01-01T00:00:00+08:00' } as const;
    const strict = [{ ...MERCHANT, limits: { amountFenMin: 500 } }];
    const switches = { replySigned: 'always' } as const;
    await lab.mock.useScenario(
      MCH,
      scenario({ edition: '2015', merchants: strict, clock, switches }),
    );
    expect(await lab.send()).toMatchObject({ sign: expect.any(String), err_code: 'MONEY_LIMIT' });
    expect(await lab.send({ total_amount: '500' })).toMatchObject({ send_time: '20200101000000' });
    expect(lab.mock.clock.nowMs()).toBe(NOON_MS);
  });

  it('that does not name the merchant lets it stand in for the first that it names', async () => {
    const lab = inProcess();
    const rules = [{ when: { mch_id: '888' }, then: { code: 'FREQ_LIMIT' as const } }];
    await lab.mock.useScenario(MCH, scenario({ merchants: [OTHER], rules }));
    expect(await lab.send()).toMatchObject({ err_code: 'FREQ_LIMIT', mch_id: MCH });
  });

  it('that was built in does for a merchant made since what its steps show', async () => {
    const lab = inProcess();
    const made = await lab.mock.createMerchant({
      scenario: loadScenario('codes/current/NOTENOUGH'),
    });
    expect(await lab.send({}, made.facts)).toMatchObject({ err_code: 'NOTENOUGH' });
  });

  it('is refused where it cannot be', async () => {
    const { mock } = inProcess();
    await expect(mock.useScenario('nobody', scenario())).rejects.toThrow('no merchant nobody');
    const { facts } = await mock.createMerchant({ limits: { amountFenMin: 300 } });
    const narrow = scenario({ merchants: [{ ...MERCHANT, limits: { amountFenMax: 200 } }] });
    await expect(mock.useScenario(facts.mchId, narrow)).rejects.toThrow(MockUsageError);
    expect(mock.tenants.get(facts.mchId)?.limits.amountFenMin).toBe(300);
  });
});

it('each call under load is answered wholly by one scenario or the other', async () => {
  // They differ in everything that a reply shows: edition, signature, code, words, and the day.
  const merchants = [{ ...MERCHANT, limits: FREE }];
  const one = scenario({
    merchants,
    edition: '2015',
    clock: { mode: 'running', from: NOON, rate: 100_000 },
    switches: { replySigned: 'always' },
    rules: [
      { when: { fields: { wishing: 'pay' } }, then: { code: 'PROCESSING', money: 'moved' } },
      ...(failing('SYSTEMERROR', 'one') ?? []),
    ],
  });
  const two = scenario({ merchants, rules: failing('FREQ_LIMIT', 'two') });
  const lab = inProcess({ merchants, clock: FROZEN });
  const { mock } = lab;
  await mock.useScenario(MCH, one);
  // Something is due all the time, so that calls wait for it while the scenario is switched.
  for (let nth = 0; nth < 50; nth++) await lab.send({ wishing: 'pay' });

  const wholly = { one: 0, two: 0 };
  const calls = Array.from({ length: 400 }, async (_, nth) => {
    await new Promise((resolve) => setTimeout(resolve, nth / 4));
    const reply = await lab.send();
    const shown = [reply.err_code, reply.err_code_des, reply.sign !== undefined].join(' ');
    if (shown === 'SYSTEMERROR one true') wholly.one += 1;
    if (shown === 'FREQ_LIMIT two false') wholly.two += 1;
    return shown;
  });
  for (let nth = 0; nth < 60; nth++) {
    await mock.useScenario(MCH, nth % 2 === 0 ? two : one);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const shown = new Set(await Promise.all(calls));
  expect(shown).toEqual(new Set(['SYSTEMERROR one true', 'FREQ_LIMIT two false']));
  expect(wholly.one + wholly.two).toBe(400);
  expect(Math.min(wholly.one, wholly.two)).toBeGreaterThan(20);
  expect((await mock.ledger(MCH)).faults).toEqual([]);
});

describe('a call that a rule holds back', () => {
  const held = {
    when: { nth: 1 },
    then: { strikes: 'before', fault: { kind: 'delay', ms: 300 } },
  } satisfies NonNullable<ScenarioInput['rules']>[number];
  /** It has been counted, and waits. */
  const waiting = async (lab: InProcess) => {
    const answering = lab.send({ mch_billno: 'held' }, { mchId: MCH });
    while ((await lab.mock.store.scan(`${MCH}#0/`)).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { answering };
  };

  it('is answered by the scenario to which its merchant was switched meanwhile', async () => {
    const lab = inProcess({ rules: [held] });
    const { answering } = await waiting(lab);
    await lab.mock.useScenario(MCH, scenario({ rules: failing('FREQ_LIMIT', 'two') }));
    expect(await answering).toMatchObject({ err_code_des: 'two' });
    expect(await lab.mock.order(MCH, 'held')).toBeUndefined();
  });

  it('leaves no trace of a merchant that was dropped meanwhile', async () => {
    const lab = inProcess({ rules: [held], merchants: [OTHER, MERCHANT] });
    const { answering } = await waiting(lab);
    await lab.mock.dropMerchant(MCH);
    expect((await answering).result_code).not.toBe('SUCCESS');
    const keys = (await lab.mock.store.scan('')).map(([key]) => key);
    expect(keys.filter((key) => key.startsWith(MCH))).toEqual([]);
  });

  it('is held and counted once though its clock was set meanwhile, and decided by the new time', async () => {
    const lab = inProcess({ rules: [held] });
    const { answering } = await waiting(lab);
    await lab.mock.advance(MCH, DAY_MS);
    expect(await answering).toMatchObject({ result_code: 'SUCCESS' });
    expect((await lab.mock.order(MCH, 'held'))?.createdAtMs).toBe(NOON_MS + DAY_MS);
    const counts = await lab.mock.store.scan(`${MCH}#0/`);
    expect(counts.map(([, value]) => value)).toEqual([{ count: 1 }]);
  });
});

describe('another version of the scenario of the start', () => {
  it('is for all that play it, made since or not; whoever plays another goes on with that', async () => {
    const lab = inProcess({ merchants: [MERCHANT, OTHER] });
    const { mock } = lab;
    const guest = await mock.createMerchant();
    const stranger = await mock.createMerchant({ scenario: scenario() });
    await lab.send({ mch_billno: 'n' });
    const notes = await mock.reload(
      scenario({ merchants: [MERCHANT, OTHER], rules: failing('FREQ_LIMIT', 'new') }),
    );
    expect(notes).toEqual([]);
    for (const mchId of [MCH, '888', guest.facts.mchId]) {
      expect(await lab.send({}, { mchId })).toMatchObject({ err_code_des: 'new' });
    }
    expect(await lab.send({}, stranger.facts)).toMatchObject({ result_code: 'SUCCESS' });
    expect(await mock.order(MCH, 'n')).toMatchObject({ state: 'SENT' });
    expect(mock.scenario.rules).toHaveLength(1);
    await mock.reset();
    expect(await lab.send()).toMatchObject({ err_code_des: 'new' });
  });

  it('lets clocks go on, unless it is the clock that was changed', async () => {
    const { mock } = inProcess({ merchants: [MERCHANT, OTHER] });
    await mock.advance(undefined, HOUR_MS);
    await mock.advance('888', DAY_MS);
    await mock.reload(scenario({ title: 'same clock', merchants: [MERCHANT, OTHER] }));
    expect(mock.clock.nowMs()).toBe(NOON_MS + HOUR_MS);
    expect(mock.tenants.get(MCH)?.clock).toBe(mock.clock);
    expect(mock.tenants.get('888')?.clock.nowMs()).toBe(NOON_MS + HOUR_MS + DAY_MS);
    const clock = { mode: 'frozen', at: '2030-01-01T00:00:00Z' } as const;
    await mock.reload(scenario({ clock, merchants: [MERCHANT, OTHER] }));
    const shown = [MCH, '888'].map((mchId) => mock.tenants.get(mchId)?.clock);
    expect(shown).toEqual([mock.clock, mock.clock]);
    expect(mock.clock.nowMs()).toBe(Date.parse(clock.at));
  });

  it('may bring merchants, take them away, and change their keys; a balance counts from the next reset', async () => {
    const lab = inProcess({ merchants: [MERCHANT, OTHER] });
    const { mock } = lab;
    const key = 'f'.repeat(32);
    const richer = { ...MERCHANT, key, balanceFen: 5 };
    const notes = await mock.reload(scenario({ merchants: [richer, { ...OTHER, mch_id: '999' }] }));
    expect(notes).toEqual([
      'merchant 10000098 keeps its balance: balanceFen counts from its next reset',
      'merchant 888 is gone, with its orders',
      'merchant 999 is new',
    ]);
    expect([...mock.tenants.keys()].sort()).toEqual([MCH, '999']);
    await lab.send({ wishing: key });
    expect(mock.journal.entries().at(-1)?.request.wishing).toBe('[redacted]');
    expect(await mock.ledger(MCH)).toMatchObject({ openingFen: 100_000 });
    await mock.reset(MCH);
    expect(await mock.ledger(MCH)).toMatchObject({ openingFen: 5 });
  });

  it('is refused when it names a merchant that was made since', async () => {
    const { mock } = inProcess();
    await mock.createMerchant({ mchId: '888' });
    const before = mock.scenario;
    await expect(mock.reload(scenario({ merchants: [MERCHANT, OTHER] }))).rejects.toThrow(
      'merchant 888 was made while the server ran: drop it first',
    );
    expect(mock.scenario).toBe(before);
  });
});

it('orders are listed page by page, by state and by user, oldest first', async () => {
  const lab = inProcess({ merchant: { limits: FREE } });
  const { mock } = lab;
  for (const mch_billno of ['c', 'a', 'b', 'e', 'd']) {
    await lab.send({ mch_billno });
    await mock.advance(undefined, HOUR_MS);
  }
  await mock.claim(MCH, 'b');
  const first = await mock.orders(MCH, { limit: 2 });
  const second = await mock.orders(MCH, { limit: 3, after: first.next });
  const numbers = ({ orders }: typeof first) => orders.map(({ mch_billno }) => mch_billno);
  expect([numbers(first), first.next, numbers(second), second.next]).toEqual([
    ['c', 'a'],
    'a',
    ['b', 'e', 'd'],
    undefined,
  ]);
  expect(numbers(await mock.orders(MCH, { state: 'RECEIVED' }))).toEqual(['b']);
  expect(numbers(await mock.orders(MCH, { openid: 'nobody' }))).toEqual([]);
  await expect(mock.orders(MCH, { after: 'z' })).rejects.toThrow('no order z after which to go on');
  await expect(mock.orders(MCH, { limit: 0 })).rejects.toThrow('a whole number, 1 to 1000');
  await expect(mock.orders(MCH, { state: 'LOST' as never })).rejects.toThrow('SENDING, SENT');
});

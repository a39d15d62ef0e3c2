/** The virtual clock: what it shows, what it drives, and in which order what is due happens. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../contracts/index.ts';
import { type ClockSetting, createClock, frozenClock, realClock } from '../../mock-server/clock.ts';
import type { Order } from '../../mock-server/engine/facts.ts';
import type { ScenarioInput } from '../../mock-server/scenario/schema.ts';
import { createMemoryStore } from '../../mock-server/store/memory.ts';
import type { Store, Write } from '../../mock-server/store/store.ts';
import { MockUsageError } from '../../mock-server/usage.ts';
import { inProcess, MERCHANT } from '../support/in-process.ts';

const HOST = Date.parse('2026-03-01T10:00:00Z');
const NOON = '2026-01-31T12:00:00+08:00';
const NOON_MS = Date.parse(NOON);
const MCH = MERCHANT.mch_id;
const OTHER = { ...MERCHANT, mch_id: '10000099' };
/** Time of the host goes by only where a test says so. */
const hostWaits = (ms: number) => vi.setSystemTime(Date.now() + ms);

describe('a clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: HOST });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const rows: [string, ClockSetting, number, number][] = [
    ['real', { mode: 'real' }, HOST, 1],
    ['frozen', { mode: 'frozen', at: NOON }, NOON_MS, 0],
    ['frozen where it stands', { mode: 'frozen' }, HOST, 0],
    ['shifted forward', { mode: 'offset', by: '36h' }, HOST + 36 * HOUR_MS, 1],
    ['shifted back', { mode: 'offset', by: '-3d' }, HOST - 3 * DAY_MS, 1],
    ['running from an instant', { mode: 'running', from: NOON }, NOON_MS, 1],
    ['a minute a second', { mode: 'running', from: NOON, rate: 60 }, NOON_MS, 60],
    ['half as fast, from where it stands', { mode: 'running', rate: 0.5 }, HOST, 0.5],
  ];
  it.each(rows)('%s shows its instant and goes on at its rate', (_, setting, startMs, rate) => {
    const clock = createClock(setting);
    expect(clock.nowMs()).toBe(startMs);
    hostWaits(10_001);
    expect(clock.nowMs()).toBe(Math.floor(startMs + 10_001 * rate));
    clock.advance(500);
    expect(clock.nowMs()).toBe(Math.floor(startMs + 10_001 * rate) + 500);
    expect(clock.describe()).toMatchObject({ rate, nowMs: clock.nowMs() });
  });

  it('says how far it is ahead of the host, and that a real one was moved', () => {
    const clock = realClock();
    expect(clock.describe()).toEqual({ mode: 'real', nowMs: HOST, rate: 1, aheadMs: 0 });
    clock.advance(HOUR_MS);
    expect(clock.describe()).toMatchObject({ mode: 'offset', aheadMs: HOUR_MS });
    clock.set({ mode: 'real' });
    expect(clock.nowMs()).toBe(HOST);
  });

  it('can be stopped where it stands and let go again', () => {
    const clock = createClock({ mode: 'running', from: NOON, rate: 60 });
    hostWaits(1_000);
    clock.set({ mode: 'frozen' });
    hostWaits(1_000);
    expect(clock.nowMs()).toBe(NOON_MS + MINUTE_MS);
    clock.set({ mode: 'running', rate: 1 });
    hostWaits(1_000);
    expect(clock.nowMs()).toBe(NOON_MS + MINUTE_MS + 1_000);
  });

  const wrong: [string, () => unknown, string][] = [
    [
      'an advance back',
      () => frozenClock(NOON_MS).advance(-1),
      'expected a whole number, 0 or more',
    ],
    ['half a millisecond', () => frozenClock(NOON_MS).advance(0.5), 'expected a whole number'],
    ['no mode', () => createClock({ mode: 'fast' } as never), 'real, frozen, offset or running'],
    ['no zone', () => createClock({ mode: 'frozen', at: '2026-01-31T12:00:00' }), 'with its zone'],
    ['no duration', () => createClock({ mode: 'offset', by: 'a while' }), 'like 500ms, 30s'],
    ['a rate of 0', () => createClock({ mode: 'running', rate: 0 }), 'a number above 0'],
    ['the year 10000', () => frozenClock(NOON_MS).advance(8_000 * 366 * DAY_MS), '1970 to 9999'],
  ];
  it.each(wrong)('refuses %s, and says what was expected', (_, act, message) => {
    expect(act).toThrow(MockUsageError);
    expect(act).toThrow(message);
  });

  it('that was refused a setting goes on as before', () => {
    const clock = createClock({ mode: 'frozen', at: NOON });
    expect(() => clock.set({ mode: 'running', from: NOON, rate: -1 })).toThrow(MockUsageError);
    hostWaits(1_000);
    expect(clock.nowMs()).toBe(NOON_MS);
  });

  it('that runs fast lets a refund come in seconds', async () => {
    const lab = inProcess({ clock: { mode: 'running', from: NOON, rate: 3_600 } });
    await lab.send({ mch_billno: 'n' });
    hostWaits(23_000);
    expect(await lab.query('n')).toMatchObject({ status: 'SENT' });
    hostWaits(1_000);
    expect(await lab.query('n')).toMatchObject({
      status: 'REFUND',
      refund_time: '2026-02-01 12:00:00',
    });
  });
});

describe('advancing', () => {
  /** A store that notes the states which orders get into, in the order in which they do. */
  const recording = () => {
    const log: string[] = [];
    const inner = createMemoryStore();
    const note = ({ key, value }: Write): void => {
      if (!key.includes('/order/')) return;
      const { mch_billno, state } = value as Order;
      log.push(`${mch_billno} ${state}`);
    };
    const store: Store = {
      ...inner,
      transact: (keys, step) =>
        inner.transact(keys, (read) => {
          const outcome = step(read);
          outcome.writes.forEach(note);
          return outcome;
        }),
    };
    return { log, store };
  };
  const rules: ScenarioInput['rules'] = [
    { when: { fields: { mch_billno: 'unpaid' } }, then: { code: 'NOTENOUGH' } },
    {
      when: { fields: { mch_billno: 'slow' } },
      then: { code: 'PROCESSING', money: 'moved' },
    },
  ];
  const notable = (log: string[]): string[] =>
    log.splice(0).filter((line) => !/SENDING/.test(line));

  it('does all that is due before it returns, in the order of its instants, each at its own', async () => {
    const { log, store } = recording();
    const lab = inProcess({ rules, merchants: [MERCHANT, OTHER] }, { store });
    const { mock } = lab;
    await lab.send({ mch_billno: 'early' });
    await mock.advance(undefined, 30 * MINUTE_MS);
    await lab.send({ mch_billno: 'others' }, { mchId: OTHER.mch_id });
    await mock.advance(undefined, 30 * MINUTE_MS);
    await lab.send({ mch_billno: 'slow' });
    await mock.advance(undefined, 10 * MINUTE_MS);
    await lab.send({ mch_billno: 'unpaid' });
    expect(notable(log)).toEqual(['early SENT', 'others SENT']);

    await mock.advance(undefined, 48 * HOUR_MS);
    const settled = notable(log);
    expect(settled).toEqual([
      'slow SENT',
      'early REFUND',
      'others REFUND',
      'slow REFUND',
      'unpaid FAILED',
    ]);
    const refunds = await Promise.all(
      [
        [MCH, 'early'],
        [OTHER.mch_id, 'others'],
        [MCH, 'slow'],
      ].map(async ([mchId = '', billno = '']) => (await mock.order(mchId, billno))?.refundedAtMs),
    );
    // 24 hours after each was paid, whenever it was sent.
    expect(refunds.map((atMs) => (atMs ?? 0) - NOON_MS - DAY_MS)).toEqual([
      0,
      30 * MINUTE_MS,
      HOUR_MS,
    ]);
    expect(notable(log)).toEqual([]);
    expect(await mock.ledger(MCH)).toMatchObject({ balanceFen: 100_000, heldFen: 0, faults: [] });
  });

  it('by what server.clock does leaves what is due to the next call', async () => {
    const { log, store } = recording();
    const lab = inProcess({}, { store });
    await lab.send({ mch_billno: 'n' });
    notable(log);
    lab.mock.clock.advance(DAY_MS);
    expect(notable(log)).toEqual([]);
    expect(await lab.query('n')).toMatchObject({ status: 'REFUND' });
  });

  it('makes calls that come meanwhile wait until all is done', async () => {
    const lab = inProcess({
      merchant: { balanceFen: 1_000, limits: { callsPerSecond: null, userPacketsPerDay: null } },
    });
    for (let nth = 0; nth < 10; nth++) await lab.send();
    expect(await lab.send()).toMatchObject({ err_code: 'NOTENOUGH' });
    const advancing = lab.mock.advance(undefined, DAY_MS);
    expect(await lab.send({ total_amount: '1000' })).toMatchObject({ result_code: 'SUCCESS' });
    await advancing;
    expect(await lab.mock.ledger(MCH)).toMatchObject({ balanceFen: 0, heldFen: 1_000, faults: [] });
  });

  it('one merchant leaves the others where they are, and gives it a clock of its own', async () => {
    const lab = inProcess({ merchants: [MERCHANT, OTHER] });
    const { mock } = lab;
    for (const mchId of [MCH, OTHER.mch_id]) await lab.send({ mch_billno: 'n' }, { mchId });
    await mock.advance(OTHER.mch_id, DAY_MS);
    expect(await lab.query('n', { mchId: OTHER.mch_id })).toMatchObject({ status: 'REFUND' });
    expect(await lab.query('n')).toMatchObject({ status: 'SENT' });
    expect(mock.clock.nowMs()).toBe(NOON_MS);
    await mock.advance(undefined, HOUR_MS);
    expect(mock.tenants.get(OTHER.mch_id)?.clock.nowMs()).toBe(NOON_MS + DAY_MS);
  });

  it('is refused without a trace when it cannot be', async () => {
    const { mock } = inProcess({ merchants: [MERCHANT, OTHER] });
    await expect(mock.advance(MCH, -1)).rejects.toThrow(MockUsageError);
    await expect(mock.advance('nobody', 1)).rejects.toThrow('no merchant nobody');
    expect(mock.tenants.get(MCH)?.clock).toBe(mock.clock);
  });
});

describe('setting', () => {
  it('forward settles what is due by then', async () => {
    const lab = inProcess();
    await lab.send({ mch_billno: 'n' });
    await lab.mock.setClock(undefined, { mode: 'frozen', at: '2026-02-01T12:00:00+08:00' });
    expect((await lab.mock.order(MCH, 'n'))?.state).toBe('REFUND');
  });

  it('back undoes nothing: states stay, counts stay, and what is to come comes at its instant', async () => {
    const lab = inProcess({ merchant: { limits: { userPacketsPerDay: 2 } } });
    const { mock } = lab;
    await lab.send({ mch_billno: 'one' });
    await mock.advance(undefined, DAY_MS);
    await lab.send({ mch_billno: 'two' });
    await mock.setClock(undefined, { mode: 'frozen', at: NOON });
    expect(await lab.query('one')).toMatchObject({
      status: 'REFUND',
      refund_time: '2026-02-01 12:00:00',
    });
    await mock.advance(undefined, DAY_MS);
    expect(await lab.send()).toMatchObject({ result_code: 'SUCCESS' });
    expect(await lab.send()).toMatchObject({ err_code: 'SENDNUM_LIMIT' });
    await mock.advance(undefined, DAY_MS - 1);
    expect(await lab.query('two')).toMatchObject({ status: 'SENT' });
    await mock.advance(undefined, 1);
    expect(await lab.query('two')).toMatchObject({ status: 'REFUND' });
    expect((await mock.ledger(MCH)).faults).toEqual([]);
  });
});

it('a merchant of a scenario may have a clock of its own', async () => {
  const lab = inProcess({
    merchants: [MERCHANT, { ...OTHER, clock: { mode: 'frozen', at: '2020-02-29T08:00:00+08:00' } }],
  });
  await lab.send({ mch_billno: 'n' });
  await lab.send({ mch_billno: 'n' }, { mchId: OTHER.mch_id });
  expect(await lab.query('n')).toMatchObject({ send_time: '2026-01-31 12:00:00' });
  expect(await lab.query('n', { mchId: OTHER.mch_id })).toMatchObject({
    send_time: '2020-02-29 08:00:00',
  });
  expect(
    lab.mock.journal.entries().map(({ mchId, atMs }) => [mchId, new Date(atMs).getUTCFullYear()]),
  ).toEqual([
    [MCH, 2026],
    [OTHER.mch_id, 2020],
    [MCH, 2026],
    [OTHER.mch_id, 2020],
  ]);
});

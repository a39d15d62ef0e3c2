/** Forgetting: a merchant that is dropped, a merchant or a whole server that begins anew. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { DAY_MS, ENDPOINT_ROWS, sampleRequest, writeXml } from '../../contracts/index.ts';
import type { Edge } from '../../mock-server/call.ts';
import { orderKey, writeAccount, writeOrder } from '../../mock-server/engine/facts.ts';
import { exchange } from '../../mock-server/exchange.ts';
import type { Mock } from '../../mock-server/mock.ts';
import { MockUsageError } from '../../mock-server/usage.ts';
import { type InProcess, inProcess, MERCHANT } from '../support/in-process.ts';

const MCH = MERCHANT.mch_id;
const FREE = { callsPerSecond: null, callsPerMinute: null, userPacketsPerDay: null };
const NOON_MS = Date.parse('2026-01-31T12:00:00+08:00');
/** No fault of the wire asks it anything here. */
const EDGE: Edge = { wait: async () => true, canaryUrl: async () => '' };
const counting = [{ when: { nth: 1 }, then: { code: 'SYSTEMERROR' as const } }];

const keysOf = async (mock: Mock, mchId: string): Promise<string[]> => {
  const keys = (await mock.store.scan('')).map(([key]) => key);
  return keys.filter((key) => key.startsWith(mchId));
};

describe('dropping a merchant', () => {
  it('leaves nothing of it in the store, and nothing of the others away', async () => {
    const lab = inProcess({ rules: counting });
    const { mock } = lab;
    const { facts } = await mock.createMerchant();
    for (const mchId of [facts.mchId, MCH]) {
      for (const number of ['a', 'b']) await lab.send({ mch_billno: number }, { mchId });
    }
    const others = await keysOf(mock, MCH);
    expect(await keysOf(mock, facts.mchId)).toHaveLength(others.length);
    await mock.dropMerchant(facts.mchId);
    expect(await keysOf(mock, facts.mchId)).toEqual([]);
    expect(await keysOf(mock, MCH)).toEqual(others);
    expect(await lab.send({}, { mchId: MCH })).toMatchObject({ result_code: 'SUCCESS' });
    await expect(mock.ledger(facts.mchId)).rejects.toThrow(MockUsageError);
    await expect(mock.dropMerchant(facts.mchId)).rejects.toThrow(`no merchant ${facts.mchId}`);
  });

  it('answers its calls from then on as those of a merchant that nobody knows', async () => {
    const lab = inProcess();
    const { facts, merchant } = await lab.mock.createMerchant({ mchId: '123' });
    const before = await lab.send({}, { mchId: '123' });
    await lab.mock.dropMerchant('123');
    const peer = { kind: 'merchant', mchId: '123', serial: '01' } as const;
    const after = await lab.send({ mch_id: '123' }, { peer });
    expect(before).toMatchObject({ result_code: 'SUCCESS' });
    expect(after.result_code).not.toBe('SUCCESS');
    expect([facts.mchId, merchant.mch_id]).toEqual(['123', '123']);
    expect(await keysOf(lab.mock, '123')).toEqual([]);
  });

  it('while its calls wait for what is due leaves no trace either, and its number begins anew', async () => {
    const lab = inProcess();
    const { mock } = lab;
    const peer = { kind: 'merchant', mchId: '123', serial: '01' } as const;
    for (let ticks = 0; ticks < 60; ticks++) {
      const { clock, facts, merchant } = await mock.createMerchant({ mchId: '123', limits: FREE });
      for (const mch_billno of ['a', 'b', 'c']) await lab.send({ mch_billno }, { mchId: '123' });
      clock.advance(DAY_MS);
      const sender = { mchId: '123', key: facts.key, appid: merchant.appids[0] ?? '' };
      const fields = sampleRequest('current', 'sendredpack', sender, { mch_billno: 'd' });
      const call = { endpoint: ENDPOINT_ROWS.sendredpack, peer, callerIp: '127.0.0.1', edge: EDGE };
      const answering = exchange(mock, { ...call, body: Buffer.from(writeXml([...fields])) });
      for (let tick = 0; tick < ticks; tick++) await undefined;
      const [answer] = await Promise.all([answering, mock.dropMerchant('123')]);
      expect(answer.status).toBe(200);
      expect(await keysOf(mock, '123'), `dropped after ${ticks} ticks`).toEqual([]);
    }
    const answers = mock.journal.entries({ mch_billno: 'd' });
    expect(new Set(answers.map(({ verdict }) => verdict))).toEqual(new Set(['sent', 'refused']));
    await mock.createMerchant({ mchId: '123' });
    expect(await mock.ledger('123')).toMatchObject({ paidPackets: 0, balanceFen: 100_000 });
  });

  it('hides its key in the lines that stay', async () => {
    const lab = inProcess();
    const { facts } = await lab.mock.createMerchant();
    await lab.send({ wishing: facts.key }, { mchId: facts.mchId });
    await lab.mock.dropMerchant(facts.mchId);
    const [line] = lab.mock.journal.entries();
    expect(line).toMatchObject({ mchId: facts.mchId, request: { wishing: '[redacted]' } });
  });

  it('lets the heap be as it was, however many came and went', async () => {
    const lab = inProcess();
    await comeAndGo(lab, 1_000);
    const before = heapBytes();
    await comeAndGo(lab, 2_000);
    // A merchant with its orders is some 6 kB: one in ten that stayed would be more than this.
    expect(heapBytes() - before).toBeLessThan(1_000_000);
  });
});

async function comeAndGo({ mock, send }: InProcess, merchants: number): Promise<void> {
  for (let nth = 0; nth < merchants; nth++) {
    const { facts } = await mock.createMerchant({ limits: FREE });
    for (const mch_billno of ['a', 'b', 'c', 'd']) await send({ mch_billno }, facts);
    await mock.dropMerchant(facts.mchId);
  }
  // The journal's lines are meant to stay, and the keys that they may tell of with them.
  mock.journal.clear();
  const { facts } = await mock.createMerchant();
  await mock.dropMerchant(facts.mchId);
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

describe('resetting a merchant', () => {
  it('forgets its orders, counts and lines; its balance and clock are as they were', async () => {
    const lab = inProcess({
      rules: counting,
      merchants: [MERCHANT, { ...MERCHANT, mch_id: '888' }],
    });
    const { mock } = lab;
    for (const mchId of [MCH, '888']) {
      expect(await lab.send({}, { mchId })).toMatchObject({ err_code: 'SYSTEMERROR' });
      expect(await lab.send({ mch_billno: 'n' }, { mchId })).toMatchObject({ err_code: 'SUCCESS' });
    }
    await mock.topUp(MCH, 5);
    await mock.advance(MCH, DAY_MS);
    await mock.reset(MCH);
    expect(await keysOf(mock, MCH)).toEqual([]);
    expect(await mock.order(MCH, 'n')).toBeUndefined();
    expect(await mock.ledger(MCH)).toMatchObject({ balanceFen: 100_000, topUpFen: 0, faults: [] });
    expect(mock.tenants.get(MCH)?.clock).toBe(mock.clock);
    expect(mock.journal.entries().map(({ mchId }) => mchId)).toEqual(['888', '888']);
    expect(await lab.send()).toMatchObject({ err_code: 'SYSTEMERROR' });
    expect(await mock.order('888', 'n')).toMatchObject({ state: 'SENT' });
  });

  it('that was made since leaves it what it was given', async () => {
    const { mock } = inProcess();
    const spec = { clock: { mode: 'offset', by: '1d' }, balanceFen: 5 } as const;
    const { facts } = await mock.createMerchant(spec);
    await mock.setClock(facts.mchId, { mode: 'frozen', at: '2020-01-01T00:00:00Z' });
    await mock.topUp(facts.mchId, 10);
    await mock.reset(facts.mchId);
    expect(await mock.ledger(facts.mchId)).toMatchObject({ balanceFen: 5 });
    expect(mock.tenants.get(facts.mchId)?.clock.describe()).toMatchObject({ mode: 'offset' });
    expect(mock.tenants.get(facts.mchId)?.facts.key).toBe(facts.key);
  });
});

describe('resetting everything', () => {
  it('makes the mock what it was when it was started', async () => {
    const lab = inProcess({
      rules: [{ when: { first: 1, per: 'global' }, then: { code: 'SYSTEMERROR' } }],
    });
    const { mock } = lab;
    const made = await mock.createMerchant();
    await lab.send({}, { mchId: MCH });
    await lab.send({}, made.facts);
    await mock.advance(undefined, DAY_MS);
    await mock.reset();
    expect(await mock.store.scan('')).toEqual([]);
    expect(mock.journal.entries()).toEqual([]);
    expect([...mock.tenants.keys()]).toEqual([MCH]);
    expect(mock.clock.nowMs()).toBe(NOON_MS);
    expect(await lab.send()).toMatchObject({ err_code: 'SYSTEMERROR' });
    expect((await mock.createMerchant()).facts).toEqual(made.facts);
  });

  it('takes less than 50 ms with 100000 orders, of all and of one merchant', async () => {
    const lab = inProcess();
    const { mock } = lab;
    for (const reset of [() => mock.reset(), () => mock.reset(MCH)]) {
      await fill(lab, 100_000);
      const began = performance.now();
      await reset();
      expect(performance.now() - began).toBeLessThan(50);
      expect(await mock.ledger(MCH)).toMatchObject({ paidPackets: 0, balanceFen: 100_000 });
      expect(await mock.store.scan('')).toEqual([]);
    }
  });
});

/** One order by a call, and many like it; with a journal that is full. */
async function fill({ mock, send }: InProcess, orders: number): Promise<void> {
  await send({ mch_billno: 'model' });
  const model = await mock.order(MCH, 'model');
  const tenant = mock.tenants.get(MCH);
  if (!model || !tenant) throw new Error('no order to copy');
  for (let nth = 1; nth < orders; nth++) {
    const order = { ...model, mch_billno: `copy${nth}` };
    const write = writeOrder(orderKey(MCH, order.mch_billno), order);
    await mock.store.transact([write.key], () => ({ result: undefined, writes: [write] }));
  }
  const heldFen = orders * model.amountFen;
  const money = { openingFen: heldFen, balanceFen: 0, heldFen, sequence: orders };
  const write = writeAccount(tenant.accountKey, { ...tenant.opening, ...money });
  await mock.store.transact([write.key], () => ({ result: undefined, writes: [write] }));
  const [line] = mock.journal.entries();
  if (!line) throw new Error('no line to copy');
  const { atMs, endpoint, peer, callerIp, reply, ...said } = line;
  for (let nth = 0; nth < 10_000; nth++) {
    const heard = { endpoint: { name: endpoint }, peer, callerIp, body: Buffer.from('<xml/>') };
    mock.journal.add(atMs, heard, { ...said, reply: Buffer.from(reply) });
  }
  expect(await mock.ledger(MCH)).toMatchObject({ paidPackets: orders, faults: [] });
}

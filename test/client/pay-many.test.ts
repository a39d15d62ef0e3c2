/** Many payments: how many at once, how fast, in what order they are told of, and what stops them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ClientOptions,
  createRedpackClient,
  memoryJournal,
  type OrderToPay,
  type PaidOne,
  type RedpackClient,
} from '../../client/index.ts';
import { element, fetchOf, MERCHANT_OPTIONS, ORDER, sentAnswer } from './support.ts';

type Row = OrderToPay<'current'>;

let numbersDir: string;
beforeAll(() => {
  numbersDir = mkdtempSync(join(tmpdir(), 'redpack-many-'));
});
afterAll(() => rmSync(numbersDir, { recursive: true, force: true }));

interface Bank {
  readonly client: RedpackClient;
  readonly sent: string[];
  most: number;
}

/** Sends everything after so many ms, by the last digit of the amount; counts how many are under way. */
function bank(more: Partial<ClientOptions> = {}): Bank {
  const sent: string[] = [];
  let underWay = 0;
  const fetch = fetchOf(async (body) => {
    underWay += 1;
    made.most = Math.max(made.most, underWay);
    const total_amount = element(body, 'total_amount');
    await delay((Number(total_amount) % 10) * 10);
    underWay -= 1;
    const mch_billno = element(body, 'mch_billno');
    sent.push(mch_billno);
    return sentAnswer(mch_billno, { total_amount });
  });
  const client = createRedpackClient({
    ...MERCHANT_OPTIONS,
    fetch,
    numbersDir,
    ratePerSecond: null,
    ...more,
  });
  const made: Bank = { client, sent, most: 0 };
  return made;
}

const rows = (count: number, slowness = () => 0): Row[] =>
  Array.from({ length: count }, (_, nth) => ({
    ...ORDER,
    id: `row ${nth}`,
    total_amount: 100 + slowness(),
  }));

async function all(paid: AsyncIterable<PaidOne<Row>>): Promise<PaidOne<Row>[]> {
  const list: PaidOne<Row>[] = [];
  for await (const one of paid) list.push(one);
  return list;
}

describe('a batch', () => {
  it('pays each order once, with its place', async () => {
    const { client, sent } = bank();
    const orders = rows(100);
    const paid = await all(client.payMany(orders));
    expect(paid.map(({ index }) => index).sort((a, b) => a - b)).toEqual(orders.map((_, i) => i));
    for (const { order, index, outcome } of paid) {
      expect(order).toBe(orders[index]);
      expect(outcome.kind).toBe('sent');
    }
    expect(new Set(sent).size).toBe(100);
  });

  it.each([1, 3, 20])('has at most %i payments under way', async (concurrency) => {
    const made = bank();
    await all(
      made.client.payMany(
        rows(40, () => 1),
        { concurrency },
      ),
    );
    expect(made.most).toBe(concurrency);
  });

  it('begins no more payments a second than it may', async () => {
    const { client } = bank();
    const startMs = Date.now();
    await all(client.payMany(rows(11), { ratePerSecond: 50 }));
    expect(Date.now() - startMs).toBeGreaterThanOrEqual(200);
  });

  it('tells of payments in the order in which they end', async () => {
    const { client } = bank();
    const orders: Row[] = [109, 101, 105].map((total_amount, nth) => ({
      ...ORDER,
      id: `row ${nth}`,
      total_amount,
    }));
    const paid = await all(client.payMany(orders));
    expect(paid.map(({ index }) => index)).toEqual([1, 2, 0]);
  });

  it('tells of a payment though the next order waits for it', async () => {
    const { client } = bank();
    const told: string[] = [];
    let heard = (): void => undefined;
    async function* orders(): AsyncGenerator<Row> {
      for (const row of rows(3)) {
        const ended = new Promise<void>((resolve) => {
          heard = resolve;
        });
        yield row;
        await ended;
      }
    }
    for await (const { order } of client.payMany(orders())) {
      told.push(order.id ?? '');
      heard();
    }
    expect(told).toEqual(['row 0', 'row 1', 'row 2']);
  });

  it('dials nothing again that is certain in the journal, and goes on with the rest', async () => {
    const journal = memoryJournal();
    const first = bank();
    for await (const { index } of first.client.payMany(rows(20), { journal, concurrency: 2 })) {
      if (index >= 6) break;
    }
    const before = first.sent.length;
    expect(before).toBeLessThan(12);
    const second = bank();
    const paid = await all(second.client.payMany(rows(20), { journal }));
    expect(paid.every(({ outcome }) => outcome.kind === 'sent')).toBe(true);
    expect(second.sent).toHaveLength(20 - before);
  });

  it('leaves nothing under way when its reader stops, and takes no more orders', async () => {
    const made = bank();
    let taken = 0;
    let returned = false;
    function* orders(): Generator<Row> {
      try {
        for (const row of rows(50, () => 2)) {
          taken += 1;
          yield row;
        }
      } finally {
        returned = true;
      }
    }
    for await (const _ of made.client.payMany(orders(), { concurrency: 4 })) break;
    expect(returned).toBe(true);
    expect(taken).toBeLessThanOrEqual(5);
    expect(made.sent).toHaveLength(taken);
  });

  it('stops with its signal, also while an order is awaited', async () => {
    const { client, sent } = bank();
    const controller = new AbortController();
    async function* orders(): AsyncGenerator<Row> {
      yield* rows(2);
      await new Promise(() => undefined);
    }
    setTimeout(() => controller.abort(), 50);
    const paid = await all(client.payMany(orders(), { signal: controller.signal }));
    expect(paid).toHaveLength(2);
    expect(sent).toHaveLength(2);
  });

  it('stops with its client', async () => {
    const controller = new AbortController();
    const { client, sent } = bank({ signal: controller.signal });
    let told = 0;
    for await (const _ of client.payMany(rows(500), { concurrency: 2 })) {
      told += 1;
      if (told === 5) controller.abort();
    }
    expect(told).toBeLessThan(10);
    expect(sent.length).toBeLessThan(10);
  });

  it('pays neither a name nor a number twice', async () => {
    const { client, sent } = bank();
    const [a, b] = rows(2);
    if (!a || !b) throw new Error('no rows');
    const batch: Row[] = [
      a,
      { ...b, id: a.id ?? '' },
      { ...b, mch_billno: 'number1' },
      { ...b, id: 'row 7', mch_billno: 'number1' },
      { ...ORDER, id: '', mch_billno: 'number2' },
      { ...ORDER, id: '', mch_billno: 'number3' },
    ];
    const paid = await all(client.payMany(batch));
    const said = [...paid].sort((x, y) => x.index - y.index).map(({ outcome }) => outcome);
    expect(said.map(({ kind }) => kind)).toEqual([
      'sent',
      'refused',
      'sent',
      'refused',
      'sent',
      'sent',
    ]);
    expect(said[1]).toMatchObject({ code: 'PAYMENT_REPEATED', by: 'checks' });
    expect(sent).toHaveLength(4);
  });

  it('goes on past an order that is wrong', async () => {
    const { client } = bank();
    const [a, b, c] = rows(3);
    if (!a || !b || !c) throw new Error('no rows');
    const paid = await all(client.payMany([a, { ...b, total_amount: 1.5 }, c]));
    const kinds = new Map(paid.map(({ index, outcome }) => [index, outcome.kind]));
    expect(Object.fromEntries(kinds)).toEqual({ 0: 'sent', 1: 'refused', 2: 'sent' });
  });

  it('tells of what is under way before it fails with its orders, or with its journal', async () => {
    const { client } = bank();
    async function* orders(): AsyncGenerator<Row> {
      yield* rows(3, () => 2);
      throw new Error('the file is torn');
    }
    const told: number[] = [];
    const reading = (async () => {
      for await (const { index } of client.payMany(orders())) told.push(index);
    })();
    await expect(reading).rejects.toThrow('the file is torn');
    expect(told).toHaveLength(3);

    const inner = memoryJournal();
    const journal = {
      read: inner.read,
      write: (record: Parameters<typeof inner.write>[0]) =>
        record.id === 'row 2' ? Promise.reject(new Error('disk full')) : inner.write(record),
    };
    told.length = 0;
    const failing = (async () => {
      const options = { journal, concurrency: 4 };
      for await (const { index } of client.payMany(rows(100), options)) told.push(index);
    })();
    await expect(failing).rejects.toThrow('disk full');
    expect(told).toEqual(expect.arrayContaining([0, 1, 3]));
    expect(told.length).toBeLessThan(10);
  });

  it.each([
    ['concurrency', 0],
    ['concurrency', Number.NaN],
    ['concurrency', 1.5],
    ['ratePerSecond', 0],
    ['ratePerSecond', -1],
    ['ratePerSecond', Number.NaN],
    ['ratePerSecond', Number.POSITIVE_INFINITY],
  ])('is not begun with %s %d', async (name, value) => {
    const { client, sent } = bank();
    const reading = client.payMany(rows(3), { [name]: value }).next();
    await expect(reading).rejects.toThrow(`${name}: expected`);
    expect(sent).toEqual([]);
  });
});

/** What every store must do, whatever it is made of: one suite, run with each. */
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../mock-server/store/store.ts';

interface Counter {
  readonly count: number;
}

const increment = (store: Store, key: string) =>
  store.transact([key], (read) => {
    const count = ((read(key) as Counter | undefined)?.count ?? 0) + 1;
    return { result: count, writes: [{ key, value: { count } }] };
  });

const stored = (store: Store, key: string) =>
  store.transact([key], (read) => ({ result: read(key), writes: [] }));

export function storeSuite(name: string, make: () => Promise<Store>): void {
  describe(`the ${name} store`, () => {
    it('gives back what a step wrote, and undefined for what nobody did', async () => {
      const store = await make();
      expect(await increment(store, 'm/a')).toBe(1);
      expect(await stored(store, 'm/a')).toEqual({ count: 1 });
      expect(await stored(store, 'm/b')).toBeUndefined();
    });

    it('loses no step of many at once', async () => {
      const store = await make();
      const counts = await Promise.all(Array.from({ length: 500 }, () => increment(store, 'm/a')));
      expect(new Set(counts).size).toBe(500);
      expect(await stored(store, 'm/a')).toEqual({ count: 500 });
    });

    it('writes all of a step or nothing: a step that throws leaves no trace', async () => {
      const store = await make();
      await increment(store, 'm/a');
      const failing = store.transact(['m/a', 'm/b'], () => {
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await stored(store, 'm/a')).toEqual({ count: 1 });
      expect(await stored(store, 'm/b')).toBeUndefined();
    });

    it('refuses to read or write a key that the step did not name', async () => {
      const store = await make();
      const reading = store.transact(['m/a'], (read) => ({ result: read('m/b'), writes: [] }));
      await expect(reading).rejects.toThrow('m/b');
      const writing = store.transact(['m/a'], () => ({
        result: undefined,
        writes: [
          { key: 'm/a', value: { count: 9 } },
          { key: 'm/b', value: { count: 9 } },
        ],
      }));
      await expect(writing).rejects.toThrow('m/b');
      expect(await stored(store, 'm/a')).toBeUndefined();
    });

    it('takes the last of several writes of a key in one step, whether it was there before or not', async () => {
      const store = await make();
      for (const first of [1, 3]) {
        await store.transact(['m/a'], () => ({
          result: undefined,
          writes: [
            { key: 'm/a', value: { count: first }, dueAtMs: 10 },
            { key: 'm/a', value: { count: first + 1 }, dueAtMs: 20 },
          ],
        }));
        expect(await stored(store, 'm/a')).toEqual({ count: first + 1 });
      }
      expect(await store.scan('m/')).toEqual([['m/a', { count: 4 }]]);
      expect(await store.due('m', 19)).toEqual([]);
      expect(await store.due('m', 20)).toEqual([{ key: 'm/a', atMs: 20 }]);
    });

    it('gives due keys earliest first, once, and not before their time', async () => {
      const store = await make();
      const write = (key: string, dueAtMs: number | null) =>
        store.transact([key], () => ({
          result: undefined,
          writes: [{ key, value: { count: 0 }, dueAtMs }],
        }));
      const instants = [50, 10, 40, 20, 30];
      for (const atMs of instants) await write(`m/${atMs}`, atMs);
      expect(await store.due('m', 9)).toEqual([]);
      expect(await store.due('m', 30)).toEqual([
        { key: 'm/10', atMs: 10 },
        { key: 'm/20', atMs: 20 },
        { key: 'm/30', atMs: 30 },
      ]);
      expect(await store.due('m', 30)).toEqual([]);
      await write('m/40', null);
      await write('m/50', 60);
      expect(await store.due('m', 59)).toEqual([]);
      expect(await store.due('m', 60)).toEqual([{ key: 'm/50', atMs: 60 }]);
    });

    it('says until when nothing is due, or that it cannot know', async () => {
      const store = await make();
      await store.transact(['m/a'], () => ({
        result: undefined,
        writes: [{ key: 'm/a', value: { count: 0 }, dueAtMs: 50 }],
      }));
      expect(store.idleUntilMs('m')).toBeLessThanOrEqual(50);
      await store.due('m', 50);
      expect(await store.due('m', Number.MAX_SAFE_INTEGER)).toEqual([]);
    });

    it('leaves the due instant alone when a write does not speak of it', async () => {
      const store = await make();
      const write = (dueAtMs?: number) =>
        store.transact(['m/a'], () => ({
          result: undefined,
          writes: [{ key: 'm/a', value: { count: 0 }, ...(dueAtMs ? { dueAtMs } : {}) }],
        }));
      await write(10);
      await write();
      expect(await store.due('m', 10)).toEqual([{ key: 'm/a', atMs: 10 }]);
    });

    it('forgets what has expired', async () => {
      const store = await make();
      await store.transact(['m/a'], () => ({
        result: undefined,
        writes: [{ key: 'm/a', value: { count: 3 }, expiresAtMs: 10 }],
      }));
      await store.due('m', 9);
      expect(await stored(store, 'm/a')).toEqual({ count: 3 });
      await store.due('m', 10);
      expect(await stored(store, 'm/a')).toBeUndefined();
    });

    it('keeps partitions apart: each has its own agenda, and its own idea of what has expired', async () => {
      const store = await make();
      const write = (key: string, atMs: number) =>
        store.transact([key], () => ({
          result: undefined,
          writes: [{ key, value: { count: 1 }, dueAtMs: atMs, expiresAtMs: 100 }],
        }));
      // Names that begin alike, as those of merchants and of what their rules count do.
      const keys = ['1/a', '10/a', '10#2/a'];
      for (const [index, key] of keys.entries()) await write(key, 10 * (index + 1));
      expect(await store.due('10', 99)).toEqual([{ key: '10/a', atMs: 20 }]);
      expect(await store.due('10', 100)).toEqual([]);
      expect(await stored(store, '10/a')).toBeUndefined();
      for (const key of ['1/a', '10#2/a']) expect(await stored(store, key)).toEqual({ count: 1 });
      expect(store.idleUntilMs('1')).toBeLessThanOrEqual(10);
      expect(store.idleUntilMs('10#2')).toBeLessThanOrEqual(30);
      expect(await store.due('1', 9)).toEqual([]);
      expect(await store.due('1', 10)).toEqual([{ key: '1/a', atMs: 10 }]);
      expect(await store.due('10#2', 30)).toEqual([{ key: '10#2/a', atMs: 30 }]);
    });

    it('runs one step over keys of several partitions', async () => {
      const store = await make();
      const keys = ['10/a', '10#2/a', 'scenario#1/a'];
      await store.transact(keys, () => ({
        result: undefined,
        writes: keys.map((key, count) => ({ key, value: { count } })),
      }));
      const read = await store.transact(keys, (get) => ({ result: keys.map(get), writes: [] }));
      expect(read).toEqual([{ count: 0 }, { count: 1 }, { count: 2 }]);
    });

    it('drops a partition with all that is due in it, and no other', async () => {
      const store = await make();
      for (const key of ['1/a', '10/a', '10/b', '10#2/a']) {
        await store.transact([key], () => ({
          result: undefined,
          writes: [{ key, value: { count: 1 }, dueAtMs: 10 }],
        }));
      }
      await store.drop('10');
      await store.drop('never-there');
      expect((await store.scan('')).map(([key]) => key).sort()).toEqual(['1/a', '10#2/a']);
      expect(await store.scan('10/')).toEqual([]);
      expect(await store.due('10', 1_000)).toEqual([]);
      expect(await store.due('1', 1_000)).toEqual([{ key: '1/a', atMs: 10 }]);
      expect(await increment(store, '10/a')).toBe(1);
      expect(await store.due('10', 1_000)).toEqual([]);
    });

    it('scans by prefix, and clears', async () => {
      const store = await make();
      for (const key of ['m/order/1', 'm/order/2', 'n/order/1']) await increment(store, key);
      expect(await store.scan('m/order/')).toHaveLength(2);
      await store.clear();
      expect(await store.scan('')).toEqual([]);
      expect(await store.due('m', Number.MAX_SAFE_INTEGER)).toEqual([]);
    });
  });
}

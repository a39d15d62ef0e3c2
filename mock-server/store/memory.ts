/** State in this process. A step runs to its end before the next begins, because nothing in it waits. */
import { Agenda } from './agenda.ts';
import type { Step, Store, Value } from './store.ts';

export function createMemoryStore(): Store {
  const values = new Map<string, Value>();
  const dueKeys = new Agenda();
  const expiring = new Agenda();

  return {
    async transact<T>(keys: readonly string[], step: Step<T>): Promise<T> {
      const named = (key: string): string => {
        if (keys.includes(key)) return key;
        throw new Error(`the step reads or writes ${key}, which it did not name`);
      };
      const { result, writes } = step((key) => values.get(named(key)));
      for (const { key } of writes) named(key);
      for (const { key, value, dueAtMs, expiresAtMs } of writes) {
        values.set(key, value);
        if (dueAtMs === null) dueKeys.delete(key);
        else if (dueAtMs !== undefined) dueKeys.set(key, dueAtMs);
        if (expiresAtMs !== undefined) expiring.set(key, expiresAtMs);
      }
      return result;
    },

    async due(nowMs) {
      for (const key of expiring.take(nowMs)) values.delete(key);
      return dueKeys.take(nowMs);
    },

    async scan(prefix) {
      return [...values].filter(([key]) => key.startsWith(prefix));
    },

    async clear() {
      values.clear();
      dueKeys.clear();
      expiring.clear();
    },
  };
}

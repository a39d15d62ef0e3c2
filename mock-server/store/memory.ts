/** State in this process. A step runs to its end before the next begins, because nothing in it waits. */
import { Agenda } from './agenda.ts';
import type { Step, Store, Value, Write } from './store.ts';

/** A value, and the instants that it has in the agendas. */
interface Entry {
  value: Value;
  dueAtMs: number | null;
  expiresAtMs: number | null;
}

export function createMemoryStore(): Store {
  const entries = new Map<string, Entry>();
  const due = new Agenda();
  const expiring = new Agenda();

  const put = ({ key, value, dueAtMs, expiresAtMs }: Write): void => {
    let entry = entries.get(key);
    if (entry) entry.value = value;
    else {
      entry = { value, dueAtMs: null, expiresAtMs: null };
      entries.set(key, entry);
    }
    if (dueAtMs !== undefined && dueAtMs !== entry.dueAtMs) {
      entry.dueAtMs = dueAtMs;
      if (dueAtMs !== null) due.add({ key, atMs: dueAtMs });
    }
    if (expiresAtMs !== undefined && expiresAtMs !== entry.expiresAtMs) {
      entry.expiresAtMs = expiresAtMs;
      expiring.add({ key, atMs: expiresAtMs });
    }
  };

  return {
    async transact<T>(keys: readonly string[], step: Step<T>): Promise<T> {
      const named = (key: string): string => {
        if (keys.includes(key)) return key;
        throw new Error(`the step reads or writes ${key}, which it did not name`);
      };
      const { result, writes } = step((key) => entries.get(named(key))?.value);
      for (const { key } of writes) named(key);
      for (const write of writes) put(write);
      return result;
    },

    idleUntilMs: () => Math.min(due.nextMs, expiring.nextMs),

    async due(nowMs) {
      for (const { key, atMs } of expiring.take(nowMs)) {
        if (entries.get(key)?.expiresAtMs === atMs) entries.delete(key);
      }
      const keys: string[] = [];
      for (const { key, atMs } of due.take(nowMs)) {
        const entry = entries.get(key);
        if (entry?.dueAtMs !== atMs) continue;
        entry.dueAtMs = null;
        keys.push(key);
      }
      return keys;
    },

    async scan(prefix) {
      return [...entries]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, { value }]) => [key, value]);
    },

    async clear() {
      entries.clear();
      due.clear();
      expiring.clear();
    },
  };
}

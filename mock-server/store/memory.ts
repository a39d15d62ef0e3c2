/** State in this process. A step runs to its end before the next begins, because nothing in it waits. */
import { Agenda } from './agenda.ts';
import { type Due, partitionOf, type Step, type Store, type Value, type Write } from './store.ts';

/** A value, and the instants that it has in the agendas. */
interface Entry {
  value: Value;
  dueAtMs: number | null;
  expiresAtMs: number | null;
}

interface Partition {
  readonly prefix: string;
  readonly entries: Map<string, Entry>;
  readonly due: Agenda;
  readonly expiring: Agenda;
}

export function createMemoryStore(): Store {
  const partitions = new Map<string, Partition>();
  // The keys of a step are nearly always of one partition.
  let recent: Partition | undefined;

  const partitionWith = (key: string): Partition | undefined => {
    if (recent && key.startsWith(recent.prefix)) return recent;
    const found = partitions.get(partitionOf(key));
    if (found) recent = found;
    return found;
  };

  const opened = (key: string): Partition => {
    const name = partitionOf(key);
    const prefix = `${name}/`;
    const made = { prefix, entries: new Map(), due: new Agenda(), expiring: new Agenda() };
    partitions.set(name, made);
    return made;
  };

  /** @param found the entry that the key has already */
  const put = (write: Write, found: Entry | undefined): Entry => {
    const { key, value, dueAtMs, expiresAtMs } = write;
    const { entries, due, expiring } = partitionWith(key) ?? opened(key);
    const entry = found ?? { value, dueAtMs: null, expiresAtMs: null };
    if (found) found.value = value;
    else entries.set(key, entry);
    if (dueAtMs !== undefined && dueAtMs !== entry.dueAtMs) {
      entry.dueAtMs = dueAtMs;
      if (dueAtMs !== null) due.add({ key, atMs: dueAtMs });
    }
    if (expiresAtMs !== undefined && expiresAtMs !== entry.expiresAtMs) {
      entry.expiresAtMs = expiresAtMs;
      expiring.add({ key, atMs: expiresAtMs });
    }
    return entry;
  };

  return {
    async transact<T>(keys: readonly string[], step: Step<T>): Promise<T> {
      // Looked up once, for reading and for writing.
      const entries = keys.map((key) => partitionWith(key)?.entries.get(key));
      const placeOf = (key: string): number => {
        const place = keys.indexOf(key);
        if (place !== -1) return place;
        throw new Error(`the step reads or writes ${key}, which it did not name`);
      };
      const { result, writes } = step((key) => entries[placeOf(key)]?.value);
      for (const { key } of writes) placeOf(key);
      for (const write of writes) {
        const place = placeOf(write.key);
        entries[place] = put(write, entries[place]);
      }
      return result;
    },

    idleUntilMs(name) {
      const partition = partitions.get(name);
      if (!partition) return Number.POSITIVE_INFINITY;
      return Math.min(partition.due.nextMs, partition.expiring.nextMs);
    },

    async due(name, nowMs) {
      const partition = partitions.get(name);
      return partition ? takeDue(partition, nowMs) : [];
    },

    async scan(prefix) {
      const partition = partitionWith(prefix);
      const inside = prefix.includes('/') ? (partition ? [partition] : []) : partitions.values();
      return [...inside].flatMap(({ entries }) =>
        [...entries]
          .filter(([key]) => key.startsWith(prefix))
          .map(([key, { value }]): [string, Value] => [key, value]),
      );
    },

    async drop(name) {
      partitions.delete(name);
      recent = undefined;
    },

    async clear() {
      partitions.clear();
      recent = undefined;
    },
  };
}

function takeDue({ entries, due, expiring }: Partition, nowMs: number): Due[] {
  for (const { key, atMs } of expiring.take(nowMs)) {
    if (entries.get(key)?.expiresAtMs === atMs) entries.delete(key);
  }
  return due.take(nowMs).filter(({ key, atMs }) => {
    const entry = entries.get(key);
    if (entry?.dueAtMs !== atMs) return false;
    entry.dueAtMs = null;
    return true;
  });
}

/**
 * The only door to state. A store keeps plain JSON values under string keys and runs a step over some of them as one: nobody
 * sees half of it, and no other step comes in between. It knows no rule of the domain.
 *
 * What stands before the first `/` of a key is its partition, which has its own agenda and can be dropped as a whole. Up to a `#`
 * in it, it says what belongs together: a store on many machines keeps `10000098/…` and `10000098#2/…` on the same one.
 */

/** Plain data: what survives JSON. */
export type Value = object;

export interface Write {
  readonly key: string;
  readonly value: Value;
  /** The store may forget the key from this instant on (counters of a minute that is over). */
  readonly expiresAtMs?: number;
  /** The key wants attention at this instant ({@link Store.due}); null: no longer. Left out: as before. */
  readonly dueAtMs?: number | null;
}

export interface StepResult<T> {
  readonly result: T;
  readonly writes: readonly Write[];
}

/**
 * Reads what it named, returns what to write. Pure: a store that loses a race against another machine runs it again.
 * `read` answers undefined for a key that has no value, and throws for one that was not named.
 */
export type Step<T> = (read: (key: string) => Value | undefined) => StepResult<T>;

/** A key that wanted attention, and since when. */
export interface Due {
  readonly key: string;
  readonly atMs: number;
}

export interface Store {
  transact<T>(keys: readonly string[], step: Step<T>): Promise<T>;
  /** Nothing of the partition is due before this instant; 0 when the store cannot know without asking. */
  idleUntilMs(partition: string): number;
  /**
   * Keys of the partition whose time has come, earliest first, each handed out once. The caller acts on each and writes its next
   * instant, or null. What has expired by then is forgotten.
   */
  due(partition: string, nowMs: number): Promise<readonly Due[]>;
  /** All entries whose keys begin so, as of one instant; for ledgers and listings, not for requests. */
  scan(prefix: string): Promise<readonly (readonly [key: string, value: Value])[]>;
  /** Forgets a partition, at once however much it holds. */
  drop(partition: string): Promise<void>;
  /** Forgets everything. */
  clear(): Promise<void>;
}

export function partitionOf(key: string): string {
  const end = key.indexOf('/');
  return end === -1 ? key : key.slice(0, end);
}

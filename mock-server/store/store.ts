/**
 * The only door to state. A store keeps plain JSON values under string keys and runs a step over some of them as one: nobody
 * sees half of it, and no other step comes in between. It knows no rule of the domain.
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

export interface Store {
  transact<T>(keys: readonly string[], step: Step<T>): Promise<T>;
  /** Nothing is due before this instant; 0 when the store cannot know without asking. */
  idleUntilMs(): number;
  /**
   * Keys whose time has come, earliest first, each handed out once. The caller acts on each and writes its next instant, or null.
   */
  due(nowMs: number): Promise<readonly string[]>;
  /** All entries whose keys begin so, as of one instant; for ledgers and listings, not for requests. */
  scan(prefix: string): Promise<readonly (readonly [key: string, value: Value])[]>;
  /** Forgets everything. */
  clear(): Promise<void>;
}

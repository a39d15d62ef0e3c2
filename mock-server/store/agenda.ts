/**
 * Keys by instant, earliest first: a binary heap. It may hold instants that a key has left again: whoever takes them asks the key.
 */
import type { Due } from './store.ts';

export class Agenda {
  // Two lists, and not one of objects: a store has an instant for every order, and each object more is one for the garbage collector.
  readonly #keys: string[] = [];
  readonly #instants: number[] = [];

  /** The earliest instant; Infinity when there is none. */
  get nextMs(): number {
    return this.#instants[0] ?? Number.POSITIVE_INFINITY;
  }

  add({ key, atMs }: Due): void {
    let index = this.#keys.length;
    this.#put(index, key, atMs);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#isAt(parent) <= atMs) break;
      this.#move(parent, index);
      index = parent;
    }
    this.#put(index, key, atMs);
  }

  /** Takes what is not after `nowMs`, earliest first. */
  take(nowMs: number): Due[] {
    const taken: Due[] = [];
    while (this.nextMs <= nowMs) {
      const head = this.takeFirst();
      if (head) taken.push(head);
    }
    return taken;
  }

  /** Takes the earliest. */
  takeFirst(): Due | undefined {
    const key = this.#keys[0];
    if (key === undefined) return undefined;
    const atMs = this.#isAt(0);
    this.#removeHead();
    return { key, atMs };
  }

  #removeHead(): void {
    const key = this.#keys.pop();
    const atMs = this.#instants.pop();
    const length = this.#keys.length;
    if (key === undefined || atMs === undefined || length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= length) break;
      const right = left + 1;
      const child = right < length && this.#isAt(right) < this.#isAt(left) ? right : left;
      if (this.#isAt(child) >= atMs) break;
      this.#move(child, index);
      index = child;
    }
    this.#put(index, key, atMs);
  }

  #isAt(index: number): number {
    return this.#instants[index] ?? Number.POSITIVE_INFINITY;
  }

  #put(index: number, key: string, atMs: number): void {
    this.#keys[index] = key;
    this.#instants[index] = atMs;
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#keys[from] ?? '', this.#isAt(from));
  }
}

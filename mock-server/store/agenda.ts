/** Keys by instant, earliest first: a binary heap. It may hold instants that a key has left again: whoever takes them asks the key. */
import type { Due } from './store.ts';

export class Agenda {
  readonly #heap: Due[] = [];

  /** The earliest instant; Infinity when there is none. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  add(due: Due): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(due);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (!above || above.atMs <= due.atMs) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = due;
  }

  /** Takes what is not after `nowMs`, earliest first. */
  take(nowMs: number): Due[] {
    const taken: Due[] = [];
    for (let head = this.#heap[0]; head && head.atMs <= nowMs; head = this.#heap[0]) {
      this.#removeHead();
      taken.push(head);
    }
    return taken;
  }

  /** Takes the earliest. */
  takeFirst(): Due | undefined {
    const head = this.#heap[0];
    if (head) this.#removeHead();
    return head;
  }

  #removeHead(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      if (!left) break;
      const right = heap[2 * index + 2];
      const child = right && right.atMs < left.atMs ? right : left;
      if (child.atMs >= last.atMs) break;
      heap[index] = child;
      index = child === left ? 2 * index + 1 : 2 * index + 2;
    }
    heap[index] = last;
  }
}

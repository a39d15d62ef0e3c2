/** Keys by instant, earliest first: a binary heap in which a key that was moved or dropped is skipped when it comes up. */
export class Agenda {
  readonly #instants = new Map<string, number>();
  #heap: { key: string; atMs: number }[] = [];

  set(key: string, atMs: number): void {
    if (this.#instants.get(key) === atMs) return;
    this.#instants.set(key, atMs);
    this.#push({ key, atMs });
  }

  delete(key: string): void {
    this.#instants.delete(key);
  }

  clear(): void {
    this.#instants.clear();
    this.#heap = [];
  }

  /** Takes all keys whose instant is not after `nowMs`. */
  take(nowMs: number): string[] {
    const keys: string[] = [];
    for (let head = this.#heap[0]; head && head.atMs <= nowMs; head = this.#heap[0]) {
      this.#pop();
      if (this.#instants.get(head.key) !== head.atMs) continue;
      this.#instants.delete(head.key);
      keys.push(head.key);
    }
    return keys;
  }

  #push(entry: { key: string; atMs: number }): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (!above || above.atMs <= entry.atMs) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const entry = heap.pop();
    if (!entry || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      if (!left) break;
      const right = heap[2 * index + 2];
      const child = right && right.atMs < left.atMs ? right : left;
      if (child.atMs >= entry.atMs) break;
      heap[index] = child;
      index = child === left ? 2 * index + 1 : 2 * index + 2;
    }
    heap[index] = entry;
  }
}

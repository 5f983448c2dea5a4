// A simulation's events in order of time: a binary heap.

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class Events {
  readonly #heap: Event[] = [];
  #order = 0;
  nowMs = 0;

  after(ms: number, run: () => void): void {
    this.#push({ atMs: this.nowMs + ms, order: (this.#order += 1), run });
  }

  runUntil(endMs: number): void {
    for (let next = this.#heap[0]; next !== undefined && next.atMs < endMs; next = this.#heap[0]) {
      this.#pop();
      this.nowMs = next.atMs;
      next.run();
    }
    this.nowMs = endMs;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, event)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = heap[left + 1];
      const isRight = right !== undefined && isBefore(right, heap[left] ?? right);
      const child = isRight ? right : heap[left];
      if (child === undefined || isBefore(last, child)) break;
      heap[at] = child;
      at = isRight ? left + 1 : left;
    }
    heap[at] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

// Events in the order of their times; those of the same time in the order in which they were put in.

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

const isBefore = (one: Event, other: Event): boolean =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);

export class EventQueue {
  /** A binary heap. */
  readonly #heap: Event[] = [];
  #order = 0;

  add(atMs: number, run: () => void): void {
    this.#order += 1;
    const event = { atMs, order: this.#order, run };
    let index = this.#heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#heap[parent];
      if (above === undefined || !isBefore(event, above)) break;
      this.#heap[index] = above;
      index = parent;
    }
    this.#heap[index] = event;
  }

  /** Undefined when nothing is left. */
  take(): Event | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(event: Event): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = this.#heap[left + 1];
      let least = this.#heap[left];
      let at = left;
      if (least !== undefined && right !== undefined && isBefore(right, least)) {
        least = right;
        at = left + 1;
      }
      if (least === undefined || isBefore(event, least)) break;
      this.#heap[index] = least;
      index = at;
    }
    this.#heap[index] = event;
  }
}

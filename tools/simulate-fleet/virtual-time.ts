// Time that passes only when nothing else is left to do: clock and waits of the code that runs in it. Everything of one
// millisecond happens at once, in the order in which it was planned.

type Wake = () => void;

const START_MS = Date.UTC(2030, 0, 1);

export class VirtualTime {
  readonly #planned = new Map<number, Wake[]>();
  #nowMs = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  at(ms: number, wake: Wake): void {
    const due = Math.max(this.#nowMs, Math.ceil(ms));
    const there = this.#planned.get(due);
    if (there === undefined) this.#planned.set(due, [wake]);
    else there.push(wake);
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.at(this.#nowMs + ms, resolve);
    });
  }

  /** The clock, the waits and the timers of this process are these from now on. */
  takeOver(): void {
    Date.now = () => START_MS + this.#nowMs;
    const stopped = new WeakSet();
    Object.assign(globalThis, {
      scheduler: { wait: (ms: number) => this.wait(ms) },
      setTimeout: (wake: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
        const timer = {};
        this.at(this.#nowMs + ms, () => {
          if (!stopped.has(timer)) wake(...args);
        });
        return timer;
      },
      clearTimeout: (timer: object | undefined) => {
        if (timer !== undefined) stopped.add(timer);
      },
    });
  }

  async passUntil(endMs: number): Promise<void> {
    for (; this.#nowMs < endMs; this.#nowMs += 1) {
      for (let due = this.#take(); due !== undefined; due = this.#take()) {
        for (const wake of due) wake();
        // All promises that can go on do so before it.
        await new Promise<void>((resolve) => {
          setImmediate(resolve);
        });
      }
    }
  }

  #take(): readonly Wake[] | undefined {
    const due = this.#planned.get(this.#nowMs);
    this.#planned.delete(this.#nowMs);
    return due;
  }
}

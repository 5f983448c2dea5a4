// An origin with so many slots and one line in front of them: first come, first served, however long it has waited.

import type { Events } from "./events.ts";
import type { Scenario } from "./simulate.ts";

export class Origin {
  readonly #scenario: Pick<Scenario, "law" | "slots" | "slower">;
  readonly #events: Events;
  readonly #random: () => number;
  #line: (() => void)[] = [];
  #next = 0;
  #busy = 0;

  constructor(scenario: Pick<Scenario, "law" | "slots" | "slower">, events: Events, random: () => number) {
    this.#scenario = scenario;
    this.#events = events;
    this.#random = random;
  }

  /** How many wait for a slot. */
  get line(): number {
    return this.#line.length - this.#next;
  }

  ask(answer: () => void): void {
    this.#line.push(answer);
    this.#serve();
  }

  #serve(): void {
    const { law, slots, slower } = this.#scenario;
    const second = this.#events.nowMs / 1_000;
    while (this.#busy < (slots?.(second) ?? Infinity)) {
      const answer = this.#line[this.#next];
      if (answer === undefined) {
        this.#line = [];
        this.#next = 0;
        return;
      }
      this.#next += 1;
      this.#busy += 1;
      this.#events.after(law(this.#random) * (slower?.(second) ?? 1), () => {
        this.#busy -= 1;
        answer();
        this.#serve();
      });
    }
  }
}

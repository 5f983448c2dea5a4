// What became of a simulation's requests: by priority and by second.

import type { Played, Scenario } from "./simulate.ts";

export const DEADLINE_MS = 500;

export interface Request {
  readonly client: number;
  readonly rank: number;
  readonly isFlood: boolean;
  readonly isIn: boolean;
  readonly atMs: number;
}

export class Tally {
  readonly #scenario: Pick<Scenario, "from" | "to">;
  readonly #offered = [0, 0, 0];
  readonly #inTime = [0, 0, 0];
  readonly #shed = [0, 0, 0];
  readonly #others = { offered: 0, inTime: 0 };
  readonly #bySecond: { offered: number; shed: number; inTime: number }[];
  readonly #clients = new Map<number, { in: number; out: number }>();

  constructor(scenario: Pick<Scenario, "from" | "to" | "seconds">) {
    this.#scenario = scenario;
    this.#bySecond = Array.from({ length: scenario.seconds }, () => ({ offered: 0, shed: 0, inTime: 0 }));
  }

  arrived(request: Request): void {
    const { rank, isIn, isFlood, client, atMs } = request;
    const slot = this.#bySecond[Math.floor(atMs / 1_000)];
    if (slot !== undefined) slot.offered += 1;
    if (slot !== undefined && !isIn) slot.shed += 1;
    if (!this.#isCounted(request)) return;
    this.#offered[rank] = (this.#offered[rank] ?? 0) + 1;
    if (!isIn) this.#shed[rank] = (this.#shed[rank] ?? 0) + 1;
    if (isFlood) return;
    this.#others.offered += 1;
    // Of one rank, or priorities would tear everybody.
    if (rank !== 1) return;
    const known = this.#clients.get(client) ?? { in: 0, out: 0 };
    known[isIn ? "in" : "out"] += 1;
    this.#clients.set(client, known);
  }

  answered(request: Request, nowMs: number): void {
    const { rank, isFlood, atMs } = request;
    if (nowMs - atMs > DEADLINE_MS) return;
    const slot = this.#bySecond[Math.floor(atMs / 1_000)];
    if (slot !== undefined) slot.inTime += 1;
    if (!this.#isCounted(request)) return;
    this.#inTime[rank] = (this.#inTime[rank] ?? 0) + 1;
    if (!isFlood) this.#others.inTime += 1;
  }

  end(): Played {
    const several = [...this.#clients.values()].filter((known) => known.in + known.out >= 4);
    const torn = several.filter((known) => known.in > 0 && known.out > 0).length;
    return {
      offered: this.#offered,
      inTime: this.#inTime,
      shed: this.#shed,
      others: this.#others,
      bySecond: this.#bySecond,
      torn: { clients: several.length, torn },
    };
  }

  #isCounted({ atMs }: Request): boolean {
    const second = atMs / 1_000;
    return second >= this.#scenario.from && second < this.#scenario.to;
  }
}

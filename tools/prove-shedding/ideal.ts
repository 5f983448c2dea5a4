// What could be had: a controller that knows what the origin can do, how many wait in front of it and how much is asked, so
// many seconds ago, and what it let in since. Nobody has such news; with none older than a moment it is what is possible at
// all, and with some of one and a half seconds what is without what each isolate sees by itself.

import type { Arrival } from "../../src/core/shedding/load-gate.ts";
import { shareRoom } from "../../src/core/shedding/share-room.ts";
import type { Events } from "./events.ts";
import { MEAN_MS } from "./laws.ts";
import { CRITICAL, NORMAL } from "./mix.ts";
import type { Scenario } from "./simulate.ts";

const TICK_MS = 100;
const HEADROOM = 0.98;
/** In which time a line is to be gone, in seconds. */
const DRAIN = 0.5;

interface News {
  readonly line: number;
  readonly rate: number;
  readonly capacity: number;
  /** Requests a second that were let in from then on. */
  room: number;
}

export class Ideal {
  readonly #scenario: Scenario;
  readonly #ticks: number;
  readonly #lineOf: () => number;
  readonly #events: Events;
  #news: News[] = [];
  #open = 3;

  constructor(
    scenario: Scenario,
    seconds: number,
    { events, lineOf }: { readonly events: Events; readonly lineOf: () => number },
  ) {
    this.#scenario = scenario;
    this.#ticks = Math.round((seconds * 1_000) / TICK_MS);
    this.#lineOf = lineOf;
    this.#events = events;
    this.#tick();
  }

  admit({ rank, chance }: Pick<Arrival, "rank" | "chance">): boolean {
    return rank + chance < this.#open;
  }

  #tick(): void {
    const second = this.#events.nowMs / 1_000;
    const { rate, slots, slower } = this.#scenario;
    const capacity = ((slots?.(second) ?? Infinity) * 1_000) / MEAN_MS / (slower?.(second) ?? 1);
    this.#news.push({ line: this.#lineOf(), rate: rate(second), capacity, room: rate(second) });
    this.#news = this.#news.slice(-1 - this.#ticks);
    const [known] = this.#news;
    const now = this.#news.at(-1);
    if (known !== undefined && now !== undefined) this.#steer(known, now);
    this.#events.after(TICK_MS, () => {
      this.#tick();
    });
  }

  #steer({ line: known, rate, capacity }: News, now: News): void {
    let line = known;
    for (const { room } of this.#news.slice(0, -1))
      line = Math.max(0, line + ((Math.min(rate, room) - capacity) * TICK_MS) / 1_000);
    now.room = Math.max(0, capacity * HEADROOM - Math.max(0, line - (capacity * MEAN_MS) / 1_000) / DRAIN);
    const shares = [CRITICAL, NORMAL, 100 - CRITICAL - NORMAL];
    const arrivals = shares.map((share) => (rate * share) / 100);
    this.#open = shareRoom(now.room, { arrivals, clients: [] }).open;
  }
}

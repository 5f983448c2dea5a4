// The lines in which this isolate's requests wait for the quota of origins: one for each counter that has none. What
// crosses requests is plain values and promises of nothing: each waiter sleeps on a clock of its own, is woken when it is
// its turn, and takes nobody with it when its client leaves.

import type { PolicyLine } from "../../core/counters/counter-messages.ts";
import { PRIORITIES, type Priority } from "../../core/outbound/priority.ts";
import { findCrowding } from "../../core/outbound/crowding.ts";
import { type Waiter, WaitingLine } from "../../core/outbound/waiting-line.ts";
import { readClock } from "../../platform/clock.ts";

/** Waiters of an isolate, in all lines, and the bytes of their bodies: an isolate has 128 MiB. */
const WAITERS_MAX = 1_000;
const BODY_BYTES_MAX = 16 * 1_048_576;

/** Whose line it is, and how long that may be. */
export interface LineRules {
  readonly pool: string;
  readonly lengthMax: number;
  /** Of one client, among those of its priority and higher ones. undefined: as many as there are places. */
  readonly clientMax?: number;
  /** What a priority is worth: see WaitingLine. */
  readonly rankMs: number;
  /** How far requests of one client stand apart. */
  readonly shareMs?: number;
  /** How long the counters may take to answer. */
  readonly askMs: number;
}

/** A waiter that sleeps until it is woken. */
export interface Sleeper extends Waiter {
  wake: () => void;
  /** Another one needed its place. */
  isShed: boolean;
}

interface Line {
  readonly name: string;
  readonly rules: LineRules;
  readonly queue: WaitingLine<Sleeper>;
}

/** A place in a line. Whoever has one leaves it, whatever happens. */
export interface Standing {
  readonly line: string;
  /** Resolves when it is this waiter's turn to ask, or when it has waited in vain. */
  readonly turn: () => Promise<"ask" | "late" | "shed">;
  readonly admit: (room: number) => void;
  /** Not before `readyMs`, by the isolate's clock. */
  readonly deny: (readyMs: number) => void;
  readonly leave: () => void;
}

/** What there is a bound of, for some of the waiters. */
interface Room {
  readonly among: () => readonly Sleeper[];
  readonly measure: (waiter: Waiter) => number;
  readonly most: number;
}

const toOne = (): number => 1;
const toBytes = ({ bodyBytes }: Waiter): number => bodyBytes;

export type Waiting = Readonly<Record<Priority, number>>;

export class WaitingLines {
  readonly #lines = new Map<string, Line>();
  #arrivals = 0;

  get isEmpty(): boolean {
    return this.#lines.size === 0;
  }

  /** Which of these lines, by name, makes a newcomer wait longest behind somebody; undefined when none does. */
  findAhead(
    names: readonly string[],
    { rank, client }: Pick<Waiter, "rank" | "client">,
  ): { line: string; readyMs: number } | undefined {
    const nowMs = readClock();
    let longest: { line: string; readyMs: number } | undefined;
    for (const name of names) {
      const line = this.#lines.get(name);
      if (line === undefined) continue;
      this.#tidy(line);
      if (!line.queue.hasAhead(rank, nowMs, client)) continue;
      const readyMs = nowMs + line.queue.waitMs(nowMs);
      if (longest === undefined || readyMs > longest.readyMs) longest = { line: name, readyMs };
    }
    return longest;
  }

  /** Who waits in a line, beside one of them, and for how long; undefined: nobody else. */
  describe(name: string, exceptId?: number): Pick<PolicyLine, "waitMs" | "others"> | undefined {
    const queue = this.#lines.get(name)?.queue;
    const nowMs = readClock();
    const others = queue?.toRanks(nowMs, exceptId) ?? [];
    return queue === undefined || others.length === 0 ? undefined : { waitMs: queue.waitMs(nowMs), others };
  }

  createWaiter(given: Omit<Waiter, "id">): Sleeper {
    this.#arrivals += 1;
    return { id: this.#arrivals, ...given, wake: () => undefined, isShed: false };
  }

  /** undefined when the line is full and nobody in it has to make room. `readyMs`: when quota is expected. */
  enter(
    name: string,
    waiter: Sleeper,
    { rules, readyMs }: { rules: LineRules; readyMs: number },
  ): Standing | undefined {
    const line = this.#lines.get(name) ?? {
      name,
      rules,
      queue: new WaitingLine<Sleeper>(rules.rankMs, rules.shareMs),
    };
    const { queue } = line;
    const { id } = waiter;
    this.#join(line, waiter);
    if (waiter.isShed) return undefined;
    if (queue.length === 1) queue.deny(id, readyMs);
    return {
      line: name,
      turn: () => this.#turn(line, waiter),
      admit: (room) => {
        queue.admit(id, room);
        this.#tidy(line);
      },
      deny: (againMs) => {
        queue.deny(id, againMs);
      },
      leave: () => {
        queue.leave(id);
        this.#tidy(line);
      },
    };
  }

  /** How many wait for a pool's quota, by priority. */
  count(pool: string): Waiting {
    const lines = [...this.#lines.values()].filter(({ rules }) => rules.pool === pool);
    const ranks = lines.flatMap(({ queue }) => queue.waiters.map(({ rank }) => rank));
    const counts = PRIORITIES.map((name, rank) => [name, ranks.filter((one) => one === rank).length]);
    return Object.fromEntries(counts) as Waiting;
  }

  /** Whoever has to make room hears of it: the newcomer itself, perhaps. */
  #join(line: Line, waiter: Sleeper): void {
    const { queue, rules } = line;
    for (const other of this.#lines.values()) this.#tidy(other);
    const all = (): readonly Sleeper[] => this.#waiters;
    // oxlint-disable-next-line no-param-reassign -- it is this waiter's own
    waiter.isShed =
      waiter.bodyBytes > 0 && !this.#makeRoom(waiter, { among: all, measure: toBytes, most: BODY_BYTES_MAX });
    if (waiter.isShed) return;
    const { client, rank } = waiter;
    const own = queue.waiters.filter((one) => one.client === client && one.rank <= rank).length;
    // oxlint-disable-next-line no-param-reassign -- it is this waiter's own
    waiter.isShed = client !== undefined && own >= (rules.clientMax ?? Infinity);
    if (waiter.isShed) return;
    const hasRoom =
      this.#makeRoom(waiter, { among: all, measure: toOne, most: WAITERS_MAX }) &&
      this.#makeRoom(waiter, { among: () => queue.waiters, measure: toOne, most: rules.lengthMax });
    const isFull = !hasRoom;
    this.#lines.set(line.name, line);
    const shed = queue.enter(waiter, { nowMs: readClock(), isFull });
    if (shed === undefined) return;
    shed.isShed = true;
    shed.wake();
    this.#tidy(line);
  }

  get #waiters(): readonly Sleeper[] {
    return [...this.#lines.values()].flatMap(({ queue }) => queue.waiters);
  }

  /** Takes places from those who crowd the others out, until there is room for the newcomer; false where nobody does. */
  #makeRoom(newcomer: Sleeper, { among, measure, most }: Room): boolean {
    for (;;) {
      const waiters = among();
      const total = waiters.reduce((sum, one) => sum + measure(one), measure(newcomer));
      if (total <= most) return true;
      const crowding = findCrowding(waiters, newcomer, measure);
      if (crowding === undefined) return false;
      for (const line of this.#lines.values()) line.queue.leave(crowding.id);
      crowding.isShed = true;
      crowding.wake();
    }
  }

  async #turn(line: Line, waiter: Sleeper): Promise<"ask" | "late" | "shed"> {
    for (;;) {
      if (waiter.isShed) return "shed";
      const { promise, resolve } = Promise.withResolvers<void>();
      // Whoever runs next may wake it, whichever request that is.
      // oxlint-disable-next-line no-param-reassign -- it is this waiter's own
      waiter.wake = resolve;
      const step = line.queue.look(waiter.id, { nowMs: readClock(), askMs: line.rules.askMs });
      // It was too slow to look, and was taken for gone.
      if (step === "gone") this.#join(line, waiter);
      else {
        this.#tidy(line);
        if (typeof step === "string") return step;
        // A little more: a clock may lag behind a timer.
        await Promise.race([promise, scheduler.wait(step + 1)]);
      }
    }
  }

  /** Forgets those who are gone, and wakes those whose turn it is. */
  #tidy({ name, queue }: Line): void {
    const nowMs = readClock();
    queue.sweep(nowMs);
    for (const sleeper of queue.toWake(nowMs)) sleeper.wake();
    if (queue.length === 0) this.#lines.delete(name);
  }
}

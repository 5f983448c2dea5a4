// The queue of one isolate's requests that wait for the quota of one counter: which one asks next, which one is rejected
// when the line is full, and which ones have gone away. Mutable, because every arrival changes it; time is an argument.
// No request acts for another: each one looks, and gets what it has to do.

import type { RankWaits } from "../counters/counter-messages.ts";

export interface Waiter {
  /** Grows with each arrival: of equals the earlier goes first. */
  readonly id: number;
  /** 0 goes before 1, and 1 before 2. */
  readonly rank: number;
  readonly sinceMs: number;
  /** When its patience ends. */
  readonly untilMs: number;
  /** What it keeps in memory meanwhile, so that it can be sent again. */
  readonly bodyBytes: number;
  /** Whose it is: no client's requests stand before all of another's. undefined: of no other waiter's client. */
  readonly client?: string | undefined;
}

/** What a waiter has to do: ask now; give up; it has no place (any more); or look again after so many milliseconds. */
export type Step = "ask" | "late" | "gone" | number;

interface Place<Who> {
  readonly waiter: Who;
  readonly orderMs: number;
  isAsking: boolean;
  /** When it has to look again. */
  nextMs: number;
}

/** A waiter that does not look for so long after it had to has gone away: its request has ended. */
const GRACE_MS = 1_000;
/** How long after the first should have asked those behind it look: to see whether it has gone away. */
const BEHIND_MS = 2 * GRACE_MS;
/** How many ask at the same moment, after an answer with quota left. */
const ROOM_MAX = 32;

export class WaitingLine<Who extends Waiter> {
  readonly #rankMs: number;
  readonly #shareMs: number;
  #places: Place<Who>[] = [];
  #readyMs = -Infinity;
  #room = 1;

  /**
   * `rankMs` is what a rank is worth: no waiter goes before one of the next rank that came so much earlier. So each waits
   * waits for more than those who were there, and who came within two of these. Requests of one client and rank stand
   * `shareMs` apart, as if they had come one after the other (start-time fair queuing, Goyal, Vin and Cheng 1996): those
   * of others who come meanwhile go in between.
   */
  constructor(rankMs: number, shareMs = 0) {
    this.#rankMs = rankMs;
    this.#shareMs = shareMs;
  }

  get waiters(): readonly Who[] {
    return this.#places.map(({ waiter }) => waiter);
  }

  get length(): number {
    return this.#places.length;
  }

  /** How long until quota is expected. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#readyMs - nowMs);
  }

  /** Whether a waiter would go before a newcomer of this rank. */
  hasAhead(rank: number, sinceMs: number, client?: string): boolean {
    const first = this.#places[0];
    return first !== undefined && first.orderMs <= this.#toOrder({ rank, sinceMs, client });
  }

  /** Takes a place. In a full line the one that then stands last is rejected, perhaps the newcomer. */
  enter(waiter: Who, { nowMs, isFull }: { nowMs: number; isFull: boolean }): Who | undefined {
    const orderMs = this.#toOrder(waiter);
    const before = this.#places.findLastIndex(
      (place) => place.orderMs < orderMs || (place.orderMs === orderMs && place.waiter.id < waiter.id),
    );
    this.#places.splice(before + 1, 0, { waiter, orderMs, isAsking: false, nextMs: nowMs });
    return isFull ? this.#places.pop()?.waiter : undefined;
  }

  /** What the waiter has to do now. `askMs`: how long an answer may take it. */
  look(id: number, { nowMs, askMs }: { nowMs: number; askMs: number }): Step {
    const own = this.#find(id);
    if (own === undefined) return "gone";
    own.nextMs = nowMs;
    this.sweep(nowMs);
    if (nowMs >= own.waiter.untilMs) {
      this.leave(id);
      return "late";
    }
    const isTurn = this.#inTurn().includes(own);
    const readyInMs = this.waitMs(nowMs);
    if (isTurn && readyInMs === 0) {
      own.isAsking = true;
      own.nextMs = nowMs + askMs;
      return "ask";
    }
    const waitMs = Math.min(own.waiter.untilMs - nowMs, isTurn ? readyInMs : readyInMs + BEHIND_MS);
    own.nextMs = nowMs + waitMs;
    return waitMs;
  }

  /** Notes that there was quota: the next follow at once, as many as there is `room` for. */
  admit(id: number, room: number): void {
    this.leave(id);
    this.#readyMs = -Infinity;
    this.#room = Math.min(ROOM_MAX, Math.max(1, room));
  }

  /** Notes that there was none, and will be at `readyMs`: then one asks for all. */
  deny(id: number, readyMs: number): void {
    const own = this.#find(id);
    if (own !== undefined) own.isAsking = false;
    this.#readyMs = readyMs;
    this.#room = 1;
  }

  /** Forgets those that did not look when they had to. One that was only slow comes back as it was. */
  sweep(nowMs: number): void {
    this.#places = this.#places.filter(({ nextMs }) => nextMs + GRACE_MS >= nowMs);
  }

  leave(id: number): void {
    this.#places = this.#places.filter(({ waiter }) => waiter.id !== id);
  }

  /** Who waits beside this one: of each rank how many, and how long ago the turn of the first of them was. */
  toRanks(nowMs: number, exceptId?: number): readonly RankWaits[] {
    const others = this.#places.filter(({ waiter }) => waiter.id !== exceptId);
    const ranks = Map.groupBy(others, ({ waiter }) => waiter.rank);
    return [...ranks].map(([rank, places]) => ({
      rank,
      turnAgoMs: nowMs - Math.min(...places.map(({ orderMs }) => orderMs)),
      count: places.length,
    }));
  }

  /** The waiters that have to look at once, since they would look too late: the caller must wake them. */
  toWake(nowMs: number): readonly Who[] {
    const dueMs = Math.max(nowMs, this.#readyMs);
    const woken = this.#inTurn().filter(({ nextMs }) => nextMs > dueMs);
    for (const place of woken) place.nextMs = Math.min(place.nextMs, nowMs);
    return woken.map(({ waiter }) => waiter);
  }

  #toOrder({ rank, sinceMs, client }: Pick<Waiter, "rank" | "sinceMs" | "client">): number {
    const orderMs = sinceMs + rank * this.#rankMs;
    if (client === undefined) return orderMs;
    const own = this.#places.findLast(({ waiter }) => waiter.client === client && waiter.rank === rank);
    return own === undefined ? orderMs : Math.max(orderMs, own.orderMs + this.#shareMs);
  }

  #find(id: number): Place<Who> | undefined {
    return this.#places.find(({ waiter }) => waiter.id === id);
  }

  #inTurn(): readonly Place<Who>[] {
    const idle = this.#places.filter(({ isAsking }) => !isAsking);
    return idle.slice(0, Math.max(0, this.#room - (this.#places.length - idle.length)));
  }
}

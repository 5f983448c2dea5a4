// The requests of one isolate that wait for the quota of one counter: who asks next, who has to go when the line is full,
// and who is gone without a word. Mutable, because every arrival changes it; time is an argument. Nobody acts for
// another: each waiter looks, and is told what to do.

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
}

/** Ask now; the patience is over; there is no such place (any more); or look again after so many milliseconds. */
export type Step = "ask" | "late" | "gone" | number;

interface Place<Who> {
  readonly waiter: Who;
  readonly orderMs: number;
  isAsking: boolean;
  /** When it will look again, as it was told. */
  nextMs: number;
}

/** Who does not look for so long after it was to look is gone: its request has ended. */
const GRACE_MS = 1_000;
/** Those behind look a while after whoever is in turn should have asked: to see whether it is gone. */
const BEHIND_MS = 2 * GRACE_MS;
/** How many ask at the same moment, after an answer that said that there is room. */
const ROOM_MAX = 32;

export class WaitingLine<Who extends Waiter> {
  readonly #rankMs: number;
  #places: Place<Who>[] = [];
  #readyMs = -Infinity;
  #room = 1;

  /**
   * `rankMs` is what a rank is worth: nobody goes before a waiter of the next rank who came so much earlier. So nobody
   * waits for more than those who were there, and who came within two of these.
   */
  constructor(rankMs: number) {
    this.#rankMs = rankMs;
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

  /** Whether somebody would go before a newcomer of this rank. */
  hasAhead(rank: number, nowMs: number): boolean {
    const first = this.#places[0];
    return first !== undefined && first.orderMs <= nowMs + rank * this.#rankMs;
  }

  /** Takes a place. In a full line whoever then stands last has to go, perhaps the newcomer. */
  enter(waiter: Who, { nowMs, isFull }: { nowMs: number; isFull: boolean }): Who | undefined {
    const orderMs = waiter.sinceMs + waiter.rank * this.#rankMs;
    const before = this.#places.findLastIndex(
      (place) => place.orderMs < orderMs || (place.orderMs === orderMs && place.waiter.id < waiter.id),
    );
    this.#places.splice(before + 1, 0, { waiter, orderMs, isAsking: false, nextMs: nowMs });
    return isFull ? this.#places.pop()?.waiter : undefined;
  }

  /** What the waiter is to do now. `askMs`: how long an answer may take it. */
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

  /** Quota was there: the next follow at once, as many as there is `room` for. */
  admit(id: number, room: number): void {
    this.leave(id);
    this.#readyMs = -Infinity;
    this.#room = Math.min(ROOM_MAX, Math.max(1, room));
  }

  /** There was none, and there will be some at `readyMs`: then one asks for all. */
  deny(id: number, readyMs: number): void {
    const own = this.#find(id);
    if (own !== undefined) own.isAsking = false;
    this.#readyMs = readyMs;
    this.#room = 1;
  }

  /** Forgets those who did not look when they were to. One that was only slow comes back as it was. */
  sweep(nowMs: number): void {
    this.#places = this.#places.filter(({ nextMs }) => nextMs + GRACE_MS >= nowMs);
  }

  leave(id: number): void {
    this.#places = this.#places.filter(({ waiter }) => waiter.id !== id);
  }

  /** Who is to look at once, for it would look too late: the caller must wake them. */
  toWake(nowMs: number): readonly Who[] {
    const dueMs = Math.max(nowMs, this.#readyMs);
    const woken = this.#inTurn().filter(({ nextMs }) => nextMs > dueMs);
    for (const place of woken) place.nextMs = Math.min(place.nextMs, nowMs);
    return woken.map(({ waiter }) => waiter);
  }

  #find(id: number): Place<Who> | undefined {
    return this.#places.find(({ waiter }) => waiter.id === id);
  }

  #inTurn(): readonly Place<Who>[] {
    const idle = this.#places.filter(({ isAsking }) => !isAsking);
    return idle.slice(0, Math.max(0, this.#room - (this.#places.length - idle.length)));
  }
}

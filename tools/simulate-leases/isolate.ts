// One isolate of the simulation: what the gateway does with a request, with the code that ships: the lease first, then a
// call to the counter object, which carries a report.

import { IsolateLeases } from "../../src/core/leases/isolate-leases.ts";
import type { LeaseTerms } from "../../src/core/leases/lease-terms.ts";
import type { EventQueue } from "./event-queue.ts";
import type { Message, Owner, Reply } from "./owner.ts";

const KEY = "k";

export interface Place {
  readonly name: string;
  readonly roundTripMs: number;
  /** How far this isolate's clock is ahead of the true time. */
  readonly clockAheadMs: number;
}

/** What comes of a request, told as soon as it is known. */
export interface Decided {
  readonly isAllowed: boolean;
  /** When it was let through, or refused, by whoever decided. */
  readonly atMs: number;
  readonly delayMs: number;
}

interface World {
  readonly events: EventQueue;
  readonly owner: Owner;
  readonly terms: LeaseTerms | undefined;
}

export class Isolate {
  readonly #place: Place;
  readonly #world: World;
  readonly #leases: IsolateLeases;
  #isAlive = true;

  constructor(place: Place, world: World) {
    this.#place = place;
    this.#world = world;
    this.#leases = new IsolateLeases(() => place.name, 100);
  }

  kill(): void {
    this.#isAlive = false;
  }

  request(atMs: number, cost: number, onDecided: (decided: Decided) => void): void {
    const nowMs = this.#toClock(atMs);
    const answer = this.#world.terms === undefined ? "ask" : this.#leases.take(KEY, cost, nowMs);
    if (answer === "ask") {
      this.#ask(atMs, cost, onDecided);
      return;
    }
    onDecided({ isAllowed: answer.startsWith("taken"), atMs, delayMs: 0 });
    if (answer.endsWith("renew")) this.#renew(atMs, cost);
  }

  #ask(atMs: number, cost: number, onDecided: (decided: Decided) => void): void {
    const report = this.#report(atMs, cost);
    this.#call({ cost, report }, atMs, ({ verdict }, decidedMs) => {
      const isAllowed = verdict.outcome === "allowed";
      onDecided({ isAllowed, atMs: decidedMs, delayMs: this.#place.roundTripMs });
      return () => {
        if (verdict.outcome === "denied") this.#noteDenial(cost, verdict.retryAfterMs, atMs);
      };
    });
  }

  #renew(atMs: number, cost: number): void {
    const report = this.#report(atMs, cost);
    if (report !== undefined) this.#call({ cost: 0, report }, atMs, () => undefined);
  }

  #report(atMs: number, cost: number): Message["report"] {
    const { terms } = this.#world;
    return terms === undefined ? undefined : this.#leases.report(KEY, { cost, terms }, this.#toClock(atMs));
  }

  #noteDenial(cost: number, waitMs: number, sentMs: number): void {
    if (this.#world.terms === undefined) return;
    const nowMs = this.#toClock(sentMs + this.#place.roundTripMs);
    this.#leases.noteDenial(KEY, { cost, waitMs }, { sentMs: this.#toClock(sentMs), nowMs });
  }

  #call(
    message: Message,
    sentMs: number,
    onDecided: (reply: Reply, atMs: number) => (() => void) | undefined,
  ): void {
    const { events, owner } = this.#world;
    const { roundTripMs } = this.#place;
    const decidedMs = sentMs + roundTripMs / 2;
    events.add(decidedMs, () => {
      const reply = owner.handle(message, decidedMs);
      const onReceived = onDecided(reply, decidedMs);
      events.add(sentMs + roundTripMs, () => {
        if (!this.#isAlive) return;
        onReceived?.();
        if (message.report !== undefined) this.#accept(message.report.seq, reply, sentMs);
      });
    });
  }

  #accept(seq: number, { grant }: Reply, sentMs: number): void {
    const sent = this.#toClock(sentMs);
    const nowMs = this.#toClock(sentMs + this.#place.roundTripMs);
    this.#leases.accept(KEY, { seq, grant }, { sentMs: sent, nowMs });
  }

  #toClock(atMs: number): number {
    return Math.floor(atMs + this.#place.clockAheadMs);
  }
}

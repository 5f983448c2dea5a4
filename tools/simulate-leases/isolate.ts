// One isolate of the simulation: what the gateway does with a request, with the code that ships: the lease first, then a
// call to the counter object, which carries a report.

import { IsolateLeases } from "../../src/core/leases/isolate-leases.ts";
import type { LeaseTerms } from "../../src/core/leases/lease-terms.ts";
import type { EventQueue } from "./event-queue.ts";
import type { Message, Owner, Reply } from "./owner.ts";

/** As the gateway names a lease: by its plan and its key. */
const toKey = (plan: string | undefined): string => `p/${plan ?? ""} k`;

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
  /** By plan; that of a policy with one limit for all is "". */
  readonly terms: ReadonlyMap<string, LeaseTerms | undefined>;
}

/** What a request takes, and by whose limits. */
export interface Wanted {
  readonly cost: number;
  readonly plan?: string | undefined;
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

  request(atMs: number, wanted: Wanted, onDecided: (decided: Decided) => void): void {
    const nowMs = this.#toClock(atMs);
    const isLeased = this.#toTerms(wanted) !== undefined;
    const answer = isLeased ? this.#leases.take(toKey(wanted.plan), wanted.cost, nowMs) : "ask";
    if (answer === "ask") {
      this.#ask(atMs, wanted, onDecided);
      return;
    }
    onDecided({ isAllowed: answer.startsWith("taken"), atMs, delayMs: 0 });
    if (answer.endsWith("renew")) this.#renew(atMs, wanted);
  }

  #toTerms({ plan }: Wanted): LeaseTerms | undefined {
    return this.#world.terms.get(plan ?? "");
  }

  #ask(atMs: number, wanted: Wanted, onDecided: (decided: Decided) => void): void {
    const report = this.#report(atMs, wanted);
    this.#call({ ...wanted, report }, atMs, ({ verdict }, decidedMs) => {
      const isAllowed = verdict.outcome === "allowed";
      onDecided({ isAllowed, atMs: decidedMs, delayMs: this.#place.roundTripMs });
      return () => {
        if (verdict.outcome === "denied") this.#noteDenial(wanted, verdict.retryAfterMs, atMs);
      };
    });
  }

  #renew(atMs: number, wanted: Wanted): void {
    const report = this.#report(atMs, wanted);
    if (report !== undefined) this.#call({ ...wanted, cost: 0, report }, atMs, () => undefined);
  }

  #report(atMs: number, { cost, plan }: Wanted): Message["report"] {
    const terms = this.#toTerms({ cost, plan });
    return terms && this.#leases.report(toKey(plan), { cost, terms }, this.#toClock(atMs));
  }

  #noteDenial({ cost, plan }: Wanted, waitMs: number, sentMs: number): void {
    if (this.#toTerms({ cost, plan }) === undefined) return;
    const nowMs = this.#toClock(sentMs + this.#place.roundTripMs);
    this.#leases.noteDenial(toKey(plan), { cost, waitMs }, { sentMs: this.#toClock(sentMs), nowMs });
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
        if (message.report !== undefined) this.#accept(message, reply, sentMs);
      });
    });
  }

  #accept({ plan, report }: Message, { grant }: Reply, sentMs: number): void {
    if (report === undefined) return;
    const sent = this.#toClock(sentMs);
    const nowMs = this.#toClock(sentMs + this.#place.roundTripMs);
    this.#leases.accept(toKey(plan), { seq: report.seq, grant }, { sentMs: sent, nowMs });
  }

  #toClock(atMs: number): number {
    return Math.floor(atMs + this.#place.clockAheadMs);
  }
}

// While a counter object does not answer: what the isolates of one data centre tell each other of their shares, by its Cache
// API. Where that keeps nothing (on workers.dev), or is slow, an isolate decides by what it knows. Never throws.

import { createShares } from "../../core/counters/fallback-counters.ts";
import { findStrange, inherit, TOLD_MS, toTold } from "../../core/counters/neighbour-shares.ts";
import type { CheckVerdict } from "../../core/counters/counter-messages.ts";
import type { ObjectChecks } from "../../core/policies/object-checks.ts";
import { readClock } from "../../platform/clock.ts";
import { hashText } from "../../platform/hash-text.ts";
import { inTime } from "../../platform/in-time.ts";
import { Collapsing } from "../request/collapsing.ts";
import type { DataCentre } from "../request/data-centre.ts";
import type { Caller } from "./counter-calls.ts";
import { toDivided } from "./on-error.ts";

/** A request waits for no longer: a data centre's own cache answers within a few milliseconds. */
const READ_MS = 50;

export class Neighbours {
  readonly shares = createShares();
  readonly #dataCentre: Pick<DataCentre, "read" | "write">;
  readonly #collapsing = new Collapsing();

  constructor(dataCentre: Pick<DataCentre, "read" | "write">) {
    this.#dataCentre = dataCentre;
  }

  /** Looks up what neighbours have left of counters that this isolate has never heard of. */
  async ask(checks: ObjectChecks, { waitUntil }: Pick<Caller, "waitUntil">): Promise<void> {
    const nowMs = readClock();
    const strange = findStrange(this.shares, { keys: toDivided(checks), nowMs });
    if (strange.length === 0) return;
    await Promise.all(strange.map((name) => this.#lookUp(name, nowMs, waitUntil)));
  }

  /** Once for all requests that want the same at the same time: what one has found stands in the shares of all. */
  async #lookUp(name: string, nowMs: number, waitUntil: Caller["waitUntil"]): Promise<void> {
    const publish = this.#collapsing.lead(name, waitUntil);
    if (publish === undefined && (await this.#collapsing.wait(name, READ_MS)) !== undefined) return;
    const text = await inTime(this.#dataCentre.read(toPlace(name), nowMs), READ_MS);
    if (text !== undefined) inherit(this.shares, { name, text }, nowMs);
    publish?.("stored");
  }

  /** Tells them what a decision has left. */
  tell(
    checks: ObjectChecks,
    verdicts: readonly CheckVerdict[],
    { waitUntil }: Pick<Caller, "waitUntil">,
  ): void {
    const nowMs = readClock();
    for (const { name, text } of toTold(this.shares, { keys: toDivided(checks), verdicts, nowMs }))
      waitUntil(this.#dataCentre.write(toPlace(name), text, { nowMs, keptMs: TOLD_MS }));
  }
}

/** Keys stand in no URL. */
const toPlace = (name: string): string => `share:${hashText(name)}`;

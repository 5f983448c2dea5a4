// Rule 3 across objects: hold in all, commit in all or give back, with messages lost and objects reset at every step. No
// object ever admits more than its limit, and once holds have expired nothing is left consumed that was not admitted.

import fc from "fast-check";
import { expect, test } from "vitest";
import { CounterTable, HOLD_MS } from "../../../src/core/counters/counter-table.ts";
import type { Phase } from "../../../src/core/counters/messages.ts";
import { isAllowed, MapStore, toCheck, toRequest, toTake } from "./map-store.ts";

const START_MS = 1_700_000_000_000;
const LIMIT = 5;
const options = { algorithm: "sliding-window", limit: LIMIT, window: "24h" };
const check = toCheck("p", options);

class Place {
  readonly store = new MapStore();
  table = new CounterTable(this.store, 10);

  ask(phase: Phase, id: string, nowMs: number): boolean {
    return isAllowed(this.table.handle(toRequest(phase, [{ key: "k", checks: [check] }], id), nowMs));
  }

  reset(): void {
    this.table = new CounterTable(this.store, 10);
  }

  used(nowMs: number): number {
    return LIMIT - (this.table.handle(toTake("k", { ...check, cost: 0 }), nowMs).verdicts[0]?.remaining ?? 0);
  }
}

/** What may go wrong after each of the six messages of one decision. */
const fault = fc.oneof(
  { weight: 6, arbitrary: fc.constant("none" as const) },
  { weight: 1, arbitrary: fc.constant("lost" as const) },
  { weight: 1, arbitrary: fc.constant("reset" as const) },
  { weight: 1, arbitrary: fc.constant("twice" as const) },
);
const decision = fc.record({
  faults: fc.array(fault, { minLength: 6, maxLength: 6 }),
  waitMs: fc.integer({ min: 0, max: 50 }),
});

type Fault = "none" | "lost" | "reset" | "twice";

/** A message with its fault; a lost one is answered "not allowed", as a gateway that gets no answer must take it. */
function send(
  place: Place,
  phase: Phase,
  { id, nowMs, fault: wrong }: { id: string; nowMs: number; fault: Fault },
): boolean {
  if (wrong === "lost") return false;
  const answer = place.ask(phase, id, nowMs);
  if (wrong === "twice") place.ask(phase, id, nowMs);
  if (wrong === "reset") place.reset();
  return answer;
}

function decide(
  places: readonly [Place, Place],
  id: string,
  { nowMs, faults }: { nowMs: number; faults: readonly Fault[] },
): boolean {
  const sendBoth = (phase: Phase, from: number): boolean[] =>
    places.map((place, index) => send(place, phase, { id, nowMs, fault: faults[from + index] ?? "none" }));
  const isHeld = sendBoth("hold", 0).every(Boolean);
  const isCommitted = isHeld && sendBoth("commit", 2).every(Boolean);
  if (!isCommitted) sendBoth("release", 4);
  return isCommitted;
}

test("decisions over two objects never over-admit, whatever is lost, doubled or reset", () => {
  fc.assert(
    fc.property(fc.array(decision, { minLength: 1, maxLength: 30 }), (decisions) => {
      const places = [new Place(), new Place()] as const;
      let nowMs = START_MS;
      let admitted = 0;
      for (const [index, { faults, waitMs }] of decisions.entries()) {
        nowMs += waitMs;
        if (decide(places, `d${index}`, { nowMs, faults })) admitted += 1;
      }
      return admitted <= LIMIT && places.every((place) => place.used(nowMs + HOLD_MS) >= admitted);
    }),
    { numRuns: 500 },
  );
});

test("decisions over two objects leave each exactly at the number admitted when only holds are lost", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fault, fault), { minLength: 1, maxLength: 30 }), (decisions) => {
      const places = [new Place(), new Place()] as const;
      let admitted = 0;
      for (const [index, pair] of decisions.entries()) {
        const faults = pair.map((wrong) => (wrong === "reset" ? "none" : wrong));
        if (decide(places, `d${index}`, { nowMs: START_MS, faults })) admitted += 1;
      }
      for (const place of places) expect(place.used(START_MS + HOLD_MS)).toBe(admitted);
    }),
    { numRuns: 300 },
  );
});

test("interleaved decisions leave each object exactly at the number admitted", () => {
  const places = [new Place(), new Place()] as const;
  const ids = Array.from({ length: 20 }, (_, index) => `d${index}`);
  const held = ids.filter((id) => places.map((place) => place.ask("hold", id, START_MS)).every(Boolean));
  const committed = held.filter((id) =>
    places.map((place) => place.ask("commit", id, START_MS)).every(Boolean),
  );
  for (const id of ids)
    if (!committed.includes(id)) for (const place of places) place.ask("release", id, START_MS);
  expect(committed).toHaveLength(LIMIT);
  for (const place of places) expect(place.used(START_MS)).toBe(LIMIT);
});

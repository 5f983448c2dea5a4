// Rule 3 across objects: hold, commit or give back, then settle, with messages lost, doubled or failing and objects reset
// at every step. No object ever admits more than its limit, and in the end nothing is consumed that was not admitted.

import fc from "fast-check";
import { expect, test } from "vitest";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import { RESERVED_MS } from "../../../src/core/counters/reservations.ts";
import { type Check, MESSAGE_VERSION, type Phase } from "../../../src/core/counters/counter-messages.ts";
import { isAllowed, MapStore, toCheck, toRequest, toTake } from "./map-store.ts";
import { toRuns } from "../../property-runs.ts";

const START_MS = 1_700_000_000_000;
const LIMIT = 5;
const check = toCheck("p", { algorithm: "sliding-window", limit: LIMIT, window: "24h" });

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
      return admitted <= LIMIT && places.every((place) => place.used(nowMs + RESERVED_MS) >= admitted);
    }),
    { numRuns: toRuns(500) },
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
      for (const place of places) expect(place.used(START_MS + RESERVED_MS)).toBe(admitted);
    }),
    { numRuns: toRuns(300) },
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

test("requests that several objects decide leave a queue one after the other, in the order of their holds", () => {
  const table = new CounterTable(new MapStore(), 10);
  const queue = toCheck("p", { algorithm: "leaky-bucket", limit: 10, window: "1s", delayMax: "1s" });
  const ask = (phase: Phase, id: string, nowMs: number): number | undefined =>
    table.handle(toRequest(phase, [{ key: "k", checks: [queue] }], id), nowMs).verdicts[0]?.delayMs;
  const ids = ["a", "b", "c", "d"];
  expect(ids.map((id) => ask("hold", id, START_MS))).toEqual([0, 100, 200, 300]);
  // One that a single object decides comes behind them, and so does a hold that comes twice not.
  expect(ask("take", "e", START_MS)).toBe(400);
  expect(ask("hold", "b", START_MS)).toBe(100);
  expect(ids.toReversed().map((id) => ask("commit", id, START_MS + 20))).toEqual([280, 180, 80, 0]);
  expect(ask("take", "f", START_MS + 20)).toBe(480);
});

/** A place with what its counter is to hold: what each decision took, or was settled to, as far as it was told. */
class SettledPlace {
  readonly store = new MapStore();
  readonly told = new Map<string, number>();
  readonly #options: Record<string, unknown>;
  table = new CounterTable(this.store, 10);

  constructor(given: Record<string, unknown>) {
    this.#options = given;
  }

  toCheck(cost: number): Check {
    return toCheck("p", this.#options, cost);
  }

  get sum(): number {
    return [...this.told.values()].reduce((sum, units) => sum + units, 0);
  }

  left(nowMs: number): number {
    return this.table.handle(toTake("k", this.toCheck(0)), nowMs + RESERVED_MS).verdicts[0]?.remaining ?? NaN;
  }
}

type SettledFault = Fault | "thrown";

/** What may go wrong after each of the eight messages of one decision: holds, commits, releases, settlements. */
const settledFault = fc.oneof(
  { weight: 12, arbitrary: fc.constant("none" as const) },
  { weight: 1, arbitrary: fc.constant("lost" as const) },
  { weight: 1, arbitrary: fc.constant("reset" as const) },
  { weight: 1, arbitrary: fc.constant("thrown" as const) },
  { weight: 1, arbitrary: fc.constant("twice" as const) },
);
const settledDecision = fc.record({
  faults: fc.array(settledFault, { minLength: 8, maxLength: 8 }),
  waitMs: fc.oneof({ weight: 3, arbitrary: fc.nat(50) }, { weight: 1, arbitrary: fc.constant(1_500) }),
  cost: fc.integer({ min: 1, max: 3 }),
  actual: fc.nat(4),
});
type SettledDecision = typeof settledDecision extends fc.Arbitrary<infer Value> ? Value : never;

interface Step {
  readonly wrong: SettledFault;
  /** Answers whether the request is allowed. Throws where storage fails. */
  readonly send: () => boolean;
  /** What the place is to hold once the message has arrived. */
  readonly tell: (isTaken: boolean) => void;
}

/** Sends a message with its fault; one that is lost or fails is answered "not allowed". */
function deliver(place: SettledPlace, { wrong, send: sendOnce, tell }: Step): boolean {
  if (wrong === "lost") return false;
  place.store.failsAfter = wrong === "thrown" ? 0 : Infinity;
  try {
    const answer = sendOnce();
    tell(answer);
    if (wrong === "twice") expect(sendOnce()).toBe(answer);
    if (wrong === "reset") place.table = new CounterTable(place.store, 10);
    return answer;
  } catch (error) {
    if (wrong !== "thrown") throw error;
    return false;
  } finally {
    place.store.failsAfter = Infinity;
  }
}

class Gateway {
  readonly places: readonly [SettledPlace, SettledPlace];
  nowMs = START_MS;
  admitted = 0;

  constructor(places: readonly [SettledPlace, SettledPlace]) {
    this.places = places;
  }

  decide(id: string, { faults, waitMs, cost, actual }: SettledDecision): void {
    this.nowMs += waitMs;
    const { nowMs } = this;
    const takenAtMs = nowMs;
    const sendBoth = (
      from: number,
      toStep: (place: SettledPlace) => Pick<Step, "send" | "tell">,
    ): readonly boolean[] =>
      this.places.map((place, index) =>
        deliver(place, { wrong: faults[from + index] ?? "none", ...toStep(place) }),
      );
    const ask =
      (phase: Phase, tell: (place: SettledPlace, isTaken: boolean) => void) =>
      (place: SettledPlace): Pick<Step, "send" | "tell"> => ({
        send: () =>
          isAllowed(
            place.table.handle(toRequest(phase, [{ key: "k", checks: [place.toCheck(cost)] }], id), nowMs),
          ),
        tell: (answer) => {
          tell(place, answer);
        },
      });
    const isHeld = sendBoth(
      0,
      ask("hold", () => undefined),
    ).every(Boolean);
    const commit = ask("commit", (place, answer) => {
      if (!answer) return;
      expect(place.sum + cost).toBeLessThanOrEqual(LIMIT);
      place.told.set(id, cost);
    });
    if (!isHeld || !sendBoth(2, commit).every(Boolean)) {
      sendBoth(
        4,
        ask("release", (place) => place.told.delete(id)),
      );
      return;
    }
    this.admitted += 1;
    sendBoth(6, (place) => {
      const { policy, algorithm, settings } = place.toCheck(cost);
      const keys = [{ key: "k", checks: [{ policy, algorithm, settings, taken: cost, actual }] }];
      return {
        send: () => {
          place.table.settle({ version: MESSAGE_VERSION, id, takenAtMs, keys }, nowMs);
          return true;
        },
        tell: () => place.told.set(id, actual),
      };
    });
  }
}

const settledOptions = fc.constantFrom<Record<string, unknown>>(
  { algorithm: "sliding-window", limit: LIMIT, window: "24h" },
  { algorithm: "sliding-window-log", limit: LIMIT, window: "24h" },
  { algorithm: "concurrency", limit: LIMIT, expires: "24h" },
  { algorithm: "quota", limit: LIMIT, period: "month" },
  { algorithm: "fixed-window", limit: LIMIT, window: "24h", align: "first-request" },
);
const settledDecisions = fc.array(settledDecision, { minLength: 1, maxLength: 30 });

test("settled decisions never over-admit, whatever is lost, doubled, failing or reset", () => {
  fc.assert(
    fc.property(settledOptions, settledDecisions, (given, decisions) => {
      const gateway = new Gateway([new SettledPlace(given), new SettledPlace(given)]);
      for (const [index, taken] of decisions.entries()) gateway.decide(`d${index}`, taken);
      for (const place of gateway.places)
        expect(place.left(gateway.nowMs)).toBeLessThanOrEqual(Math.max(0, LIMIT - place.sum));
    }),
    { numRuns: toRuns(300) },
  );
});

test("settled decisions leave each object exactly at what it was told, unless it was reset", () => {
  fc.assert(
    fc.property(settledOptions, settledDecisions, (given, decisions) => {
      const gateway = new Gateway([new SettledPlace(given), new SettledPlace(given)]);
      for (const [index, taken] of decisions.entries()) {
        const faults = taken.faults.map((wrong) => (wrong === "reset" ? "none" : wrong));
        // What is put on beyond what the counter can hold is forgotten: here it stays within.
        const room = LIMIT - Math.max(...gateway.places.map(({ sum }) => sum));
        const actual = Math.min(taken.actual, Math.max(taken.cost, room));
        gateway.decide(`d${index}`, { ...taken, faults, actual });
      }
      for (const place of gateway.places) expect(place.left(gateway.nowMs)).toBe(LIMIT - place.sum);
    }),
    { numRuns: toRuns(300) },
  );
});

// Priorities between instances: what a counter holds back for those who wait elsewhere, how long, and what it never does.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CallPlace, CheckVerdict, CounterRequest } from "../../../src/core/counters/counter-messages.ts";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import { RankedWaits } from "../../../src/core/counters/ranked-waits.ts";
import { WaitingLine } from "../../../src/core/outbound/waiting-line.ts";
import { toRuns } from "../../property-runs.ts";
import { MapStore, toCheck, toTake } from "./map-store.ts";

const LIMIT = 3;
const WINDOW_MS = 1_000;
const check = toCheck("budget", { algorithm: "sliding-window-log", limit: LIMIT, window: "1s" });

/** A counter object's way: what is held back, the decision, what is noted. */
class Desk {
  readonly #table = new CounterTable(new MapStore(), 100);
  readonly #waits = new RankedWaits(100);

  ask(asker: string, place: Partial<CallPlace> | undefined, nowMs: number, cost = 1): CheckVerdict {
    const told = { rank: 0, turnAgoMs: 0, patienceMs: 5_000, marginMs: 100, lines: {}, ...place };
    const given: CounterRequest = {
      ...toTake("k", { ...check, cost }),
      asker,
      ...(place !== undefined && { place: told }),
    };
    const request = this.#waits.reserve(given, nowMs);
    const reply = this.#table.handle(request, nowMs);
    this.#waits.note(request, reply, nowMs);
    const [verdict] = reply.verdicts;
    if (verdict === undefined) throw new Error("no verdict");
    return verdict;
  }

  use(nowMs: number, cost = LIMIT): void {
    this.ask("user", undefined, nowMs, cost);
  }
}

const CRITICAL = { rank: 0, turnAgoMs: 0 };
const NORMAL = { rank: 1, turnAgoMs: -500 };

describe("RankedWaits", () => {
  test("holds back a lower priority for what a higher one waits for in another instance, and no more", () => {
    const desk = new Desk();
    desk.use(0);
    expect(desk.ask("a", CRITICAL, 10).outcome).toBe("denied");
    const outcomes = [1, 2, 3].map(() => desk.ask("b", NORMAL, 1_001).outcome);
    expect(outcomes).toEqual(["allowed", "allowed", "denied"]);
    expect(desk.ask("a", CRITICAL, 1_002).outcome).toBe("allowed");
  });

  test("says honestly how long: until there is enough for both, and that it may be sooner", () => {
    const desk = new Desk();
    desk.use(0, 2);
    desk.use(400, 1);
    expect(desk.ask("a", CRITICAL, 500, 2).retryAfterMs).toBe(500);
    const held = desk.ask("b", NORMAL, 1_000);
    expect(held).toMatchObject({ outcome: "denied", retryAfterMs: 400, isTentative: true });
  });

  test("forgets an instance that does not ask when it said", () => {
    const desk = new Desk();
    desk.use(0);
    desk.ask("a", CRITICAL, 10, LIMIT);
    expect(desk.ask("b", NORMAL, 1_099).outcome).toBe("denied");
    expect(desk.ask("b", NORMAL, 1_100).outcome).toBe("allowed");
  });

  test("holds nothing for who cannot wait so long, has been admitted, or is of the same priority or instance", () => {
    const cases: readonly (readonly [waits: Partial<CallPlace>, asker: string])[] = [
      [{ ...CRITICAL, patienceMs: 100 }, "b"],
      [NORMAL, "b"],
      [CRITICAL, "a"],
    ];
    for (const [waits, asker] of cases) {
      const desk = new Desk();
      desk.use(0);
      desk.ask("a", waits, 10, LIMIT);
      expect(desk.ask(asker, NORMAL, 1_050, LIMIT).outcome).toBe("allowed");
    }
    const desk = new Desk();
    desk.use(0, 2);
    desk.ask("a", CRITICAL, 10, 2);
    desk.ask("a", CRITICAL, 20, 1);
    expect(desk.ask("b", NORMAL, 1_001, 2).outcome).toBe("allowed");
  });

  test("a low priority that has waited long enough goes before a high one that came just now", () => {
    const desk = new Desk();
    desk.use(0);
    desk.ask("a", { ...NORMAL, turnAgoMs: 200 }, 10, LIMIT);
    expect(desk.ask("b", CRITICAL, 1_001, 1).outcome).toBe("denied");
    expect(desk.ask("a", { ...NORMAL, turnAgoMs: 1_191 }, 1_002, LIMIT).outcome).toBe("allowed");
  });

  test("others who wait in the instance are held for too, until they had to ask", () => {
    const others = [{ rank: 0, turnAgoMs: 5, count: 2 }];
    const lines = { budget: { againMs: Infinity, waitMs: 300, others } };
    const desk = new Desk();
    expect(desk.ask("a", { ...CRITICAL, lines }, 0).outcome).toBe("allowed");
    expect(desk.ask("b", NORMAL, 399).outcome).toBe("denied");
    expect(desk.ask("b", NORMAL, 400).outcome).toBe("allowed");
  });

  test("a call without a place, a commit and another policy are decided as ever", () => {
    const waits = new RankedWaits(10);
    const place: CallPlace = { ...CRITICAL, patienceMs: 5_000, marginMs: 100, lines: {} };
    const denied: CounterRequest = { ...toTake("k", check), asker: "a", place };
    waits.note(denied, { version: 1, verdicts: [toDenied("budget")], takenAtMs: 0 }, 0);
    const low = { ...toTake("k", check), asker: "b", place: { ...place, ...NORMAL } };
    const plain: CounterRequest = { ...low, place: undefined };
    expect(waits.reserve(plain, 1)).toBe(plain);
    expect(waits.reserve({ ...low, phase: "commit" }, 1).keys).toBe(low.keys);
    expect(waits.reserve({ ...low, keys: [{ key: "k", checks: [{ ...check, policy: "q" }] }] }, 1)).toEqual({
      ...low,
      keys: [{ key: "k", checks: [{ ...check, policy: "q" }] }],
    });
    expect(waits.reserve(low, 1).keys[0]?.checks[0]).toMatchObject({ asideUnits: 1 });
  });

  test("keeps no more of a key than 64 claims, those with the earliest turns", () => {
    const waits = new RankedWaits(10);
    for (let asker = 0; asker < 1_000; asker += 1) {
      const place: CallPlace = { rank: 0, turnAgoMs: asker, patienceMs: 5_000, marginMs: 0, lines: {} };
      const request = { ...toTake("k", check), asker: `isolate ${asker}`, place };
      waits.note(request, { version: 1, verdicts: [toDenied("budget")], takenAtMs: 0 }, 0);
    }
    const place: CallPlace = { rank: 2, turnAgoMs: -1, patienceMs: 5_000, marginMs: 0, lines: {} };
    const low = { ...toTake("k", check), asker: "low", place };
    expect(waits.reserve(low, 1).keys[0]?.checks[0]?.asideUnits).toBe(64);
  });
});

function toDenied(policy: string): CheckVerdict {
  return { policy, outcome: "denied", remaining: 0, retryAfterMs: 1_000, resetMs: 1_000 };
}

/** What a priority is worth, and how long anybody waits. */
const RANK_MS = 1_000;
const PATIENCE_MS = 30_000;
const TICK_MS = 10;

interface Call {
  readonly id: number;
  readonly isolate: string;
  readonly rank: number;
  readonly sinceMs: number;
  isKnown: boolean;
  doneMs: number | undefined;
}

/** Instances with lines of their own before one counter, tick by tick. */
class Fleet {
  readonly calls: Call[] = [];
  /** Calls that were sent while one went without that its counter knew of. */
  readonly passed: string[] = [];
  readonly #desk = new Desk();
  readonly #lines = new Map<string, WaitingLine<Call & { untilMs: number; bodyBytes: number }>>();

  arrive(isolate: string, rank: number, nowMs: number): void {
    const id = this.calls.length;
    const call: Call = { id, isolate, rank, sinceMs: nowMs, isKnown: false, doneMs: undefined };
    this.calls.push(call);
    const line = this.#line(isolate);
    if (line.length === 0 || !line.hasAhead(rank, nowMs)) {
      const verdict = this.#ask(call, nowMs);
      if (verdict.outcome === "allowed") return;
      this.#enter(call, nowMs);
      line.deny(id, nowMs + toWait(verdict));
    } else this.#enter(call, nowMs);
  }

  tick(nowMs: number): void {
    for (const [isolate, line] of this.#lines) {
      for (const { id } of line.waiters) {
        if (line.look(id, { nowMs, askMs: 1_000 }) !== "ask") continue;
        const call = this.calls[id];
        if (call === undefined || call.isolate !== isolate) continue;
        const verdict = this.#ask(call, nowMs);
        if (verdict.outcome === "allowed") line.admit(id, verdict.remaining);
        else line.deny(id, nowMs + toWait(verdict));
      }
    }
  }

  #line(isolate: string): WaitingLine<Call & { untilMs: number; bodyBytes: number }> {
    const line = this.#lines.get(isolate) ?? new WaitingLine(RANK_MS);
    this.#lines.set(isolate, line);
    return line;
  }

  #enter(call: Call, nowMs: number): void {
    const waiter = Object.assign(call, { untilMs: nowMs + PATIENCE_MS, bodyBytes: 0 });
    this.#line(call.isolate).enter(waiter, { nowMs, isFull: false });
  }

  #ask(call: Call, nowMs: number): CheckVerdict {
    const { isolate, id, rank, sinceMs } = call;
    const line = this.#line(isolate);
    const others = line.toRanks(nowMs, id);
    const verdict = this.#desk.ask(
      isolate,
      {
        rank,
        turnAgoMs: nowMs - toTurn(call),
        patienceMs: sinceMs + PATIENCE_MS - nowMs,
        marginMs: 50,
        lines: { budget: { againMs: Infinity, waitMs: line.waitMs(nowMs), others } },
      },
      nowMs,
    );
    for (const one of this.calls)
      if (one.isolate === isolate && one !== call && one.doneMs === undefined) one.isKnown = true;
    call.isKnown = true;
    if (verdict.outcome !== "allowed") return verdict;
    call.doneMs = nowMs;
    const waiting = this.calls.filter(
      (one) =>
        one.isKnown &&
        one.doneMs === undefined &&
        one.isolate !== isolate &&
        one.rank < rank &&
        toTurn(one) < toTurn({ rank, sinceMs }),
    );
    if (waiting.length > this.#left(nowMs))
      this.passed.push(`${id} of rank ${rank} before ${waiting.map((one) => one.id).join()}`);
    return verdict;
  }

  #left(nowMs: number): number {
    return LIMIT - this.calls.filter(({ doneMs = -Infinity }) => doneMs > nowMs - WINDOW_MS).length;
  }
}

/** What a denial promises, or as soon as those may be done for whom it is held back. */
function toWait({ retryAfterMs, isTentative }: CheckVerdict): number {
  return isTentative === true ? Math.min(retryAfterMs, 100) : retryAfterMs;
}

function toTurn({ rank, sinceMs }: Pick<Call, "rank" | "sinceMs">): number {
  return sinceMs + rank * RANK_MS;
}

function run(arrivals: readonly { atMs: number; isolate: string; rank: number }[], untilMs: number): Fleet {
  const fleet = new Fleet();
  const sorted = arrivals.toSorted((one, other) => one.atMs - other.atMs);
  let next = 0;
  for (let nowMs = 0; nowMs <= untilMs; nowMs += TICK_MS) {
    for (; (sorted[next]?.atMs ?? Infinity) <= nowMs; next += 1) {
      const { isolate, rank } = sorted[next] ?? { isolate: "", rank: 0 };
      fleet.arrive(isolate, rank, nowMs);
    }
    fleet.tick(nowMs);
  }
  return fleet;
}

const arrival = fc.record({
  atMs: fc.nat(4_000),
  isolate: fc.constantFrom("a", "b", "c"),
  rank: fc.nat(2),
});

describe("instances whose counter knows who waits", () => {
  test("admit no more than the limit, pass nobody who is known to wait, and serve all", () => {
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1, maxLength: 30 }), (arrivals) => {
        const { calls, passed } = run(arrivals, 20_000);
        expect(passed).toEqual([]);
        const times = calls.map(({ doneMs }) => doneMs ?? Infinity).toSorted((one, other) => one - other);
        expect(times.at(-1)).toBeLessThan(Infinity);
        for (const [at, time] of times.slice(LIMIT).entries())
          expect(time - (times[at] ?? 0)).toBeGreaterThanOrEqual(WINDOW_MS);
      }),
      { numRuns: toRuns(300) },
    );
  });

  test("starve nobody, though more come of the highest priority than there is quota for", () => {
    const flood = Array.from({ length: 60 }, (_, at) => ({ atMs: at * 200, isolate: "a", rank: 0 }));
    const { calls } = run([...flood, { atMs: 5, isolate: "b", rank: 2 }], 13_000);
    const low = calls.find(({ rank }) => rank === 2);
    expect(low?.doneMs).toBeLessThan(5 + 2 * RANK_MS + 3 * WINDOW_MS);
  });
});

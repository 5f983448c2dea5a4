import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Waiter, WaitingLine } from "../../../src/core/outbound/waiting-line.ts";
import { type Arrival, runWorld, type WorldRules } from "./line-world.ts";
import { toRuns } from "../../property-runs.ts";

const RANK_MS = 500;

const anyArrivals = (most: number): fc.Arbitrary<Arrival[]> =>
  fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 1_500 }),
      rank: fc.integer({ min: 0, max: 2 }),
      patienceMs: fc.integer({ min: 1, max: 2_000 }),
    }),
    { minLength: 1, maxLength: most },
  );

const anyRules: fc.Arbitrary<WorldRules> = fc.record({
  rankMs: fc.constantFrom(0, RANK_MS),
  lengthMax: fc.integer({ min: 1, max: 12 }),
  unitMs: fc.integer({ min: 1, max: 300 }),
  answerMs: fc.integer({ min: 1, max: 30 }),
});

function waiter(id: number, rank: number, sinceMs: number): Waiter {
  return { id, rank, sinceMs, untilMs: Infinity, bodyBytes: 0 };
}

/** The ids in the order of the line. */
function enterAll(line: WaitingLine<Waiter>, waiters: readonly Waiter[]): readonly number[] {
  for (const one of waiters) line.enter(one, { nowMs: one.sinceMs, isFull: false });
  return line.waiters.map(({ id }) => id);
}

const idsToWake = (line: WaitingLine<Waiter>, nowMs: number): readonly number[] =>
  line.toWake(nowMs).map(({ id }) => id);

describe("a WaitingLine", () => {
  test("is in the order of priority, then of arrival; a priority is worth so much time", () => {
    const ids = enterAll(new WaitingLine<Waiter>(RANK_MS), [
      waiter(1, 2, 0),
      waiter(2, 1, 0),
      waiter(3, 1, 0),
      waiter(4, 0, 400),
      waiter(5, 0, 600),
      waiter(6, 0, 1_100),
    ]);
    expect(ids).toEqual([4, 2, 3, 5, 1, 6]);
  });

  test("that is full lets go whoever stands last: the background first, and never one that was there for its time", () => {
    const line = new WaitingLine<Waiter>(RANK_MS);
    enterAll(line, [waiter(1, 2, 0), waiter(2, 2, 10), waiter(3, 1, 20)]);
    const enter = (id: number, rank: number, nowMs: number): number | undefined =>
      line.enter(waiter(id, rank, nowMs), { nowMs, isFull: true })?.id;
    expect(enter(4, 2, 30)).toBe(4);
    expect(enter(5, 0, 40)).toBe(2);
    expect(enter(6, 1, 50)).toBe(1);
    expect(enter(7, 1, 60)).toBe(7);
    expect(enter(8, 0, 70)).toBe(6);
    expect(line.waiters.map(({ id }) => id)).toEqual([5, 8, 3]);
    // It has stood for longer than its priority is behind.
    expect(enter(9, 0, 600)).toBe(9);
  });

  test("lets others in between the requests of one client, and keeps its own in their order", () => {
    const line = new WaitingLine<Waiter>(RANK_MS, 100);
    const of = (client: string, id: number, sinceMs: number, rank = 1): Waiter => ({
      ...waiter(id, rank, sinceMs),
      client,
    });
    const ids = enterAll(line, [
      ...[1, 2, 3, 4].map((id) => of("a", id, 0)),
      of("b", 5, 50),
      of("b", 6, 60),
      of("a", 7, 60, 0),
      of("c", 8, 250),
    ]);
    expect(ids).toEqual([7, 1, 5, 2, 6, 3, 8, 4]);
    for (const id of [7, 1, 5, 2, 6, 3, 8]) line.leave(id);
    // Its last one stands where it stood, and those that come after it after that.
    expect([line.hasAhead(1, 260, "b"), line.hasAhead(1, 260, "a")]).toEqual([false, true]);
    expect(enterAll(line, [of("a", 9, 260), of("b", 10, 260)])).toEqual([10, 4, 9]);
  });

  test("lets its head alone ask when quota is expected, and after quota was there as many as have room", () => {
    const line = new WaitingLine<Waiter>(RANK_MS);
    enterAll(line, [waiter(1, 1, 0), waiter(2, 1, 0), waiter(3, 1, 0), waiter(4, 1, 0)]);
    line.deny(1, 100);
    const look = (id: number, nowMs: number): unknown => line.look(id, { nowMs, askMs: 50 });
    expect(look(1, 0)).toBe(100);
    for (const id of [2, 3, 4]) expect(look(id, 0)).toBeGreaterThan(100);
    expect(idsToWake(line, 99)).toEqual([]);
    expect([look(1, 100), look(2, 100)]).toEqual(["ask", expect.any(Number)]);
    line.admit(1, 2);
    expect(idsToWake(line, 110)).toEqual([2, 3]);
    expect([look(3, 110), look(2, 110), look(4, 110)]).toEqual(["ask", "ask", expect.any(Number)]);
    line.deny(2, 500);
    line.deny(3, 500);
    expect([look(2, 120), look(3, 500), look(2, 500)]).toEqual([380, expect.any(Number), "ask"]);
  });

  test("wakes whoever becomes its head, to look when quota is expected and no later", () => {
    const line = new WaitingLine<Waiter>(RANK_MS);
    enterAll(line, [waiter(1, 1, 0), waiter(2, 1, 0)]);
    line.deny(1, 100);
    const look = (id: number, nowMs: number): unknown => line.look(id, { nowMs, askMs: 50 });
    expect([look(1, 0), look(2, 0)]).toEqual([100, expect.any(Number)]);
    line.leave(1);
    expect(idsToWake(line, 40)).toEqual([2]);
    expect(idsToWake(line, 40)).toEqual([]);
    expect(look(2, 40)).toBe(60);
  });

  test("has somebody ahead of a newcomer, unless the newcomer is more urgent", () => {
    const line = new WaitingLine<Waiter>(RANK_MS);
    enterAll(line, [waiter(1, 1, 0)]);
    expect([0, 1, 2].map((rank) => line.hasAhead(rank, 0))).toEqual([false, true, true]);
    // By then the normal one has stood for as long as its priority is behind.
    expect(line.hasAhead(0, RANK_MS)).toBe(true);
  });
});

describe("in any world of waiters", () => {
  test("nobody is lost, the line keeps its bound, and order is kept", () => {
    fc.assert(
      fc.property(anyArrivals(25), anyRules, (arrivals, rules) => {
        const { ended, lengthMax, overtaken } = runWorld(arrivals, rules);
        expect(ended).toHaveLength(arrivals.length);
        expect(lengthMax).toBeLessThanOrEqual(rules.lengthMax);
        expect(overtaken).toEqual([]);
        for (const { waiter: one, atMs } of ended)
          expect(atMs).toBeLessThanOrEqual(one.untilMs + rules.answerMs);
      }),
      { numRuns: toRuns(150) },
    );
  });

  test("nobody is late while there was quota for it", () => {
    fc.assert(
      fc.property(anyArrivals(10), anyRules, (arrivals, rules) => {
        // With time for all of them, one after the other.
        const patienceMs = (arrivals.length + 2) * (rules.unitMs + 2 * rules.answerMs + 4);
        const patient = arrivals.map((arrival) => ({ ...arrival, patienceMs }));
        const { ended } = runWorld(patient, { ...rules, lengthMax: patient.length });
        expect(ended.map(({ outcome }) => outcome)).toEqual(patient.map(() => "admitted"));
      }),
      { numRuns: toRuns(100) },
    );
  });

  test("who leaves makes nobody behind wait longer", () => {
    fc.assert(
      fc.property(anyArrivals(10), anyRules, (arrivals, rules) => {
        const mixed = arrivals.map((arrival, at) => ({
          ...arrival,
          // Close together, so that many wait when one leaves.
          atMs: arrival.atMs % 60,
          ...(at % 2 === 0 ? {} : { diesAfterMs: arrival.patienceMs / 10, leaves: true }),
          patienceMs: (arrivals.length + 2) * (rules.unitMs + 2 * rules.answerMs + 4),
        }));
        const { ended } = runWorld(mixed, { ...rules, lengthMax: mixed.length });
        const outcomes = ended.map(({ outcome }) => outcome);
        expect(outcomes.filter((outcome) => outcome !== "died" && outcome !== "admitted")).toEqual([]);
      }),
      { numRuns: toRuns(100) },
    );
  });

  test("the counter is asked at most twice for each that is admitted, and once for each that was late", () => {
    fc.assert(
      fc.property(anyArrivals(25), anyRules, (arrivals, rules) => {
        const { ended, asked } = runWorld(arrivals, rules);
        expect(asked.length).toBeLessThanOrEqual(2 * ended.length);
      }),
      { numRuns: toRuns(100) },
    );
  });

  test("who is gone without a word holds up nobody for long, however many they are", () => {
    fc.assert(
      fc.property(anyArrivals(12), fc.integer({ min: 0, max: 20 }), (arrivals, dead) => {
        const living = arrivals.map((arrival) => ({ ...arrival, patienceMs: 20_000 }));
        const gone = Array.from({ length: dead }, () => ({
          atMs: 0,
          rank: 0,
          patienceMs: 20_000,
          diesAfterMs: 10,
        }));
        const rules = { rankMs: RANK_MS, lengthMax: 100, unitMs: 50, answerMs: 5 };
        const { ended } = runWorld([...gone, ...living], rules);
        const alive = ended.filter(({ outcome }) => outcome !== "died");
        expect(alive.map(({ outcome }) => outcome)).toEqual(living.map(() => "admitted"));
        // Two looks of those behind find all who are gone.
        for (const { waiter: one, atMs } of alive) expect(atMs - one.sinceMs).toBeLessThan(6_000);
      }),
      { numRuns: toRuns(40) },
    );
  });

  test("a background request goes before every critical one that came two priorities' time later", () => {
    const flood = Array.from({ length: 300 }, (_, at) => ({ atMs: at * 10, rank: 0, patienceMs: 60_000 }));
    const background = { atMs: 100, rank: 2, patienceMs: 60_000 };
    const rules = { rankMs: RANK_MS, lengthMax: 1_000, unitMs: 20, answerMs: 1 };
    const { ended } = runWorld([...flood, background], rules);
    const place = ended.findIndex(({ waiter: one }) => one.rank === 2);
    const before = ended.slice(0, place).map(({ waiter: one }) => one.sinceMs);
    expect(Math.max(...before)).toBeLessThanOrEqual(100 + 2 * RANK_MS);
    expect(ended[place]?.outcome).toBe("admitted");
  });
});

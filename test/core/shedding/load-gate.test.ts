import { describe, expect, test } from "vitest";
import { toClientPlace } from "../../../src/core/shedding/client-place.ts";
import { LoadGate } from "../../../src/core/shedding/load-gate.ts";

const arrival = { rank: 1, client: 5, place: 0.5, chance: 0.5, nowMs: 0 };

describe("admit()", () => {
  test("lets in whoever stands before the edge, and higher priorities as a whole", () => {
    const gate = new LoadGate(false);
    gate.learn({ open: 1.4, heavy: [], baseMs: 50 }, 0, 1_000);
    expect(gate.admit(arrival)).toBe(false);
    expect(gate.admit({ ...arrival, place: 0.3 })).toBe(true);
    expect(gate.admit({ ...arrival, rank: 0, place: 0.99 })).toBe(true);
    expect(gate.admit({ ...arrival, rank: 2, place: 0 })).toBe(false);
  });

  test("lets in a share of a heavy client's requests, by chance", () => {
    const gate = new LoadGate(false);
    gate.learn({ open: 1.9, heavy: [{ client: 5, share: 0.2 }], baseMs: 50 }, 0, 1_000);
    expect(gate.admit({ ...arrival, place: 0.1, chance: 0.3 })).toBe(false);
    expect(gate.admit({ ...arrival, place: 0.1, chance: 0.1 })).toBe(true);
  });

  describe("while load is shed and one that is on its way waits", () => {
    /** One request at a time that takes `tookMs`, until it is known what is usual; then load is shed. */
    function toGate({ tookMs, isShadow = false }: { readonly tookMs: number; readonly isShadow?: boolean }): {
      readonly gate: LoadGate;
      readonly fromMs: number;
    } {
      const gate = new LoadGate(isShadow);
      for (let second = 0; second < 12; second += 1) {
        const nowMs = second * 1_000;
        gate.learn({ open: 3, heavy: [], baseMs: 50 }, nowMs, 1_000);
        const flight = gate.start(nowMs);
        gate.admit({ ...arrival, nowMs: nowMs + tookMs });
        gate.end(flight, nowMs + tookMs, false);
        gate.take("a", nowMs + 900);
      }
      gate.learn({ open: 1.4, heavy: [], baseMs: 50 }, 12_000, 1_000);
      gate.start(12_000);
      return { gate, fromMs: 12_000 };
    }
    const isIn = ({ gate, fromMs }: ReturnType<typeof toGate>, rank: number, waitedMs: number): boolean =>
      gate.admit({ ...arrival, place: 0.1, rank, nowMs: fromMs + waitedMs });

    test("for far longer than usual, adds none to it, critical ones last", () => {
      const quick = toGate({ tookMs: 50 });
      expect([140, 160].map((waitedMs) => isIn(quick, 1, waitedMs))).toEqual([true, false]);
      expect([390, 410].map((waitedMs) => isIn(quick, 0, waitedMs))).toEqual([true, false]);
    });

    test("for as long as some always do, adds more", () => {
      const slow = toGate({ tookMs: 300 });
      expect([440, 460].map((waitedMs) => isIn(slow, 1, waitedMs))).toEqual([true, false]);
    });

    test("refuses nobody in a dry run that its share lets in", () => {
      expect(isIn(toGate({ tookMs: 50, isShadow: true }), 1, 4_000)).toBe(true);
    });

    test("lets all in once everybody is let in again", () => {
      const well = toGate({ tookMs: 50 });
      well.gate.learn({ open: 3, heavy: [], baseMs: 50 }, 12_100, 1_000);
      expect(isIn(well, 1, 400)).toBe(true);
    });
  });

  test("forgets what was said when nothing more is heard", () => {
    const gate = new LoadGate(false);
    gate.learn({ open: 0, heavy: [], baseMs: 50 }, 0, 1_000);
    expect(gate.admit({ ...arrival, nowMs: 4_999 })).toBe(false);
    expect(gate.admit({ ...arrival, nowMs: 5_000 })).toBe(true);
  });
});

describe("isShedding()", () => {
  test("while some are refused, and never in a dry run", () => {
    for (const isShadow of [true, false]) {
      const gate = new LoadGate(isShadow);
      expect(gate.isShedding(0)).toBe(false);
      gate.learn({ open: 1.4, heavy: [], baseMs: 50 }, 0, 1_000);
      expect([gate.isShedding(0), gate.isShedding(5_000)]).toEqual([!isShadow, false]);
    }
  });
});

describe("take()", () => {
  test("counts a request whose client has left neither as answered nor for ever", () => {
    const gate = new LoadGate(false);
    gate.admit(arrival);
    gate.start(0, 100);
    const left = gate.start(0);
    gate.end(left, 50, undefined);
    gate.end(left, 60, false);
    expect(gate.take("a", 200)).toMatchObject({ answers: 0, flightMs: 250, arrivals: [0, 1, 0] });
    expect(gate.take("a", 300)).toMatchObject({ flightMs: 0, elapsedMs: 100 });
  });
});

describe("toClientPlace()", () => {
  test("stays for the hour, and moves with the next", () => {
    expect(toClientPlace(9, 3_599_999)).toBe(toClientPlace(9, 0));
    expect(toClientPlace(9, 3_600_000)).not.toBe(toClientPlace(9, 0));
  });

  test("spreads neighbours", () => {
    const places = Array.from({ length: 1_000 }, (_, client) => toClientPlace(client, 0));
    expect(places.filter((place) => place < 0.25).length).toBeGreaterThan(200);
    expect(places.filter((place) => place < 0.25).length).toBeLessThan(300);
  });
});

describe("hasNews()", () => {
  /** One request at a time that takes 50 ms, and then one that waits, `sinceMs` after the last report. */
  function toWaiting(): LoadGate {
    const gate = new LoadGate(false);
    for (let second = 0; second < 12; second += 1) {
      const nowMs = second * 1_000;
      gate.learn({ open: 3, heavy: [], baseMs: 50 }, nowMs, 1_000);
      gate.end(gate.start(nowMs), nowMs + 50, false);
      gate.take("a", nowMs + 1_000);
    }
    gate.start(12_000);
    return gate;
  }

  test("once what is on its way waits for three times as long as usual, and not at once after a report", () => {
    const gate = toWaiting();
    expect([140, 299, 301].map((waitedMs) => gate.hasNews(12_000 + waitedMs))).toEqual([false, false, true]);
    gate.take("a", 12_301);
    expect([12_400, 12_601].map((nowMs) => gate.hasNews(nowMs))).toEqual([false, true]);
  });

  test("twice, and then not before a report was due", () => {
    const gate = toWaiting();
    for (const nowMs of [12_301, 12_602]) gate.take("a", nowMs);
    expect(gate.hasNews(13_500)).toBe(false);
    gate.take("a", 13_602);
    expect(gate.hasNews(13_903)).toBe(true);
  });

  test("later where there are many isolates, and never while load is shed", () => {
    const many = toWaiting();
    many.learn({ open: 3, heavy: [], baseMs: 50 }, 12_000, 4_000);
    expect([13_100, 13_201].map((nowMs) => many.hasNews(nowMs))).toEqual([false, true]);
    const shed = toWaiting();
    shed.learn({ open: 1, heavy: [], baseMs: 50 }, 12_000, 1_000);
    expect(shed.hasNews(13_000)).toBe(false);
  });
});

test("take() says how many the share would let in, and how many it did, of those that share and are not heavy", () => {
  const gate = new LoadGate(false);
  gate.learn({ open: 1.4, heavy: [{ client: 9, share: 0.5 }], baseMs: 50 }, 0, 1_000);
  for (const place of [0.1, 0.2, 0.3, 0.9]) gate.admit({ ...arrival, place });
  for (const rank of [0, 2]) gate.admit({ ...arrival, rank });
  gate.admit({ ...arrival, client: 9 });
  expect(gate.take("a", 1_000)).toMatchObject({ meant: expect.closeTo(1.6), letIn: 3 });
  expect(gate.take("a", 2_000)).toMatchObject({ meant: 0, letIn: 0 });
});

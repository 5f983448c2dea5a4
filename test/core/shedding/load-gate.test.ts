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

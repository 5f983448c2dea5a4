// Units that are held for as long as their request lives: renewed meanwhile, and given back once.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import { type Check, MESSAGE_VERSION } from "../../../src/core/counters/counter-messages.ts";
import { isAllowed, MapStore, toCheck, toRequest, toTake } from "./map-store.ts";

const START_MS = 1_700_000_000_000;
const EXPIRES_MS = 10_000;
const permits = { algorithm: "concurrency", limit: 3, expires: `${EXPIRES_MS}ms` };

/** A counter of permits over a row that outlives it, with a clock of its own. */
class Desk {
  nowMs = START_MS;
  readonly check: Check;
  readonly #store = new MapStore();
  /** When each decision was taken, or renewed last. */
  readonly #takenMs = new Map<string, number>();
  #table = new CounterTable(this.#store, 10);

  constructor(options: Record<string, unknown> = permits) {
    this.check = toCheck("p", options);
  }

  get #keys() {
    return [{ key: "k", checks: [this.check] }];
  }

  take(id: string): boolean {
    const reply = this.#table.handle(toRequest("take", this.#keys, id), this.nowMs);
    this.#takenMs.set(id, reply.takenAtMs);
    return isAllowed(reply);
  }

  renew(id: string, policies: readonly string[] = ["p"]): void {
    const committed = { takenAtMs: this.#takenMs.get(id) ?? 0, policies };
    const reply = this.#table.handle({ ...toRequest("renew", this.#keys, id), committed }, this.nowMs);
    this.#takenMs.set(id, reply.takenAtMs);
  }

  end(id: string, takenAtMs = this.#takenMs.get(id) ?? 0): void {
    const { policy, algorithm, settings, cost } = this.check;
    const checks = [{ policy, algorithm, settings, taken: cost, actual: 0 }];
    this.#table.settle({ version: MESSAGE_VERSION, id, takenAtMs, keys: [{ key: "k", checks }] }, this.nowMs);
  }

  left(): number {
    const reply = this.#table.handle(toTake("k", { ...this.check, cost: 0 }), this.nowMs);
    return reply.verdicts[0]?.remaining ?? NaN;
  }

  restart(): void {
    this.#table = new CounterTable(this.#store, 10);
  }
}

describe("a permit that is renewed", () => {
  test("lives on, and frees itself when the renewals end", () => {
    const desk = new Desk();
    desk.take("one");
    for (let time = 0; time < 5; time += 1) {
      desk.nowMs += EXPIRES_MS - 1;
      desk.renew("one");
      expect(desk.left()).toBe(2);
    }
    desk.nowMs += EXPIRES_MS - 1;
    expect(desk.left()).toBe(2);
    desk.nowMs += 1;
    expect(desk.left()).toBe(3);
  });

  test("goes back once with its last renewal's time, also after a restart", () => {
    for (const restarts of [false, true]) {
      const desk = new Desk();
      for (const id of ["one", "two"]) desk.take(id);
      desk.nowMs += EXPIRES_MS - 1;
      for (const id of ["one", "two"]) desk.renew(id);
      desk.nowMs += 5_000;
      if (restarts) desk.restart();
      desk.end("one");
      expect(desk.left()).toBe(2);
    }
  });

  test("counts again when it had freed itself, for it is in use", () => {
    const desk = new Desk();
    for (const id of ["one", "two", "three"]) desk.take(id);
    desk.nowMs += EXPIRES_MS;
    for (const id of ["four", "five"]) expect(desk.take(id)).toBe(true);
    desk.renew("one");
    expect(desk.left()).toBe(0);
  });

  test("outlives a reset of the counter, for it is in use", () => {
    const desk = new Desk();
    desk.take("one");
    desk.restart();
    desk.nowMs += EXPIRES_MS / 2;
    desk.renew("one");
    desk.nowMs += EXPIRES_MS - 1;
    expect(desk.left()).toBe(2);
  });
});

describe("a renewal", () => {
  test("that comes after the end takes nothing again", () => {
    const desk = new Desk();
    desk.take("one");
    desk.end("one");
    desk.renew("one");
    expect(desk.left()).toBe(3);
  });

  test("changes nothing of a policy that took nothing, nor of units that pass with time", () => {
    const desk = new Desk();
    desk.take("one");
    desk.nowMs += EXPIRES_MS - 1;
    desk.renew("one", []);
    desk.nowMs += 1;
    expect(desk.left()).toBe(3);
    const window = new Desk({ algorithm: "sliding-window-log", limit: 3, window: "10s" });
    window.take("one");
    window.nowMs += EXPIRES_MS - 1;
    window.renew("one");
    window.nowMs += 1;
    expect(window.left()).toBe(3);
  });

  test("leaves a counter alone that has another algorithm by now", () => {
    const desk = new Desk();
    desk.take("one");
    Object.assign(desk, { check: toCheck("p", { algorithm: "fixed-window", limit: 5, window: "1h" }) });
    desk.take("two");
    Object.assign(desk, { check: toCheck("p", permits) });
    desk.renew("one");
    Object.assign(desk, { check: toCheck("p", { algorithm: "fixed-window", limit: 5, window: "1h" }) });
    expect(desk.left()).toBe(4);
  });
});

test("a permit goes back however many decisions were settled since it was taken", () => {
  const desk = new Desk();
  desk.take("long");
  for (let time = 0; time < 3_000; time += 1) {
    desk.nowMs += 1;
    expect(desk.take(`short ${time}`)).toBe(true);
    desk.end(`short ${time}`);
  }
  desk.end("long");
  expect(desk.left()).toBe(3);
});

test("what lives is counted, exactly, however long: with renewals in any order", () => {
  const step = fc.record({
    waitMs: fc.nat(EXPIRES_MS / 2 - 1),
    act: fc.constantFrom("take", "end", "renew"),
    at: fc.nat(2),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const desk = new Desk();
      const live: string[] = [];
      for (const [turn, { waitMs, act, at }] of steps.entries()) {
        desk.nowMs += waitMs;
        const id = live[at % Math.max(1, live.length)];
        if (act === "take" && desk.take(`${turn}`)) live.push(`${turn}`);
        if (act === "end" && id !== undefined) desk.end(live.splice(live.indexOf(id), 1)[0] ?? "");
        if (act === "renew" && id !== undefined) desk.renew(id);
        // Each within half of what it has.
        for (const other of live) desk.renew(other);
        expect(desk.left()).toBe(3 - live.length);
      }
    }),
  );
});

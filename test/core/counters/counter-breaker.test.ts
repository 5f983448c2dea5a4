import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CounterBreaker,
  CLOSED,
  mayAsk,
  OPEN_MS,
  recordFailure,
  recordSuccess,
  startAsking,
} from "../../../src/core/counters/counter-breaker.ts";

const START_MS = 1_700_000_000_000;

/** An object's breaker as a client keeps it, with a clock in milliseconds from the start. */
class Desk {
  state: CounterBreaker = CLOSED;

  /** What the asker got to know when it began, or undefined when it must not ask. */
  begin(atMs: number): CounterBreaker | undefined {
    const nowMs = START_MS + atMs;
    if (!mayAsk(this.state, nowMs)) return undefined;
    this.state = startAsking(this.state, nowMs);
    return this.state;
  }

  fail(atMs: number, isOverloaded = false): void {
    this.state = recordFailure(this.state, { nowMs: START_MS + atMs, isOverloaded });
  }

  succeed(asked: CounterBreaker): void {
    this.state = recordSuccess(this.state, asked);
  }
}

function failTimes(times: number, atMs = 0): Desk {
  const desk = new Desk();
  for (let time = 0; time < times; time += 1) {
    expect(desk.begin(atMs)).toBeDefined();
    desk.fail(atMs);
  }
  return desk;
}

describe("a breaker", () => {
  test("goes on asking after four failures in a row, and not after five", () => {
    expect(failTimes(4).begin(0)).toBeDefined();
    expect(failTimes(5).begin(0)).toBeUndefined();
  });

  test("counts failures that overlap", () => {
    const desk = new Desk();
    for (let time = 0; time < 5; time += 1) desk.begin(0);
    for (let time = 0; time < 5; time += 1) desk.fail(500);
    expect(desk.begin(500)).toBeUndefined();
  });

  test("starts again at nothing after an answer", () => {
    const desk = failTimes(4);
    const asked = desk.begin(0);
    if (asked !== undefined) desk.succeed(asked);
    expect(desk.state).toBe(CLOSED);
  });

  test("leaves the object alone for OPEN_MS, then lets one ask until that one knows", () => {
    const desk = failTimes(5);
    expect(desk.begin(OPEN_MS - 1)).toBeUndefined();
    expect(desk.begin(OPEN_MS)).toBeDefined();
    expect([OPEN_MS, OPEN_MS + 1, 2 * OPEN_MS - 1].map((atMs) => desk.begin(atMs))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    // One that never comes to know must not close it for ever.
    expect(desk.begin(2 * OPEN_MS)).toBeDefined();
  });

  test("closes with the answer to that one, and opens again with its failure", () => {
    const recovered = failTimes(5);
    const asked = recovered.begin(OPEN_MS);
    if (asked !== undefined) recovered.succeed(asked);
    expect(recovered.begin(OPEN_MS)).toBe(CLOSED);
    const broken = failTimes(5);
    broken.begin(OPEN_MS);
    broken.fail(OPEN_MS + 200);
    expect(broken.begin(2 * OPEN_MS + 199)).toBeUndefined();
    expect(broken.begin(2 * OPEN_MS + 200)).toBeDefined();
  });

  test("opens at once when the object is overloaded", () => {
    const desk = new Desk();
    desk.begin(0);
    desk.fail(0, true);
    expect(desk.begin(OPEN_MS - 1)).toBeUndefined();
  });

  test("is not closed by an answer that was asked for before it opened", () => {
    const desk = new Desk();
    const early = desk.begin(0);
    desk.begin(0);
    desk.fail(1, true);
    if (early !== undefined) desk.succeed(early);
    expect(desk.begin(2)).toBeUndefined();
  });

  test("of an object that always fails lets five ask at once, and then one in OPEN_MS", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ waitMs: fc.integer({ min: 0, max: 300 }), lasts: fc.nat(3) }), {
          maxLength: 200,
        }),
        (asks) => {
          const desk = new Desk();
          const askedAtMs: number[] = [];
          let nowMs = 0;
          for (const { waitMs } of asks) {
            nowMs += waitMs;
            if (desk.begin(nowMs) === undefined) continue;
            askedAtMs.push(nowMs);
            desk.fail(nowMs);
          }
          const later = askedAtMs.slice(4);
          expect(later.every((atMs, index) => atMs >= (later[index - 1] ?? -OPEN_MS) + OPEN_MS)).toBe(true);
        },
      ),
    );
  });
});

// Which turns may hold no denial, against the leases that ship: one isolate, at the pace of the bench's overload row.

import { expect, test } from "vitest";
import { RecentUse } from "../../../bench/measures/recent-use.ts";
import { isPromised } from "../../../bench/measures/take-turn.ts";
import { overload } from "../../../bench/workloads/overload.ts";
import { algorithms } from "../../../src/core/algorithms/registry.ts";
import { toOfferedTerms } from "../../../src/core/leases/lease-terms.ts";
import { EventQueue } from "../../../tools/simulate-leases/event-queue.ts";
import { Isolate } from "../../../tools/simulate-leases/isolate.ts";
import { Owner } from "../../../tools/simulate-leases/owner.ts";

const { units, windowMs } = overload.limit;
const TURN_MS = 1_080;
const LEASED = "auto";
const EXACT = "exact";

test("leases deny one isolate nothing of what it may have at once, and of what comes back they may", () => {
  const promised = Array.from({ length: 13 }, (_one, index) => units - index * 100);
  expect(promised.map((sent) => countDenied(sent, LEASED))).toEqual(promised.map(() => 0));
  // 216 more come back within the turn, which its counter alone would admit.
  expect(countDenied(2_190, EXACT)).toBe(0);
  expect(countDenied(2_190, LEASED)).toBeGreaterThan(0);
});

test.each([
  [2_000, 0, true],
  [2_001, 0, false],
  [1_500, 600, false],
  [1_400, 600, true],
])("of 2,000 at once, %i requests after %i are promised: %s", (sent, missing, promised) => {
  const counts = new Map([
    ["quiet", 1],
    ["busy", sent],
  ]);
  expect(isPromised(counts, { atOnce: units, missing })).toBe(promised);
});

test("what nothing limits is promised", () => {
  expect(isPromised(new Map([["a", 1e9]]), { atOnce: undefined, missing: 5 })).toBe(true);
});

test("RecentUse adds what was sent without a pause of a window, and forgets it after one", () => {
  const recent = new RecentUse(1_000);
  expect(recent.toMissing(0)).toBe(0);
  recent.note(10, { startedMs: 0, endedMs: 500 });
  recent.note(5, { startedMs: 1_499, endedMs: 1_600 });
  expect([1_600, 2_599, 2_600].map((nowMs) => recent.toMissing(nowMs))).toEqual([15, 15, 0]);
  recent.note(7, { startedMs: 2_600, endedMs: 2_700 });
  expect(recent.toMissing(2_700)).toBe(7);
});

/** Nine tenths of a turn's requests in its first two thirds, as under full load, and the others after it. */
function countDenied(sent: number, consistency: "auto" | "exact"): number {
  const parsed = algorithms["token-bucket"].parseConfig({ limit: units, window: `${windowMs}ms` });
  if (!parsed.ok) throw new Error("no settings");
  const rules = { algorithm: "token-bucket", settings: parsed.value } as const;
  const terms = toOfferedTerms({ algorithm: "token-bucket", consistency }, parsed.value);
  const events = new EventQueue();
  const world = { events, owner: new Owner(rules), terms: new Map([["", terms]]) };
  const isolate = new Isolate({ name: "i", roundTripMs: 3, clockAheadMs: 0 }, world);
  let denied = 0;
  for (let index = 0; index < sent; index += 1) {
    const part = index / sent;
    const atMs = 1_700_000_000_000 + TURN_MS * (part < 0.9 ? part / 1.35 : 2 / 3 + (part - 0.9) / 0.3);
    events.add(atMs, () => {
      isolate.request(atMs, { cost: 1 }, ({ isAllowed }) => {
        denied += Number(!isAllowed);
      });
    });
  }
  for (let event = events.take(); event !== undefined; event = events.take()) event.run();
  return denied;
}

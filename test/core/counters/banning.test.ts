// Bans as a counter table keeps them: what they refuse, what counts for them, and what they outlive.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BanSettings } from "../../../src/core/counters/ban.ts";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import {
  type Check,
  type CounterReply,
  MESSAGE_VERSION,
} from "../../../src/core/counters/counter-messages.ts";
import { isAllowed, MapStore, toCheck, toRequest, toTake } from "./map-store.ts";

const START_MS = 1_700_000_000_000;
const ban: BanSettings = { after: 3, windowMs: 10_000, forMs: [1_000, 5_000, 20_000] };
const one = { algorithm: "sliding-window-log", limit: 1, window: "100ms" };
const banning: Check = { ...toCheck("p", one), ban };

/** A table with a clock in milliseconds from the start. */
function toDesk(store = new MapStore()): {
  readonly store: MapStore;
  readonly ask: (atMs: number, check?: Check) => CounterReply["verdicts"][number] | undefined;
} {
  const table = new CounterTable(store, 10);
  return {
    store,
    ask: (atMs, check = banning) => table.handle(toTake("k", check), START_MS + atMs).verdicts[0],
  };
}

function ban3(ask: (atMs: number) => unknown): void {
  for (let atMs = 0; atMs < 4; atMs += 1) ask(atMs);
}

describe("a policy with a ban", () => {
  test("refuses a key that was denied too often, until exactly when it says", () => {
    const { ask } = toDesk();
    expect(ask(0)?.outcome).toBe("allowed");
    expect([ask(1), ask(2)].map((verdict) => verdict?.retryAfterMs)).toEqual([99, 98]);
    expect(ask(3)).toMatchObject({ outcome: "denied", retryAfterMs: 97 });
    expect(ask(4)).toMatchObject({ outcome: "denied", retryAfterMs: 999 });
    // Its quota is back long before.
    expect(ask(1_002)).toMatchObject({ outcome: "denied", retryAfterMs: 1 });
    expect(ask(1_003)?.outcome).toBe("allowed");
  });

  test("refuses no longer than the policy now says, though the ban was made under another", () => {
    const { ask } = toDesk();
    ban3(ask);
    const shortened = { ...banning, ban: { ...ban, forMs: [300] } };
    expect(ask(103, shortened)).toMatchObject({ outcome: "denied", retryAfterMs: 200 });
    expect(ask(302, shortened)?.outcome).toBe("denied");
    expect(ask(303, shortened)?.outcome).toBe("allowed");
  });

  test("says so for every cost but one that is impossible", () => {
    const { ask } = toDesk();
    ban3(ask);
    expect([0, 1, 2].map((cost) => ask(500, { ...banning, cost })?.outcome)).toEqual([
      "denied",
      "denied",
      "impossible",
    ]);
  });

  test("leaves other keys and other policies alone", () => {
    const table = new CounterTable(new MapStore(), 10);
    ban3((atMs) => table.handle(toTake("k", banning), START_MS + atMs));
    expect(isAllowed(table.handle(toTake("other", banning), START_MS + 500))).toBe(true);
    expect(isAllowed(table.handle(toTake("k", { ...banning, policy: "q" }), START_MS + 500))).toBe(true);
  });

  test("does not count what another policy denied, nor what is impossible", () => {
    const table = new CounterTable(new MapStore(), 10);
    const wide: Check = { ...toCheck("wide", { ...one, limit: 100 }), ban };
    const narrow = toCheck("narrow", { ...one, window: "1h" });
    for (let atMs = 0; atMs < 20; atMs += 1) table.handle(toTake("k", wide, narrow), START_MS + atMs);
    for (let atMs = 20; atMs < 40; atMs += 1)
      table.handle(toTake("k", { ...wide, cost: 101 }), START_MS + atMs);
    expect(isAllowed(table.handle(toTake("k", wide), START_MS + 40))).toBe(true);
  });

  test("does not ban while it is a shadow", () => {
    const table = new CounterTable(new MapStore(), 10);
    const shadow: Check = { ...banning, isShadow: true };
    const narrow = toCheck("narrow", { ...one, window: "1h" });
    for (let atMs = 0; atMs < 20; atMs += 1) {
      const refusedBefore = { policies: ["p"], count: 5, agoMs: 0 };
      const { verdicts } = table.handle({ ...toTake("k", shadow, narrow), refusedBefore }, START_MS + atMs);
      expect(verdicts.map(({ outcome }) => outcome)).toEqual(
        atMs === 0 ? ["allowed", "allowed"] : ["denied", "denied"],
      );
    }
    expect(isAllowed(table.handle(toTake("k", banning), START_MS + 500))).toBe(true);
  });

  test("lifts a ban as soon as the policy has none", () => {
    const { ask } = toDesk();
    ban3(ask);
    expect(ask(500)?.outcome).toBe("denied");
    expect(ask(500, { ...banning, ban: undefined })?.outcome).toBe("allowed");
  });

  test("keeps a ban over a restart, and its level", () => {
    const { ask, store } = toDesk();
    ban3(ask);
    const again = toDesk(store);
    expect(again.ask(500)).toMatchObject({ outcome: "denied", retryAfterMs: 503 });
    expect(again.ask(1_003)?.outcome).toBe("allowed");
    for (let atMs = 1_004; atMs < 1_007; atMs += 1) again.ask(atMs);
    expect(toDesk(store).ask(1_007)).toMatchObject({ outcome: "denied", retryAfterMs: 4_999 });
  });

  test("writes a row for a ban, and none for the denials before and during it", () => {
    const { ask, store } = toDesk();
    ask(0);
    const { writes } = store;
    for (const [atMs, rows] of [
      [1, 0],
      [2, 0],
      [3, 1],
      [4, 1],
      [5, 1],
    ] as const) {
      ask(atMs);
      expect(store.writes - writes).toBe(rows);
    }
  });

  test("counts what isolates refused by themselves, before it decides", () => {
    const table = new CounterTable(new MapStore(), 10);
    const take = (atMs: number, count: number, policies = ["p"]): CounterReply =>
      table.handle(
        { ...toTake("k", banning), refusedBefore: { policies, count, agoMs: 5 } },
        START_MS + atMs,
      );
    expect(isAllowed(take(0, 0))).toBe(true);
    // By now there is room again: without the 50 it would be admitted.
    expect(take(200, 50).verdicts[0]).toMatchObject({ outcome: "denied", retryAfterMs: 995 });
  });

  test("counts them for when they were: not in a window or a ban that came later", () => {
    const table = new CounterTable(new MapStore(), 10);
    const take = (atMs: number, agoMs: number, count = 2): CounterReply => {
      const refusedBefore = { policies: ["p"], count, agoMs };
      return table.handle({ ...toTake("k", { ...banning, cost: 0 }), refusedBefore }, START_MS + atMs);
    };
    expect([take(0, 0), take(60_000, 0), take(120_000, 60_000)].every(isAllowed)).toBe(true);
    // Enough for a ban, but one that would be over by now.
    expect(isAllowed(take(200_000, 1_000, 3))).toBe(true);
    expect(isAllowed(take(300_000, 999, 3))).toBe(false);
  });

  test("forgets them with a reset of their policy, and what was refused within two seconds of it", () => {
    const table = new CounterTable(new MapStore(), 10);
    const take = (atMs: number, policies: readonly string[], agoMs = 0): boolean => {
      const refusedBefore = { policies, count: 50, agoMs };
      return isAllowed(
        table.handle({ ...toTake("k", { ...banning, cost: 0 }), refusedBefore }, START_MS + atMs),
      );
    };
    table.reset({ version: MESSAGE_VERSION, key: "k", policies: ["p"] }, START_MS);
    expect([take(10, ["p"]), take(2_000, ["p"]), take(60_000, ["p"], 58_000)]).toEqual([true, true, true]);
    expect(take(60_000, ["p"], 57_999)).toBe(true);
    expect(take(60_001, ["p"])).toBe(false);
    table.reset({ version: MESSAGE_VERSION, key: "k", policies: ["other"] }, START_MS + 70_000);
    expect(take(70_000, ["p"])).toBe(false);
  });

  test("counts them for the policies that refused, and for no other", () => {
    const table = new CounterTable(new MapStore(), 10);
    const request = toTake("k", banning, { ...banning, policy: "q" });
    table.handle({ ...request, refusedBefore: { policies: ["q"], count: 50, agoMs: 0 } }, START_MS);
    const verdicts = table.handle(
      toTake("k", { ...banning, cost: 0 }, { ...banning, policy: "q" }),
      START_MS + 500,
    ).verdicts;
    expect(verdicts.map(({ policy, outcome }) => [policy, outcome])).toEqual([
      ["p", "allowed"],
      ["q", "denied"],
    ]);
  });

  test("counts them once for a decision that several objects take", () => {
    const table = new CounterTable(new MapStore(), 10);
    const refusedBefore = { policies: ["p"], count: 2, agoMs: 0 };
    const keys = [{ key: "k", checks: [banning] }];
    table.handle({ ...toRequest("hold", keys, "one"), refusedBefore }, START_MS);
    table.handle(toRequest("commit", keys, "one"), START_MS);
    expect(table.handle(toTake("k", { ...banning, cost: 0 }), START_MS).verdicts[0]?.outcome).toBe("allowed");
    // The third denial.
    table.handle(toTake("k", banning), START_MS + 1);
    expect(table.handle(toTake("k", banning), START_MS + 2).verdicts[0]?.retryAfterMs).toBe(999);
  });

  test("never bans a client that waits as long as it is told", () => {
    // Between its first denial and its third lies a whole wait of 100 ms: more than two are never in the ban's window.
    const check: Check = { ...banning, ban: { ...ban, windowMs: 100 } };
    fc.assert(
      fc.property(fc.array(fc.nat(300), { minLength: 1, maxLength: 40 }), (pausesMs) => {
        const { ask } = toDesk();
        let nowMs = 0;
        for (const pauseMs of pausesMs) {
          nowMs += pauseMs;
          const verdict = ask(nowMs, check);
          if (verdict?.outcome !== "denied") continue;
          expect(verdict.retryAfterMs).toBeLessThanOrEqual(100);
          nowMs += verdict.retryAfterMs;
          expect(ask(nowMs, check)?.outcome).toBe("allowed");
        }
      }),
    );
  });
});

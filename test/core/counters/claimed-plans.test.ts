// A key whose tokens have many limits: each is held to its own by what all of them use, and only so many are kept.

import { expect, it } from "vitest";
import { MESSAGE_VERSION } from "../../../src/core/counters/counter-messages.ts";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import { MapStore, toCheck } from "./map-store.ts";

const NOW_MS = 1_700_000_000_000;

function createDesk(): {
  readonly take: (limit: number) => string | undefined;
  readonly countRows: () => number;
} {
  const store = new MapStore();
  const table = new CounterTable(store, 10);
  let asked = 0;
  return {
    take: (limit) => {
      asked += 1;
      const check = toCheck("plan", { algorithm: "sliding-window", limit, window: "1m" });
      const checks = [{ ...check, plan: `=${limit}`, cost: 1 }];
      const request = {
        version: MESSAGE_VERSION,
        phase: "take",
        id: `id ${asked}`,
        keys: [{ key: "k", checks }],
      } as const;
      return table.handle(request, NOW_MS + asked).verdicts[0]?.outcome;
    },
    countRows: () => [...store.rows.values()].join("").match(/"plan\/=\d+"/g)?.length ?? 0,
  };
}

it("counts what any of them uses under each of them", () => {
  const { take } = createDesk();
  for (let time = 0; time < 5; time += 1) expect(take(100)).toBe("allowed");
  expect(take(5)).toBe("denied");
  expect(take(6)).toBe("allowed");
  expect(take(6)).toBe("denied");
  expect(take(100)).toBe("allowed");
});

it("keeps few, and what was used stays used under those that come back", () => {
  const { take, countRows } = createDesk();
  for (let limit = 101; limit <= 140; limit += 1) expect(take(limit)).toBe("allowed");
  expect(countRows()).toBeLessThanOrEqual(9);
  // 40 are used.
  expect(take(40)).toBe("denied");
  expect(take(41)).toBe("allowed");
});

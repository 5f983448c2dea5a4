// What an operator does to counters: peeks and resets.

import { expect, test } from "vitest";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import {
  type Check,
  type CheckVerdict,
  MESSAGE_VERSION,
  type Phase,
} from "../../../src/core/counters/counter-messages.ts";

const NOW_MS = 1_000_000;
const check: Check = {
  policy: "p",
  algorithm: "sliding-window",
  settings: { limit: 2, windowMs: 60_000, subWindowMs: 6_000 },
  cost: 1,
  ban: { after: 1, windowMs: 60_000, forMs: [600_000] },
};

function createTable(): {
  readonly table: CounterTable;
  readonly rows: Map<string, string>;
  readonly ask: (phase: Phase, cost?: number) => CheckVerdict | undefined;
} {
  const rows = new Map<string, string>();
  const table = new CounterTable(
    {
      read: (key) => rows.get(key),
      write: (key, record) => rows.set(key, record),
      onForgotten: () => undefined,
    },
    100,
  );
  let asked = 0;
  const ask = (phase: Phase, cost = 1): CheckVerdict | undefined => {
    asked += 1;
    const keys = [{ key: "k", checks: [{ ...check, cost }] }];
    return table.handle({ version: MESSAGE_VERSION, phase, id: `${asked}`, keys }, NOW_MS).verdicts[0];
  };
  return { table, rows, ask };
}

test("a peek says what a request would get and changes nothing, neither when it would be denied", () => {
  const { ask, rows } = createTable();
  expect(ask("peek")).toMatchObject({ outcome: "allowed", remaining: 1 });
  ask("take", 2);
  const before = [...rows];
  // A denial that is taken bans the key; one that is peeked does not.
  for (let peeks = 0; peeks < 3; peeks += 1)
    expect(ask("peek")).toMatchObject({ outcome: "denied", remaining: 0 });
  expect(ask("peek")?.isBanned).toBeUndefined();
  expect([...rows]).toEqual(before);
});

test("a reset makes a key's counter and ban never seen, in memory and on disk", () => {
  const { table, ask, rows } = createTable();
  ask("take", 2);
  ask("take");
  expect(ask("take")).toMatchObject({ outcome: "denied", isBanned: true });
  table.reset({ version: MESSAGE_VERSION, key: "k", policies: ["q"] });
  expect(ask("peek")).toMatchObject({ outcome: "denied" });
  table.reset({ version: MESSAGE_VERSION, key: "k", policies: ["p"] });
  expect(JSON.parse(rows.get("k") ?? "")).toEqual({ version: 1, counters: {} });
  expect(ask("take", 2)).toMatchObject({ outcome: "allowed", remaining: 0 });
});

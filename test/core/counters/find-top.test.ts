// Who has used most, among the rows of an object.

import { expect, test } from "vitest";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import { findTop } from "../../../src/core/counters/find-top.ts";
import { type Check, MESSAGE_VERSION } from "../../../src/core/counters/counter-messages.ts";

const NOW_MS = 1_000_000;
const settings = { limit: 10, windowMs: 60_000, subWindowMs: 6_000 };
const check: Check = { policy: "p", algorithm: "sliding-window", settings, cost: 1 };
const question = {
  version: MESSAGE_VERSION,
  policy: "p",
  algorithm: "sliding-window",
  settings,
  most: 2,
} as const;

function toRows(used: Readonly<Record<string, number>>): { key: string; record: string }[] {
  const rows = new Map<string, string>();
  const table = new CounterTable(
    { read: () => undefined, write: (key, record) => rows.set(key, record), onForgotten: () => undefined },
    100,
  );
  for (const [key, cost] of Object.entries(used)) {
    const keys = [{ key, checks: [{ ...check, cost }] }];
    table.handle({ version: MESSAGE_VERSION, phase: "take", id: key, keys }, NOW_MS);
  }
  return [...rows].map(([key, record]) => ({ key, record }));
}

test("findTop() answers the dearest first, and no more than asked for", () => {
  const rows = toRows({ a: 1, b: 7, c: 3 });
  expect(findTop(rows, question, { nowMs: NOW_MS, rowsMax: 10 })).toEqual({
    keys: [
      { key: "b", used: 7, plan: "", limit: 10, resetMs: 62_000 },
      { key: "c", used: 3, plan: "", limit: 10, resetMs: 62_000 },
    ],
    shares: [0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0],
    isComplete: true,
  });
});

test("findTop() says when there are rows that it did not look at", () => {
  expect(findTop(toRows({ a: 1, b: 7 }), question, { nowMs: NOW_MS, rowsMax: 1 })).toEqual({
    keys: [{ key: "a", used: 1, plan: "", limit: 10, resetMs: 62_000 }],
    shares: [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    isComplete: false,
  });
});

test("findTop() leaves out what has come back, other policies and what cannot be read", () => {
  const rows = [...toRows({ a: 1 }), { key: "x", record: "damaged" }];
  expect(findTop(rows, question, { nowMs: NOW_MS + 120_000, rowsMax: 10 }).keys).toEqual([]);
  expect(findTop(rows, { ...question, policy: "q" }, { nowMs: NOW_MS, rowsMax: 10 }).keys).toEqual([]);
});

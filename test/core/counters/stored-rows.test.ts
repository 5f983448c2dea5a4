// Rows that an earlier version stored are read as it read them: rows-of-0.1.0.json has what its own code wrote, and what a
// process of it that started with these rows answered a minute later. Nothing in it is ever changed; each release adds a file.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import { readRow } from "../../../src/core/counters/counter-row.ts";
import { MapStore, toCheck, toTake } from "./map-store.ts";

interface StoredRows {
  readonly readAtMs: number;
  readonly counters: readonly {
    readonly policy: string;
    readonly options: Record<string, unknown>;
    readonly row: string;
    readonly remaining: number;
  }[];
  readonly ban: { readonly row: string; readonly retryAfterMs: number };
}

const text = readFileSync(new URL("rows-of-0.1.0.json", import.meta.url), "utf8");
const { readAtMs, counters, ban } = JSON.parse(text) as StoredRows;

function startWith(row: string): CounterTable {
  const store = new MapStore();
  store.rows.set("k", row);
  return new CounterTable(store, 10);
}

test.each(counters)(
  "what 0.1.0 stored of a $options.algorithm is what is left",
  ({ policy, options, row, remaining }) => {
    expect(readRow(row).damaged).toEqual([]);
    const { verdicts } = startWith(row).handle(toTake("k", toCheck(policy, options, 0)), readAtMs);
    expect(verdicts[0]).toMatchObject({ outcome: "allowed", remaining });
  },
);

test("a ban that 0.1.0 stored goes on until its end", () => {
  const check = toCheck("banning", { algorithm: "fixed-window", limit: 1, window: "1h" });
  const settings = { after: 2, windowMs: 60_000, forMs: [3_600_000] };
  const { verdicts } = startWith(ban.row).handle(toTake("k", { ...check, ban: settings }), readAtMs);
  expect(verdicts[0]).toMatchObject({ outcome: "denied", retryAfterMs: ban.retryAfterMs });
});

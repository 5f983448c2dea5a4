import { expect, test } from "vitest";
import { keyExtractors, type KeyExtractorName } from "../../../src/core/keys/registry.ts";
import { type FactsGiven, toFacts } from "./to-facts.ts";

type Row = readonly [name: KeyExtractorName, argument: string, given: FactsGiven, wanted: string | undefined];

const rows: readonly Row[] = [
  ["ip", "", { address: "2001:db8::1" }, "2001:db8:0:0::/64"],
  ["ip", "", {}, undefined],
  ["header", "x-api-key", { headers: { "x-api-key": "k" } }, "k"],
  ["header", "x-api-key", { headers: { "x-api-key": "" } }, ""],
  ["header", "x-api-key", { cookies: { "x-api-key": "k" } }, undefined],
  ["cookie", "sid", { cookies: { sid: "s" } }, "s"],
  ["cookie", "sid", { cookies: { SID: "s" } }, undefined],
  ["query", "user", { query: { user: "u" } }, "u"],
  ["query", "user", { headers: { user: "u" } }, undefined],
  ["path", "", { path: "/a/b" }, "/a/b"],
  ["method", "", { method: "POST" }, "POST"],
  ["method", "", { method: "GET" }, "GET"],
  ["method", "", { method: "HEAD" }, "GET"],
  ["host", "", { host: "a.example" }, "a.example"],
  ["country", "", { country: "CH" }, "CH"],
  ["country", "", {}, undefined],
];

test.each(rows)("%s with argument %j of %j is %j", (name, argument, given, wanted) => {
  expect(keyExtractors[name].read(toFacts(given), argument)).toBe(wanted);
});

test("every extractor is in the table above", () => {
  expect([...new Set(rows.map(([name]) => name))].sort()).toEqual(Object.keys(keyExtractors).sort());
});

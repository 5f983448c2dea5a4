import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BodyValue } from "../../../src/core/body/body-value.ts";
import { parseWith } from "../../../src/core/schema/parse-with.ts";
import { LIMIT_MAX } from "../../../src/core/schema/primitives.ts";
import { type CostFunction, parseUnits, routeCost, toCost } from "../../../src/core/policies/route-cost.ts";
import { type FactsGiven, toFacts } from "../keys/to-facts.ts";

/** The cost of a request under a cost as a configuration gives it. */
function costOf(given: unknown, request: FactsGiven = {}): number {
  const parsed = parseWith(routeCost, given);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return toCost(parsed.value, toFacts(request));
}

function toMessages(given: unknown): readonly string[] {
  const parsed = parseWith(routeCost, given, "cost");
  return parsed.ok ? [] : parsed.error.map(({ path, message }) => `${path}: ${message}`);
}

describe("a cost that is a number", () => {
  test.each([0, 1, 7, LIMIT_MAX])("of %i is that", (units) => {
    expect(costOf(units)).toBe(units);
  });

  test.each([-1, 1.5, NaN, Infinity, LIMIT_MAX + 1, "1", null, [1], true])("is refused: %j", (given) => {
    expect(toMessages(given)).toHaveLength(1);
  });
});

describe("a cost by method", () => {
  const cost = { methods: { GET: 2, POST: 10, OPTIONS: 0 } };
  const costs: readonly (readonly [method: string, units: number])[] = [
    ["GET", 2],
    ["POST", 10],
    ["OPTIONS", 0],
    // A HEAD makes the origin do what a GET does.
    ["HEAD", 2],
    ["DELETE", 1],
  ];
  test.each(costs)("is for %s %i", (method, units) => {
    expect(costOf(cost, { method })).toBe(units);
  });

  test("may name HEAD by itself", () => {
    expect(costOf({ methods: { GET: 2, HEAD: 0 } }, { method: "HEAD" })).toBe(0);
  });

  test("comes before what the client says, and is not bounded: it is the operator's word", () => {
    const rule = { ...cost, header: "x-cost", min: 3, max: 5 };
    expect(costOf(rule, { method: "POST", headers: { "x-cost": "4" } })).toBe(10);
    expect(costOf(rule, { method: "OPTIONS", headers: { "x-cost": "4" } })).toBe(0);
  });

  test("may make every other method free", () => {
    expect(costOf({ methods: { POST: 1 }, otherwise: 0 }, { method: "GET" })).toBe(0);
  });
});

describe("a cost by header", () => {
  const cost = { header: "X-Cost", min: 2, max: 50 };
  const costs: readonly (readonly [value: string | undefined, units: number])[] = [
    ["7", 7],
    ["2", 2],
    ["50", 50],
    ["51", 50],
    ["999999999999999", 50],
    ["1", 2],
    ["0", 2],
    ["007", 7],
    ["0000000000000000000007", 7],
    [undefined, 2],
    // What is no whole number may be one to the origin.
    ["", 50],
    ["-5", 50],
    ["1.5", 50],
    ["50.0", 50],
    ["5e1", 50],
    ["0x10", 50],
    ["5, 5", 50],
    [" 5", 50],
    ["9999999999999999", 50],
    ["٧", 50],
    ["many", 50],
  ];
  test.each(costs)("of %j is %i", (value, units) => {
    expect(costOf(cost, value === undefined ? {} : { headers: { "x-cost": value } })).toBe(units);
  });

  test("that is not there is what the rule says otherwise: by default its min, or saying nothing were cheaper", () => {
    expect(costOf({ header: "x-cost", min: 5 })).toBe(5);
    expect(costOf({ header: "x-cost", min: 5, otherwise: 9 })).toBe(9);
    expect(costOf({ header: "x-cost", min: 5, otherwise: 0 })).toBe(0);
  });

  test("of what is no whole number is the most, whatever stands for what is not there", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(50), (value, otherwise) => {
        fc.pre(!/^\d+$/.test(value));
        expect(costOf({ ...cost, otherwise }, { headers: { "x-cost": value } })).toBe(50);
      }),
    );
  });

  test("is within its bounds, whatever the client says", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(100), fc.nat(100), (value, one, other) => {
        const [min, max] = [Math.min(one, other), Math.max(one, other)];
        const units = costOf({ header: "x-cost", min, max }, { headers: { "x-cost": value } });
        expect(Number.isSafeInteger(units) && units >= min && units <= max).toBe(true);
      }),
    );
  });
});

describe("a cost by the body's size", () => {
  const cost = { bodyBytesPerUnit: 1_000, max: 20 };
  const costs: readonly (readonly [length: string | undefined, units: number])[] = [
    ["1", 1],
    ["1000", 1],
    ["1001", 2],
    ["19001", 20],
    ["100000000", 20],
    ["0", 1],
    [undefined, 1],
    ["ten", 20],
    ["1000, 1000", 20],
  ];
  test.each(costs)("of Content-Length %j is %i", (length, units) => {
    expect(costOf(cost, length === undefined ? {} : { headers: { "content-length": length } })).toBe(units);
  });

  test("of unknown length is the most", () => {
    expect(costOf({ ...cost, otherwise: 3 }, { hasBody: true })).toBe(20);
  });

  test("that is not there is what the rule says otherwise", () => {
    expect(costOf({ ...cost, otherwise: 3 }, { hasBody: false })).toBe(3);
  });

  test("comes after the header's", () => {
    const rule = { ...cost, header: "x-cost" };
    expect(costOf(rule, { headers: { "x-cost": "3", "content-length": "9000" } })).toBe(3);
    expect(costOf(rule, { headers: { "x-cost": "none", "content-length": "9000" } })).toBe(20);
    expect(costOf(rule, { headers: { "content-length": "9000" } })).toBe(9);
  });
});

describe("a cost by a member of the body", () => {
  const list = (count: number): BodyValue => ({ kind: "list", count });
  const number = (text: string): BodyValue => ({ kind: "number", text });
  const text = (given: string): BodyValue => ({ kind: "text", text: given });
  const UNKNOWN: BodyValue = { kind: "unknown" };
  const tokens = { json: "max_tokens", min: 2, max: 500, otherwise: 40 };
  const batch = { json: "batch", form: "batch", count: true, max: 50 };
  type Row = readonly [cost: unknown, members: Readonly<Record<string, BodyValue>>, units: number];
  const rows: readonly Row[] = [
    [tokens, { "json:max_tokens": number("70") }, 70],
    [tokens, { "json:max_tokens": number("7e1") }, 70],
    [tokens, { "json:max_tokens": text("70") }, 70],
    [tokens, { "json:max_tokens": number("1") }, 2],
    [tokens, { "json:max_tokens": number("501") }, 500],
    [tokens, {}, 40],
    // What is no whole number may be one to the origin.
    [tokens, { "json:max_tokens": number("70.5") }, 500],
    [tokens, { "json:max_tokens": number("-1") }, 500],
    [tokens, { "json:max_tokens": number("1e400") }, 500],
    [tokens, { "json:max_tokens": text("7e1") }, 500],
    [tokens, { "json:max_tokens": { kind: "boolean", text: "true" } }, 500],
    [tokens, { "json:max_tokens": list(3) }, 500],
    [tokens, { "json:max_tokens": { kind: "object" } }, 500],
    [tokens, { "json:max_tokens": UNKNOWN }, 500],
    [batch, { "json:batch": list(20), "form:batch": UNKNOWN }, 20],
    [batch, { "json:batch": UNKNOWN, "form:batch": text("[1,2,3]") }, 3],
    [batch, { "json:batch": UNKNOWN, "form:batch": text("[1,2,3") }, 50],
    [batch, { "json:batch": UNKNOWN, "form:batch": text("7") }, 50],
    [batch, { "json:batch": number("7"), "form:batch": UNKNOWN }, 50],
    [batch, { "json:batch": list(0), "form:batch": UNKNOWN }, 1],
    [batch, { "json:batch": list(51), "form:batch": UNKNOWN }, 50],
    [batch, { "json:batch": UNKNOWN, "form:batch": { kind: "missing" } }, 1],
    [batch, { "json:batch": UNKNOWN, "form:batch": UNKNOWN }, 50],
    [{ form: "units" }, { "form:units": text("9") }, 9],
  ];
  test.each(rows)("under %j with %j is %i", (cost, members, units) => {
    expect(costOf(cost, { method: "POST", members })).toBe(units);
  });

  test("comes after the header's, and before the body's size", () => {
    const rule = { header: "x-cost", json: "n", bodyBytesPerUnit: 1_000 };
    const members = { "json:n": number("7") };
    const headers = { "content-length": "9000" };
    expect(costOf(rule, { members, headers: { ...headers, "x-cost": "3" } })).toBe(3);
    expect(costOf(rule, { members, headers })).toBe(7);
    expect(costOf(rule, { headers })).toBe(9);
  });

  test("needs something to count, and a place that can be", () => {
    expect(toMessages({ count: true })).toEqual([
      "cost: must have json or form beside count: what is counted, received an object",
    ]);
    expect(toMessages({ json: "a..b" })).toHaveLength(1);
    expect(toMessages({ json: "" })).toHaveLength(1);
    expect(toMessages({ form: "a=b" })).toHaveLength(1);
    expect(toMessages({ json: "n", count: false })).toHaveLength(1);
  });
});

const byDays: CostFunction = ({ path, query, header }) =>
  path === "/reports" ? Number(query("days")) * Number(header("x-weight") ?? 1) : 1;

describe("a cost by function", () => {
  const results: readonly (readonly [cost: CostFunction, units: number])[] = [
    [() => 3, 3],
    [() => 2.1, 3],
    [() => 0, 0],
    [() => LIMIT_MAX, LIMIT_MAX],
    // Too much to count is too much for every policy, and not little.
    [() => LIMIT_MAX + 1, LIMIT_MAX],
    [() => Number.MAX_VALUE, LIMIT_MAX],
    [() => Infinity, LIMIT_MAX],
    // So is what cannot be counted.
    [() => NaN, LIMIT_MAX],
    [() => -1, LIMIT_MAX],
    [() => -0.5, LIMIT_MAX],
    [() => -Infinity, LIMIT_MAX],
    [() => undefined as unknown as number, LIMIT_MAX],
    [() => null as unknown as number, LIMIT_MAX],
    [() => "3" as unknown as number, LIMIT_MAX],
    [() => 3n as unknown as number, LIMIT_MAX],
    [() => Promise.resolve(3) as unknown as number, LIMIT_MAX],
    [
      () => {
        throw new Error("no cost today");
      },
      LIMIT_MAX,
    ],
  ];
  test.each(results)("%s costs %i", (cost, units) => {
    expect(costOf(cost)).toBe(units);
  });

  test("sees the request", () => {
    const request = { path: "/reports", query: { days: "30" }, headers: { "x-weight": "2" } };
    expect([costOf(byDays, request), costOf(byDays)]).toEqual([60, 1]);
  });
});

describe("routeCost", () => {
  const refused: readonly (readonly [given: unknown, message: string])[] = [
    [{ min: 5, max: 2 }, "cost: must have a min of at most its max"],
    [{ methods: { GET: -1 } }, "cost.methods.GET: must be a whole number from 0 to 1099511627776"],
    [{ methods: "GET" }, "cost.methods: must be an object of methods"],
    [{ header: 5 }, "cost.header: must be a header's name"],
    [{ bodyBytesPerUnit: 0 }, "cost.bodyBytesPerUnit: must be a whole number from 1 to 1099511627776"],
    [{ headers: "x-cost" }, 'cost.headers: unknown key "headers"; did you mean "header"?'],
  ];
  test.each(refused)("refuses %j", (given, message) => {
    expect(toMessages(given).some((said) => said.startsWith(message))).toBe(true);
  });
});

describe("parseUnits()", () => {
  test("reads whole numbers that a double holds exactly, and nothing else", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (units) => {
        expect(parseUnits(String(units))).toBe(units);
      }),
    );
    for (const text of [undefined, "", "9007199254740992", "1e3", "+1"])
      expect(parseUnits(text)).toBeUndefined();
  });
});

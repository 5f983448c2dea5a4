import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { toInput } from "./config-input.ts";
import { findThawed } from "./find-thawed.ts";
import { toRuns } from "../../property-runs.ts";

function replaceAt(target: unknown, [key = "", ...rest]: readonly string[], value: unknown): unknown {
  const copy = Array.isArray(target) ? [...(target as unknown[])] : { ...(target as object) };
  const open = copy as Record<string, unknown>;
  open[key] = rest.length === 0 ? value : replaceAt(open[key] ?? {}, rest, value);
  return copy;
}

function expectAnswer(input: unknown, vars = {}): void {
  const parsed = parseConfig(input, vars);
  if (parsed.ok) {
    expect(findThawed(parsed.value)).toEqual([]);
    return;
  }
  expect(parsed.error.length).toBeGreaterThan(0);
  const seen = new Set(parsed.error.map(({ path, message }) => `${path}: ${message}`));
  expect(seen.size).toBe(parsed.error.length);
  for (const { code, message } of parsed.error) {
    expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    expect(message).toMatch(/^(?:must (?:be|have|name) .+, received .+|is required|unknown key ".+; .+)/s);
    const words = message.replaceAll(/"(?:[^"\\]|\\.)*"/g, "...");
    expect(words).not.toMatch(/\b(\w+) \1\b|Expected|Invalid|\[object|undefined|"/);
  }
}

describe("parseConfig() of anything", () => {
  /** A valid configuration with one part of it, at any depth, replaced by anything. */
  const paths = [
    ["origin"],
    ["name"],
    ["headers"],
    ["headers", "draft"],
    ["log"],
    ["counters", "shards"],
    ["policies"],
    ["policies", "per-client"],
    ["policies", "per-client", "limit"],
    ["policies", "per-client", "key"],
    ["policies", "per-client", "algorithm"],
    ["policies", "per-client", "anything"],
    ["routes"],
    ["routes", "0"],
    ["routes", "0", "path"],
    ["routes", "0", "methods"],
    ["routes", "0", "hosts"],
    ["routes", "0", "policies"],
    ["routes", "0", "cost"],
    ["routes", "0", "cache"],
    ["routes", "0", "cache", "ttl"],
    ["anything"],
  ];
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
    withObjectString: true,
  });

  test("gives a frozen Config or at least one problem, and never throws", () => {
    fc.assert(
      fc.property(anything, anything, (input, factor) => {
        expectAnswer(input, { ORIGIN_URL: input, LIMIT_FACTOR: factor });
      }),
      { numRuns: toRuns(100) },
    );
  });

  test("in one place of a right configuration gives problems that a person can read", () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), anything, (path, value) => {
        expectAnswer(replaceAt(toInput(), path, value));
      }),
      { numRuns: toRuns(250) },
    );
  });
});

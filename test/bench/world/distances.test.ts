import { describe, expect, test } from "vitest";
import { toDistance } from "../../../bench/world/distances.ts";
import { readText } from "../../project/markdown.ts";

const bindings = [...readText("wrangler.toml").matchAll(/^name = "([A-Z]+)"$/gm)].map(
  ([, name = ""]) => name,
);

describe("toDistance()", () => {
  test("places every object of the deployment", () => {
    expect(new Set(bindings).size).toBeGreaterThan(7);
    for (const binding of bindings) expect(["near", "far"]).toContain(toDistance(binding, "EU"));
    expect(() => toDistance("NEWS", "EU")).toThrow("NEWS");
  });

  test.each([
    ["COUNTERS", "EU:12", "near"],
    ["COUNTERS", "unknown:12", "near"],
    ["COUNTERS", "credential:0a1b", "near"],
    ["COUNTERS", "world:12", "far"],
    ["SNAPSHOTS", "EU", "near"],
    ["CONTROL", "control", "far"],
  ])("%s %s is %s", (binding, name, distance) => {
    expect(toDistance(binding, name)).toBe(distance);
  });
});

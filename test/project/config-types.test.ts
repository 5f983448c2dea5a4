// The types of headgate.config.ts are what the tables of docs/configuration say, which configuration.test.ts compares with
// the schemas: each key with its unit or bounds, its default and an example.

import { expect, test } from "vitest";
import { toType } from "../../tools/config-types/to-type.ts";
import { writeTypes } from "../../tools/config-types/write-types.ts";
import { readConfigurationPages, readText } from "./markdown.ts";

test("src/core/config/config-input.ts is as `npm run config-types` writes it", () => {
  expect(readText("src/core/config/config-input.ts")).toBe(writeTypes(readConfigurationPages()));
});

test("every key has its meaning, default and example in its comment", () => {
  const [interfaces = ""] = readText("src/core/config/config-input.ts").split("export type PolicyInput");
  const lines = interfaces.split("\n");
  const keys = lines.flatMap((line, index) => (/^ +readonly \w+\??: [^{]/.test(line) ? [index] : []));
  const own = keys.filter((index) => !/readonly algorithm: "/.test(lines[index] ?? ""));
  expect(own.length).toBeGreaterThan(150);
  for (const index of own) {
    const comment = lines.slice(index - 5, index).join("\n");
    expect(comment).toMatch(
      /\/\*\*\n +\* \S.*\n +\* \(.+(?:Default: .+|Required)\.\)\n +\* @example \w+: .+\n +\*\/$/,
    );
  }
});

test.each([
  ["Routes", "timeout", "duration", "Duration"],
  ["Policies", "mode", '`"enforce"` or `"shadow"`', '"enforce" | "shadow"'],
  ["Top level", "log.denied", "share, 0 to 1", "number"],
])("a key of %s called %s, which is %s, has the type %s after it", (section, key, cell, type) => {
  expect(toType(section, key, cell)).toBe(type);
});

test("a key whose type nobody can tell is refused by name", () => {
  expect(() => toType("Routes", "mood", "as the weather is")).toThrow(
    'the TypeScript type of "mood" (Routes)',
  );
});

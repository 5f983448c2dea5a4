import { expect, test } from "vitest";
import { readText } from "./markdown.ts";

test("CI tries every case of the property tests", () => {
  expect(readText(".ci/run")).toMatch(/^export HEADGATE_PROPERTY_RUNS=1$/m);
});

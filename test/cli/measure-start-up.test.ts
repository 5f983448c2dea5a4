import { expect, test } from "vitest";
import { measureStartUp } from "../../src/cli/measure-start-up.ts";

/** A start-up that makes so many objects, of a class of the platform's. */
const toProgram = (objects: number): string => `
const { DurableObject } = require("cloudflare:workers");
const { createHash } = require("node:crypto");
exports.made = [];
for (let i = 0; i < ${objects}; i += 1) exports.made.push(createHash("sha256").update("x" + i).digest("hex"));
exports.Own = class extends DurableObject {};`;

test("measureStartUp() is nearly nothing for a program that does nothing, and grows with what it does", () => {
  expect(measureStartUp(toProgram(0), 3)).toBeLessThan(0.15);
  expect(measureStartUp(toProgram(20_000), 3)).toBeGreaterThan(0.3);
});

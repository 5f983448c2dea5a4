import { describe, expect, test } from "vitest";
import {
  CLAIM,
  findClaim,
  parseClaimPath,
  readClaim,
  readClaimTexts,
} from "../../../src/core/keys/claim-path.ts";

const CLAIMS = {
  sub: "ann",
  "https://acme.test/plan": "pro",
  "app.plan": "whole",
  app: { plan: "nested", number: 7, list: ["a", 1, ""] },
  resource_access: { "my.api-v2": { roles: ["writer"] } },
  "cognito:groups": ["pro"],
};

describe("findClaim()", () => {
  test.each<[string, unknown]>([
    ["sub", "ann"],
    ["https://acme.test/plan", "pro"],
    ["app.plan", "whole"],
    ["app.number", 7],
    ['resource_access["my.api-v2"].roles', ["writer"]],
    ["resource_access['my.api-v2'].roles", ["writer"]],
    ['["app"].plan', "nested"],
    ["cognito:groups", ["pro"]],
    ["app.plan.length", undefined],
    ["app.list.0", undefined],
    ["app.constructor", undefined],
    ["constructor", undefined],
    ["__proto__.toString", undefined],
    ["none.at.all", undefined],
    ["https://acme.test/none", undefined],
  ])("finds %s", (text, wanted) => {
    expect(text).toMatch(CLAIM);
    expect(findClaim(CLAIMS, parseClaimPath(text))).toEqual(wanted);
  });
});

test.each([
  "",
  ".",
  "a.",
  ".a",
  "a..b",
  "a[",
  "a]",
  'a["b"',
  'a[""]',
  "a[b]",
  'a["b"]c',
  "a b",
  "ä",
  "x".repeat(129),
])("CLAIM refuses %j, which leads nowhere", (text) => {
  expect(text).not.toMatch(CLAIM);
});

test("CLAIM is quick with what almost fits", () => {
  const startMs = performance.now();
  for (const text of [
    `${"a.".repeat(63)}[`,
    `${'["a"]'.repeat(25)}[`,
    `a://${"b.".repeat(60)} `,
    `${"a".repeat(127)}[`,
  ])
    expect(text).not.toMatch(CLAIM);
  expect(performance.now() - startMs).toBeLessThan(50);
});

test("readClaim() reads plain values alone", () => {
  expect(readClaim(CLAIMS, parseClaimPath("app.number"))).toBe("7");
  expect(readClaim(CLAIMS, parseClaimPath("app"))).toBeUndefined();
});

test("readClaimTexts() reads lists, and texts that are lists", () => {
  expect(readClaimTexts(CLAIMS, parseClaimPath("app.list"), / /)).toEqual(["a"]);
  expect(readClaimTexts({ scope: "a  b" }, parseClaimPath("scope"), / /)).toEqual(["a", "b"]);
});

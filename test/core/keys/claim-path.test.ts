import { describe, expect, test } from "vitest";
import { findClaim, parseClaimPath, readClaim, readClaimTexts } from "../../../src/core/keys/claim-path.ts";

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
    ["app..plan", undefined],
    ["app[plan]", undefined],
    ['app["plan', undefined],
  ])("finds %s", (text, wanted) => {
    expect(findClaim(CLAIMS, parseClaimPath(text))).toEqual(wanted);
  });

  test("goes no deeper than eight steps", () => {
    const deep = "a.b.c.d.e.f.g.h.i";
    expect(parseClaimPath(deep).steps).toEqual([deep]);
  });
});

test("readClaim() reads plain values alone", () => {
  expect(readClaim(CLAIMS, parseClaimPath("app.number"))).toBe("7");
  expect(readClaim(CLAIMS, parseClaimPath("app"))).toBeUndefined();
});

test("readClaimTexts() reads lists, and texts that are lists", () => {
  expect(readClaimTexts(CLAIMS, parseClaimPath("app.list"), / /)).toEqual(["a"]);
  expect(readClaimTexts({ scope: "a  b" }, parseClaimPath("scope"), / /)).toEqual(["a", "b"]);
});

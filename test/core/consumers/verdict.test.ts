import { expect, test } from "vitest";
import { findMissingScopes, judgeKey } from "../../../src/core/consumers/verdict.ts";

const RECORD = {
  id: "k1",
  consumer: "acme",
  tier: undefined,
  scopes: ["read", "write"],
  expiresAtMs: 1_000,
  enabled: true,
  metadata: {},
};

test.each([
  [undefined, 0, "credential-invalid", true],
  [{ ...RECORD, enabled: false }, 0, "credential-invalid", false],
  [RECORD, 1_000, "credential-expired", false],
  [{ ...RECORD, enabled: false }, 2_000, "credential-invalid", false],
  [{ ...RECORD, consumer: "\n" }, 0, "credential-invalid", false],
])("judgeKey() refuses %j at %i as %s, unknown: %s", (record, nowMs, code, isUnknown) => {
  expect(judgeKey(record, nowMs)).toMatchObject({ kind: "refused", code, isUnknown });
});

test("judgeKey() accepts a key until the moment when it expires", () => {
  expect(judgeKey(RECORD, 999).kind).toBe("accepted");
  expect(judgeKey({ ...RECORD, expiresAtMs: undefined }, 1e15).kind).toBe("accepted");
});

test("findMissingScopes() wants all of them", () => {
  const verdict = judgeKey(RECORD, 0);
  if (verdict.kind !== "accepted") throw new Error("not accepted");
  expect(findMissingScopes(verdict.identity, ["read", "admin", "write"])).toEqual(["admin"]);
  expect(findMissingScopes(verdict.identity, [])).toEqual([]);
});

import { expect, test } from "vitest";
import { toChallenge } from "../../../src/core/consumers/challenge.ts";

const NAMED = { name: "edge", scopes: ["read", "write"] };

test.each([
  ["credential-missing", 'Bearer realm="edge", scope="read write"'],
  ["credential-several", 'Bearer realm="edge", error="invalid_request"'],
  ["credential-invalid", 'Bearer realm="edge", error="invalid_token"'],
  [
    "credential-expired",
    'Bearer realm="edge", error="invalid_token", error_description="The credential has expired"',
  ],
  ["scope-missing", 'Bearer realm="edge", error="insufficient_scope", scope="read write"'],
  ["access-denied", undefined],
  ["credential-unverifiable", undefined],
] as const)("the challenge of %s is %s", (code, wanted) => {
  expect(toChallenge(code, NAMED)).toBe(wanted);
});

import { describe, expect, test } from "vitest";
import { type ClaimRules, findForeignClaim } from "../../../src/core/consumers/judge-claims.ts";
import { parseClaimPath } from "../../../src/core/keys/claim-path.ts";

const NONE: ClaimRules = { authorizedParties: undefined, requires: [], refuses: [] };
const rule = (text: string, ...values: readonly string[]) => ({ path: parseClaimPath(text), values });

describe("findForeignClaim()", () => {
  test.each<[Readonly<Record<string, unknown>>, boolean]>([
    [{ azp: "web" }, true],
    [{ client_id: "web" }, true],
    [{ appid: "web" }, true],
    [{ cid: "web" }, true],
    [{}, false],
    [{ azp: "other" }, false],
    [{ azp: ["web"] }, false],
    // The first that is there counts: whoever signs puts its own client there.
    [{ azp: "other", client_id: "web" }, false],
    [{ aud: "web" }, false],
  ])("takes a token of %j for one of ours: %s", (claims, isOurs) => {
    const found = findForeignClaim(claims, { ...NONE, authorizedParties: ["web", "mobile"] });
    expect(found === undefined).toBe(isOurs);
  });

  test.each<[Readonly<Record<string, unknown>>, boolean]>([
    [{ token_use: "access" }, true],
    [{ token_use: "id" }, false],
    [{}, false],
    [{ token_use: ["id", "access"] }, true],
    [{ token_use: { access: true } }, false],
  ])("requires a claim's value of %j: %s", (claims, isGood) => {
    const found = findForeignClaim(claims, { ...NONE, requires: [rule("token_use", "access")] });
    expect(found).toBe(isGood ? undefined : "token without the required token_use");
  });

  test("compares what is no text by how JSON writes it", () => {
    const requires = [rule("email_verified", "true")];
    expect(findForeignClaim({ email_verified: true }, { ...NONE, requires })).toBeUndefined();
    expect(findForeignClaim({ email_verified: false }, { ...NONE, requires })).toBeDefined();
  });

  test("refuses a claim's value", () => {
    const refuses = [rule("sts", "pending")];
    expect(findForeignClaim({ sts: "pending" }, { ...NONE, refuses })).toBe("token with a refused sts");
    expect(findForeignClaim({ sts: "active" }, { ...NONE, refuses })).toBeUndefined();
    expect(findForeignClaim({}, { ...NONE, refuses })).toBeUndefined();
  });
});

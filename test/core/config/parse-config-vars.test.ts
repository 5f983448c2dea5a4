import { describe, expect, test } from "vitest";
import { POLICY, toConfig, toInput, toProblems } from "./config-input.ts";

const ORIGIN_WANTED = 'must be an http or https URL such as "https://api.example.com", or "zone"';

describe("parseConfig() with variables", () => {
  test("takes ORIGIN_URL over the configuration's origin, and reads it as strictly", () => {
    expect(toConfig(toInput(), { ORIGIN_URL: "http://Other.example:8080/" }).origin).toBe(
      "http://other.example:8080",
    );
    expect(toConfig(toInput(), { ORIGIN_URL: "zone" }).origin).toBe("zone");
    expect(toProblems(toInput(), { ORIGIN_URL: "//evil.example" })).toEqual([
      `vars.ORIGIN_URL: ${ORIGIN_WANTED}, received "//evil.example" [invalid]`,
    ]);
    expect(toProblems(toInput(), { ORIGIN_URL: 5 })).toEqual([
      `vars.ORIGIN_URL: ${ORIGIN_WANTED}, received 5 [invalid]`,
    ]);
  });

  test.each(["", undefined])("takes ORIGIN_URL and LIMIT_FACTOR of %j for not set", (value) => {
    const config = toConfig(toInput(), { ORIGIN_URL: value, LIMIT_FACTOR: value });
    expect([config.origin, config.policies[0]?.limit]).toEqual(["https://api.example.com", 60]);
  });

  test.each(["10", 10, "010"])("multiplies every limit and burst by a LIMIT_FACTOR of %j", (factor) => {
    const config = toConfig(toInput(), { LIMIT_FACTOR: factor });
    expect(config.policies.map(({ limit, settings }) => [limit, settings])).toEqual([
      [600, { limit: 600, windowMs: 60_000, burst: 200 }],
      [100, expect.objectContaining({ limit: 100, windowMs: 10_000 })],
    ]);
  });

  test.each(["0", "1001", "-1", "1.5", "1e2", "ten", " 10", 0, 1.5, Number.NaN, null, true, [10]])(
    "refuses a LIMIT_FACTOR of %j",
    (factor) => {
      expect(toProblems(toInput(), { LIMIT_FACTOR: factor })).toEqual([
        expect.stringMatching(
          /^vars\.LIMIT_FACTOR: must be a whole number from 1 to 1000, received .+ \[invalid\]$/,
        ),
      ]);
    },
  );

  test("does not let a LIMIT_FACTOR hide what is wrong with a limit", () => {
    const input = toInput({ policies: { a: { ...POLICY, limit: 0.5 } }, routes: [{ path: "/*" }] });
    const problem =
      "policies.a.limit: must be a whole number from 1 to 1099511627776, received 0.5 [invalid]";
    expect(toProblems(input, { LIMIT_FACTOR: "10" })).toEqual([problem]);
    expect(toProblems(input)).toEqual([problem]);
  });

  test("says so when it is the LIMIT_FACTOR that makes a limit too large", () => {
    const input = toInput({ policies: { a: { ...POLICY, limit: 2 ** 40 } }, routes: [{ path: "/*" }] });
    expect(toProblems(input)).toEqual([]);
    expect(toProblems(input, { LIMIT_FACTOR: "2" })).toEqual([
      "policies.a.limit: must be a whole number from 1 to 1099511627776, received 2199023255552 after LIMIT_FACTOR 2 [invalid]",
    ]);
  });
});

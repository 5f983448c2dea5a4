import { describe, expect, test } from "vitest";
import { parseWith } from "../../../src/core/schema/parse-with.ts";
import { settleRule, toActualUnits } from "../../../src/core/policies/settle-rule.ts";

/** The units that a response makes of its request, under a rule as a configuration gives it. */
function unitsOf(
  given: unknown,
  status: number,
  fields: Readonly<Record<string, string>> = {},
): number | undefined {
  const parsed = parseWith(settleRule, given);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return toActualUnits(parsed.value, { status, header: (name) => fields[name] });
}

describe("toActualUnits()", () => {
  const onlyFailedLogins = { status: { "401": 1 }, otherwise: 0 };
  const refunds = { status: { "5xx": 0, "503": 2 } };
  const told = { header: "X-Units", status: { "5xx": 0 } };
  const cases: readonly (readonly [
    rule: object,
    status: number,
    units: number | undefined,
    said: string | undefined,
  ])[] = [
    [onlyFailedLogins, 401, 1, undefined],
    [onlyFailedLogins, 200, 0, undefined],
    [onlyFailedLogins, 403, 0, undefined],
    [onlyFailedLogins, 502, 0, undefined],
    [refunds, 500, 0, undefined],
    [refunds, 599, 0, undefined],
    // The status itself comes before its class.
    [refunds, 503, 2, undefined],
    // Nothing is said: what was taken stays taken.
    [refunds, 200, undefined, undefined],
    [refunds, 404, undefined, undefined],
    // The header comes first, whatever the status.
    [told, 200, 17, "17"],
    [told, 500, 17, "17"],
    [told, 200, 0, "0"],
    [told, 500, 0, undefined],
    [told, 200, undefined, undefined],
    [told, 200, undefined, "-1"],
    [told, 200, undefined, "2.5"],
    // What is said and cannot be read keeps the estimate, or it would be the cheapest.
    [told, 500, undefined, "a lot"],
    [told, 500, undefined, "50.0"],
    [told, 500, undefined, ""],
    [{ ...told, otherwise: 0 }, 200, undefined, "5e1"],
    [{ ...told, otherwise: 0 }, 200, undefined, "50, 50"],
    [{}, 200, undefined, undefined],
  ];
  test.each(cases)("under %j a %i makes it %j, with X-Units: %s", (rule, status, units, said) => {
    expect(unitsOf(rule, status, said === undefined ? {} : { "x-units": said })).toBe(units);
  });
});

describe("settleRule", () => {
  test.each([
    { status: { "600": 1 } },
    { status: { "4x": 1 } },
    { status: { ok: 1 } },
    { status: { "401": -1 } },
    { status: { "401": 0.5 } },
    { status: [401] },
    { header: 3 },
    { otherwise: -1 },
    { statuses: {} },
    "401",
    null,
  ])("refuses %j", (given) => {
    expect(parseWith(settleRule, given).ok).toBe(false);
  });
});

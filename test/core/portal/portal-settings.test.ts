// A configuration's `portal`: what it may say, and what of it can have no effect.

import { describe, expect, test } from "vitest";
import { checkConfig } from "../../../src/core/config/check-config.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import type { PortalSettings } from "../../../src/core/portal/portal-settings.ts";

const parse = (given: Readonly<Record<string, unknown>>): ReturnType<typeof parseConfig> =>
  parseConfig({
    origin: "https://api.example.com",
    tiers: { pro: {} },
    policies: { plan: { algorithm: "token-bucket", limit: 60, window: "1m", key: "consumer" } },
    routes: [{ path: "/*", auth: "required", policies: ["plan"] }],
    ...given,
  });

function readPortal(portal: unknown): PortalSettings | undefined {
  const parsed = parse(portal === undefined ? {} : { portal });
  if (!parsed.ok) throw new Error(parsed.error.map(({ path, message }) => `${path} ${message}`).join("; "));
  return parsed.value.portal;
}

function findVain(given: Readonly<Record<string, unknown>>): readonly string[] {
  const parsed = parse({ portal: {}, ...given });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const { problems, warnings } = checkConfig(parsed.value);
  return [...problems, ...warnings].filter(({ path }) => path === "portal").map(({ message }) => message);
}

describe("portal", () => {
  test("is off unless the configuration has it", () => {
    expect(readPortal(undefined)).toBeUndefined();
    expect(readPortal({})).toEqual({ keysMax: 5, announced: [] });
  });

  test("announces from a date, at midnight in UTC, or from an instant", () => {
    const announced = [
      { policy: "plan", limit: 0, from: "2027-01-01" },
      { policy: "plan", tier: "pro", limit: 5, from: "2027-01-01T12:00:00Z", note: "why" },
    ];
    expect(readPortal({ announced })).toMatchObject({
      announced: [
        { policy: "plan", limit: 0, from: Date.UTC(2027, 0, 1) },
        { policy: "plan", tier: "pro", limit: 5, from: Date.UTC(2027, 0, 1, 12), note: "why" },
      ],
    });
  });

  test.each([
    [{ keysMax: 101 }, "portal.keysMax must be a whole number from 0 to 100, received 101"],
    [{ announced: [{ policy: "plan", limit: 1, from: "2027-13-01" }] }, /announced\.0\.from must be a date/],
    [{ announced: [{ policy: "plan", limit: 1, from: "tomorrow" }] }, /announced\.0\.from must be a date/],
    [{ announced: [{ policy: "plam", limit: 1, from: "2027-01-01" }] }, /policy must name a policy.*"plan"/],
    [
      { announced: [{ policy: "plan", tier: "prp", limit: 1, from: "2027-01-01" }] },
      /tier must name a tier.*"pro"/,
    ],
  ])("refuses %j", (portal, wanted) => {
    expect(() => readPortal(portal)).toThrow(wanted);
  });

  test("is warned about where nobody can sign in, or statistics are off", () => {
    expect(findVain({})).toEqual([]);
    expect(findVain({ routes: [{ path: "/*" }], policies: {} })).toEqual([
      "no route has auth: consumers have no limits of their own",
    ]);
    expect(findVain({ stats: false })).toEqual(["statistics are off: it shows nobody what they have used"]);
  });
});

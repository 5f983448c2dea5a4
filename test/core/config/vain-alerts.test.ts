import { expect, it } from "vitest";
import { checkConfig } from "../../../src/core/config/check-config.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";

function find(given: object): readonly string[] {
  const to = [{ slack: "TEAM" }];
  const parsed = parseConfig({
    origin: "https://a.example.com",
    policies: {},
    routes: [{ path: "/*" }],
    alerts: [{ to }, { when: "denied", to }],
    ...given,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const { problems, warnings } = checkConfig(parsed.value);
  return [...problems, ...warnings].map(({ path, message }) => `${path}: ${message}`);
}

it("findVainAlerts() warns of rules for what is unusual where statistics are off", () => {
  expect(find({})).toEqual([]);
  expect(find({ stats: false })).toEqual([
    "alerts.0.when: statistics are off, which alone see what is unusual",
  ]);
});

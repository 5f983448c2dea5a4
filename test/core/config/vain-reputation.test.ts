// A reputation that changes nothing, and traps where routes lead.

import { describe, expect, it } from "vitest";
import { checkConfig } from "../../../src/core/config/check-config.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";

function find(given: object): readonly string[] {
  const policies = { calls: { algorithm: "sliding-window", limit: 10, window: "1m", key: "ip" } };
  const parsed = parseConfig({
    origin: "https://a.example.com",
    policies,
    routes: [
      { path: "/orders/:id", policies: ["calls"] },
      { path: "/files/*", policies: ["calls"] },
    ],
    ...given,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const { problems, warnings } = checkConfig(parsed.value);
  return [...problems, ...warnings].map(({ path, message }) => `${path}: ${message}`);
}

describe("findVainReputation()", () => {
  const tiers = { suspect: { calls: { limit: 1 } } };

  it("has nothing to say where suspects have limits and traps lead nowhere", () => {
    expect(find({})).toEqual([]);
    expect(find({ tiers, reputation: { traps: ["/.env", "/files/.env"] } })).toEqual([]);
  });

  it("refuses one that changes nothing, and warns of one that only bans", () => {
    expect(find({ reputation: { banFor: [] } })).toEqual([
      "reputation.banFor: nobody is banned, and no tier suspect has limits: it changes nothing",
    ]);
    expect(find({ reputation: {} })).toEqual([
      "reputation.suspect: no tier suspect has limits: nothing changes before the ban",
    ]);
  });

  it("refuses trust that nobody gets anything for", () => {
    const trusted = { calls: { limit: 20 } };
    expect(find({ tiers: { ...tiers, trusted }, reputation: { trusted: {} } })).toEqual([]);
    expect(find({ tiers, reputation: { trusted: {} } })).toEqual([
      "reputation.trusted: no tier trusted has limits: nobody gets anything for it",
    ]);
  });

  it("warns of a bound for scores that no request has points for", () => {
    expect(find({ tiers, reputation: { botScoreBelow: 10, signals: { bot: 1 } } })).toEqual([]);
    expect(find({ tiers, reputation: { botScoreBelow: 10 } })).toEqual([
      "reputation.botScoreBelow: signals.bot is 0: no request has points for its score",
    ]);
  });

  it("warns of a trap that a route leads to", () => {
    expect(find({ tiers, reputation: { traps: ["/Orders/1"] } })).toEqual([
      expect.stringMatching(
        /^reputation\.traps\.0: route .*\/orders\/:id leads there, and the trap goes first$/,
      ),
    ]);
  });
});

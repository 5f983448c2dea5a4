import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { findVainFacts, toPlatformFacts } from "../../../src/core/control/described-client.ts";
import { readBotFacts } from "../../../src/core/keys/bot-facts.ts";

const FINGERPRINT = "t13d1516h2_8daaf6152771_b0da82dd1658";
const everything = { asn: 64_500, botScore: 12, verifiedBot: false, ja4: FINGERPRINT };

/** The names of the facts that decide nothing. */
function findVain(given: object): readonly string[] {
  const parsed = parseConfig({
    origin: "https://a.example.com",
    policies: {},
    routes: [{ path: "/a" }],
    ...given,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return findVainFacts(everything, parsed.value).map(({ path }) => path);
}

const byProgram = { calls: { algorithm: "sliding-window", limit: 10, window: "1m", key: ["ip", "ja4"] } };

describe("findVainFacts()", () => {
  it.each<[asks: string, given: object, vain: readonly string[]]>([
    ["nothing", {}, ["asn", "botScore", "verifiedBot", "ja4"]],
    ["a list of networks", { access: { deny: { asns: [64_500] } } }, ["botScore", "verifiedBot", "ja4"]],
    ["a list of scores", { access: { deny: { botScoreBelow: 30 } } }, ["asn", "ja4"]],
    ["a list of verified bots", { access: { allow: { verifiedBots: true } } }, ["asn", "botScore", "ja4"]],
    ["a list of programs", { access: { allow: { ja4: [FINGERPRINT] } } }, ["asn", "botScore", "verifiedBot"]],
    [
      "a route's list",
      { routes: [{ path: "/a", access: { deny: { ja4: [FINGERPRINT] } } }] },
      ["asn", "botScore", "verifiedBot"],
    ],
    ["a part of a key", { policies: byProgram }, ["asn", "botScore", "verifiedBot"]],
    ["a function", { functions: { team: () => "a" } }, ["botScore", "verifiedBot", "ja4"]],
    ["a reputation without points for bots", { reputation: {} }, ["asn", "botScore", "ja4"]],
    ["a reputation with them", { reputation: { signals: { bot: 2 } } }, ["asn", "ja4"]],
  ])("where %s asks", (_, given, vain) => {
    expect(findVain(given)).toEqual(vain);
  });

  it("has nothing to say of what is not described", () => {
    const parsed = parseConfig({ origin: "https://a.example.com", policies: {}, routes: [{ path: "/a" }] });
    expect(parsed.ok && findVainFacts({}, parsed.value)).toEqual([]);
  });
});

describe("toPlatformFacts()", () => {
  it("is what the platform says, or nothing where nothing is described", () => {
    expect(readBotFacts(toPlatformFacts({}))).toBeUndefined();
    expect(toPlatformFacts(everything)).toMatchObject({ asn: 64_500 });
    expect(readBotFacts(toPlatformFacts(everything))).toEqual({
      score: 12,
      isVerified: false,
      ja4: FINGERPRINT,
    });
  });
});

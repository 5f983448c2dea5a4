import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { accessList, decideAccess } from "../../../src/core/access/access-list.ts";
import { type FactsGiven, toFacts } from "../keys/to-facts.ts";

type Given = v.InferInput<typeof accessList>;

const decide = (lists: readonly Given[], facts: FactsGiven) =>
  decideAccess(
    lists.map((list) => v.parse(accessList, list)),
    toFacts(facts),
  );
const isDenied = (lists: readonly Given[], facts: FactsGiven): boolean => decide(lists, facts).isDenied;

describe("decideAccess()", () => {
  test("lets everybody in without lists, and by lists that say nothing", () => {
    expect(decide([], {})).toEqual({ isDenied: false, isUnlimited: false });
    expect(isDenied([{}], { address: "192.0.2.1" })).toBe(false);
  });

  test.each<[name: string, given: Given, facts: FactsGiven, wanted: boolean]>([
    ["an address", { deny: { addresses: ["192.0.2.0/24"] } }, { address: "192.0.2.9" }, true],
    ["another address", { deny: { addresses: ["192.0.2.0/24"] } }, { address: "192.0.3.9" }, false],
    ["a country", { deny: { countries: ["KP"] } }, { country: "KP" }, true],
    ["no country", { deny: { countries: ["KP"] } }, {}, false],
    ["a network", { deny: { asns: [64500] } }, { asn: 64500 }, true],
    ["another network", { deny: { asns: [64500] } }, { asn: 64501 }, false],
    ["a user agent", { deny: { userAgents: ["curl/*"] } }, { headers: { "user-agent": "Curl/8" } }, true],
    ["no user agent, by an empty pattern", { deny: { userAgents: [""] } }, {}, true],
    ["no user agent", { deny: { userAgents: ["curl/*"] } }, {}, false],
    ["a program", { deny: { ja4: ["t13d1516h2"] } }, { bot: { ja4: "t13d1516h2" } }, true],
    ["another program", { deny: { ja4: ["t13d1516h2"] } }, { bot: { ja4: "t13d1517h2" } }, false],
    [
      "no program, by its header",
      { deny: { ja4: ["t13d1516h2"] } },
      { headers: { ja4: "t13d1516h2" } },
      false,
    ],
    ["a low score", { deny: { botScoreBelow: 30 } }, { bot: { score: 29 } }, true],
    ["a score", { deny: { botScoreBelow: 30 } }, { bot: { score: 30 } }, false],
    ["whom nobody scored", { deny: { botScoreBelow: 30 } }, { bot: {} }, false],
    ["whom the platform knows nothing of", { deny: { botScoreBelow: 30, verifiedBots: true } }, {}, false],
    [
      "a search engine by its score",
      { deny: { botScoreBelow: 30 } },
      { bot: { score: 1, isVerified: true } },
      false,
    ],
    ["a search engine", { deny: { verifiedBots: true } }, { bot: { isVerified: true } }, true],
    ["all but search engines", { allow: { verifiedBots: true } }, { bot: { score: 99 } }, true],
    ["no search engine", { allow: { verifiedBots: true } }, { bot: { isVerified: true } }, false],
    ["whom nothing allows", { allow: { countries: ["CH"] } }, { country: "DE" }, true],
    ["whom the platform cannot place", { allow: { countries: ["CH"] } }, {}, true],
    ["whom one of two things allows", { allow: { countries: ["CH"], asns: [1] } }, { asn: 1 }, false],
    ["whom an empty list allows", { allow: {} }, { address: "192.0.2.1" }, true],
    [
      "whom it allows and denies",
      { allow: { countries: ["CH"] }, deny: { addresses: ["192.0.2.1"] } },
      { country: "CH", address: "192.0.2.1" },
      true,
    ],
  ])("denies %s: %j %j %s", (_name, given, facts, wanted) => {
    expect(isDenied([given], facts)).toBe(wanted);
  });

  test("asks every list: what one denies no other allows", () => {
    const lists = [{ deny: { countries: ["KP"] } }, { allow: { addresses: ["192.0.2.1"] } }];
    expect(isDenied(lists, { address: "192.0.2.1", country: "KP" })).toBe(true);
    expect(isDenied(lists, { address: "192.0.2.2", country: "CH" })).toBe(true);
    expect(isDenied(lists, { address: "192.0.2.1", country: "CH" })).toBe(false);
  });

  test("leaves unlimited whom any list says, unless they are denied", () => {
    const lists = [{ unlimited: ["192.0.2.0/24"] }, { deny: { countries: ["KP"] } }];
    expect(decide(lists, { address: "192.0.2.1" }).isUnlimited).toBe(true);
    expect(decide(lists, { address: "192.0.3.1" }).isUnlimited).toBe(false);
    expect(decide(lists, { address: "192.0.2.1", country: "KP" })).toMatchObject({
      isDenied: true,
      isUnlimited: false,
    });
  });

  test.each<[given: Given, facts: FactsGiven, cause: string]>([
    [
      { deny: { addresses: ["192.0.0.0/16", "192.0.2.0/24"] } },
      { address: "192.0.2.9" },
      "access.deny: address 192.0.2.0/24",
    ],
    [
      { deny: { addresses: ["2001:DB8::/32"] } },
      { address: "2001:db8::9" },
      "access.deny: address 2001:DB8::/32",
    ],
    [{ deny: { countries: ["CH", "KP"] } }, { country: "KP" }, "access.deny: country KP"],
    [{ deny: { asns: [64_500] } }, { asn: 64_500 }, "access.deny: asn 64500"],
    [
      { deny: { userAgents: ["wget*", "*Evil*"] } },
      { headers: { "user-agent": "an evil bot" } },
      "access.deny: user agent *Evil*",
    ],
    [{ allow: { countries: ["CH"] } }, { country: "DE" }, "access.allow: no entry lets it in"],
    [
      { allow: { verifiedBots: true } },
      {},
      "access.allow: no entry lets it in, and the platform says nothing of its program",
    ],
    [
      { allow: { verifiedBots: true } },
      { bot: { score: 1, isVerified: false, ja4: undefined } },
      "access.allow: no entry lets it in",
    ],
  ])("names what denies: %j %j %s", (given, facts, cause) => {
    expect(decide([given], facts).cause).toBe(cause);
  });

  test("reads nothing of a client that no entry asks for", () => {
    const read: string[] = [];
    const facts = new Proxy(toFacts({ address: "192.0.2.1" }), {
      get: (target, name, receiver): unknown => {
        read.push(String(name));
        return Reflect.get(target, name, receiver);
      },
    });
    decideAccess([v.parse(accessList, { deny: { addresses: ["198.51.100.1"] } })], facts);
    expect(new Set(read)).toEqual(new Set(["address"]));
  });
});

// The phases of a request's facts: what comes later makes other facts, and what is costly is read once for all of them.

import { expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { toCaller } from "../../../src/gateway/request/caller.ts";
import { readRequest } from "../../../src/gateway/request/read-request.ts";
import { type RoutedFacts, toRoutedFacts } from "../../../src/gateway/request/request-facts.ts";

const caller = toCaller(
  {
    identity: { consumer: "acme", tier: "pro", scopes: [], apiKey: "k", token: undefined },
    place: "query",
    hash: "h",
  },
  { forwardCredential: false },
);

/** With how often the platform was asked for the client's place. */
function read(
  url: string,
  address?: string,
): { readonly facts: RoutedFacts; readonly placesRead: () => number } {
  const config = parseConfig({ origin: "zone", policies: {}, routes: [{ path: "/users/:id" }] });
  const route = config.ok ? config.value.routes[0] : undefined;
  if (!config.ok || route === undefined) throw new Error("test configuration is wrong");
  let places = 0;
  const request = new Request(url, address === undefined ? {} : { headers: { "CF-Connecting-IP": address } });
  const place = { country: "CH", continent: "EU", asn: 1 };
  Object.defineProperty(request, "cf", { get: () => ((places += 1), place) });
  const parsed = readRequest(request, config.value);
  if (!parsed.ok) throw new Error(parsed.error);
  return { facts: toRoutedFacts(parsed.value, route), placesRead: () => places };
}

test("admit() makes facts of the client, and leaves those of the route as they are", () => {
  const { facts } = read("https://api.example/users/7?key=secret&a=1");
  const admitted = facts.admit({ caller, isUnlimited: true, search: "?a=1" });
  expect([admitted.identity?.consumer, admitted.isUnlimited, admitted.search]).toEqual([
    "acme",
    true,
    "?a=1",
  ]);
  expect([admitted.query("key"), admitted.query("a"), admitted.param("id")]).toEqual([undefined, "1", "7"]);
  expect([facts.identity, facts.search, facts.query("key")]).toEqual([
    undefined,
    "?key=secret&a=1",
    "secret",
  ]);
});

test("admit() gives the same facts where nothing more is known of the client", () => {
  const { facts } = read("https://api.example/users/7");
  expect(facts.admit({ caller: undefined, isUnlimited: false })).toBe(facts);
  expect(facts.admit({ caller: undefined, isUnlimited: true })).not.toBe(facts);
});

test("the place of a client is read once for all phases, and only when somebody asks", () => {
  const { facts, placesRead } = read("https://api.example/users/7");
  const admitted = facts.admit({ caller, isUnlimited: false });
  expect(placesRead()).toBe(0);
  expect([facts.country, admitted.continent, admitted.asn]).toEqual(["CH", "EU", 1]);
  expect(placesRead()).toBe(1);
});

// Of addresses that no other test has: the isolate keeps what it learnt of one.
test("the continent of an address is asked of the platform once, and of each address", () => {
  const reads = ["203.0.113.201", "203.0.113.201", "203.0.113.202", undefined, undefined].map((address) => {
    const { facts, placesRead } = read("https://api.example/users/7", address);
    expect(facts.continent).toBe("EU");
    return placesRead();
  });
  expect(reads).toEqual([1, 0, 1, 1, 1]);
});

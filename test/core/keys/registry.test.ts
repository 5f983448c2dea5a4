import { expect, test } from "vitest";
import type { Identity } from "../../../src/core/keys/identity.ts";
import { keyExtractors, type KeyExtractorName } from "../../../src/core/keys/registry.ts";
import { type FactsGiven, toFacts } from "./to-facts.ts";

type Row = readonly [name: KeyExtractorName, argument: string, given: FactsGiven, wanted: string | undefined];

const BY_KEY: Identity = { consumer: "acme", tier: "pro", scopes: [], apiKey: "k1", token: undefined };
const BY_TOKEN: Identity = {
  consumer: "ann",
  tier: undefined,
  scopes: [],
  apiKey: undefined,
  token: {
    issuer: "https://a.example",
    claims: { sub: "ann", "https://a.example/team": 7, roles: ["admin"], app: { org: "o1" } },
  },
};

const rows: readonly Row[] = [
  ["ip", "", { address: "2001:db8::1" }, "2001:db8:0:0::/64"],
  ["ip", "", {}, undefined],
  ["header", "x-api-key", { headers: { "x-api-key": "k" } }, "k"],
  ["header", "x-api-key", { headers: { "x-api-key": "" } }, ""],
  ["header", "x-api-key", { cookies: { "x-api-key": "k" } }, undefined],
  [
    "header",
    "x-user",
    { headers: { "x-user": "\ufffd" }, address: "::1" },
    "\u0000unreadable 0:0:0:0::/64 \ufffd",
  ],
  ["cookie", "sid", { cookies: { sid: "s" } }, "s"],
  ["cookie", "sid", { cookies: { sid: "\ufffd" } }, "\u0000unreadable  \ufffd"],
  ["cookie", "sid", { cookies: { SID: "s" } }, undefined],
  ["query", "user", { query: { user: "u" } }, "u"],
  ["query", "user", { headers: { user: "u" } }, undefined],
  ["json", "model", { members: { "json:model": { kind: "text", text: "m" } } }, "m"],
  ["json", "options.size", { members: { "json:options.size": { kind: "number", text: "1e1" } } }, "10"],
  ["json", "model", {}, undefined],
  [
    "json",
    "model",
    { members: { "json:model": { kind: "unknown" } }, address: "192.0.2.1" },
    "\u0000unreadable 192.0.2.1",
  ],
  // No member can say what stands for another client's that cannot be read.
  [
    "json",
    "model",
    { members: { "json:model": { kind: "text", text: "\u0000unreadable 192.0.2.1" } }, address: "192.0.2.9" },
    "\u0000unreadable 192.0.2.9",
  ],
  ["json", "model", { members: { "json:model": { kind: "list", count: 2 } } }, "\u0000unreadable "],
  ["form", "page", { members: { "form:page": { kind: "text", text: "p" } } }, "p"],
  ["form", "page", { members: { "json:page": { kind: "text", text: "p" } } }, undefined],
  ["function", "team", { members: { "function:team": { kind: "text", text: "a" } } }, "a"],
  [
    "function",
    "team",
    { members: { "function:team": { kind: "unknown" } }, address: "192.0.2.9" },
    "\u0000unreadable 192.0.2.9",
  ],
  ["path", "", { path: "/a/b" }, "/a/b"],
  ["param", "page", { params: { page: "p" } }, "p"],
  ["param", "page", { query: { page: "p" } }, undefined],
  ["everyone", "", { address: "192.0.2.1" }, ""],
  ["method", "", { method: "POST" }, "POST"],
  ["method", "", { method: "GET" }, "GET"],
  ["method", "", { method: "HEAD" }, "GET"],
  ["host", "", { host: "a.example" }, "a.example"],
  ["country", "", { country: "CH" }, "CH"],
  ["country", "", {}, undefined],
  ["asn", "", { asn: 64_500 }, "64500"],
  ["asn", "", {}, undefined],
  [
    "ja4",
    "",
    { bot: { ja4: "t13d1516h2_8daaf6152771_b0da82dd1658" } },
    "t13d1516h2_8daaf6152771_b0da82dd1658",
  ],
  ["ja4", "", { headers: { ja4: "t13d", "cf-ja4": "t13d" } }, undefined],
  ["asn", "", { headers: { asn: "1", "cf-asn": "1" }, query: { asn: "1" } }, undefined],
  ["consumer", "", { identity: BY_KEY }, "acme"],
  ["consumer", "", { identity: BY_TOKEN }, "ann"],
  ["consumer", "", { headers: { "x-consumer": "acme" } }, undefined],
  ["api-key", "", { identity: BY_KEY }, "k1"],
  ["api-key", "", { identity: BY_TOKEN }, undefined],
  ["api-key", "", {}, undefined],
  ["jwt", "sub", { identity: BY_TOKEN }, "https://a.example ann"],
  ["jwt", "https://a.example/team", { identity: BY_TOKEN }, "https://a.example 7"],
  ["jwt", "app.org", { identity: BY_TOKEN }, "https://a.example o1"],
  ["jwt", "roles", { identity: BY_TOKEN }, undefined],
  ["jwt", "constructor", { identity: BY_TOKEN }, undefined],
  ["jwt", "sub", { identity: BY_KEY }, undefined],
  ["jwt", "sub", {}, undefined],
];

test.each(rows)("%s with argument %j of %j is %j", (name, argument, given, wanted) => {
  expect(keyExtractors[name].read(toFacts(given), argument)).toBe(wanted);
});

test("every extractor is in the table above", () => {
  expect([...new Set(rows.map(([name]) => name))].sort()).toEqual(Object.keys(keyExtractors).sort());
});

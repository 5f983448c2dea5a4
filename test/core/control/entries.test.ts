// What an operator may write down, and what is refused.

import { describe, expect, test } from "vitest";
import { parseWith } from "../../../src/core/schema/parse-with.ts";
import { entryKinds, isActive, type EntryKind } from "../../../src/core/control/entries.ts";

const parse = (kind: EntryKind, given: unknown): readonly string[] => {
  const parsed = parseWith(entryKinds[kind].body as Parameters<typeof parseWith>[0], given);
  return parsed.ok ? [] : parsed.error.map(({ path, message }) => `${path}: ${message}`);
};

const good: Readonly<Record<EntryKind, Readonly<Record<string, unknown>>>> = {
  keys: { consumer: "acme", tier: "pro", scopes: ["read"], metadata: { team: "a" }, expiresAtMs: 1 },
  overrides: { policy: "api", key: ["acme*"], limit: 5, window: "1m", reason: "until Friday" },
  bans: { value: "192.0.2.1", reason: "scraper" },
  access: { action: "deny", cidr: "192.0.2.0/24", reason: "scraper" },
  tokens: { name: "ci-deploy", scopes: ["read", "purge"], expiresAtMs: 1 },
  requests: { consumer: "acme", policy: "api", key: ["acme"], limit: 5, reason: "a launch", state: "open" },
};

describe.each(Object.keys(good) as EntryKind[])("the body of %s", (kind) => {
  test("is taken when it is right", () => {
    expect(parse(kind, good[kind])).toEqual([]);
  });

  test("is refused with a member that nobody knows", () => {
    expect(parse(kind, { ...good[kind], reasn: "x" })).toEqual([
      expect.stringMatching(/^reasn: unknown key/),
    ]);
  });

  test.each([undefined, null, [], "x", 1])("is refused when it is %o", (value) => {
    expect(parse(kind, value)).toHaveLength(1);
  });
});

test.each<readonly [EntryKind, Readonly<Record<string, unknown>>]>([
  ["keys", { consumer: " acme" }],
  ["keys", { consumer: "acme\n" }],
  ["keys", { scopes: ["two words"] }],
  ["keys", { metadata: { a: 1 } }],
  ["keys", { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`m${at}`, ""])) }],
  ["overrides", { limit: undefined, window: undefined }],
  ["overrides", { tier: "pro" }],
  ["overrides", { limit: -1 }],
  ["overrides", { limit: 0.5 }],
  ["overrides", { limit: "none" }],
  ["overrides", { window: "soon" }],
  ["overrides", { key: [] }],
  ["overrides", { key: ["*********"] }],
  ["overrides", { reason: "" }],
  ["requests", { limit: 0 }],
  ["requests", { limit: "unlimited" }],
  ["requests", { state: "done" }],
  ["bans", { key: "header:authorization" }],
  ["bans", { key: "cookie:sid" }],
  ["bans", { key: "query:key" }],
  ["bans", { key: "nothing" }],
  ["bans", { value: "" }],
  ["access", { country: "CH" }],
  ["access", { cidr: undefined }],
  ["access", { cidr: undefined, country: "ch" }],
  ["access", { cidr: undefined, asn: 0 }],
  ["access", { action: "unlimited", cidr: undefined, userAgent: "curl*" }],
  // The audit log calls the secrets so.
  ["tokens", { name: "ADMIN_TOKEN" }],
  ["tokens", { name: "" }],
  ["tokens", { scopes: [] }],
  ["tokens", { scopes: ["root"] }],
])("the body of %s is refused with %o", (kind, wrong) => {
  expect(parse(kind, { ...good[kind], ...wrong })).not.toEqual([]);
});

test.each([0, 5, "unlimited"])("an override may say a limit of %o", (limit) => {
  expect(parse("overrides", { ...good.overrides, limit })).toEqual([]);
});

test("isActive() ends at the very moment", () => {
  expect([isActive({ expiresAtMs: 10 }, 9), isActive({ expiresAtMs: 10 }, 10), isActive({}, 10)]).toEqual([
    true,
    false,
    true,
  ]);
});

import { describe, expect, test } from "vitest";
import { toCallKeys } from "../../../src/core/feedback/to-call-keys.ts";
import { facebookGraph } from "../../../src/core/feedback/profiles/facebook-graph.ts";
import type { FeedbackScope } from "../../../src/core/feedback/feedback-states.ts";

const rules = { paceFromPercent: 80, stopMsMax: 1, readingMs: 1, limit: undefined, windowMs: undefined };
const scopes: readonly FeedbackScope[] = [
  { scope: "app", policy: "graph-app", hasSubjects: false, rules },
  { scope: "user", policy: undefined, hasSubjects: true, rules },
  { scope: "page", policy: undefined, hasSubjects: true, rules },
];
const policies = new Map([["graph-app", "everyone"]]);

interface Given {
  readonly fields?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly path?: string;
  readonly isSecret?: boolean;
  readonly own?: readonly (readonly [string, string])[];
}

function keysOf({ fields = {}, query, path = "/v25.0/bakery/posts", own = [], isSecret = false }: Given) {
  const call = {
    method: "GET",
    path,
    header: (name: string) => fields[name],
    query: (name: string) => (name === "access_token" ? query : undefined),
    hash: (text: string) => `hash of ${text}`,
  };
  return Object.fromEntries(
    toCallKeys(policies, call, { profile: facebookGraph, scopes, own: { headers: own, isSecret } }),
  );
}

describe("toCallKeys()", () => {
  test("adds what the profile tells apart to the keys of policies: never a token, but its hash", () => {
    const graph = { "graph-app": "everyone", "@page": "bakery" };
    expect(keysOf({ fields: { authorization: "Bearer a" } })).toEqual({
      ...graph,
      "@user": "hash of Bearer a",
    });
    expect(keysOf({ query: "b" })).toEqual({ ...graph, "@user": "hash of b" });
    expect(keysOf({})).toEqual({ ...graph, "@user": "" });
  });

  test("has one token for all where the pool sets it", () => {
    expect(
      keysOf({ fields: { authorization: "Bearer a" }, own: [["authorization", "Bearer x"]] })["@user"],
    ).toBe("");
  });

  test("has one token for all where they are shown one secret", () => {
    expect(keysOf({ fields: { authorization: "Bearer a" }, isSecret: true })["@user"]).toBe("");
  });

  test("hashes what is long", () => {
    const long = "x".repeat(161);
    expect(keysOf({ path: `/${long}` })["@page"]).toBe(`hash of ${long}`);
  });

  test("adds nothing where every scope has a policy", () => {
    const call = { method: "GET", path: "/", header: () => "a", query: () => "a", hash: () => "a" };
    expect(
      toCallKeys(policies, call, {
        profile: facebookGraph,
        scopes: scopes.slice(0, 1),
        own: { headers: [], isSecret: false },
      }),
    ).toBe(policies);
  });
});

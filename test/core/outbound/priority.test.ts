import { describe, expect, test } from "vitest";
import type { Identity } from "../../../src/core/keys/identity.ts";
import {
  hasPoolPriorities,
  PRIORITIES,
  type Priority,
  type PriorityRules,
  toRank,
} from "../../../src/core/outbound/priority.ts";
import { toFacts } from "../keys/to-facts.ts";

const RULES: PriorityRules = {
  consumers: { billing: "critical" },
  tiers: { pro: "critical", free: "background" },
  header: "x-priority",
  headerMax: "normal",
};

function identity(consumer: string, tier?: string): Identity {
  return { consumer, tier, scopes: [], apiKey: "k", token: undefined };
}

function priorityOf(
  route: Priority,
  { who, says, rules = RULES }: { who?: Identity; says?: string; rules?: PriorityRules } = {},
): Priority | undefined {
  const facts = toFacts({
    ...(who === undefined ? {} : { identity: who }),
    ...(says === undefined ? {} : { headers: { "x-priority": says } }),
  });
  return PRIORITIES[toRank(rules, route, facts)];
}

describe("toRank()", () => {
  test("is the route's, unless the tier has one, unless the consumer has", () => {
    expect(priorityOf("normal")).toBe("normal");
    expect(priorityOf("normal", { who: identity("a", "pro") })).toBe("critical");
    expect(priorityOf("critical", { who: identity("a", "free") })).toBe("background");
    expect(priorityOf("normal", { who: identity("billing", "free") })).toBe("critical");
    expect(priorityOf("normal", { who: identity("constructor", "toString") })).toBe("normal");
  });

  test.each([
    ["normal", "background", "background"],
    ["critical", "background", "background"],
    ["background", "normal", "normal"],
    ["background", "critical", "normal"],
    ["normal", "critical", "normal"],
    ["critical", "critical", "critical"],
    ["critical", "normal", "normal"],
    ["normal", " BackGround ", "background"],
    ["normal", "", "normal"],
    ["normal", "critical, critical", "normal"],
    ["normal", "constructor", "normal"],
  ] as const)("on a %s route a header that says %j makes it %s", (route, says, wanted) => {
    // It claims the most that it may at most, and never less than there was.
    expect(priorityOf(route, { says })).toBe(wanted);
  });

  test("a header that no rule names says nothing", () => {
    const { header: _unread, ...rules } = RULES;
    expect(priorityOf("normal", { says: "background", rules })).toBe("normal");
  });
});

describe("hasPoolPriorities()", () => {
  const equal: PriorityRules = { consumers: {}, tiers: {}, header: undefined, headerMax: "normal" };
  const has = (priority: PriorityRules, ...routes: readonly Priority[]): boolean => {
    const pool = { outbound: { priority } };
    return hasPoolPriorities(pool, [
      ...routes.map((one) => ({ pool, priority: one })),
      { pool: "another", priority: "critical" },
    ]);
  };

  test("is whether some of a pool's calls may go before others", () => {
    expect([has(equal), has(equal, "normal"), has(equal, "background", "background")]).toEqual([
      false,
      false,
      false,
    ]);
    expect(has(equal, "normal", "background")).toBe(true);
    expect(has({ ...equal, header: "x-priority" }, "normal")).toBe(true);
    expect(has({ ...equal, tiers: { free: "background" } }, "normal")).toBe(true);
    expect(has({ ...equal, consumers: { a: "critical" } }, "normal")).toBe(true);
  });

  test("a pool that counts no calls has none", () => {
    expect(hasPoolPriorities({ outbound: undefined }, [])).toBe(false);
  });
});

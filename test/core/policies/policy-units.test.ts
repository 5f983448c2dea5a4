// What a request takes from a policy that counts tokens or money, told from the request alone.

import { describe, expect, test } from "vitest";
import { readMembers, toWantedMembers } from "../../../src/core/body/body-members.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { listPolicyMembers, toPolicyCost } from "../../../src/core/policies/policy-units.ts";
import type { Policy } from "../../../src/core/policies/policy.ts";
import { toFacts } from "../keys/to-facts.ts";

const TYPE = "application/json";

function toPolicy(cost: unknown, limit = 100_000): Policy {
  const tokens = { algorithm: "sliding-window", limit, window: "1m", key: "everyone", cost };
  const config = parseConfig({
    origin: "https://a.example",
    policies: { tokens },
    routes: [{ path: "/*", policies: ["tokens"] }],
  });
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  const [policy] = config.value.policies;
  if (policy === undefined) throw new Error("there is one");
  return policy;
}

function costOf(policy: Policy, body: unknown, facts: Parameters<typeof toFacts>[0] = {}): number {
  const wanted = toWantedMembers(listPolicyMembers(policy));
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const member = wanted === undefined ? undefined : readMembers(text, TYPE, wanted);
  return toPolicyCost(policy, { ...toFacts(facts), ...(member && { member }) }, 7);
}

/** A hundred tokens, and one of "user". */
const SAID = { messages: [{ role: "user", content: "x".repeat(400) }] };
const PROMPT = 101;

describe("toPolicyCost()", () => {
  test("is the route's where the policy says none, and the policy's own where it does", () => {
    expect(costOf(toPolicy(undefined), SAID)).toBe(7);
    expect(costOf(toPolicy(3), SAID)).toBe(3);
    expect(costOf(toPolicy({ json: "max_tokens" }), { max_tokens: 50 })).toBe(50);
  });

  test.each<[string, object, number]>([
    ["openai", { max_tokens: 50 }, 50],
    ["openai", { max_tokens: 50, max_completion_tokens: 20 }, 20],
    ["openai", { max_tokens: 50, n: 3 }, 150],
    ["openai", { max_tokens: 1, n: 1e9 }, 128],
    ["openai", {}, 1_024],
    ["openai", { n: 2 }, 2_048],
    ["openai", { max_tokens: null }, 1_024],
    ["openai-responses", { max_output_tokens: 50 }, 50],
    ["anthropic", { max_tokens: 50 }, 50],
    ["gemini", { generationConfig: { maxOutputTokens: 50, candidateCount: 2 } }, 100],
    ["bedrock", { inferenceConfig: { maxTokens: 50 } }, 50],
  ])("of %s with %j is its prompt and %d", (estimate, bounds, output) => {
    expect(costOf(toPolicy({ estimate }), { ...SAID, ...bounds })).toBe(PROMPT + output);
  });

  test.each(['"9"', "-1", "1.5", "true", '1,"max_tokens":2'])(
    "costs the most with a bound of %s",
    (bound) => {
      const text = `{"max_tokens":${bound},"messages":[]}`;
      expect(costOf(toPolicy({ estimate: "openai", max: 5_000 }), text)).toBe(5_000);
    },
  );

  test("never takes more than there is for what no caller bounds, but for its prompt", () => {
    expect(costOf(toPolicy({ estimate: "openai" }, 300), SAID)).toBe(300);
    expect(costOf(toPolicy({ estimate: "openai" }, 50), SAID)).toBe(PROMPT);
    expect(costOf(toPolicy({ estimate: "openai" }, 300), { ...SAID, max_tokens: 400 })).toBe(PROMPT + 400);
  });

  test("goes by weights, and by the prices of the model, in the body or in the path", () => {
    const weights = { input: 0.5, output: 4 };
    expect(costOf(toPolicy({ estimate: "openai", weights }), { ...SAID, max_tokens: 10 })).toBe(91);
    const usd = { m: { input: 2, output: 10 }, dear: { input: 90, output: 90 } };
    const money = toPolicy({ estimate: "openai", usd }, 10_000_000);
    expect(costOf(money, { ...SAID, model: "m", max_tokens: 10 })).toBe(202 + 100);
    expect(costOf(money, { ...SAID, model: "other", max_tokens: 10 })).toBe(111 * 90);
    expect(costOf(money, { ...SAID, max_tokens: 10 }, { path: "/openai/deployments/m/chat" })).toBe(302);
  });

  test("of a body that is not read goes by its length, and costs the most where that says nothing", () => {
    const policy = toPolicy({ estimate: "openai", output: 10, max: 9_000 });
    const unread = (headers: Readonly<Record<string, string>>): number =>
      toPolicyCost(policy, { ...toFacts({ headers }), member: () => ({ kind: "unknown" }) }, 7);
    expect(unread({ "content-length": "4000" })).toBe(1_010);
    expect(unread({})).toBe(9_000);
    expect(unread({ "content-length": "40", "content-encoding": "gzip" })).toBe(9_000);
  });

  test("of a request without a body is nothing", () => {
    expect(toPolicyCost(toPolicy({ estimate: "openai" }), toFacts({}), 7)).toBe(0);
  });
});

test.each([
  [{ estimate: "open-ai" }, /estimate: must be one of .*did you mean "openai"\?/],
  [{ usd: { m: { input: 1, output: 1 } } }, /estimate: is required/],
  [{ estimate: "openai", usd: {} }, /usd: must have prices of 1 to 1000 models/],
  [{ estimate: "openai", usd: { m: { input: 1 } } }, /usd\.m\.output: is required/],
  [{ estimate: "openai", usd: { m: { input: 1, output: 1 } }, weights: {} }, /weights or usd, not both/],
  [{ estimate: "openai", json: "max_tokens" }, /unknown key "json"/],
  [{ estimate: "openai", weights: { input: -1 } }, /weights\.input: must be a number from 0/],
])("a policy's cost refuses %j", (cost, message) => {
  expect(() => toPolicy(cost)).toThrow();
  try {
    toPolicy(cost);
  } catch (error) {
    const problems = JSON.parse((error as Error).message) as readonly { path: string; message: string }[];
    expect(problems.map((one) => `${one.path}: ${one.message}`).join("\n")).toMatch(message);
  }
});

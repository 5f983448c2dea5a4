// Rule 7: a counter object that stalls, throws or answers in another version never breaks a request. Real Durable
// Objects that fail, not stand-ins.

import { env, waitUntil } from "cloudflare:workers";
import { expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import type { Policy } from "../../../src/core/policies/policy.ts";
import { CounterClient, type ObjectAnswer } from "../../../src/gateway/limits/counter-client.ts";
import { toObjectChecks } from "../../../src/core/policies/object-checks.ts";
import type { Bindings } from "../../../src/platform/bindings.ts";
import { toRow } from "./limits-desk.ts";

const namespaces = env as unknown as Readonly<Record<string, Bindings["COUNTERS"]>>;
const FAILING = ["STALLING", "THROWING", "FOREIGN"] as const;

function toPolicy(onError: Policy["onError"]): Policy {
  const config = parseConfig({
    origin: "https://origin.example",
    policies: {
      p: { algorithm: "sliding-window", limit: 2, window: "1h", key: "ip", onError, timeoutMs: 50 },
    },
    routes: [{ path: "/*", policies: ["p"] }],
  });
  const policy = config.ok ? config.value.policies[0] : undefined;
  if (policy === undefined) throw new Error("test configuration is wrong");
  return policy;
}

function ask(client: CounterClient, policy: Policy): Promise<ObjectAnswer> {
  return client.ask(
    toObjectChecks("o", [toRow(policy, "k")]),
    { phase: "take", id: crypto.randomUUID() },
    { waitUntil },
  );
}

function createClient(name: string): CounterClient {
  const namespace = namespaces[name];
  if (namespace === undefined) throw new Error(`no namespace ${name}`);
  return new CounterClient(namespace);
}

test.each(FAILING)(
  "%s counters: onError local-full decides in the isolate by the same algorithm and the whole limit",
  async (name) => {
    const client = createClient(name);
    const outcomes: unknown[] = [];
    for (let index = 0; index < 3; index += 1) {
      const { verdicts, failure } = await ask(client, toPolicy("local-full"));
      outcomes.push(verdicts[0]?.outcome);
      expect(failure).toBeDefined();
    }
    expect(outcomes).toEqual(["allowed", "allowed", "denied"]);
  },
);

test.each(FAILING)(
  "%s counters: onError local takes an eighth of the limit, or one unit, for a key that it never heard of",
  async (name) => {
    const client = createClient(name);
    const answers = [await ask(client, toPolicy("local")), await ask(client, toPolicy("local"))];
    expect(answers.map(({ verdicts }) => verdicts[0]?.outcome)).toEqual(["allowed", "denied"]);
  },
);

test.each(FAILING)("%s counters: onError open lets pass", async (name) => {
  const client = createClient(name);
  for (let index = 0; index < 3; index += 1) {
    expect((await ask(client, toPolicy("open"))).verdicts[0]?.outcome).toBe("allowed");
  }
});

test.each(FAILING)("%s counters: onError closed refuses for a second", async (name) => {
  const { verdicts } = await ask(createClient(name), toPolicy("closed"));
  expect(verdicts).toMatchObject([{ outcome: "denied", retryAfterMs: 1_000 }]);
});

test("a stalling counter is waited for no longer than timeoutMs", async () => {
  const { failure } = await ask(createClient("STALLING"), toPolicy("local"));
  expect(failure).toBe("no answer within 50 ms");
});

test("a counter that answers is not degraded", async () => {
  const { verdicts, failure } = await ask(createClient("COUNTERS"), {
    ...toPolicy("closed"),
    timeoutMs: 5_000,
  });
  expect(failure).toBeUndefined();
  expect(verdicts[0]?.remaining).toBe(1);
});

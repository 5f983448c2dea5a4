// From a request to the limits of the tier `trusted`, through the whole gateway and the real counter object. Of its hour of
// good behaviour the test moves the row that the object wrote itself into the past, and starts the object anew.

import { createExecutionContext, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { TRUST_PREFIX } from "../../../src/durable-objects/counter-rows.ts";
import type { Bindings } from "../../../src/platform/bindings.ts";
import { createGateway, type GatewayWorker } from "../../../src/worker.ts";

const { COUNTERS } = env as unknown as Pick<Bindings, "COUNTERS">;
const HOUR_MS = 3_600_000;
/** Where the platform places these clients; there is one shard. */
const OBJECT = COUNTERS.getByName("EU:0") as unknown as DurableObjectStub;

/** A new instance, which knows nobody. */
const start = (mode: "shadow" | "enforce"): GatewayWorker =>
  createGateway({
    origin: "zone",
    counters: { shards: 1 },
    reputation: { mode, trusted: { after: "1h" } },
    policies: {
      calls: { algorithm: "sliding-window", limit: 4, window: "1d", key: "ip", timeoutMs: 10_000 },
    },
    tiers: { trusted: { calls: { limit: 9 } } },
    routes: [{ path: "/*", policies: ["calls"], respond: { status: 200 } }],
  });

/** The limits that so many requests of an address are counted by. */
async function limitsOf(gateway: GatewayWorker, address: string, ...paths: string[]): Promise<unknown[]> {
  const limits: unknown[] = [];
  for (const path of paths) {
    const request = new Request(`https://api.example${path}`, {
      headers: { "CF-Connecting-IP": address },
      cf: { continent: "EU" } as CfProperties,
    });
    const { headers } = await gateway.fetch(request, env, createExecutionContext());
    limits.push(headers.get("X-RateLimit-Limit"));
  }
  return limits;
}

/** As if the visits of an address had been so long ago. */
async function age(address: string, ms: number): Promise<void> {
  await runInDurableObject(OBJECT, (_, { storage }) => {
    const row = `${TRUST_PREFIX}ip=${address.length}:${address}`;
    const read = storage.sql.exec<{ record: string }>("SELECT record FROM counters WHERE key = ?", row);
    const { sinceMs, lastMs, hours } = JSON.parse(read.one().record) as Readonly<Record<string, number>>;
    const aged = JSON.stringify({ sinceMs: (sinceMs ?? 0) - ms, lastMs: (lastMs ?? 0) - ms, hours });
    storage.sql.exec("UPDATE counters SET record = ? WHERE key = ?", aged, row);
  });
  await evictDurableObject(OBJECT);
}

it("gives who came an hour ago, and without a fault since, the limits of the tier trusted", async () => {
  const [good, other] = ["192.0.2.81", "192.0.2.82"];
  const gateway = start("enforce");
  expect(await limitsOf(gateway, good, "/a", "/b")).toEqual(["4", "4"]);
  await age(good, HOUR_MS);
  // An instance learns it with its first answer.
  expect(await limitsOf(gateway, good, "/a", "/b", "/c")).toEqual(["4", "9", "9"]);
  expect(await limitsOf(gateway, other, "/a", "/b")).toEqual(["4", "4"]);
});

it("keeps the trust of whom an instance denies by the limits of others, before it knows whom", async () => {
  const good = "192.0.2.85";
  await limitsOf(start("enforce"), good, "/a", "/b", "/c", "/d");
  await age(good, HOUR_MS);
  // One that has seen nothing good of it either, so that a denial would weigh all that it can.
  expect(await limitsOf(start("enforce"), good, "/a", "/b", "/c")).toEqual(["4", "9", "9"]);
});

it("does not before the hour is over, nor in a dry run", async () => {
  const [early, dry] = ["192.0.2.83", "192.0.2.84"];
  const gateway = start("enforce");
  await limitsOf(gateway, early, "/a");
  await age(early, HOUR_MS - 600_000);
  expect(await limitsOf(gateway, early, "/a", "/b")).toEqual(["4", "4"]);
  const shadow = start("shadow");
  await limitsOf(shadow, dry, "/a");
  await age(dry, HOUR_MS);
  expect(await limitsOf(shadow, dry, "/a", "/b")).toEqual(["4", "4"]);
});

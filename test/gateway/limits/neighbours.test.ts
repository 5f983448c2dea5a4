// What isolates of one data centre tell each other, by the Cache API, of a counter whose object never answers.

import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { findStrange } from "../../../src/core/counters/neighbour-shares.ts";
import { type ObjectChecks, toObjectChecks } from "../../../src/core/policies/object-checks.ts";
import { CounterClient } from "../../../src/gateway/limits/counter-client.ts";
import { Neighbours } from "../../../src/gateway/limits/neighbours.ts";
import { DataCentre } from "../../../src/gateway/request/data-centre.ts";
import type { Bindings } from "../../../src/platform/bindings.ts";
import { toRow } from "./limits-desk.ts";

const { STALLING } = env as unknown as { readonly STALLING: Bindings["COUNTERS"] };

afterEach(() => {
  vi.restoreAllMocks();
});

function toChecks(onError = "local"): ObjectChecks {
  const config = parseConfig({
    origin: "zone",
    policies: {
      p: { algorithm: "sliding-window", limit: 16, window: "1h", key: "ip", timeoutMs: 1, onError },
    },
    routes: [{ path: "/*" }],
  });
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return toObjectChecks(
    "away",
    config.value.policies.map((policy) => toRow(policy, "k")),
  );
}

/** Asks so often, one after the other, of an isolate of this data centre. An eighth of the limit is two. */
async function ask(
  scope: string | undefined,
  { times, onError = "local" }: { readonly times: number; readonly onError?: string },
): Promise<readonly (string | undefined)[]> {
  const client = new CounterClient(
    STALLING,
    scope === undefined ? undefined : new Neighbours(new DataCentre(scope)),
  );
  const checks = toChecks(onError);
  const outcomes: (string | undefined)[] = [];
  for (let time = 0; time < times; time += 1) {
    const pending: Promise<unknown>[] = [];
    const waitUntil = (promise: Promise<unknown>): void => {
      pending.push(promise);
    };
    const step = { phase: "take", id: crypto.randomUUID() } as const;
    const { verdicts } = await client.ask(checks, step, { waitUntil });
    outcomes.push(verdicts[0]?.outcome);
    // What is told of the decision is written; the object's answer would be waited for much longer.
    await Promise.race([Promise.all(pending), scheduler.wait(100)]);
  }
  return outcomes;
}

test("a new isolate begins with what another one of its data centre has left", async () => {
  expect(await ask("here", { times: 3 })).toEqual(["allowed", "allowed", "denied"]);
  expect(await ask("here", { times: 1 })).toEqual(["denied"]);
  expect(await ask("elsewhere", { times: 1 })).toEqual(["allowed"]);
  expect(await ask(undefined, { times: 1 })).toEqual(["allowed"]);
});

test("of a policy that each isolate decides by the whole limit, nothing is told", async () => {
  expect(await ask("whole", { times: 3, onError: "local-full" })).toEqual(["allowed", "allowed", "allowed"]);
  expect(await ask("whole", { times: 3 })).toEqual(["allowed", "allowed", "denied"]);
});

test("a cache that does not answer is not waited for", async () => {
  vi.spyOn(caches.default, "match").mockReturnValue(new Promise(() => undefined));
  expect(await ask("slow", { times: 1 })).toEqual(["allowed"]);
});

/** The real one, which counts how often it is read. */
class CountedDataCentre extends DataCentre {
  reads = 0;

  override async read(name: string, nowMs: number): Promise<string | undefined> {
    this.reads += 1;
    return super.read(name, nowMs);
  }
}

test("requests that come together look a counter up once, and all of them know what was found", async () => {
  await ask("together", { times: 3 });
  const checks = toChecks();
  const context = { waitUntil: (promise: Promise<unknown>) => void promise };
  let known: readonly boolean[] = [];
  // Where this machine takes longer than a request waits, nothing is found in time.
  for (let time = 0; time < 5 && !known.includes(true); time += 1) {
    const dataCentre = new CountedDataCentre("together");
    const neighbours = new Neighbours(dataCentre);
    const askOnce = async (): Promise<boolean> => {
      await neighbours.ask(checks, context);
      return findStrange(neighbours.shares, { keys: checks.keys, nowMs: Date.now() }).length === 0;
    };
    known = await Promise.all(Array.from({ length: 10 }, askOnce));
    expect(dataCentre.reads).toBe(1);
  }
  expect(known).toContain(true);
});

test("what one flight did not find in time keeps nobody waiting for longer, and the next one looks again", async () => {
  const match = vi.spyOn(caches.default, "match").mockReturnValue(new Promise(() => undefined));
  const neighbours = new Neighbours(new DataCentre("never"));
  const checks = toChecks();
  const context = { waitUntil: (promise: Promise<unknown>) => void promise };
  const sentMs = Date.now();
  await Promise.all([neighbours.ask(checks, context), neighbours.ask(checks, context)]);
  expect(Date.now() - sentMs).toBeLessThan(5_000);
  await neighbours.ask(checks, context);
  expect(match).toHaveBeenCalledTimes(2);
});

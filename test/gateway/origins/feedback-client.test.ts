// What an isolate does before it knows what others know: it asks once for all requests, and does not wait for long. The
// objects are real; those that fail are real objects that are slow, or have no such method.

import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { toFeedback } from "../../../src/core/feedback/parse-feedback.ts";
import { FeedbackClient } from "../../../src/gateway/origins/feedback-client.ts";
import type { Bindings } from "../../../src/platform/bindings.ts";

const { FEEDBACK, STALLING, THROWING } = env as unknown as Readonly<Record<string, DurableObjectNamespace>>;

const SETTINGS = toFeedback({ profile: "standard", scopes: {}, paceFrom: 80, stopMax: 3_600_000 }, []);
const NO_KEYS = new Map<string, string>();
const kept: Promise<unknown>[] = [];
const waitUntil = (promise: Promise<unknown>): void => {
  kept.push(promise);
};

let pools = 0;
const newPool = (): string => `pool-${(pools += 1)}`;

/** A client, and how often it has called its object. */
function toClient(namespace: DurableObjectNamespace | undefined, pool = newPool()) {
  const desk = { calls: 0 };
  const counted = {
    getByName: (name: string) => {
      desk.calls += 1;
      return namespace?.getByName(name);
    },
  };
  const members = [{ url: "https://a.example" }] as unknown as ConstructorParameters<
    typeof FeedbackClient
  >[0]["members"];
  const client = new FeedbackClient(
    { name: pool, members },
    SETTINGS,
    counted as unknown as Bindings["FEEDBACK"],
  );
  return { client, desk };
}

const refuse = (): Response => new Response("no", { status: 429, headers: { "Retry-After": "60" } });

describe("before it knows what others know", () => {
  test("the first request asks, and those beside it wait for the same answer", async () => {
    const { client, desk } = toClient(FEEDBACK);
    const waits = Array.from({ length: 20 }, () => client.waitMs(NO_KEYS, Date.now()));
    expect(waits.every((wait) => wait instanceof Promise)).toBe(true);
    expect(await Promise.all(waits.map(async (wait) => await wait))).toEqual(
      Array.from({ length: 20 }, () => 0),
    );
    expect(desk.calls).toBe(1);
    expect(client.waitMs(NO_KEYS, Date.now())).toBe(0);
  });

  test("it hears of a stop that another isolate told of at once", async () => {
    const pool = newPool();
    const [one, other] = [toClient(FEEDBACK, pool), toClient(FEEDBACK, pool)];
    const { refused } = await one.client.observe(refuse(), NO_KEYS, { sentMs: Date.now(), waitUntil });
    expect(refused).toEqual({ retryAfterMs: 60_000 });
    await Promise.all(kept);
    expect(await other.client.waitMs(NO_KEYS, Date.now())).toBeGreaterThan(50_000);
  });
});

describe("while its object does not answer", () => {
  test.each([
    ["in time", STALLING],
    ["at all", THROWING],
  ])(
    "%s: the first request waits a little, the others not at all, and all go by what is known",
    async (_, namespace) => {
      const { client } = toClient(namespace);
      const startedMs = Date.now();
      expect(await client.waitMs(NO_KEYS, startedMs)).toBe(0);
      expect(Date.now() - startedMs).toBeLessThan(1_400);
      expect(client.waitMs(NO_KEYS, Date.now())).toBe(0);
      await client.observe(refuse(), NO_KEYS, { sentMs: Date.now(), waitUntil });
      expect(client.waitMs(NO_KEYS, Date.now())).toBeGreaterThan(50_000);
      await Promise.all(kept);
    },
  );
});

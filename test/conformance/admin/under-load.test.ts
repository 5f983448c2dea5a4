// What an operator does while clients hammer on two isolates: a stolen key gets its last 200 within five seconds, and no
// answer is of a configuration by halves.

import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus, tagOf } from "../support/admin.ts";
import { newAddress, send, type Reply } from "../support/client.ts";
import { toConfigSource } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { SECOND_HOST, startTwoIsolates } from "../support/two-isolates.ts";

const REVOCATION_MS = 5_000;
const HOSTS = ["first.example", SECOND_HOST];

const origin = await startOrigin();
afterAll(origin.close);

/** Every limit of a configuration is `base` and a digit of its own: an answer shows which limits of which one it is of. */
function toConfig(base: number): Record<string, unknown> {
  const policy = { window: "1s", key: "consumer" };
  return {
    origin: origin.url,
    policies: {
      one: { ...policy, algorithm: "token-bucket", limit: base + 1 },
      two: { ...policy, algorithm: "sliding-window", limit: base + 2 },
      three: { ...policy, algorithm: "fixed-window", limit: base + 3 },
    },
    tiers: { pro: { one: { limit: base + 4 }, two: { limit: base + 5 } } },
    routes: [
      { path: "/drill", auth: "required", policies: [] },
      // Only the second configuration has all three.
      { path: "/*", auth: "required", policies: base === FIRST ? ["one", "two"] : ["one", "two", "three"] },
    ],
  };
}
const [FIRST, SECOND] = [10_000, 20_000];
const whole = [
  [FIRST + 1, FIRST + 2],
  [FIRST + 4, FIRST + 5],
  [SECOND + 1, SECOND + 2, SECOND + 3],
  [SECOND + 4, SECOND + 5, SECOND + 3],
].map(String);

const gateway = await startTwoIsolates(toConfigSource(toConfig(FIRST)), { ADMIN_TOKEN });
afterAll(gateway.close);

interface Key {
  readonly id: string;
  readonly text: string;
}

async function createKey(consumer: string): Promise<Key> {
  const made = await expectStatus(201, askAdmin(gateway, "POST", "/keys", { body: { consumer } }));
  return { id: String(made["id"]), text: String(made["key"]) };
}

/** Requests one after another on each isolate, until told to stop. */
function hammer(
  path: string,
  { text }: Key,
  lanes: number,
): { readonly stop: () => Promise<readonly Reply[]> } {
  const course = { isOver: false };
  const ip = newAddress();
  const lane = async (host: string): Promise<Reply[]> => {
    const replies: Reply[] = [];
    while (!course.isOver)
      replies.push(
        await send(gateway, path, {
          ip,
          fields: [
            ["Host", host],
            ["X-API-Key", text],
          ],
        }),
      );
    return replies;
  };
  const running = HOSTS.flatMap((host) => Array.from({ length: lanes }, async () => lane(host)));
  return {
    stop: async () => {
      course.isOver = true;
      return (await Promise.all(running)).flat();
    },
  };
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const isFromSecond = ({ sentAtMs, status }: Reply, atMs: number): boolean =>
  status === 200 && sentAtMs > atMs;

describe("a stolen key, hammered with on two isolates", () => {
  it("gets its last 200 within 5 seconds of being deleted or disabled; others' keys go on", async () => {
    const [deleted, disabled, other] = [await createKey("a"), await createKey("b"), await createKey("c")];
    const hammers = [hammer("/drill", deleted, 2), hammer("/drill", disabled, 2), hammer("/drill", other, 1)];
    await wait(1_000);
    await Promise.all([
      expectStatus(204, askAdmin(gateway, "DELETE", `/keys/${deleted.id}`, { ifMatch: "*" })),
      expectStatus(
        200,
        askAdmin(gateway, "PATCH", `/keys/${disabled.id}`, { ifMatch: "*", body: { enabled: false } }),
      ),
    ]);
    const revokedMs = Date.now();
    await wait(REVOCATION_MS + 1_500);
    const [ofDeleted = [], ofDisabled = [], ofOther = []] = await Promise.all(
      hammers.map(async ({ stop }) => stop()),
    );
    for (const replies of [ofDeleted, ofDisabled]) {
      const before = replies.filter(({ answeredAtMs }) => answeredAtMs < revokedMs);
      expect(before.length).toBeGreaterThan(20);
      expect(new Set(before.map(({ status }) => status))).toEqual(new Set([200]));
      const late = replies.filter(({ sentAtMs }) => sentAtMs > revokedMs + REVOCATION_MS);
      expect(late.length).toBeGreaterThan(20);
      // 429 is for who keeps showing what is no key.
      expect(late.filter(({ status }) => status !== 401 && status !== 429)).toEqual([]);
      expect(replies.filter((reply) => isFromSecond(reply, revokedMs + REVOCATION_MS))).toEqual([]);
    }
    expect(ofOther.length).toBeGreaterThan(50);
    expect(new Set(ofOther.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe("plans that change under load", () => {
  it("judge every answer by one configuration and one tier, from its first policy to its last", async () => {
    const key = await createKey("customer");
    const hammering = hammer("/", key, 2);
    const move = async (tier: string | null): Promise<void> => {
      await expectStatus(
        200,
        askAdmin(gateway, "PATCH", `/keys/${key.id}`, { ifMatch: "*", body: { tier } }),
      );
    };
    let ifMatch = tagOf(await askAdmin(gateway, "GET", "/config"));
    for (const [base, tier] of [
      [SECOND, "pro"],
      [FIRST, null],
      [SECOND, "pro"],
    ] as const) {
      await wait(2_500);
      const put = await askAdmin(gateway, "PUT", "/config", { body: { config: toConfig(base) }, ifMatch });
      ifMatch = tagOf(put);
      await move(tier);
    }
    const changedMs = Date.now();
    await wait(REVOCATION_MS + 1_000);
    const replies = await hammering.stop();
    const limitsOf = (reply: Reply): string =>
      [...(reply.field("RateLimit-Policy") ?? "").matchAll(/q=(\d+)/g)].map(([, limit]) => limit).join(",");
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    const seen = new Set(replies.map(limitsOf));
    expect([...seen].filter((limits) => !whole.includes(limits))).toEqual([]);
    expect(seen).toContain(whole[0]);
    const late = replies.filter(({ sentAtMs }) => sentAtMs > changedMs + REVOCATION_MS);
    expect(late.length).toBeGreaterThan(20);
    expect(new Set(late.map(limitsOf))).toEqual(new Set([whole[3]]));
  }, 60_000);
});

// Answers that an API calls private, stored for the one whom the key names, and what a route sets aside of its Cache-Control.

import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN } from "../support/admin.ts";
import { isHit } from "../support/cache-stand.ts";
import { type Reply, type RequestOptions, send } from "../support/client.ts";
import { startGateway } from "../support/gateway.ts";
import { issueKey } from "../support/keys.ts";
import { startOrigin } from "../support/origin.ts";
import { purge } from "../support/purge.ts";
import { until } from "../support/until.ts";

const origin = await startOrigin();
afterAll(origin.close);
const gateway = await startGateway({
  config: `import { defineConfig } from "headgate";

const key = { headers: ["authorization"] };
const override = ["no-store", "no-cache", "must-revalidate"];
export default defineConfig({
  origin: ${JSON.stringify(origin.url)},
  auth: { apiKeys: { query: "access_token" } },
  policies: { calls: { algorithm: "sliding-window", limit: 1, window: "1h", key: "everyone" } },
  origins: { limited: { members: [${JSON.stringify(origin.url)}], policies: ["calls"], whenLimited: ["stale", "reject"] } },
  routes: [
    { path: "/token/*", cache: { private: true, key } },
    { path: "/query/*", cache: { private: true, key: { query: { credential: "access_token" } } } },
    { path: "/consumer/*", auth: "required", cache: { private: true, key: { headers: ["x-consumer"] } } },
    { path: "/graph/*", cache: { private: true, key, override, ttl: "1h" } },
    { path: "/limited/*", origin: "limited", cache: { private: true, key, override, ttl: "1ms", staleIfLimited: "1h" } },
    { path: "/plain/*", cache: { key, ttl: "1h" } },
  ],
});
`,
  vars: { ADMIN_TOKEN },
});
afterAll(gateway.close);

const PRIVATE = [["Cache-Control", "private, max-age=60, s-maxage=60"]] as const;
/** What the Graph API says of an ordinary answer. */
const GRAPH = [
  ["Cache-Control", "private, no-cache, no-store, must-revalidate"],
  ["Pragma", "no-cache"],
  ["Expires", "Sat, 01 Jan 2000 00:00:00 GMT"],
] as const;

const as = (token: string): RequestOptions => ({ fields: [["Authorization", `Bearer ${token}`]] });

/** Each token gets an answer of its own. */
function serveOwn(path: string, fields: readonly (readonly [string, string])[]): void {
  origin.serve(path, ({ field, target }) => ({
    fields,
    body: `for ${field("authorization") ?? field("x-consumer") ?? new URL(target, origin.url).search}`,
  }));
}

async function hitsOf(requests: readonly (() => Promise<Reply>)[]): Promise<readonly boolean[]> {
  const hits: boolean[] = [];
  for (const request of requests) hits.push(isHit(await request()));
  return hits;
}

describe("a private answer", () => {
  it("is stored for its token: the same again is a hit, another's is a miss, nobody's is not stored", async () => {
    serveOwn("/token/me", PRIVATE);
    const ask = (token?: string) => () => send(gateway, "/token/me", token === undefined ? {} : as(token));
    expect(await hitsOf([ask("a"), ask("a"), ask("b"), ask("b"), ask("a"), ask(), ask()])).toEqual([
      false,
      true,
      false,
      true,
      true,
      false,
      false,
    ]);
    expect((await ask("b")()).text()).toBe("for Bearer b");
    expect((await ask()()).field("Cache-Status")).toContain("detail=private");
  });

  it("is stored for the token in a parameter that the route names", async () => {
    serveOwn("/query/me", PRIVATE);
    const ask = (query: string) => () => send(gateway, `/query/me${query}`);
    const asked = [ask("?access_token=a"), ask("?access_token=a"), ask("?access_token=b"), ask(""), ask("")];
    expect(await hitsOf(asked)).toEqual([false, true, false, false, false]);
    expect((await ask("?access_token=b")()).text()).toBe("for ?access_token=b");
  });

  it("is stored for a consumer, whichever of its keys asks", async () => {
    serveOwn("/consumer/me", PRIVATE);
    const [one, two, other] = [
      await issueKey(gateway, { consumer: "acme" }),
      await issueKey(gateway, { consumer: "acme" }),
      await issueKey(gateway, { consumer: "other" }),
    ];
    const ask =
      ({ text }: { readonly text: string }) =>
      () =>
        send(gateway, "/consumer/me", as(text));
    expect(await hitsOf([ask(one), ask(two), ask(other), ask(other)])).toEqual([false, true, false, true]);
    expect((await ask(two)()).text()).toBe("for acme");
  });

  it("is none's where the route does not say so", async () => {
    serveOwn("/plain/me", PRIVATE);
    const ask = (): Promise<Reply> => send(gateway, "/plain/me", as("a"));
    expect(await hitsOf([ask, ask])).toEqual([false, false]);
  });

  it("goes with a purge of its URL, for all whose it was", async () => {
    serveOwn("/token/purged", PRIVATE);
    const ask = (token: string) => () => send(gateway, "/token/purged", as(token));
    expect(await hitsOf([ask("a"), ask("b"), ask("a"), ask("b")])).toEqual([false, false, true, true]);
    await purge(gateway, { urls: [`${gateway.url}/token/purged`] });
    await until("the purge", async () => !isHit(await ask("a")()));
    expect(await hitsOf([ask("b"), ask("b")])).toEqual([false, true]);
  });
});

describe("what a route sets aside", () => {
  it("is stored all the same, and Cache-Status says so; the origin's own word goes on to the client", async () => {
    serveOwn("/graph/me", GRAPH);
    const [first, second] = [
      await send(gateway, "/graph/me", as("a")),
      await send(gateway, "/graph/me", as("a")),
    ];
    expect(first.field("Cache-Status")).toMatch(/stored.*detail=override/);
    expect(second.field("Cache-Status")).toMatch(/hit.*detail=override/);
    expect(second.field("Cache-Control")).toBe(GRAPH[0][1]);
    expect(isHit(await send(gateway, "/graph/me", as("b")))).toBe(false);
    serveOwn("/plain/graph", GRAPH);
    const ask = (): Promise<Reply> => send(gateway, "/plain/graph", as("a"));
    expect(await hitsOf([ask, ask])).toEqual([false, false]);
  });

  it("may stand in while there is no quota, for its user alone", async () => {
    serveOwn("/limited/me", GRAPH);
    expect((await send(gateway, "/limited/me", as("a"))).status).toBe(200);
    const stale = await until("quota to be used up", async () => {
      const reply = await send(gateway, "/limited/me", as("a"));
      return reply.field("Cache-Status")?.includes("stale-if-limited") === true && reply;
    });
    expect([stale.status, stale.text()]).toEqual([200, "for Bearer a"]);
    expect((await send(gateway, "/limited/me", as("b"))).status).toBe(503);
  });
});

it("five expired reads cost GitHub one counted call: the others are confirmed by their ETag", async () => {
  const counted = { calls: 0, confirmed: 0 };
  origin.serve("/token/repos", ({ field }) => {
    const fields = [
      ["Cache-Control", "private, max-age=0"],
      ["ETag", 'W/"abc"'],
      ["Vary", "Accept, Authorization"],
    ] as const;
    if (field("if-none-match") === 'W/"abc"') {
      counted.confirmed += 1;
      return { status: 304, fields };
    }
    counted.calls += 1;
    return { fields, body: "the repository" };
  });
  for (let read = 0; read < 5; read += 1) {
    const reply = await send(gateway, "/token/repos", as("a"));
    expect([reply.status, reply.text()]).toEqual([200, "the repository"]);
  }
  expect(counted).toEqual({ calls: 1, confirmed: 4 });
});

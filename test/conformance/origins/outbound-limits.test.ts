// An origin whose calls are counted: what is counted and what is not, by what, and what clients get while there is no
// quota. Waiting for some is in outbound-queue.test.ts, what origins say themselves in outbound-refusals.test.ts.

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { newAddress, type Reply, send } from "../support/client.ts";
import { toConfigSource } from "../support/gateway.ts";
import { type HttpAnswer, startOrigin } from "../support/origin.ts";
import { readEvents, startPoolStand } from "../support/pool-stand.ts";
import { lastMemberOf } from "../support/structured-fields.ts";
import { BOTH, startTwoIsolates } from "../support/two-isolates.ts";
import { untilTime } from "../support/until.ts";

const HOURLY = { algorithm: "sliding-window-log", window: "1h" };
const UNLIMITED_ADDRESS = "10.99.99.99";
const REJECT = { whenLimited: ["reject"] };
const PATIENT = { failures: 1_000_000, answers: 1_000_000 };

const { origins, gateway, counts } = await startPoolStand(2, (urls) => {
  const [a = "", b = ""] = urls;
  const members = [a];
  return {
    origin: a,
    access: { unlimited: [UNLIMITED_ADDRESS] },
    policies: {
      app: { ...HOURLY, limit: 5, key: "everyone" },
      page: { ...HOURLY, limit: 2, key: "param:page" },
      token: { ...HOURLY, limit: 2, key: "query:access_token" },
      exact: { algorithm: "sliding-window-log", limit: 1, window: "3s", key: "everyone" },
      cached: { ...HOURLY, limit: 1, key: "everyone" },
      collapsed: { ...HOURLY, limit: 1, key: "everyone" },
      stale: { ...HOURLY, limit: 1, key: "path" },
      retried: { ...HOURLY, limit: 3, key: "everyone" },
      costly: { ...HOURLY, limit: 5, key: "everyone" },
      settled: { ...HOURLY, limit: 2, key: "everyone", settle: { status: { "404": 0 } } },
      permits: { algorithm: "concurrency", limit: 2, key: "everyone" },
      strict: { ...HOURLY, limit: 5, key: "query:app", onMissing: "deny" },
    },
    origins: {
      app: { members, policies: ["app"], ...REJECT },
      pages: { members, policies: ["page"], ...REJECT },
      tokens: { members, policies: ["token"], ...REJECT },
      exact: { members, policies: ["exact"], ...REJECT },
      cached: { members, policies: ["cached"], ...REJECT },
      collapsed: { members, policies: ["collapsed"], ...REJECT },
      stale: { members, policies: ["stale"] },
      retried: {
        members: [a, { url: b, role: "fallback" }],
        policies: ["retried"],
        breaker: PATIENT,
        ...REJECT,
      },
      costly: { members, policies: ["costly"], cost: { methods: { POST: 3 }, otherwise: 1 }, ...REJECT },
      settled: { members, policies: ["settled"], ...REJECT },
      permits: { members, policies: ["permits"], queue: { waitMax: "5s" } },
      strict: { members, policies: ["strict"], ...REJECT },
    },
    routes: [
      { path: "/app/*", origin: "app" },
      { path: "/:page/feed", origin: "pages" },
      { path: "/v1/:page/feed", origin: "pages" },
      { path: "/tokens/*", origin: "tokens" },
      { path: "/exact/*", origin: "exact" },
      { path: "/cached/*", origin: "cached", cache: { ttl: "1m" } },
      { path: "/collapsed/*", origin: "collapsed", cache: { ttl: "1m" } },
      { path: "/stale/allowed/*", origin: "stale", cache: { ttl: "1s", staleIfLimited: "1h" } },
      { path: "/stale/for-a-second/*", origin: "stale", cache: { ttl: "1s", staleIfLimited: "1s" } },
      { path: "/stale/not/*", origin: "stale", cache: { ttl: "1s" } },
      {
        path: "/stale/rejected/*",
        origin: "stale",
        whenLimited: ["reject"],
        cache: { ttl: "1s", staleIfLimited: "1h" },
      },
      { path: "/retried/*", origin: "retried" },
      { path: "/costly/*", origin: "costly" },
      { path: "/settled/*", origin: "settled" },
      { path: "/permits/*", origin: "permits" },
      { path: "/strict/*", origin: "strict" },
    ],
  };
});
const [first, second] = origins;
if (first === undefined || second === undefined) throw new Error("two origins were started");

function expectLimited(reply: Reply, violated: readonly string[]): void {
  expect([reply.status, reply.field("Content-Type")]).toEqual([503, "application/problem+json"]);
  expect(reply.json()).toMatchObject({ code: "origin-limited", "violated-policies": violated });
  expect(reply.field("Cache-Control")).toBe("no-store");
  expect(lastMemberOf(reply, "Proxy-Status")).toMatchObject({
    value: "headgate",
    parameters: { error: "connection_limit_reached" },
  });
  expect(Number(reply.field("Retry-After"))).toBeGreaterThanOrEqual(1);
}

const statusesOf = (replies: readonly Reply[]): readonly number[] => replies.map(({ status }) => status);

describe("the calls of an origin", () => {
  it("are no more than its policy admits, whoever asks, and each client is told when to come back", async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, at) => send(gateway, `/app/${at}`, { ip: newAddress() })),
    );
    expect(statusesOf(replies).filter((status) => status === 200)).toHaveLength(5);
    const refused = replies.filter(({ status }) => status !== 200);
    for (const reply of refused) expectLimited(reply, ["app"]);
    for (const reply of refused) expect(Number(reply.field("Retry-After"))).toBeGreaterThan(3_590);
    expect(first.requests().filter(({ target }) => target.startsWith("/app/"))).toHaveLength(5);
    const line = readEvents(gateway, "denied").find(({ route }) => route === "/app/*");
    expect(line).toMatchObject({
      code: "origin-limited",
      policy: ["app"],
      cause: "pool app, normal: no quota",
    });
  });

  it("are no more in two isolates than in one, and go by priority in both", async () => {
    const shared = await startOrigin();
    afterAll(shared.close);
    const short = { algorithm: "sliding-window-log", limit: 1, window: "300ms", key: "everyone" };
    const policies = { shared: { ...HOURLY, limit: 10, key: "everyone" }, ranked: short };
    const members = [shared.url];
    const pools = {
      shared: { members, policies: ["shared"], ...REJECT },
      ranked: { members, policies: ["ranked"] },
    };
    const routes = [
      { path: "/both/critical/*", origin: "ranked", priority: "critical" },
      { path: "/both/background/*", origin: "ranked", priority: "background" },
      { path: "/*" },
    ];
    const config = { origin: "shared", policies, origins: pools, routes };
    const isolates = await startTwoIsolates(toConfigSource(config), {});
    afterAll(isolates.close);
    const paths = Array.from({ length: 30 }, (_, at) => `${at % 2 === 0 ? BOTH.first : BOTH.second}${at}`);
    const replies = await Promise.all(paths.map((path) => send(isolates, path)));
    expect(statusesOf(replies).filter((status) => status === 200)).toHaveLength(10);
    expect(shared.requests()).toHaveLength(10);

    await send(isolates, `${BOTH.first}critical/first`);
    const background = [1, 2, 3].map((at) => send(isolates, `${BOTH.second}background/${at}`));
    const critical = [1, 2, 3].map((at) => send(isolates, `${BOTH.first}critical/${at}`));
    expect(statusesOf(await Promise.all([...background, ...critical]))).toEqual([
      200, 200, 200, 200, 200, 200,
    ]);
    const order = shared.requests().slice(11);
    const toPriority = ({ target }: { readonly target: string }): string | undefined => target.split("/")[2];
    expect(order.map(toPriority)).toEqual([...Array(3).fill("critical"), ...Array(3).fill("background")]);
  }, 15_000);

  it("count those of a client that no policy of a route counts", async () => {
    expectLimited(await send(gateway, "/app/unlimited", { ip: UNLIMITED_ADDRESS }), ["app"]);
  });

  it("are counted by a parameter of the path, on whichever route", async () => {
    const paths = [
      "/12/feed",
      "/v1/12/feed",
      "/12/feed",
      "/v1/12/feed",
      "/34/feed",
      "/V1/34/feed",
      "/34/feed",
    ];
    const replies: Reply[] = [];
    for (const path of paths) replies.push(await send(gateway, path));
    expect(statusesOf(replies)).toEqual([200, 200, 503, 503, 200, 200, 503]);
  });

  it("are counted by a token in the query, which no log line shows", async () => {
    const replies: Reply[] = [];
    for (const token of ["EAAsecret1", "EAAsecret1", "EAAsecret1", "EAAsecret2"])
      replies.push(await send(gateway, `/tokens/x?access_token=${token}`));
    expect(statusesOf(replies)).toEqual([200, 200, 503, 200]);
    expect(gateway.logs().join("\n")).not.toContain("EAAsecret");
  });

  it("cost what the pool says, and never what a route does", async () => {
    const replies = [
      await send(gateway, "/costly/x", { method: "POST", body: "x" }),
      await send(gateway, "/costly/x", { method: "POST", body: "x" }),
      await send(gateway, "/costly/x"),
      await send(gateway, "/costly/x"),
      await send(gateway, "/costly/x"),
    ];
    expect(statusesOf(replies)).toEqual([200, 503, 200, 200, 503]);
  });

  it("are corrected by the answer where the policy says so", async () => {
    first.serve("/settled/none", { status: 404 });
    const replies: Reply[] = [];
    for (const path of ["none", "none", "none", "some", "some", "some"]) {
      replies.push(await send(gateway, `/settled/${path}`));
      // A settlement goes out after the response.
      await wait(100);
    }
    expect(statusesOf(replies)).toEqual([404, 404, 404, 200, 200, 503]);
  });

  it("are no more at a time than its permits, and none is refused that waits", async () => {
    let open = 0;
    let most = 0;
    first.serve("/permits/x", async (): Promise<HttpAnswer> => {
      open += 1;
      most = Math.max(most, open);
      await wait(100);
      open -= 1;
      return { body: "done" };
    });
    const replies = await Promise.all(Array.from({ length: 8 }, () => send(gateway, "/permits/x")));
    expect([new Set(statusesOf(replies)), most]).toEqual([new Set([200]), 2]);
  });

  it("without what they are counted by are refused where the policy says so", async () => {
    const reply = await send(gateway, "/strict/x");
    expect([reply.status, reply.json()["code"]]).toEqual([403, "missing-key"]);
    expect((await send(gateway, "/strict/x?app=1")).status).toBe(200);
  });

  it("count a retry, for the origins count it too", async () => {
    first.serve("/retried/x", { status: 502 });
    expect((await send(gateway, "/retried/x")).status).toBe(200);
    expect(counts("/retried/x")).toEqual([1, 1]);
    // One is left: for the first attempt, and not for its retry.
    expectLimited(await send(gateway, "/retried/x"), ["retried"]);
    expect(counts("/retried/x")).toEqual([2, 1]);
  });
});

describe("Retry-After", () => {
  it("is exact: one second less fails", async () => {
    expect((await send(gateway, "/exact/x")).status).toBe(200);
    const refused = await send(gateway, "/exact/x");
    expectLimited(refused, ["exact"]);
    const seconds = Number(refused.field("Retry-After"));
    expect([2, 3]).toContain(seconds);
    await untilTime(refused.answeredAtMs + (seconds - 1) * 1_000 - 100);
    expectLimited(await send(gateway, "/exact/x"), ["exact"]);
    await untilTime(refused.answeredAtMs + seconds * 1_000);
    expect((await send(gateway, "/exact/x")).status).toBe(200);
  });
});

describe("the cache", () => {
  it("answers without any cost", async () => {
    const replies: Reply[] = [];
    for (let time = 0; time < 5; time += 1) replies.push(await send(gateway, "/cached/x"));
    expect(statusesOf(replies)).toEqual([200, 200, 200, 200, 200]);
    expectLimited(await send(gateway, "/cached/y"), ["cached"]);
    expect([counts("/cached/x"), counts("/cached/y")]).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });

  it("lets one call answer all who ask for the same at the same moment", async () => {
    first.serve("/collapsed/x", async () => {
      await wait(300);
      return { body: "once" };
    });
    const replies = await Promise.all(Array.from({ length: 10 }, () => send(gateway, "/collapsed/x")));
    expect([new Set(statusesOf(replies)), counts("/collapsed/x")]).toEqual([new Set([200]), [1, 0]]);
  });

  it("stands in while there is no quota, as far as the route and the origin allow it", async () => {
    first.serve("/stale/allowed/strict", {
      body: "strict",
      fields: [["Cache-Control", "max-age=1, must-revalidate"]],
    });
    const paths = ["allowed/x", "allowed/strict", "for-a-second/x", "not/x", "rejected/x"];
    for (const path of paths) expect((await send(gateway, `/stale/${path}`)).status).toBe(200);
    await untilTime(Date.now() + 2_300);
    const [allowed, ...others] = await Promise.all(paths.map((path) => send(gateway, `/stale/${path}`)));
    expect([allowed?.status, allowed?.text()]).toEqual([200, "origin 0"]);
    expect(allowed?.field("Cache-Status")).toContain("detail=stale-if-limited");
    expect(Number(allowed?.field("Age"))).toBeGreaterThanOrEqual(2);
    for (const reply of others) expectLimited(reply, ["stale"]);
    for (const path of paths) expect(counts(`/stale/${path}`)).toEqual([1, 0]);
  });
});

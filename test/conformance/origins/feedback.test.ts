// What an origin says of its own limits, over real HTTP: obeyed before it is asked again, shared by isolates, and passed on
// whole where it is no refusal.

import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Reply, send } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { toConfigSource } from "../support/gateway.ts";
import { type HttpAnswer, type Origin, startOrigin } from "../support/origin.ts";
import { startPoolStand } from "../support/pool-stand.ts";
import { SECOND_HOST, startTwoIsolates, type TwoIsolates } from "../support/two-isolates.ts";
import { untilTime } from "../support/until.ts";

const JSON_FIELD: Fields = [["Content-Type", "application/json"]];

function toError(code: number, fields: Fields = []): HttpAnswer & { status: number; body: string } {
  const error = { message: `(#${code}) Application request limit reached`, type: "OAuthException", code };
  return { status: 400, fields: [...JSON_FIELD, ...fields], body: JSON.stringify({ error }) };
}

const toUsage = (percent: number): Fields => [
  ["X-App-Usage", JSON.stringify({ call_count: percent, total_time: 1, total_cputime: 1 })],
];
/** 0.05 minutes: three seconds. */
const REGAIN: Fields = [
  [
    "X-Business-Use-Case-Usage",
    '{"1":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":0.05}]}',
  ],
];

const policies = { user: { algorithm: "sliding-window-log", limit: 1_000, window: "1m", key: "query:user" } };
const toPool = (url: string, profile: string, rest: object = {}): object => ({
  members: [url],
  whenLimited: ["reject"],
  retries: { max: 0 },
  policies: ["user"],
  feedback: { profile, ...rest },
});

describe("facebook-graph", () => {
  let origin: Origin;
  let stand: Awaited<ReturnType<typeof startPoolStand>>;
  const ask = (path: string): Promise<Reply> => send(stand.gateway, path);
  /** A pool of its own for each test: what it learns is of no other. */
  const NAMES = ["whole", "stop", "user", "probe", "pace"];

  beforeAll(async () => {
    stand = await startPoolStand(1, ([url = ""]) => ({
      origin: "whole",
      origins: Object.fromEntries(
        NAMES.map((name) => [name, toPool(url, "facebook-graph", { scopes: { user: "user" } })]),
      ),
      policies,
      // Told apart from what the origin says.
      routes: NAMES.map((name) => ({ path: `/${name}/*`, origin: name, errors: "problem" })),
    }));
    const [first] = stand.origins;
    if (first === undefined) throw new Error("an origin was started");
    origin = first;
  });

  it.each<[string, { status: number; fields?: Fields; body?: string | Buffer }]>([
    ["an error of the caller's own", toError(100)],
    ["what is no JSON", { status: 400, body: "<html>no</html>" }],
    ["an empty body", { status: 403 }],
    ["a body beyond 64 KiB", { status: 400, body: `{"error":{"code":4},"x":"${"x".repeat(100_000)}"}` }],
    [
      "bytes in another coding",
      { status: 400, fields: [["Content-Encoding", "gzip"]], body: gzipSync('{"error":{"code":100}}') },
    ],
  ])("passes on whole %s, and goes on", async (_, answer) => {
    origin.serve("/whole/x", answer);
    const reply = await ask("/whole/x?user=a");
    expect(reply.status).toBe(answer.status);
    expect(reply.body.equals(Buffer.from(answer.body ?? ""))).toBe(true);
    origin.serve("/whole/x", { body: "served" });
    expect((await ask("/whole/x?user=a")).status).toBe(200);
  });

  it("takes an error with one of its codes for a refusal, also in gzip, and asks no more until access is regained", async () => {
    const refusal = toError(4, REGAIN);
    const body = gzipSync(refusal.body);
    origin.serve("/stop/x", {
      ...refusal,
      fields: [...(refusal.fields ?? []), ["Content-Encoding", "gzip"]],
      body,
    });
    const first = await ask("/stop/x?user=a");
    expect(first.status).toBe(400);
    expect(first.body.equals(body)).toBe(true);
    const refusedMs = Date.now();
    origin.serve("/stop/x", { body: "served" });
    const asked = origin.requests("/stop/x").length;
    const second = await ask("/stop/x?user=b");
    expect([second.status, second.json()["code"]]).toEqual([503, "origin-limited"]);
    expect(Number(second.field("Retry-After"))).toBeGreaterThanOrEqual(1);
    expect(Number(second.field("Retry-After"))).toBeLessThanOrEqual(3);
    expect(origin.requests("/stop/x")).toHaveLength(asked);
    await untilTime(refusedMs + 3_050);
    expect((await ask("/stop/x?user=a")).text()).toBe("served");
  });

  it("stops the key of the policy that stands for the scope, and no other", async () => {
    origin.serve("/user/x", toError(17));
    expect((await ask("/user/x?user=a")).status).toBe(400);
    origin.serve("/user/x", { body: "served" });
    expect((await ask("/user/x?user=a")).status).toBe(503);
    expect((await ask("/user/x?user=b")).status).toBe(200);
  });

  it("stops at 100 %, and lets one call try after a while", async () => {
    origin.serve("/probe/x", { fields: toUsage(100), body: "the last" });
    expect((await ask("/probe/x?user=a")).text()).toBe("the last");
    expect((await ask("/probe/x?user=a")).status).toBe(503);
    await untilTime(Date.now() + 5_050);
    origin.serve("/probe/x", { fields: toUsage(60), body: "more" });
    const tried = await Promise.all(Array.from({ length: 5 }, () => ask("/probe/x?user=a")));
    expect(tried.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
    expect(tried.filter(({ status }) => status === 503).length).toBeGreaterThanOrEqual(1);
  });

  it("slows down before that", async () => {
    origin.serve("/pace/x", { fields: toUsage(60), body: "plenty" });
    const count = async (): Promise<number> => {
      const replies = await Promise.all(Array.from({ length: 40 }, () => ask("/pace/x?user=a")));
      return replies.filter(({ status }) => status === 200).length;
    };
    expect(await count()).toBe(40);
    origin.serve("/pace/x", { fields: toUsage(95), body: "little" });
    await ask("/pace/x?user=a");
    expect(await count()).toBeLessThan(20);
  });
});

describe("standard", () => {
  it("takes a 503 with Retry-After for the whole pool where it has one member, and for that member where it has more", async () => {
    const { origins, gateway } = await startPoolStand(2, ([a = "", b = ""]) => ({
      origin: "lone",
      origins: {
        lone: toPool(a, "standard"),
        both: {
          ...toPool(a, "standard"),
          members: [a, { url: b, role: "fallback" }],
          breaker: { failures: 1, open: "20s" },
        },
      },
      policies,
      routes: [{ path: "/both/*", origin: "both" }, { path: "/*" }],
    }));
    origins[0]?.serve("*", { status: 503, fields: [["Retry-After", "30"]] });
    const ask = async (path: string): Promise<string> => {
      const reply = await send(gateway, path);
      return reply.status === 503 && reply.text() !== ""
        ? String(reply.json()["code"])
        : String(reply.status);
    };
    expect([await ask("/x"), await ask("/x")]).toEqual(["503", "origin-limited"]);
    expect([await ask("/both/x"), await ask("/both/x")]).toEqual(["503", "200"]);
  });
});

describe("two isolates", () => {
  let isolates: TwoIsolates;
  let origin: Origin;

  beforeAll(async () => {
    origin = await startOrigin();
    isolates = await startTwoIsolates(
      toConfigSource({
        origin: "limited",
        origins: { limited: toPool(origin.url, "github") },
        policies,
        routes: [{ path: "/*", errors: "problem" }],
      }),
      {},
    );
  });
  afterAll(async () => {
    await Promise.all([isolates.close(), origin.close()]);
  });

  it("know of each other's stops within a second", async () => {
    const ask = (host?: string): Promise<Reply> =>
      send(isolates, "/x", host === undefined ? {} : { fields: [["Host", host]] });
    expect([(await ask()).status, (await ask(SECOND_HOST)).status]).toEqual([200, 200]);
    origin.serve("*", {
      status: 403,
      fields: [
        ["X-RateLimit-Limit", "60"],
        ["X-RateLimit-Remaining", "0"],
        ["X-RateLimit-Reset", String(Math.ceil(Date.now() / 1_000) + 60)],
      ],
    });
    expect((await ask()).status).toBe(403);
    const asked = origin.requests().length;
    await untilTime(Date.now() + 1_000);
    const second = await ask(SECOND_HOST);
    expect(second.status).toBe(503);
    expect(Number(second.field("Retry-After"))).toBeGreaterThan(30);
    expect(origin.requests()).toHaveLength(asked);
  });
});

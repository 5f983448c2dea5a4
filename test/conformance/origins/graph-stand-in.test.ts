// The Graph API stand-in of the demo: budgets that roll, usage as it is told, refusals with their codes, and no input that
// ends it.

import { afterAll, describe, expect, it } from "vitest";
import { startGraphApi } from "../../../demo/graph/graph-api.ts";
import { type Reply, send, sendBytes } from "../support/client.ts";
import { untilTime } from "../support/until.ts";

const WINDOW_MS = 2_000;
const toBudget = (limit: number): { limit: number; windowMs: number } => ({ limit, windowMs: WINDOW_MS });

async function start(
  app: number,
  user: number,
  page: number,
): Promise<Awaited<ReturnType<typeof startGraphApi>>> {
  const budgets = { app: toBudget(app), user: toBudget(user), page: toBudget(page) };
  const graph = await startGraphApi({ port: 0, budgets });
  afterAll(graph.close);
  return graph;
}

const ask = (graph: { url: string }, path: string, token = "alice"): Promise<Reply> =>
  send(graph, path, { fields: [["Authorization", `Bearer ${token}`]] });
const toCode = (reply: Reply): unknown =>
  (reply.json()["error"] as Record<string, unknown> | undefined)?.["code"];
const readUsage = (reply: Reply, name: string): Record<string, number> =>
  JSON.parse(reply.field(name) ?? "null") as Record<string, number>;

describe("answers", () => {
  it("say that nothing may be stored, have an ETag, and are confirmed by it", async () => {
    const graph = await start(100, 100, 100);
    const first = await ask(graph, "/v25.0/bakery/posts?limit=40");
    expect(first.field("Cache-Control")).toBe("private, no-cache, no-store, must-revalidate");
    const fields = [
      ["Authorization", "Bearer alice"],
      ["If-None-Match", first.field("ETag") ?? ""],
    ] as const;
    expect((await send(graph, "/v25.0/bakery/posts?limit=40", { fields })).status).toBe(304);
    expect(graph.stats().served).toBe(2);
  });

  it("have pages whose links repeat the token", async () => {
    const graph = await start(100, 100, 100);
    const { paging, data } = (await ask(graph, "/v25.0/bakery/posts?limit=40&access_token=alice")).json() as {
      data: unknown[];
      paging: { next: string };
    };
    expect([data.length, paging.next]).toEqual([
      40,
      `${graph.url}/v25.0/bakery/posts?limit=40&access_token=alice&after=40`,
    ]);
    expect((await ask(graph, "/v25.0/bakery/posts?limit=40&after=80")).json()).toMatchObject({ paging: {} });
  });

  it("to a batch have one for each of its calls, which count by themselves", async () => {
    const graph = await start(3, 100, 100);
    const batch = ["me", "bakery/posts", "bakery", "florist"].map((url) => ({
      method: "GET",
      relative_url: url,
    }));
    for (const [type, body] of [
      ["application/json", JSON.stringify({ batch })],
      ["application/x-www-form-urlencoded", new URLSearchParams({ batch: JSON.stringify(batch) }).toString()],
    ] as const) {
      const fields = [["Content-Type", type]] as const;
      const reply = await send(graph, "/v25.0?access_token=alice", { method: "POST", fields, body });
      expect(reply.status).toBe(200);
      const codes = (reply.json() as unknown as { code: number }[]).map(({ code }) => code);
      expect(codes).toEqual(type === "application/json" ? [200, 200, 200, 400] : [400, 400, 400, 400]);
    }
    expect(graph.stats()).toMatchObject({ served: 3, refused: { app: 5 } });
  });
});

describe("budgets", () => {
  it("of the app: usage in whole percent, then a 400 with code 4 until a call has left the window", async () => {
    const graph = await start(8, 100, 100);
    const startedMs = Date.now();
    const used: unknown[] = [];
    for (let call = 0; call < 8; call += 1)
      used.push(readUsage(await ask(graph, "/v25.0/me", `user-${call}`), "X-App-Usage")["call_count"]);
    expect(used).toEqual([12, 25, 37, 50, 62, 75, 87, 100]);
    const refused = await ask(graph, "/v25.0/me");
    expect([refused.status, toCode(refused)]).toEqual([400, 4]);
    const minutes = readUsage(refused, "X-App-Usage")["estimated_time_to_regain_access"] ?? 0;
    expect(minutes * 60_000).toBeGreaterThan(0);
    expect(minutes * 60_000).toBeLessThanOrEqual(WINDOW_MS);
    await untilTime(startedMs + WINDOW_MS + 500);
    expect((await ask(graph, "/v25.0/me")).status).toBe(200);
    expect(graph.stats()).toMatchObject({ served: 9, refused: { app: 1, user: 0, page: 0 } });
  });

  it("of a user and of a page: code 17 and code 32, for that one alone", async () => {
    const graph = await start(100, 2, 3);
    await ask(graph, "/v25.0/me");
    await ask(graph, "/v25.0/me");
    expect(toCode(await ask(graph, "/v25.0/me"))).toBe(17);
    expect((await ask(graph, "/v25.0/me", "bob")).status).toBe(200);
    for (const user of ["c", "d", "e"]) await ask(graph, "/v25.0/bakery/posts", user);
    const refused = await ask(graph, "/v25.0/bakery/posts", "f");
    expect([toCode(refused), readUsage(refused, "X-Page-Usage")["call_count"]]).toEqual([32, 100]);
    expect((await ask(graph, "/v25.0/florist/posts", "f")).status).toBe(200);
  });

  it("are told on a page of their own", async () => {
    const graph = await start(10, 10, 10);
    await ask(graph, "/v25.0/me");
    expect((await send(graph, "/stats")).json()).toEqual({
      budgets: { app: toBudget(10), user: toBudget(10), page: toBudget(10) },
      served: 1,
      failed: 0,
      refused: { app: 0, user: 0, page: 0 },
    });
  });
});

describe("calls that are wrong", () => {
  it.each([
    ["no token", "/v25.0/me", undefined, 104],
    ["a token that is none", "/v25.0/me", "a b", 190],
    ["an unknown path", "/elsewhere", "alice", 2_500],
    ["a path with dots", "/v25.0/../me/x/y", "alice", 2_500],
  ])("%s: a 400 that is no throttle and counts nowhere", async (_, path, token, code) => {
    const graph = await start(1, 1, 1);
    const reply = token === undefined ? await send(graph, path) : await ask(graph, path, token);
    expect([reply.status, toCode(reply)]).toEqual([400, code]);
    expect((await ask(graph, "/v25.0/me?x=1")).status).toBe(200);
  });

  it("a body without end is cut, and what is no HTTP is refused", async () => {
    const graph = await start(10, 10, 10);
    const head = "POST /v25.0/me HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n";
    await sendBytes(graph, head + "x".repeat(2_000_000)).catch(() => undefined);
    expect((await sendBytes(graph, "no\r\n\r\n")).status).toBe(400);
    expect((await ask(graph, "/v25.0/me")).status).toBe(200);
  });
});

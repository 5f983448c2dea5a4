// What a denied, degraded or failed request leaves in the log: one JSON line, sampled by configuration, that says where
// and how long and gives away no key and no secret. What goes well leaves nothing.

import { describe, expect, it } from "vitest";
import { newAddress, send, type RequestOptions } from "../support/client.ts";
import type { Gateway } from "../support/gateway.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const POLICIES = {
  "per-client": { algorithm: "token-bucket", limit: 1, window: "1h", key: "ip" },
  "per-key": {
    algorithm: "sliding-window",
    limit: 1,
    window: "1h",
    key: ["header:x-api-key", "cookie:sid", "query:token"],
  },
};
const ROUTES = [
  { path: "/users/:id", methods: ["GET"], policies: ["per-client"] },
  { path: "/keyed", policies: ["per-key"] },
  { path: "/*", policies: [] },
];

const { origin, gateway } = await startStand({ policies: POLICIES, routes: ROUTES });
const silent = await startStand({
  policies: POLICIES,
  routes: ROUTES,
  log: { denied: 0, degraded: 0, failed: 0 },
});

type Line = Readonly<Record<string, unknown>>;

/** The lines that `work` left, of which there are to be `count`. */
async function readLines(of: Gateway, count: number, work: () => Promise<unknown>): Promise<readonly Line[]> {
  const before = of.logs().length;
  await work();
  await until(`${count} log lines`, () => of.logs().length >= before + count);
  return of
    .logs()
    .slice(before)
    .map((line) => JSON.parse(line) as Line);
}

async function deny(to: Gateway, path: string, options: RequestOptions): Promise<void> {
  expect((await send(to, path, options)).status).toBe(200);
  expect((await send(to, path, options)).status).toBe(429);
}

describe("a denied request", () => {
  it("leaves one line with its route, policy, hashed key, id and timing", async () => {
    const ip = newAddress();
    const fields = [["CF-Ray", "8f0123456789abcd-AMS"]] as const;
    const lines = await readLines(gateway, 1, () => deny(gateway, "/users/42", { ip, fields }));
    expect(lines).toHaveLength(1);
    const [line = {}] = lines;
    expect(line["event"]).toBe("denied");
    expect(String(line["route"])).toContain("/users/:id");
    expect([line["policy"]].flat()).toEqual(["per-client"]);
    expect([line["key"]].flat()).toEqual([expect.stringMatching(/^[0-9a-f]{8,64}$/)]);
    expect(line["requestId"]).toBe("8f0123456789abcd-AMS");
    expect(line["ms"]).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(line)).not.toContain(ip);
  });

  it("has the same hash for the same key and another for another", async () => {
    const [first, second] = [newAddress(), newAddress()];
    const lines = await readLines(gateway, 4, async () => {
      for (const ip of [first, second]) {
        await deny(gateway, "/users/1", { ip });
        await send(gateway, "/users/2", { ip });
      }
    });
    const [a, b, c, d] = lines.map((line) => String([line["key"]].flat()[0]));
    expect([a, c]).toEqual([b, d]);
    expect(a).not.toBe(c);
  });

  it("gives away no key, cookie, token, credential or body", async () => {
    const secrets = [
      "api-key-secret",
      "cookie-secret",
      "query-secret",
      "bearer-secret",
      "body-secret",
      "path-secret",
    ];
    const options: RequestOptions = {
      method: "POST",
      body: "body-secret",
      fields: [
        ["x-api-key", "api-key-secret"],
        ["Cookie", "sid=cookie-secret"],
        ["Authorization", "Bearer bearer-secret"],
      ],
    };
    const lines = await readLines(gateway, 1, () =>
      deny(gateway, "/keyed?token=query-secret&x=path-secret", options),
    );
    expect(lines).toHaveLength(1);
    for (const secret of secrets) expect(JSON.stringify(lines)).not.toContain(secret);
  });
});

describe("a failed request", () => {
  it("leaves one line with its route and why", async () => {
    origin.serve("/broken", { raw: "", ending: "reset" });
    const lines = await readLines(gateway, 1, () => send(gateway, "/broken?token=query-secret"));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ event: "failed", route: "/*", ms: expect.any(Number) as number });
    expect(JSON.stringify(lines)).not.toContain("query-secret");
  });
});

describe("sampling at 0", () => {
  it("leaves no line at all", async () => {
    silent.origin.serve("/broken", { raw: "", ending: "reset" });
    await deny(silent.gateway, "/users/1", { ip: newAddress() });
    expect((await send(silent.gateway, "/broken")).status).toBe(502);
    // A line that does come, from the other gateway and later, shows that these would have been here by now.
    await readLines(gateway, 1, () => deny(gateway, "/users/1", { ip: newAddress() }));
    expect(silent.gateway.logs()).toEqual([]);
  });
});

describe("a request that goes well", () => {
  it("leaves no line", async () => {
    const lines = await readLines(gateway, 1, async () => {
      for (const path of ["/fine", "/users/7", "/keyed"]) await send(gateway, path, { ip: newAddress() });
      await deny(gateway, "/users/last", { ip: newAddress() });
    });
    expect(lines.map((line) => line["event"])).toEqual(["denied"]);
  });
});

describe("Server-Timing", () => {
  it("says what a request waited for, beside the origin's own, where that is wanted", async () => {
    const timing = await startStand({
      policies: POLICIES,
      routes: ROUTES,
      headers: { serverTiming: true },
    });
    timing.origin.serve("/users/5", { fields: [["Server-Timing", "db;dur=7"]] });
    const ip = newAddress();
    const allowed = await send(timing.gateway, "/users/5", { ip });
    expect(allowed.lines("server-timing").join(", ")).toMatch(
      /^db;dur=7, gateway-counter;dur=\d+, gateway-origin;dur=\d+, gateway;dur=\d+$/,
    );
    const denied = await send(timing.gateway, "/users/6", { ip });
    expect(denied.status).toBe(429);
    expect(denied.field("server-timing")).toMatch(/^(?:gateway-counter;dur=\d+, )?gateway;dur=\d+$/);
  });

  it("is left out where it is not", async () => {
    expect((await send(gateway, "/fine")).field("server-timing")).toBeUndefined();
  });
});

// What a limited response says of its limits, in three dialects: X-RateLimit-*, the draft's RateLimit fields, and on a
// denial Retry-After. RateLimit fields are read by a parser that is not ours.

import { describe, expect, it } from "vitest";
import { newAddress, send, type Reply } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { membersOf } from "../support/structured-fields.ts";

const POLICIES = {
  "per-client": { algorithm: "token-bucket", limit: 3, window: "1h", key: "ip" },
  search: { algorithm: "sliding-window", limit: 10, window: "10s", key: ["ip", "path"] },
};
const ROUTES = [
  { path: "/both", policies: ["per-client", "search"] },
  { path: "/cost", policies: ["search"], cost: 4 },
  { path: "/unlimited", policies: [] },
  { path: "/*", policies: ["per-client"] },
];

const { origin, gateway } = await startStand({ policies: POLICIES, routes: ROUTES });
const plain = await startStand({ policies: POLICIES, routes: ROUTES, headers: { draft: false } });

function readXRateLimit(reply: Reply): readonly number[] {
  return ["Limit", "Remaining", "Reset"].map((name) => {
    const value = reply.field(`X-RateLimit-${name}`);
    expect(value).toMatch(/^\d+$/);
    return Number(value);
  });
}

async function deny(path: string): Promise<Reply> {
  const ip = newAddress();
  for (let time = 0; time < 3; time += 1) expect((await send(gateway, path, { ip })).status).toBe(200);
  return send(gateway, path, { ip });
}

describe("X-RateLimit-*", () => {
  it("counts down, and Reset is epoch seconds", async () => {
    const ip = newAddress();
    const read: (readonly number[])[] = [];
    for (let time = 0; time < 4; time += 1) read.push(readXRateLimit(await send(gateway, "/a", { ip })));
    expect(read.map(([limit, remaining]) => [limit, remaining])).toEqual([
      [3, 2],
      [3, 1],
      [3, 0],
      [3, 0],
    ]);
    const nowSeconds = Date.now() / 1_000;
    for (const [, , reset = 0] of read) {
      expect(reset).toBeGreaterThanOrEqual(nowSeconds - 2);
      expect(reset).toBeLessThanOrEqual(nowSeconds + 3_602);
    }
  });

  it("stands once on the response, also when the origin sends its own", async () => {
    origin.serve("/own-x", {
      fields: [
        ["X-RateLimit-Limit", "7"],
        ["X-RateLimit-Remaining", "6"],
        ["X-RateLimit-Reset", "5"],
      ],
    });
    const reply = await send(gateway, "/own-x", { ip: newAddress() });
    expect(reply.lines("X-RateLimit-Limit")).toEqual(["3"]);
    expect(reply.lines("X-RateLimit-Remaining")).toEqual(["2"]);
    expect(reply.lines("X-RateLimit-Reset")).toHaveLength(1);
  });

  it("counts the route's cost", async () => {
    const ip = newAddress();
    const remaining = [await send(gateway, "/cost", { ip }), await send(gateway, "/cost", { ip })].map(
      readXRateLimit,
    );
    expect(remaining.map(([limit, left]) => [limit, left])).toEqual([
      [10, 6],
      [10, 2],
    ]);
  });
});

describe("RateLimit and RateLimit-Policy", () => {
  it("are lists of strings with the draft's parameters, for every policy", async () => {
    const reply = await send(gateway, "/both", { ip: newAddress() });
    const policies = membersOf(reply, "RateLimit-Policy");
    expect(policies).toEqual([
      {
        value: "per-client",
        isString: true,
        parameters: expect.objectContaining({ q: 3, w: 3_600 }) as object,
      },
      { value: "search", isString: true, parameters: expect.objectContaining({ q: 10, w: 10 }) as object },
    ]);
    const left = membersOf(reply, "RateLimit");
    expect(left.map(({ value, isString }) => [value, isString])).toEqual([
      ["per-client", true],
      ["search", true],
    ]);
    expect(left.map(({ parameters }) => parameters["r"])).toEqual([2, 9]);
    for (const { parameters } of left) {
      expect(Number.isInteger(parameters["t"])).toBe(true);
      expect(parameters["t"]).toBeGreaterThanOrEqual(0);
    }
  });

  it("say nothing that gives the key away", async () => {
    const ip = newAddress();
    const reply = await send(gateway, "/both", { ip });
    expect(reply.fields.flat().join("\n")).not.toContain(ip);
  });

  it("keep the origin's own members, before ours", async () => {
    origin.serve("/own-draft", {
      fields: [
        ["RateLimit", '"origin";r=50;t=30'],
        ["RateLimit-Policy", '"origin";q=100;w=60, "daily";q=1000;w=86400'],
      ],
    });
    const reply = await send(gateway, "/own-draft", { ip: newAddress() });
    expect(membersOf(reply, "RateLimit").map(({ value }) => value)).toEqual(["origin", "per-client"]);
    expect(membersOf(reply, "RateLimit-Policy").map(({ value }) => value)).toEqual([
      "origin",
      "daily",
      "per-client",
    ]);
    expect(membersOf(reply, "RateLimit")[0]?.parameters).toEqual({ r: 50, t: 30 });
  });

  it("can be switched off, and the rest stays", async () => {
    const reply = await send(plain.gateway, "/both", { ip: newAddress() });
    expect([reply.field("RateLimit"), reply.field("RateLimit-Policy")]).toEqual([undefined, undefined]);
    expect(readXRateLimit(reply).slice(0, 2)).toEqual([3, 2]);
  });

  it("switched off leave the origin's own alone", async () => {
    plain.origin.serve("/own-draft", { fields: [["RateLimit", '"origin";r=50;t=30']] });
    const reply = await send(plain.gateway, "/own-draft", { ip: newAddress() });
    expect(reply.lines("RateLimit")).toEqual(['"origin";r=50;t=30']);
  });
});

describe("every limited response has the fields", () => {
  it.each([200, 204, 206, 301, 304, 400, 404, 429, 500, 503])(
    "whatever the origin answers: %i",
    async (status) => {
      origin.serve(`/status/${status}`, { status });
      const reply = await send(gateway, `/status/${status}`, { ip: newAddress() });
      expect(reply.status).toBe(status);
      expect(readXRateLimit(reply).slice(0, 2)).toEqual([3, 2]);
      expect(membersOf(reply, "RateLimit")).toHaveLength(1);
      expect(membersOf(reply, "RateLimit-Policy")).toHaveLength(1);
    },
  );

  it("whatever the method", async () => {
    for (const method of ["HEAD", "POST", "OPTIONS", "DELETE"]) {
      expect(readXRateLimit(await send(gateway, "/methods", { ip: newAddress(), method }))[0]).toBe(3);
    }
  });

  it("when the gateway makes the error", async () => {
    origin.serve("/reset", { raw: "", ending: "reset" });
    const reply = await send(gateway, "/reset", { ip: newAddress() });
    expect(reply.status).toBe(502);
    expect(readXRateLimit(reply).slice(0, 2)).toEqual([3, 2]);
  });

  it("and an unlimited one has none", async () => {
    const reply = await send(gateway, "/unlimited", { ip: newAddress() });
    expect(reply.fields.filter(([name]) => /ratelimit|retry-after/i.test(name))).toEqual([]);
  });
});

describe("a 429", () => {
  it("is a problem of the draft's quota-exceeded type that names the policies", async () => {
    const denied = await deny("/problem");
    expect(denied.status).toBe(429);
    expect(denied.field("Content-Type")).toMatch(/^application\/problem\+json/);
    expect(denied.json()).toMatchObject({
      type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
      title: expect.any(String) as string,
      status: 429,
      detail: expect.any(String) as string,
      code: expect.any(String) as string,
      "violated-policies": ["per-client"],
    });
  });

  it("carries Retry-After, all the rate-limit fields, and is not for storing", async () => {
    const denied = await deny("/fields");
    expect(denied.lines("Retry-After")).toEqual([expect.stringMatching(/^[1-9]\d*$/)]);
    expect(readXRateLimit(denied).slice(0, 2)).toEqual([3, 0]);
    expect(membersOf(denied, "RateLimit")[0]?.parameters["r"]).toBe(0);
    expect(denied.field("Cache-Control")).toMatch(/no-store/);
    // RFC 9211 section 2: not on what the gateway makes itself.
    expect(denied.field("Cache-Status")).toBeUndefined();
  });

  it("agrees with X-RateLimit-Reset: neither is in the past", async () => {
    const denied = await deny("/agree");
    const [, , reset = 0] = readXRateLimit(denied);
    const retryAtSeconds = denied.sentAtMs / 1_000 + Number(denied.field("Retry-After"));
    expect(reset).toBeGreaterThanOrEqual(Math.floor(retryAtSeconds) - 1);
  });

  it("to HEAD has the fields and no body", async () => {
    const ip = newAddress();
    for (let time = 0; time < 3; time += 1) await send(gateway, "/head", { ip, method: "HEAD" });
    const denied = await send(gateway, "/head", { ip, method: "HEAD" });
    expect([denied.status, denied.body.length]).toEqual([429, 0]);
    expect(denied.field("Retry-After")).toMatch(/^\d+$/);
  });
});

function toExposed(reply: Reply): string[] {
  const value = reply.field("Access-Control-Expose-Headers") ?? "";
  return value.split(",").map((name) => name.trim().toLowerCase());
}

describe("a CORS response", () => {
  const names = [
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
  ];

  it("exposes the fields, beside those that the origin exposes", async () => {
    origin.serve("/cors", {
      fields: [
        ["Access-Control-Allow-Origin", "https://app.example"],
        ["Access-Control-Expose-Headers", "X-Total"],
      ],
    });
    const reply = await send(gateway, "/cors", {
      ip: newAddress(),
      fields: [["Origin", "https://app.example"]],
    });
    expect(toExposed(reply)).toEqual(
      expect.arrayContaining(["x-total", ...names.map((name) => name.toLowerCase())]),
    );
  });

  it("is the only one that does", async () => {
    const reply = await send(gateway, "/no-cors", { ip: newAddress() });
    expect(reply.field("Access-Control-Expose-Headers")).toBeUndefined();
  });
});

// What a route with a cache answers from it: what is stored, how old it says it is, which rate-limit fields it carries
// and what Cache-Status (RFC 9211) tells. What must never be stored has its own file.

import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { newAddress, send, type Reply } from "../support/client.ts";
import type { HttpAnswer } from "../support/origin.ts";
import { startStand } from "../support/stand.ts";
import { lastMemberOf, membersOf } from "../support/structured-fields.ts";
import { until, untilTime } from "../support/until.ts";

const { origin, gateway } = await startStand({
  policies: { "per-client": { algorithm: "token-bucket", limit: 5, window: "1h", key: "ip" } },
  routes: [
    { path: "/counted/*", policies: ["per-client"], cache: { ttl: "30s" } },
    { path: "/free/*", policies: ["per-client"], cache: { ttl: "30s", hits: "free" } },
    { path: "/origin-says/*", policies: [], cache: {} },
    { path: "/get-only/*", methods: ["GET"], policies: [], cache: { ttl: "30s" } },
    { path: "/no-cache/*", policies: [] },
  ],
});

const MAX_AGE: HttpAnswer = {
  fields: [
    ["Cache-Control", "public, max-age=30"],
    ["ETag", '"v1"'],
  ],
  body: "stored",
};

function get(path: string, ip = newAddress()): Promise<Reply> {
  return send(gateway, path, { ip });
}

function getWith(path: string, name: string, value: string): Promise<Reply> {
  return send(gateway, path, { ip: newAddress(), fields: [[name, value]] });
}

/** A first answer may be stored in the background: asks until one comes from the cache. */
function untilHit(path: string): Promise<Reply> {
  return until(`${path} from the cache`, async () => {
    const reply = await get(path);
    return lastMemberOf(reply, "Cache-Status")?.parameters["hit"] === true && reply;
  });
}

describe("a stored answer", () => {
  it("is the origin's, with its fields, and the origin is not asked again", async () => {
    origin.serve("/counted/whole", {
      ...MAX_AGE,
      fields: [...(MAX_AGE.fields ?? []), ["X-Extra", "1"], ["Content-Type", "text/x-test"]],
    });
    const missed = await get("/counted/whole");
    const hit = await untilHit("/counted/whole");
    const asked = origin.requests("/counted/whole").length;
    for (let time = 0; time < 5; time += 1) await get("/counted/whole");
    expect(origin.requests("/counted/whole")).toHaveLength(asked);
    expect([hit.status, hit.text()]).toEqual([missed.status, "stored"]);
    for (const name of ["ETag", "X-Extra", "Content-Type", "Content-Length", "Cache-Control"]) {
      expect([name, hit.lines(name)]).toEqual([name, missed.lines(name)]);
    }
  });

  it("answers HEAD, without a body", async () => {
    origin.serve("/counted/head", MAX_AGE);
    await untilHit("/counted/head");
    const reply = await send(gateway, "/counted/head", { method: "HEAD", ip: newAddress() });
    expect([reply.status, reply.body.length, reply.field("ETag")]).toEqual([200, 0, '"v1"']);
    expect(lastMemberOf(reply, "Cache-Status")?.parameters["hit"]).toBe(true);
    expect(origin.requests("/counted/head").filter(({ method }) => method === "HEAD")).toEqual([]);
  });

  it("is not made by a HEAD", async () => {
    origin.serve("/counted/head-first", MAX_AGE);
    for (let time = 0; time < 3; time += 1)
      await send(gateway, "/counted/head-first", { method: "HEAD", ip: newAddress() });
    expect((await get("/counted/head-first")).text()).toBe("stored");
  });

  it("is one for each query string", async () => {
    origin.serve("/counted/query", ({ target }) => ({ ...MAX_AGE, body: target }));
    for (const query of ["?a=1", "?a=2", ""]) await untilHit(`/counted/query${query}`);
    for (const query of ["?a=1", "?a=2", ""]) {
      expect((await get(`/counted/query${query}`)).text()).toBe(`/counted/query${query}`);
    }
  });

  it("is one for each host", async () => {
    origin.serve("/counted/host", ({ field }) => ({ ...MAX_AGE, body: field("X-Forwarded-Host") ?? "" }));
    for (const host of ["a.example", "b.example", "a.example", "b.example"]) {
      expect((await getWith("/counted/host", "Host", host)).text()).toBe(host);
    }
  });

  it("is not given to a request that Vary tells apart", async () => {
    origin.serve("/counted/vary", ({ field }) => ({
      fields: [
        ["Cache-Control", "max-age=30"],
        ["Vary", "Accept-Language"],
      ],
      body: field("Accept-Language") ?? "none",
    }));
    for (const language of ["nl", "de", "nl", "de"])
      expect((await getWith("/counted/vary", "Accept-Language", language)).text()).toBe(language);
  });

  it("is fresh for as long as the origin says, then asked for again", async () => {
    let made = 0;
    origin.serve("/origin-says/short", () => {
      made += 1;
      return { fields: [["Cache-Control", "max-age=1"]], body: String(made) };
    });
    const hit = await untilHit("/origin-says/short");
    await untilTime(hit.answeredAtMs + 2_000);
    const later = await get("/origin-says/short");
    expect(Number(later.text())).toBeGreaterThan(Number(hit.text()));
    expect(lastMemberOf(later, "Cache-Status")?.parameters["hit"]).toBeUndefined();
  });

  it("tells its age: what it had when it came plus the time in the cache", async () => {
    origin.serve("/origin-says/age", {
      fields: [
        ["Cache-Control", "max-age=100"],
        ["Age", "10"],
      ],
      body: "aged",
    });
    const hit = await untilHit("/origin-says/age");
    expect(Number(hit.field("Age"))).toBeGreaterThanOrEqual(10);
    expect(Number(hit.field("Age"))).toBeLessThanOrEqual(13);
    await untilTime(hit.answeredAtMs + 2_000);
    const later = await untilHit("/origin-says/age");
    expect(Number(later.field("Age")) - Number(hit.field("Age"))).toBeGreaterThanOrEqual(1);
    expect(Number(later.field("Age")) - Number(hit.field("Age"))).toBeLessThanOrEqual(4);
    expect(later.lines("Age")).toHaveLength(1);
  });
});

describe("an encoded answer", () => {
  it.each([
    ["gzip", gzipSync("compressed by the origin"), gunzipSync],
    ["br", brotliCompressSync("compressed by the origin"), brotliDecompressSync],
  ] as const)("of %s is what it says, stored or not", async (encoding, body, decode) => {
    const path = `/counted/encoded/${encoding}`;
    origin.serve(path, {
      fields: [
        ["Cache-Control", "max-age=30"],
        ["Content-Encoding", encoding],
      ],
      body,
    });
    for (const reply of [await get(path), await untilHit(path)]) {
      const text = reply.field("Content-Encoding") === undefined ? reply.body : decode(reply.body);
      expect(text.toString()).toBe("compressed by the origin");
    }
  });
});

describe("rate limits and the cache", () => {
  it("a hit carries fresh fields, never stored ones", async () => {
    origin.serve("/counted/fresh", {
      ...MAX_AGE,
      fields: [
        ...(MAX_AGE.fields ?? []),
        ["RateLimit", '"origin";r=1;t=1'],
        ["RateLimit-Policy", '"origin";q=9;w=9'],
        ["X-RateLimit-Remaining", "77"],
        ["Retry-After", "55"],
      ],
    });
    await untilHit("/counted/fresh");
    const ip = newAddress();
    const remaining: (string | undefined)[] = [];
    for (let time = 0; time < 3; time += 1) {
      const hit = await get("/counted/fresh", ip);
      expect(membersOf(hit, "RateLimit").map(({ value }) => value)).toEqual(["per-client"]);
      expect(membersOf(hit, "RateLimit-Policy").map(({ value }) => value)).toEqual(["per-client"]);
      expect(hit.field("Retry-After")).toBeUndefined();
      remaining.push(hit.field("X-RateLimit-Remaining"));
    }
    expect(remaining).toEqual(["4", "3", "2"]);
  });

  it("a hit counts, and a denied request is not answered from the cache", async () => {
    origin.serve("/counted/denied", MAX_AGE);
    await untilHit("/counted/denied");
    const ip = newAddress();
    const statuses: number[] = [];
    for (let time = 0; time < 7; time += 1) statuses.push((await get("/counted/denied", ip)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
  });

  it("a hit on a route with free hits does not count", async () => {
    origin.serve("/free/page", MAX_AGE);
    await untilHit("/free/page");
    const ip = newAddress();
    for (let time = 0; time < 10; time += 1) expect((await get("/free/page", ip)).status).toBe(200);
    const missed = await get("/free/other", ip);
    expect([missed.status, missed.field("X-RateLimit-Remaining")]).toEqual([200, "4"]);
  });

  it("free hits do not free the misses", async () => {
    const ip = newAddress();
    const statuses: number[] = [];
    for (let time = 0; time < 7; time += 1) statuses.push((await get(`/free/miss?n=${time}`, ip)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
  });
});

describe("Cache-Status", () => {
  it("tells a miss, that it was stored, and then a hit with its time to live", async () => {
    origin.serve("/counted/status", MAX_AGE);
    const missed = lastMemberOf(await get("/counted/status"), "Cache-Status");
    expect(missed?.value).toBe("headgate");
    expect(missed?.parameters).toMatchObject({ fwd: "uri-miss", stored: true });
    const hit = lastMemberOf(await untilHit("/counted/status"), "Cache-Status");
    expect(hit?.value).toBe("headgate");
    expect(hit?.parameters["fwd"]).toBeUndefined();
    expect(hit?.parameters["ttl"]).toBeGreaterThan(25);
    expect(hit?.parameters["ttl"]).toBeLessThanOrEqual(30);
  });

  it("tells why a request went on although the route has a cache", async () => {
    const posted = lastMemberOf(
      await send(gateway, "/counted/post", { method: "POST", ip: newAddress() }),
      "Cache-Status",
    );
    expect(posted?.parameters["fwd"]).toBe("method");
    origin.serve("/counted/no-store", { fields: [["Cache-Control", "no-store"]] });
    const refused = lastMemberOf(await get("/counted/no-store"), "Cache-Status");
    expect(refused?.parameters["fwd"]).toBe("uri-miss");
    expect(refused?.parameters["stored"]).not.toBe(true);
  });

  it("is the last member, after those of caches behind the gateway", async () => {
    origin.serve("/counted/behind", {
      ...MAX_AGE,
      fields: [...(MAX_AGE.fields ?? []), ["Cache-Status", "inner; hit; ttl=9"]],
    });
    const members = membersOf(await get("/counted/behind"), "Cache-Status");
    expect(members.map(({ value }) => value)).toEqual(["inner", "headgate"]);
  });

  it("tells no hit on a route without a cache, and the origin is asked each time", async () => {
    origin.serve("/no-cache/page", MAX_AGE);
    for (let time = 0; time < 3; time += 1) {
      const status = lastMemberOf(await get("/no-cache/page"), "Cache-Status");
      expect(status?.parameters["hit"]).toBeUndefined();
      expect(status?.parameters["stored"]).toBeUndefined();
    }
    expect(origin.requests("/no-cache/page")).toHaveLength(3);
  });
});

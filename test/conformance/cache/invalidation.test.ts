// What a change through the gateway makes of what is stored (RFC 9111 sections 4 and 4.4): unsafe requests are written
// through, and what they changed is asked for again.

import { rm } from "node:fs/promises";
import { afterAll, describe, expect, it } from "vitest";
import { inTurn, isHit, startCacheStand } from "../support/cache-stand.ts";
import { sendBytes, type Reply, type RequestOptions } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { newFolder } from "../support/gateway.ts";
import type { HttpAnswer } from "../support/origin.ts";
import { countPurgeWrites } from "../support/storage.ts";
import { until } from "../support/until.ts";
import { toRuns } from "../../property-runs.ts";

const persistTo = await newFolder();
afterAll(() => rm(persistTo, { recursive: true, force: true }));
const { origin, gateway, serve, ask, asked, untilHit } = await startCacheStand(
  [
    { path: "/items/*", cache: { ttl: "1h" } },
    { path: "/keyed/*", cache: { ttl: "1h", key: { headers: ["X-K"], query: { include: ["q"] } } } },
    { path: "/split/*", methods: ["GET"], cache: { ttl: "1h" } },
    { path: "/split/*" },
    { path: "/plain/*" },
  ],
  {},
  { persistTo },
);

/** A path whose GETs are numbered, and whose other requests are answered so. */
function serveChanging(folder: string, changed: HttpAnswer = {}): string {
  let made = 0;
  return serve(folder, ({ method }) => {
    if (method !== "GET") return { body: "changed", ...changed };
    made += 1;
    return { body: `state ${made}` };
  });
}

/** Fills the store, sends the request, and tells whether the next GET of the filled path reached the origin. */
async function invalidates(filled: string, changing: string, options: RequestOptions): Promise<boolean> {
  const { text } = await untilHit(filled);
  const before = asked(filled);
  const changed = await ask(changing, options);
  expect(changed.text()).toBe("changed");
  const next = await ask(filled);
  const isAsked = asked(filled) > before + (changing === filled ? 1 : 0);
  expect(next.text() === text()).toBe(!isAsked);
  return isAsked;
}

describe("an unsafe method", () => {
  it.each(["POST", "PUT", "PATCH", "DELETE", "PROPPATCH", "LOCK", "PURGE"])(
    "is written through, and what is stored of its target is not used again: %s",
    async (method) => {
      const path = serveChanging("items");
      // Each change by itself, also after another.
      for (let time = 1; time <= 2; time += 1) expect(await invalidates(path, path, { method })).toBe(true);
    },
  );

  it.each(["OPTIONS", "PROPFIND", "REPORT", "SEARCH"])("is not any other: %s", async (method) => {
    const path = serveChanging("items");
    expect(await invalidates(path, path, { method })).toBe(false);
  });

  it.each([200, 201, 202, 205, 226, 301, 302, 303, 307, 308])(
    "invalidates when it was no error: %i",
    async (status) => {
      const path = serveChanging("items", { status });
      await untilHit(path);
      const before = asked(path);
      await ask(path, { method: "POST" });
      await ask(path);
      expect(asked(path)).toBe(before + 2);
    },
  );

  it.each([400, 401, 403, 404, 409, 412, 422, 429, 500, 502, 503])(
    "invalidates nothing when it was an error: %i",
    async (status) => {
      const path = serveChanging("items", { status, fields: [["Location", "/items/other"]] });
      expect(await invalidates(path, path, { method: "POST" })).toBe(false);
    },
  );

  it("invalidates nothing when the origin could not be asked", async () => {
    const path = serveChanging("items");
    const { text } = await untilHit(path);
    origin.serve(path, { raw: "", ending: "reset" });
    expect((await ask(path, { method: "POST" })).status).toBe(502);
    expect((await ask(path)).text()).toBe(text());
  });

  it("invalidates every variant of its target, and no other query", async () => {
    const path = serve("items", ({ method }) => (method === "GET" ? { fields: [["Vary", "X-A"]] } : {}));
    const variants: readonly RequestOptions[] = [{}, { fields: [["X-A", "1"]] }, { fields: [["X-A", "2"]] }];
    for (const options of variants) await untilHit(`${path}?q=1`, options);
    await untilHit(`${path}?q=2`);
    await ask(`${path}?q=1`, { method: "POST" });
    const before = asked(path);
    await ask(`${path}?q=2`);
    expect(asked(path)).toBe(before);
    for (const options of variants) await ask(`${path}?q=1`, options);
    expect(asked(path)).toBe(before + variants.length);
  });

  it("invalidates what its target is stored as: whatever else the key has, and as the key has the query", async () => {
    const path = serve("keyed", {});
    const keys: readonly RequestOptions[] = [{}, { fields: [["X-K", "1"]] }, { fields: [["X-K", "2"]] }];
    for (const options of keys) await untilHit(`${path}?q=1&a=1`, options);
    await ask(`${path}?a=2&q=1`, { method: "POST" });
    const before = asked(path);
    for (const options of keys) await ask(`${path}?q=1&a=1`, options);
    expect(asked(path)).toBe(before + keys.length);
  });

  it("reaches nothing else, however many there are, and costs no purge", async () => {
    const kept = serve("items", {});
    const { text } = await untilHit(kept);
    const each = toRuns(500);
    const posts = Array.from(
      { length: 10 * each },
      (_, at) =>
        `POST /items/flood/${at} HTTP/1.1\r\nHost: ${new URL(gateway.url).host}\r\nContent-Length: 0\r\n` +
        `Connection: ${at % each === each - 1 ? "close" : "keep-alive"}\r\n\r\n`,
    );
    const sent = Array.from({ length: 10 }, (_, at) =>
      sendBytes(gateway, posts.slice(at * each, (at + 1) * each).join(""), 60_000),
    );
    const answers = (await Promise.all(sent)).map(({ text: given }) => given);
    expect(answers.join("").match(/HTTP\/1\.1 200 /g)).toHaveLength(posts.length);
    const reply = await ask(kept);
    expect([reply.text(), isHit(reply)]).toEqual([text(), true]);
    expect(countPurgeWrites(persistTo)).toBe(0);
  }, 120_000);

  it("invalidates whichever route it took", async () => {
    const path = serveChanging("split");
    expect(await invalidates(path, path, { method: "PUT" })).toBe(true);
  });

  it("invalidates for the host that it named only", async () => {
    const path = serveChanging("items");
    const host = (name: string): RequestOptions => ({ fields: [["Host", name]] });
    await untilHit(path, host("a.example"));
    await untilHit(path, host("b.example"));
    await ask(path, { ...host("a.example"), method: "POST" });
    const before = asked(path);
    await ask(path, host("b.example"));
    expect(asked(path)).toBe(before);
    await ask(path, host("a.example"));
    expect(asked(path)).toBe(before + 1);
  });

  it("reaches a GET that was asked before it and is answered after it", async () => {
    const released = Promise.withResolvers<void>();
    const path = serve("items", async ({ method }, time) => {
      if (method === "GET" && time === 1) await released.promise;
      return {};
    });
    const early = ask(path);
    await until("the GET at the origin", () => asked(path) === 1);
    await ask(path, { method: "POST" });
    released.resolve();
    expect((await early).text()).toBe("answer 1");
    expect((await ask(path)).text()).toBe("answer 3");
  });

  it("never gets an answer from the store", async () => {
    const path = serve("items", { fields: [["Cache-Control", "public, max-age=600"]] });
    await untilHit(path);
    for (const method of ["POST", "PUT", "DELETE"]) {
      const before = asked(path);
      await ask(path, { method });
      expect(asked(path)).toBe(before + 1);
    }
  });
});

describe("what the answer to an unsafe method names", () => {
  /** The reference is made for the path that it is to name. */
  async function isFollowed(toFields: (path: string) => Fields, status = 201): Promise<boolean> {
    const named = serveChanging("items");
    const changing = serveChanging("items", { status, fields: toFields(named) });
    return await invalidates(named, changing, { method: "POST" });
  }

  it.each<readonly [string, (path: string) => Fields]>([
    ["Location, as a path", (path) => [["Location", path]]],
    ["Location, as the origin's own URL", (path) => [["Location", `${origin.url}${path}`]]],
    ["Location, as the gateway's URL", (path) => [["Location", `${gateway.url}${path}`]]],
    ["Location, with a fragment", (path) => [["Location", `${path}#b`]]],
    ["Location, as a relative path", (path) => [["Location", path.replace("/items/", "")]]],
    ["Location, as a relative path with dots", (path) => [["Location", `../x/..${path}`]]],
    [
      "Location, as a network path of its own",
      (path) => [["Location", `//${new URL(gateway.url).host}${path}`]],
    ],
    ["Content-Location, as a path", (path) => [["Content-Location", path]]],
    ["Content-Location, as the gateway's URL", (path) => [["Content-Location", `${gateway.url}${path}`]]],
    [
      "both",
      (path) => [
        ["Content-Location", "/items/else"],
        ["Location", path],
      ],
    ],
  ])("is invalidated too: %s", async (_, toFields) => {
    expect(await isFollowed(toFields)).toBe(true);
  });

  it.each<readonly [string, (path: string) => Fields]>([
    ["another host", (path) => [["Location", `http://other.example${path}`]]],
    ["another port", (path) => [["Location", `http://127.0.0.1:9${path}`]]],
    ["another scheme", (path) => [["Location", `https://${new URL(gateway.url).host}${path}`]]],
    ["a network path", (path) => [["Location", `//other.example${path}`]]],
    ["another query", (path) => [["Location", `${path}?a=1`]]],
    ["another scheme's reference", (path) => [["Location", `x:${path}`]]],
    ["another host in Content-Location", (path) => [["Content-Location", `http://other.example${path}`]]],
  ])("is not when it is another URL: %s", async (_, toFields) => {
    expect(await isFollowed(toFields)).toBe(false);
  });

  it.each([400, 404, 500])("is not when the answer was an error: %i", async (status) => {
    expect(await isFollowed((path) => [["Location", path]], status)).toBe(false);
  });

  it("is invalidated also when the target itself is not cached", async () => {
    const named = serveChanging("items");
    const changing = serveChanging("plain", { status: 303, fields: [["Location", named]] });
    expect(await invalidates(named, changing, { method: "POST" })).toBe(true);
  });

  it("is left alone when the method was safe", async () => {
    const named = serveChanging("items");
    const other = serve("items", inTurn({ status: 302, fields: [["Location", named]] }));
    const { text } = await untilHit(named);
    const reply: Reply = await ask(other);
    expect([reply.status, (await ask(named)).text()]).toEqual([302, text()]);
  });
});

// Purging through the admin API: by URL, by prefix, by tag and everything. At once where it was made, and within the
// propagation time in an isolate that nobody told.

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { control, statusOf } from "../support/cache-stand.ts";
import { send, type Reply, type RequestOptions } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { toConfigSource } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { ADMIN_TOKEN, askToPurge, purge, type Purges } from "../support/purge.ts";
import { SECOND_HOST, startTwoIsolates } from "../support/two-isolates.ts";
import { until } from "../support/until.ts";

/** A purge holds everywhere after so long, requests or not. */
const PROPAGATION_MS = 5_000;
const HOST = "first.example";

const origin = await startOrigin();
afterAll(origin.close);
const gateway = await startTwoIsolates(
  toConfigSource({
    origin: origin.url,
    policies: {},
    routes: [
      { path: "/keyed/*", cache: { key: { query: { exclude: ["utm"], sorted: true } } } },
      { path: "/included/*", cache: { key: { query: { include: ["id"] } } } },
      { path: "/*", cache: {} },
    ],
  }),
  { ADMIN_TOKEN },
);
afterAll(gateway.close);

let paths = 0;

/** A new path, whose answers are numbered. */
function serve(folder: string, ...fields: Fields): string {
  paths += 1;
  const path = `/${folder}/${paths}`;
  let time = 0;
  origin.serve(path, () => {
    time += 1;
    return {
      fields: control("max-age=600, stale-while-revalidate=600, stale-if-error=600", ...fields),
      body: `answer ${time}`,
    };
  });
  return path;
}

function ask(path: string, host = HOST, options: RequestOptions = {}): Promise<Reply> {
  return send(gateway, path, { ...options, fields: [["Host", host], ...(options.fields ?? [])] });
}

const url = (path: string, host = HOST): string => `http://${host}${path}`;

/** Stores the answer to each, purges, and tells which of them the origin was asked for again. */
async function purged(targets: readonly string[], purges: Purges): Promise<readonly boolean[]> {
  const stored: string[] = [];
  for (const target of targets) stored.push((await ask(target)).text());
  for (const [at, target] of targets.entries()) expect((await ask(target)).text()).toBe(stored[at]);
  await purge(gateway, purges, HOST);
  const after: boolean[] = [];
  for (const [at, target] of targets.entries()) after.push((await ask(target)).text() !== stored[at]);
  return after;
}

describe("a purge holds at once in its own isolate", () => {
  it("by URL: exactly that one, with its query and for its host", async () => {
    const path = serve("url");
    const elsewhere = (await ask(path, "other.example")).text();
    expect(await purged([path, `${path}?a=1`, `${path}?a=2`], { urls: [url(`${path}?a=1`)] })).toEqual([
      false,
      true,
      false,
    ]);
    expect(await purged([path, `${path}?a=1`], { urls: [url(path)] })).toEqual([true, false]);
    expect((await ask(path, "other.example")).text()).toBe(elsewhere);
  });

  it.each([
    ["keyed", "?b=1&utm=1&a=1", "?utm=2&a=1&b=1", true],
    ["keyed", "?a=1&utm=1", "?a=1", true],
    ["keyed", "?utm=1", "", true],
    ["keyed", "?a=1", "?a=1&utm=1", true],
    ["keyed", "?a=1", "?a=2", false],
    ["included", "?x=1&id=1", "?id=1&x=2", true],
    ["included", "?x=1", "", true],
    ["included", "?id=1", "?id=2", false],
  ])("by URL, as the route keys it: %s %s %s %s", async (folder, stored, named, isReached) => {
    const path = serve(folder);
    expect(await purged([`${path}${stored}`], { urls: [url(`${path}${named}`)] })).toEqual([isReached]);
  });

  it("by URL: every variant of it", async () => {
    const path = serve("vary", ["Vary", "X-A"]);
    const variants: readonly RequestOptions[] = [{}, { fields: [["X-A", "1"]] }, { fields: [["X-A", "2"]] }];
    const ask3 = async (): Promise<readonly string[]> => {
      const replies = [];
      for (const variant of variants) replies.push((await ask(path, HOST, variant)).text());
      return replies;
    };
    expect(await ask3()).toEqual(await ask3());
    await purge(gateway, { urls: [url(path)] }, HOST);
    expect(await ask3()).toEqual(["answer 4", "answer 5", "answer 6"]);
  });

  it.each<readonly [string, (path: string) => string]>([
    ["the host in upper case", (path) => url(path, HOST.toUpperCase())],
    ["the scheme's port", (path) => url(path, `${HOST}:80`)],
    ["an escaped letter", (path) => url(path.replace("spelt", "%73pelt"))],
    ["dot segments", (path) => url(`/a/..${path}`)],
    ["doubled slashes", (path) => url(path.replaceAll("/", "//"))],
  ])("by URL and by prefix, however they are spelt: %s", async (_, toSpelling) => {
    const [first, second] = [serve("spelt"), serve("spelt")];
    expect(await purged([first, second], { urls: [toSpelling(first)] })).toEqual([true, false]);
    expect(await purged([first, second], { prefixes: [toSpelling(second)] })).toEqual([false, true]);
  });

  it("by prefix: all that begins so, whatever follows", async () => {
    const [under, over] = [serve("prefix/a"), serve("prefix/ab")];
    const targets = [under, `${under}?a=1`, over];
    expect(await purged(targets, { prefixes: [url("/prefix/a/")] })).toEqual([true, true, false]);
    expect(await purged(targets, { prefixes: [url("/prefix/a")] })).toEqual([true, true, true]);
    expect(await purged(targets, { prefixes: [url(`${under}?a`)] })).toEqual([false, true, false]);
    expect(await purged(targets, { prefixes: [url("/", "other.example")] })).toEqual([false, false, false]);
  });

  it("by tag: all that has it, by Cache-Tag and by Surrogate-Key, without regard to case", async () => {
    const targets = [
      serve("tag", ["Cache-Tag", "red, blue"]),
      serve("tag", ["Surrogate-Key", "Red green"]),
      serve("tag", ["Cache-Tag", "redder"]),
      serve("tag", ["Cache-Tag", "a"], ["Cache-Tag", "BLUE"]),
      serve("tag"),
    ];
    expect(await purged(targets, { tags: ["red"] })).toEqual([true, true, false, false, false]);
    expect(await purged(targets, { tags: ["Blue"] })).toEqual([true, false, false, true, false]);
    expect(await purged(targets, { tags: ["green", "redder"] })).toEqual([false, true, true, false, false]);
  });

  it("everything, and several at once", async () => {
    const targets = [serve("all"), serve("all", ["Cache-Tag", "all"]), serve("other")];
    expect(await purged(targets, { tags: ["all"], urls: [url(targets[0] ?? "")] })).toEqual([
      true,
      true,
      false,
    ]);
    expect(await purged(targets, { everything: true })).toEqual([true, true, true]);
  });

  it("also for an answer that was on its way", async () => {
    const released = Promise.withResolvers<void>();
    const path = serve("late");
    let time = 0;
    origin.serve(path, async () => {
      time += 1;
      if (time === 1) await released.promise;
      return { fields: control("max-age=600"), body: `answer ${time}` };
    });
    const early = ask(path);
    await until("the request at the origin", () => origin.requests(path).length === 1);
    await purge(gateway, { urls: [url(path)] }, HOST);
    released.resolve();
    expect((await early).text()).toBe("answer 1");
    expect((await ask(path)).text()).toBe("answer 2");
  });

  it("also for an origin that fails after it", async () => {
    const released = Promise.withResolvers<void>();
    const path = serve("fails");
    let time = 0;
    origin.serve(path, async () => {
      time += 1;
      if (time === 1)
        return { fields: control("max-age=10, stale-if-error=600", ["Age", "30"]), body: "old" };
      await released.promise;
      return { status: 503, body: "failed" };
    });
    expect((await ask(path)).text()).toBe("old");
    const late = ask(path);
    await until("the request at the origin", () => origin.requests(path).length === 2);
    await purge(gateway, { urls: [url(path)] }, HOST);
    released.resolve();
    expect((await late).text()).toBe("failed");
  });

  it("and says so in the time of one small write, however much it purges", async () => {
    for (let time = 0; time < 50; time += 1) await ask(serve("many"));
    const times: number[] = [];
    for (let time = 0; time < 5; time += 1) {
      const { sentAtMs, answeredAtMs } = await purge(gateway, { everything: true }, HOST);
      times.push(answeredAtMs - sentAtMs);
    }
    expect(Math.min(...times)).toBeLessThan(500);
  });

  it("and what was purged stays so, however many purges follow", async () => {
    const [path, kept] = [serve("old"), serve("old")];
    const before = [(await ask(path)).text(), (await ask(kept)).text()];
    await purge(gateway, { urls: [url(path)] }, HOST);
    for (let call = 0; call < 11; call += 1)
      await purge(gateway, { tags: Array.from({ length: 100 }, (_, at) => `unused-${call}-${at}`) }, HOST);
    expect((await ask(path)).text()).not.toBe(before[0]);
    expect(statusOf(await ask(path))["hit"]).toBe(true);
  });
});

describe("a purge needs the operator's token", () => {
  it.each<readonly [string, Fields]>([
    ["none", []],
    ["a wrong one", [["Authorization", "Bearer wrong"]]],
    ["one as a password", [["Authorization", `Basic ${ADMIN_TOKEN}`]]],
  ])("and does nothing without it: %s", async (_, fields) => {
    const path = serve("kept");
    const stored = (await ask(path)).text();
    const refused = await askToPurge(gateway, { everything: true }, [["Host", HOST], ...fields]);
    expect([refused.status, refused.field("Cache-Control"), (await ask(path)).text()]).toEqual([
      401,
      "no-store",
      stored,
    ]);
  });

  it("and names what is wrong with a call", async () => {
    const fields: Fields = [
      ["Authorization", `Bearer ${ADMIN_TOKEN}`],
      ["Host", HOST],
    ];
    for (const wrong of [{}, { urls: ["/relative"] }, { url: url("/a") }, { everything: false }]) {
      expect((await askToPurge(gateway, wrong, fields)).status).toBe(400);
    }
  });
});

describe("a purge reaches an isolate that nobody told", () => {
  it("within the propagation time, though no request came meanwhile", async () => {
    const path = serve("far", ["Cache-Tag", "far"]);
    const stored = (await ask(path, SECOND_HOST)).text();
    expect((await ask(path, SECOND_HOST)).text()).toBe(stored);
    await purge(gateway, { tags: ["far"] }, HOST);
    await wait(PROPAGATION_MS);
    expect((await ask(path, SECOND_HOST)).text()).not.toBe(stored);
  });
});

// What the cache says that it did (RFC 9211), read by a parser that is not ours.

import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { control, inTurn, startCacheStand, statusOf } from "../support/cache-stand.ts";
import { newAddress, type Reply, type RequestOptions } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import type { HttpAnswer } from "../support/origin.ts";
import { lastMemberOf, membersOf } from "../support/structured-fields.ts";

// A name that is no token, because it starts with a digit.
const NAME = "7-gates";

const { origin, serve, ask, askInTurn, untilHit } = await startCacheStand(
  [
    { path: "/says/*", cache: { requestDirectives: "honour", bypass: { headers: ["X-Bypass"] } } },
    { path: "/limited/*", policies: ["one"], cache: { ttl: "1h" } },
    { path: "/uncached/*" },
  ],
  { name: NAME, policies: { one: { algorithm: "token-bucket", limit: 1, window: "1h", key: "ip" } } },
);

const TAG: Fields = [["ETag", '"v1"']];
const FRESH: HttpAnswer = { fields: control("max-age=600", ...TAG) };
const STALE: HttpAnswer = { fields: control("max-age=10", ...TAG, ["Age", "30"]) };
const PLAIN: RequestOptions = {};

/** The gateway's own member of the last answer, without the time to live, which tests of its own are about. */
async function tellOf(
  answers: readonly HttpAnswer[],
  ...requests: readonly RequestOptions[]
): Promise<Record<string, unknown>> {
  const replies = await askInTurn(serve("says", inTurn(...answers)), ...requests);
  const { ttl: _, ...told } = statusOf(replies.at(-1) as Reply);
  return told;
}

function asking(name: string, value: string): RequestOptions {
  return { fields: [[name, value]] };
}

describe("Cache-Status", () => {
  it("names the deployment, as a string where a token cannot", async () => {
    const member = lastMemberOf(await ask(serve("says", FRESH)), "Cache-Status");
    expect([member?.value, member?.isString]).toEqual([NAME, true]);
  });

  it.each<readonly [string, Record<string, unknown>, readonly HttpAnswer[], readonly RequestOptions[]]>([
    ["nothing was there, and now is", { fwd: "uri-miss", stored: true }, [FRESH], [PLAIN]],
    [
      "nothing was there, nor is now",
      { fwd: "uri-miss", detail: "private" },
      [{ fields: control("private") }],
      [PLAIN],
    ],
    ["nothing was there for a HEAD", { fwd: "uri-miss" }, [FRESH], [{ method: "HEAD" }]],
    ["it answered", { hit: true }, [FRESH], [PLAIN, PLAIN]],
    ["it answered a HEAD", { hit: true }, [FRESH], [PLAIN, { method: "HEAD" }]],
    ["it answered 304", { hit: true }, [FRESH], [PLAIN, asking("If-None-Match", '"v1"')]],
    ["it answered 206", { hit: true }, [FRESH], [PLAIN, asking("Range", "bytes=0-1")]],
    ["the route leaves it alone", { fwd: "bypass" }, [FRESH], [asking("X-Bypass", "1")]],
    ["the method is another", { fwd: "method" }, [FRESH], [PLAIN, { method: "OPTIONS" }]],
    [
      "other variants were there",
      { fwd: "vary-miss", stored: true },
      [{ fields: [...(FRESH.fields ?? []), ["Vary", "X-A"]] }],
      [PLAIN, asking("X-A", "1")],
    ],
    [
      "what was there had been changed",
      { fwd: "miss", stored: true },
      [FRESH],
      [PLAIN, { method: "PUT" }, PLAIN],
    ],
    [
      "the client would not have it",
      { fwd: "request", stored: true },
      [FRESH],
      [PLAIN, asking("Cache-Control", "no-cache")],
    ],
    ["the origin had to judge", { fwd: "request" }, [FRESH], [PLAIN, asking("If-Match", '"v1"')]],
    ["it was stale", { fwd: "stale", stored: true }, [STALE, FRESH], [PLAIN, PLAIN]],
    [
      "it was stale and is confirmed",
      { fwd: "stale", "fwd-status": 304, stored: true },
      [STALE, { ...FRESH, status: 304 }],
      [PLAIN, PLAIN],
    ],
    [
      "it was stale and the client has it",
      { fwd: "stale", "fwd-status": 304, stored: true },
      [STALE, { ...FRESH, status: 304 }],
      [PLAIN, asking("If-None-Match", '"v1"')],
    ],
    [
      "it was stale and is gone",
      { fwd: "stale", detail: "no-freshness" },
      [STALE, { status: 410 }],
      [PLAIN, PLAIN],
    ],
    [
      "its fields are too long to be stored",
      { fwd: "uri-miss", detail: "fields-too-large" },
      [{ ...FRESH, fields: [...(FRESH.fields ?? []), ["X-Long", "a".repeat(16_000)]] }],
      [PLAIN],
    ],
    [
      "its fields, though long, are stored",
      { hit: true },
      [{ ...FRESH, fields: [...(FRESH.fields ?? []), ["X-Long", "a".repeat(15_000)]] }],
      [PLAIN, PLAIN],
    ],
  ])("says that %s: %j", async (_, expected, answers, requests) => {
    const told = await tellOf(answers, ...requests);
    expect(told).toEqual(expected);
  });

  it("says how long an answer is good for, on a miss and on a hit, in whole seconds", async () => {
    const path = serve("says", { fields: control("max-age=600", ["Age", "100"]) });
    const [missed, hit] = [await ask(path), await untilHit(path)];
    for (const reply of [missed, hit]) {
      const ttl = statusOf(reply)["ttl"];
      expect(Number.isInteger(ttl)).toBe(true);
      expect(ttl).toBeGreaterThanOrEqual(490);
      expect(ttl).toBeLessThanOrEqual(500);
    }
  });

  it("says how long ago an answer went stale", async () => {
    const path = serve("says", { fields: control("max-age=10, stale-while-revalidate=600", ["Age", "100"]) });
    for (const reply of await askInTurn(path, {}, {}))
      expect(Number(statusOf(reply)["ttl"])).toBeLessThanOrEqual(-90);
  });

  it("says which requests were served by another's answer", async () => {
    const path = serve("says", async () => {
      await wait(300);
      return FRESH;
    });
    const replies = await Promise.all(Array.from({ length: 5 }, () => ask(path)));
    const told = replies.map(statusOf);
    expect(told.filter(({ stored }) => stored === true)).toHaveLength(1);
    const collapsed = told.filter((parameters) => parameters["collapsed"] === true);
    expect(collapsed.length).toBeGreaterThan(0);
    for (const parameters of collapsed) expect(parameters).toMatchObject({ fwd: "uri-miss" });
    // Who came when the answer was stored already is served by a plain hit.
    expect(collapsed.length + told.filter(({ hit }) => hit === true).length).toBe(4);
  });

  it("keeps the members of the caches behind it, before its own, from the origin and from the store", async () => {
    const path = serve("says", {
      fields: [
        ...(FRESH.fields ?? []),
        ["Cache-Status", 'first; hit; ttl=9, "second, one"; fwd=miss'],
        ["Cache-Status", "third; hit"],
      ],
    });
    for (const reply of [await ask(path), await untilHit(path)]) {
      const members = membersOf(reply, "Cache-Status");
      expect(members.map(({ value }) => value)).toEqual(["first", "second, one", "third", NAME]);
      expect(members.slice(0, 3).map(({ parameters }) => parameters)).toEqual([
        { hit: true, ttl: 9 },
        { fwd: "miss" },
        { hit: true },
      ]);
    }
  });

  it("leaves the origin's alone where the route has no cache", async () => {
    const path = serve("uncached", { fields: [["Cache-Status", "first; hit"]] });
    expect((await ask(path)).lines("Cache-Status")).toEqual(["first; hit"]);
  });

  it("is not on answers that the gateway makes by itself", async () => {
    const ip = newAddress();
    const limited = serve("limited", FRESH);
    const cut = serve("says", FRESH);
    origin.serve(cut, { raw: "", ending: "reset" });
    const replies = [
      (await askInTurn(limited, { ip }, { ip })).at(-1),
      await ask(cut),
      await ask("/nowhere"),
      await ask("/says/%zz"),
      await ask("/says/none", asking("Cache-Control", "only-if-cached")),
    ];
    expect(replies.map((reply) => [reply?.status, reply?.field("Cache-Status")])).toEqual(
      [429, 502, 404, 400, 504].map((status) => [status, undefined]),
    );
  });

  it("never shows the key", async () => {
    const path = serve("says", FRESH);
    for (const reply of await askInTurn(path, {}, {})) expect(statusOf(reply)["key"]).toBeUndefined();
  });
});

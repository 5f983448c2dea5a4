// Answers past their time (RFC 9111 section 4.2.4): while the origin is asked again, and when it fails (RFC 5861). And those
// that are not asked about before it (RFC 8246).

import { describe, expect, it } from "vitest";
import { control, dateIn, inTurn, isHit, startCacheStand, statusOf } from "../support/cache-stand.ts";
import type { Reply, RequestOptions } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import type { HttpAnswer } from "../support/origin.ts";
import { until } from "../support/until.ts";

const { origin, serve, ask, askInTurn, asked, lastAsked, untilHit } = await startCacheStand([
  { path: "/says/*", cache: {}, timeout: "500ms" },
  { path: "/route/*", cache: { staleWhileRevalidate: "60s", staleIfError: "60s" } },
  { path: "/honour/*", cache: { requestDirectives: "honour" } },
  {
    path: "/errors/*",
    cache: { staleWhileRevalidate: "60s", staleIfError: "60s", ttlByStatus: { "5xx": "60s" } },
    timeout: "500ms",
  },
]);

const TAG: Fields = [["ETag", '"v1"']];

/** Stale since 20 seconds. */
function staleBy20(directives: string): HttpAnswer {
  return { fields: control(`max-age=10${directives}`, ...TAG, ["Age", "30"]) };
}

const WHILE = staleBy20(", stale-while-revalidate=60");
const IF_ERROR = staleBy20(", stale-if-error=60");
const NEW: HttpAnswer = { fields: control("max-age=60", ["ETag", '"v2"']) };

function expectStale(reply: Reply | undefined, forwarded: number | undefined): void {
  expect([reply?.status, reply?.text()]).toEqual([200, "answer 1"]);
  const status = reply === undefined ? {} : statusOf(reply);
  expect(status).toMatchObject({ fwd: "stale", detail: "stale-if-error" });
  expect([status["fwd-status"], Number(status["ttl"]) <= -20, Number(reply?.field("Age")) >= 30]).toEqual([
    forwarded,
    true,
    true,
  ]);
}

describe("stale-while-revalidate", () => {
  it("gives the stale answer at once, shows that it is stale, and has the origin asked behind it", async () => {
    const released = Promise.withResolvers<void>();
    const path = serve("says", async (_, time) => {
      if (time > 1) await released.promise;
      return time === 1 ? WHILE : NEW;
    });
    await ask(path);
    const stale = await ask(path);
    released.resolve();
    expect([stale.text(), isHit(stale), Number(stale.field("Age")) >= 30]).toEqual(["answer 1", true, true]);
    expect(Number(statusOf(stale)["ttl"])).toBeLessThanOrEqual(-20);
    const fresh = await until("the refreshed answer", async () => {
      const reply = await ask(path);
      return reply.text() === "answer 2" && reply;
    });
    expect([isHit(fresh), asked(path)]).toEqual([true, 2]);
    expect(lastAsked(path).field("If-None-Match")).toBe('"v1"');
  });

  it("asks the origin once, however many get the stale answer meanwhile", async () => {
    const released = Promise.withResolvers<void>();
    const path = serve("says", async (_, time) => {
      if (time > 1) await released.promise;
      return time === 1 ? WHILE : { status: 304, fields: control("max-age=60", ...TAG) };
    });
    await ask(path);
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask(path)));
    expect(new Set(replies.map((reply) => `${reply.text()} ${isHit(reply)}`))).toEqual(
      new Set(["answer 1 true"]),
    );
    await until("the refresh at the origin", () => asked(path) === 2);
    released.resolve();
    const fresh = await until("the confirmed answer", async () => {
      const reply = await ask(path);
      return Number(statusOf(reply)["ttl"]) > 0 && reply;
    });
    expect([fresh.text(), asked(path)]).toEqual(["answer 1", 2]);
  });

  it.each<readonly [string, RequestOptions]>([
    ["HEAD", { method: "HEAD" }],
    ["a part", { fields: [["Range", "bytes=0-1"]] }],
    ["a condition", { fields: [["If-Modified-Since", dateIn(-5)]] }],
  ])("refreshes what has no validator whatever the client asked for: %s", async (_, options) => {
    const fields = control("max-age=10, stale-while-revalidate=60", ["Age", "30"]);
    const path = serve("says", inTurn({ fields }, { fields: control("max-age=60") }));
    await ask(path);
    expect(isHit(await ask(path, options))).toBe(true);
    await until("the refresh at the origin", () => asked(path) === 2);
    const seen = lastAsked(path);
    expect([seen.method, seen.field("Range"), seen.field("If-Modified-Since")]).toEqual([
      "GET",
      undefined,
      undefined,
    ]);
    const fresh = await until("the refreshed answer", async () => {
      const reply = await ask(path);
      return reply.text() === "answer 2" && reply;
    });
    expect([isHit(fresh), asked(path)]).toEqual([true, 2]);
  });

  it("is not ended by an error that may be stored, while stale-if-error goes on", async () => {
    const stale = { fields: control("max-age=10", ["Age", "30"]) };
    const path = serve("errors", inTurn(stale, { status: 503 }));
    await ask(path);
    // Who asks while a refresh is under way starts none.
    await until("two refreshes at the origin", async () => {
      expect((await ask(path)).text()).toBe("answer 1");
      return asked(path) >= 3;
    });
    expect((await ask(path)).text()).toBe("answer 1");
  });

  it("refreshes nothing for who wants nothing of it stored", async () => {
    const path = serve("honour", inTurn(WHILE, NEW));
    await ask(path);
    const options: RequestOptions = { fields: [["Cache-Control", "no-store"]] };
    expect([(await ask(path, options)).text(), (await ask(path, options)).text()]).toEqual([
      "answer 1",
      "answer 1",
    ]);
    expect(asked(path)).toBe(1);
  });

  it("asks for the whole, whatever part or condition the client asked for", async () => {
    const path = serve("says", inTurn({ ...WHILE, body: "0123456789" }, { ...NEW, body: "abcdefghij" }));
    await ask(path);
    const part = await ask(path, {
      fields: [
        ["Range", "bytes=2-4"],
        ["If-Range", '"v1"'],
      ],
    });
    expect([part.status, part.text()]).toEqual([206, "234"]);
    expect(
      (
        await until("the refresh", async () => {
          const reply = await ask(path);
          return reply.text() === "abcdefghij" && reply;
        })
      ).status,
    ).toBe(200);
    expect([lastAsked(path).field("Range"), lastAsked(path).field("If-Range"), asked(path)]).toEqual([
      undefined,
      undefined,
      2,
    ]);
  });

  it("goes on when the refresh fails, and tries again at the next request", async () => {
    const path = serve("says", inTurn(WHILE, { status: 500 }, { status: 503 }, NEW));
    await ask(path);
    const reply = await until("the refreshed answer", async () => {
      const one = await ask(path);
      expect(one.status).toBe(200);
      return one.text() === "answer 4" && one;
    });
    expect([isHit(reply), asked(path)]).toEqual([true, 4]);
  });

  it.each([
    ", stale-while-revalidate=10",
    ", stale-while-revalidate=soon",
    ", stale-while-revalidate",
    ", stale-while-revalidate=60, must-revalidate",
    ", stale-while-revalidate=60, proxy-revalidate",
    ", stale-while-revalidate=60, no-cache",
    ", stale-while-revalidate=60, s-maxage=10",
    "",
  ])("is not used beyond its time or against the origin's word: max-age=10%s", async (directives) => {
    const path = serve("says", inTurn(staleBy20(directives), NEW));
    const [, reply] = await askInTurn(path, {}, {});
    expect([reply?.text(), reply !== undefined && isHit(reply)]).toEqual(["answer 2", false]);
  });

  it("is a route's to set, though not against the origin's word", async () => {
    const lax = serve("route", inTurn(staleBy20(""), NEW));
    expect((await askInTurn(lax, {}, {})).map((reply) => reply.text())).toEqual(["answer 1", "answer 1"]);
    const strict = serve("route", inTurn(staleBy20(", must-revalidate"), NEW));
    expect((await askInTurn(strict, {}, {})).map((reply) => reply.text())).toEqual(["answer 1", "answer 2"]);
  });
});

describe("stale-if-error", () => {
  it.each([500, 502, 503, 504])(
    "gives the stale answer for an error of the origin, and shows both: %i",
    async (status) => {
      const path = serve("says", inTurn(IF_ERROR, { status }, NEW));
      const [, stale, recovered] = await askInTurn(path, {}, {}, {});
      expectStale(stale, status);
      expect(recovered?.text()).toBe("answer 3");
    },
  );

  it.each([400, 403, 404, 410, 429, 501, 505])("does not hide any other answer: %i", async (status) => {
    const path = serve("says", inTurn(IF_ERROR, { status }));
    const [, reply] = await askInTurn(path, {}, {});
    expect([reply?.status, reply?.text()]).toEqual([status, "answer 2"]);
  });

  it.each(["reset", "stall"] as const)(
    "gives the stale answer when the origin does not answer: %s",
    async (ending) => {
      const path = serve("says", IF_ERROR);
      await ask(path);
      origin.serve(path, { raw: "", ending });
      expectStale(await ask(path), undefined);
    },
  );

  it.each([
    ", stale-if-error=10",
    ", stale-if-error=soon",
    ", stale-if-error=60, must-revalidate",
    ", stale-if-error=60, proxy-revalidate",
    ", stale-if-error=60, no-cache",
    ", stale-if-error=60, s-maxage=10",
    "",
  ])("is not used beyond its time or against the origin's word: max-age=10%s", async (directives) => {
    const path = serve("says", inTurn(staleBy20(directives), { status: 503 }));
    const [, reply] = await askInTurn(path, {}, {});
    expect([reply?.status, reply?.text()]).toEqual([503, "answer 2"]);
  });

  it("serves HEAD, conditions and ranges too", async () => {
    const path = serve("says", inTurn({ ...IF_ERROR, body: "0123456789" }, { status: 503 }));
    const replies = await askInTurn(
      path,
      {},
      { method: "HEAD" },
      { fields: [["If-None-Match", '"v1"']] },
      { fields: [["Range", "bytes=2-4"]] },
    );
    expect(replies.map((reply) => [reply.status, reply.text()])).toEqual([
      [200, "0123456789"],
      [200, ""],
      [304, ""],
      [206, "234"],
    ]);
  });
});

describe("immutable", () => {
  const tagged = (value: string, age = "50"): HttpAnswer => ({
    fields: control(value, ...TAG, ["Age", age]),
  });

  it.each(["max-age=100, immutable", 'max-age=100, Immutable="x"', "max-age=100, immutable=1, immutable"])(
    "is not asked about while it is fresh, though the client reloads: %s",
    async (value) => {
      const path = serve("honour", tagged(value));
      await untilHit(path);
      for (const directive of ["max-age=0", "max-age=10"])
        expect(isHit(await ask(path, { fields: [["Cache-Control", directive]] }))).toBe(true);
    },
  );

  it("is asked about when the client insists, and when it is stale", async () => {
    const fresh = serve("honour", inTurn(tagged("max-age=100, immutable"), NEW));
    const stale = serve("honour", inTurn(tagged("max-age=100, immutable", "200"), NEW));
    await askInTurn(fresh, {}, { fields: [["Cache-Control", "no-cache"]] });
    await askInTurn(stale, {}, {});
    for (const path of [fresh, stale])
      expect([asked(path), lastAsked(path).field("If-None-Match")]).toEqual([2, '"v1"']);
  });

  it("makes nothing fresh by itself", async () => {
    const path = serve("honour", {
      fields: control("immutable", ["Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"]),
    });
    await askInTurn(path, {}, {});
    expect(asked(path)).toBe(2);
  });
});

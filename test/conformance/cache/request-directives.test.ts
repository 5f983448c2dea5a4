// What clients may ask of the cache (RFC 9111 section 5.2.1, RFC 8246 section 2): honoured or ignored by the route's choice,
// and passed on either way.

import { describe, expect, it } from "vitest";
import { control, inTurn, isHit, startCacheStand, statusOf } from "../support/cache-stand.ts";
import type { RequestOptions } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import type { HttpAnswer } from "../support/origin.ts";

const { serve, ask, askInTurn, asked, lastAsked, untilHit } = await startCacheStand([
  { path: "/honour/*", cache: { requestDirectives: "honour" } },
  { path: "/ignore/*", cache: {} },
]);

const TAG: Fields = [["ETag", '"v1"']];

/** 50 s old and good for 50 more. */
const HALF_WAY: HttpAnswer = { fields: control("max-age=100", ...TAG, ["Age", "50"]) };
/** Stale since 50 s. */
const STALE: HttpAnswer = { fields: control("max-age=50", ...TAG, ["Age", "100"]) };

function asking(value: string): RequestOptions {
  return { fields: [["Cache-Control", value]] };
}

describe("a fresh answer", () => {
  it.each([
    ["max-age=100", true],
    ["max-age=70", true],
    ["max-age=49", false],
    ["max-age=0", false],
    ["MAX-AGE=0", false],
    ['max-age="0"', false],
    ["max-age=soon", true],
    ["min-fresh=40", true],
    ["min-fresh=60", false],
    ["max-stale=60", true],
    ["no-cache", false],
    ["No-Cache", false],
    ["max-stale, no-cache", false],
    ["no-store", true],
    ["only-if-cached", true],
    ["no-transform", true],
    ["unknown, immutable, private", true],
  ])("is used or not, as the client asks and the route honours: %s %s", async (value, isUsed) => {
    const path = serve("honour", inTurn(HALF_WAY, { ...HALF_WAY, status: 304 }));
    await untilHit(path);
    const reply = await ask(path, asking(value));
    expect([reply.text(), isHit(reply), asked(path)]).toEqual(["answer 1", isUsed, isUsed ? 1 : 2]);
    if (isUsed) return;
    expect(statusOf(reply)).toMatchObject({ fwd: "request", "fwd-status": 304 });
    expect(lastAsked(path).field("If-None-Match")).toBe('"v1"');
  });

  it.each(["max-age=0", "no-cache", "min-fresh=60", "no-store", "only-if-cached"])(
    "is used where the route ignores the client: %s",
    async (value) => {
      const path = serve("ignore", HALF_WAY);
      await untilHit(path);
      expect([isHit(await ask(path, asking(value))), asked(path)]).toEqual([true, 1]);
    },
  );

  it("is used whatever Pragma says, which has no meaning any more", async () => {
    const path = serve("honour", HALF_WAY);
    await untilHit(path);
    expect(isHit(await ask(path, { fields: [["Pragma", "no-cache"]] }))).toBe(true);
  });
});

describe("a stale answer", () => {
  it.each([
    ["max-stale=60", true],
    ["max-stale", true],
    ["max-stale=40", false],
    ["max-stale=soon", false],
    ["max-stale=60, max-age=200", true],
    ["max-stale=60, max-age=60", false],
    ["max-stale=60, min-fresh=1", false],
    ["max-stale=60, no-cache", false],
    ["max-age=200", false],
  ])("is used only when the client accepts it so stale: %s %s", async (value, isUsed) => {
    const path = serve("honour", inTurn(STALE, { status: 304, fields: STALE.fields ?? [] }));
    await ask(path);
    const reply = await ask(path, asking(value));
    expect([reply.text(), isHit(reply), asked(path)]).toEqual(["answer 1", isUsed, isUsed ? 1 : 2]);
    if (isUsed) expect(Number(statusOf(reply)["ttl"])).toBeLessThanOrEqual(-50);
  });

  it.each(["must-revalidate", "proxy-revalidate", "s-maxage=50", "no-cache"])(
    "is not used against the origin's word, whatever the client accepts: %s",
    async (value) => {
      const fields = control(`max-age=50, ${value}`, ...TAG, ["Age", "100"]);
      const path = serve("honour", inTurn({ fields }, { status: 304, fields }));
      await askInTurn(path, {}, asking("max-stale"));
      expect(asked(path)).toBe(2);
    },
  );

  it.each(["must-revalidate", "proxy-revalidate", "s-maxage=50"])(
    "is not used for an error against the origin's word: %s",
    async (value) => {
      const fields = control(`max-age=50, ${value}`, ...TAG, ["Age", "100"]);
      const path = serve("honour", inTurn({ fields }, { status: 503 }));
      const [, reply] = await askInTurn(path, {}, asking("stale-if-error=600"));
      expect(reply?.status).toBe(503);
    },
  );

  it("is not used where the route ignores the client", async () => {
    const path = serve("ignore", inTurn(STALE, { status: 304, fields: STALE.fields ?? [] }));
    await askInTurn(path, {}, asking("max-stale"));
    expect(asked(path)).toBe(2);
  });

  it("is used for an error when the client accepts it so stale", async () => {
    const path = serve("honour", inTurn(STALE, { status: 503 }));
    const [, short, long] = await askInTurn(
      path,
      {},
      asking("stale-if-error=40"),
      asking("stale-if-error=60"),
    );
    expect([short?.status, long?.status, long?.text()]).toEqual([503, 200, "answer 1"]);
  });
});

describe("only-if-cached", () => {
  it.each<readonly [string, string, HttpAnswer | undefined]>([
    ["nothing is stored", "only-if-cached", undefined],
    ["what is stored is stale", "only-if-cached", STALE],
    ["what is stored is too old for it", "only-if-cached, max-age=10", HALF_WAY],
    ["it asks for validation", "only-if-cached, no-cache", HALF_WAY],
  ])("is a 504 that nobody stores when %s", async (_, value, stored) => {
    const path = serve("honour", stored ?? {});
    if (stored !== undefined) await ask(path);
    const before = asked(path);
    const reply = await ask(path, asking(value));
    expect([reply.status, asked(path)]).toEqual([504, before]);
    expect([reply.field("Cache-Control"), reply.field("Cache-Status")]).toEqual(["no-store", undefined]);
  });

  it("gets a stale answer that it accepts", async () => {
    const path = serve("honour", STALE);
    await ask(path);
    expect((await ask(path, asking("only-if-cached, max-stale"))).text()).toBe("answer 1");
  });

  it("is nothing where the route ignores the client", async () => {
    const path = serve("ignore", HALF_WAY);
    expect([(await ask(path, asking("only-if-cached"))).status, asked(path)]).toEqual([200, 1]);
  });
});

describe("no-store", () => {
  it("keeps the answer to it out of the store, where the route honours it", async () => {
    const path = serve("honour", HALF_WAY);
    await askInTurn(path, asking("no-store"), asking("no-store"), {});
    expect(asked(path)).toBe(3);
    expect((await untilHit(path)).text()).toBe("answer 3");
    // Nor does a part's question about what is stale bring the whole into the store.
    const stale = serve("honour", (_request, time) => ({
      fields: control(time === 1 ? "max-age=0" : "max-age=60", ["ETag", `"${time}"`]),
    }));
    const part = [...(asking("no-store").fields ?? []), ["Range", "bytes=0-1"]] as const;
    const [, , next] = await askInTurn(stale, {}, { fields: part }, {});
    expect([next?.text(), asked(stale)]).toEqual(["answer 3", 3]);
  });

  it("is nothing where the route ignores the client", async () => {
    const path = serve("ignore", HALF_WAY);
    await askInTurn(path, asking("no-store"), asking("no-store"));
    expect(asked(path)).toBe(1);
  });
});

describe("what is passed on", () => {
  it.each(["honour", "ignore"])(
    "the request's directives reach the origin, whatever the route makes of them: %s",
    async (folder) => {
      const path = serve(folder, {});
      await ask(path, {
        fields: [
          ["Cache-Control", 'No-Cache, x="a, b"'],
          ["Cache-Control", "no-transform"],
          ["Pragma", "no-cache"],
        ],
      });
      const { field } = lastAsked(path);
      expect([field("Cache-Control"), field("Pragma")]).toEqual([
        'No-Cache, x="a, b", no-transform',
        "no-cache",
      ]);
    },
  );

  it("the response's directives reach the client, from the origin and from the store", async () => {
    const fields: Fields = [
      ["Cache-Control", 'Public, MAX-AGE=60, x="a, b", no-transform'],
      ["CDN-Cache-Control", "max-age=60"],
      ["Cloudflare-CDN-Cache-Control", "max-age=60"],
      ["Surrogate-Control", "max-age=1"],
      ["Expires", "0"],
      ["Pragma", "no-cache"],
    ];
    const path = serve("ignore", { fields });
    for (const reply of [await ask(path), await untilHit(path)]) {
      for (const [name, value] of fields) expect([name, reply.field(name)]).toEqual([name, value]);
    }
  });
});

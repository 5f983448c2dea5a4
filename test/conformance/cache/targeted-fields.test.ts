// Cache directives that are for this cache alone (RFC 9213): CDN-Cache-Control and Cloudflare-CDN-Cache-Control, in place of
// Cache-Control and Expires.

import { describe, expect, it } from "vitest";
import { control, dateIn, inTurn, startCacheStand, statusOf } from "../support/cache-stand.ts";
import type { Fields } from "../support/fields.ts";

const { serve, ask, askInTurn, asked, untilHit } = await startCacheStand([
  { path: "/says/*", cache: {} },
  { path: "/ttl/*", cache: { ttl: "1h" } },
]);

const CDN = "CDN-Cache-Control";
const CLOUDFLARE = "Cloudflare-CDN-Cache-Control";

/** Seconds that an answer is good for, or "stale". */
async function lifetimeOf(fields: Fields): Promise<number | "stale"> {
  const path = serve("says", { fields });
  const [missed] = await askInTurn(path, {}, {});
  return asked(path) === 2 || missed === undefined ? "stale" : Number(statusOf(missed)["ttl"]);
}

async function expectLifetime(fields: Fields, seconds: number | "stale"): Promise<void> {
  const lifetime = await lifetimeOf(fields);
  if (seconds === "stale" || lifetime === "stale") expect(lifetime).toBe(seconds);
  else expect(seconds - lifetime >= 0 && seconds - lifetime < 15).toBe(true);
}

describe("a targeted field", () => {
  it.each<readonly [number | "stale", string, Fields]>([
    [60, "alone", [[CDN, "max-age=60"]]],
    [60, "against no-store in Cache-Control", control("no-store", [CDN, "max-age=60"])],
    [60, "against private in Cache-Control", control("private", [CDN, "max-age=60"])],
    [60, "against a shorter time in Cache-Control", control("s-maxage=1, max-age=1", [CDN, "max-age=60"])],
    [
      60,
      "against an Expires in the past",
      [
        ["Expires", "0"],
        [CDN, "max-age=60"],
      ],
    ],
    ["stale", "that says nothing of freshness, against Cache-Control", control("max-age=60", [CDN, "none"])],
    [
      "stale",
      "that says nothing of freshness, against Expires",
      [
        ["Expires", dateIn(60)],
        [CDN, "public"],
      ],
    ],
    ["stale", "with no-store, against Cache-Control", control("max-age=60", [CDN, "no-store"])],
    ["stale", "with no-store, which makes max-age inoperative", [[CDN, "max-age=60, no-store"]]],
    ["stale", "with no-cache, which makes max-age inoperative", [[CDN, "max-age=60, no-cache"]]],
    ["stale", "with private", control("public, max-age=60", [CDN, "max-age=60, private"])],
    [60, "with s-maxage before max-age", [[CDN, "max-age=1, s-maxage=60"]]],
    [60, "with directives that are unknown", [[CDN, "max-age=60, foo, bar=(1 2), baz=:AA==:, no-what=?0"]]],
    [60, "with parameters, which count for nothing", [[CDN, "max-age=60;max-age=1, public;no-store"]]],
    [60, "with a directive twice, of which the last counts", [[CDN, "max-age=1, max-age=60"]]],
    [
      60,
      "on two lines",
      [
        [CDN, "public"],
        [CDN, "max-age=60"],
      ],
    ],
    [60, "with a directive that is false", [[CDN, "max-age=60, no-store=?0"]]],
    [60, "with white space that the syntax has", [[CDN, " max-age=60 ,\tpublic "]]],
    [
      999_999_999_999_999,
      "with the largest integer, which counts as 2^31",
      [[CDN, "max-age=999999999999999"]],
    ],
  ])("decides the lifetime: %s s %s", async (seconds, _, fields) => {
    await expectLifetime(fields, seconds === 999_999_999_999_999 ? 2 ** 31 : seconds);
  });

  it.each([
    "",
    "max-age=60,",
    "max-age=60, No-Store",
    "Max-Age=60",
    "max-age=60 public",
    "max-age=60;;",
    "max-age=6.0000",
    'max-age="60',
    "max-age=9999999999999999",
    "max-age=, public",
    "max-age==60",
    "\u00c3\u00a9",
  ])("that fails to parse or is empty counts as not there: %s", async (value) => {
    await expectLifetime(control("max-age=300", [CDN, value]), 300);
  });

  it.each([
    "max-age",
    'max-age="60"',
    "max-age=60.0",
    "max-age=-60",
    "max-age=sixty",
    "max-age=?1",
    "max-age=(60)",
    "max-age=:NjA=:",
  ])("with a value of another type has no such directive: %s", async (value) => {
    await expectLifetime(control("max-age=300", [CDN, value]), "stale");
  });

  it.each<readonly [number | "stale", Fields]>([
    [
      60,
      [
        [CLOUDFLARE, "max-age=60"],
        [CDN, "max-age=1"],
      ],
    ],
    [
      60,
      [
        [CDN, "no-store"],
        [CLOUDFLARE, "max-age=60"],
      ],
    ],
    [
      "stale",
      [
        [CDN, "max-age=60"],
        [CLOUDFLARE, "no-store"],
      ],
    ],
    [
      60,
      [
        [CLOUDFLARE, ""],
        [CDN, "max-age=60"],
      ],
    ],
    [
      60,
      [
        [CLOUDFLARE, "max-age=1,"],
        [CDN, "max-age=60"],
      ],
    ],
    [60, control("max-age=60", [CLOUDFLARE, "=1"], [CDN, "=1"])],
  ])("counts by the order of the list, the first that is valid: %s %j", async (seconds, fields) => {
    await expectLifetime(fields, seconds);
  });

  it("has must-revalidate, qualified private, must-understand and the stale times, as Cache-Control has them", async () => {
    const stale: Fields = [
      ["ETag", '"v1"'],
      ["Age", "10"],
    ];
    const strict = serve(
      "says",
      inTurn({ fields: [[CDN, "max-age=1, must-revalidate, stale-if-error=60"], ...stale] }, { status: 503 }),
    );
    expect((await askInTurn(strict, {}, {})).map((reply) => reply.status)).toEqual([200, 503]);
    const lax = serve(
      "says",
      inTurn({ fields: [[CDN, "max-age=1, stale-if-error=60"], ...stale] }, { status: 503 }),
    );
    expect((await askInTurn(lax, {}, {})).map((reply) => reply.text())).toEqual(["answer 1", "answer 1"]);
    const qualified = serve("says", {
      fields: [
        [CDN, 'max-age=60, private="X-User, X-Id"'],
        ["X-User", "ann"],
        ["X-Id", "1"],
      ],
    });
    expect((await untilHit(qualified)).field("X-User")).toBeUndefined();
    await expectLifetime([[CDN, "max-age=60, must-understand, no-store"]], 60);
  });

  it("allows a shared cache to store an answer to Authorization", async () => {
    const path = serve("says", { fields: control("private", [CDN, "public, max-age=60"]) });
    const authorized = { fields: [["Authorization", "Bearer x"]] as const };
    await askInTurn(path, authorized, authorized);
    expect(asked(path)).toBe(1);
  });

  it.each(["no-store", "private"])(
    "keeps out of the store also where the route sets the lifetime: %s",
    async (value) => {
      const path = serve("ttl", { fields: control("max-age=60", [CDN, value]) });
      await askInTurn(path, {}, {});
      expect(asked(path)).toBe(2);
    },
  );

  it.each([
    "Fastly-CDN-Cache-Control",
    "ExampleCDN-Cache-Control",
    "Edge-Cache-Control",
    "Surrogate-Control",
  ])("that is not on our list changes nothing and is passed through: %s", async (name) => {
    const path = serve("says", { fields: control("max-age=60", [name, "no-store, private, max-age=0"]) });
    for (const reply of [await ask(path), await untilHit(path)])
      expect(reply.field(name)).toBe("no-store, private, max-age=0");
    expect(asked(path)).toBe(1);
  });
});

// How long an answer is fresh and how old it says it is (RFC 9111 sections 1.2.2, 4.2, 5.1 and 5.3). Cache-Status tells the
// lifetime at once, a second request whether it is kept to.

import { setTimeout as wait } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { control, dateIn, isHit, startCacheStand, statusOf } from "../support/cache-stand.ts";
import type { Fields } from "../support/fields.ts";
import { untilTime } from "../support/until.ts";

const { origin, serve, ask, asked, untilHit } = await startCacheStand([
  { path: "/says/*", cache: {} },
  { path: "/guess/*", cache: { heuristic: true } },
  { path: "/ttl/*", cache: { ttl: "60s" } },
]);

/** What is left of the lifetime when the answer arrives, in seconds; "stale" when it is not used again. */
async function lifetimeOf(path: string): Promise<number | "stale"> {
  const missed = await ask(path);
  const again = await ask(path);
  if (asked(path) === 2) return "stale";
  expect(again.text()).toBe(missed.text());
  return Number(statusOf(missed)["ttl"]);
}

/** Less what has gone by since the dates were written; Date itself has no fractions. */
async function expectLifetime(path: string, seconds: number): Promise<void> {
  const lifetime = await lifetimeOf(path);
  expect(lifetime).toBeGreaterThanOrEqual(seconds - 15);
  expect(lifetime).toBeLessThanOrEqual(seconds);
}

describe("the lifetime", () => {
  it.each<readonly [number, string, Fields]>([
    [60, "max-age", control("max-age=60")],
    [30, "s-maxage before max-age", control("max-age=60, s-maxage=30")],
    [60, "s-maxage before a max-age of nothing", control("s-maxage=60, max-age=0")],
    [30, "max-age before Expires", control("max-age=30", ["Expires", dateIn(600)])],
    [30, "max-age before an Expires in the past", control("max-age=30", ["Expires", dateIn(-600)])],
    [30, "s-maxage before Expires", control("s-maxage=30", ["Expires", dateIn(600)])],
    [100, "Expires without anything else", [["Expires", dateIn(100)]]],
    [100, "Expires next to other directives", control("public", ["Expires", dateIn(100)])],
    [60, "one value twice", control("max-age=60, max-age=60")],
    [60, "one value on two lines", [...control("max-age=60"), ...control("max-age=60")]],
    [60, "a quoted value", control('max-age="60"')],
    [60, "a name in upper case", control("MAX-AGE=60")],
    [60, "leading zeros", control("max-age=0060")],
    [60, "unknown directives around it", control('a, b=c, d="e, max-age=1", max-age=60, f=')],
    [2 ** 31, "a number above 2^31", control("max-age=2147483649")],
    [2 ** 31, "a number above all others", control("max-age=99999999999999999999999")],
  ])("is %i s by %s", async (seconds, _, fields) => {
    await expectLifetime(serve("says", { fields }), seconds);
  });

  it("is Expires less Date, whatever our clock says", async () => {
    await expectLifetime(
      serve("says", {
        fields: [
          ["Date", dateIn(-50)],
          ["Expires", dateIn(50)],
        ],
      }),
      50,
    );
    await expectLifetime(
      serve("says", {
        fields: [
          ["Date", dateIn(5_000)],
          ["Expires", dateIn(5_060)],
        ],
      }),
      60,
    );
  });

  it("is Expires less the arrival when there is no Date", async () => {
    origin.serve("/says/dateless", {
      raw: `HTTP/1.1 200 OK\r\nExpires: ${dateIn(100)}\r\nContent-Length: 1\r\n\r\nx`,
      ending: "close",
    });
    await expectLifetime("/says/dateless", 100);
    expect(Date.parse((await untilHit("/says/dateless")).field("Date") ?? "")).toBeGreaterThan(
      Date.now() - 10_000,
    );
  });

  it.each([
    "max-age=0",
    "max-age",
    "max-age=",
    'max-age=""',
    "max-age=60.5",
    "max-age=-60",
    "max-age=+60",
    "max-age=1e3",
    "max-age='60'",
    "max-age=60s",
    "max-age=soon",
    "max-age=6 0",
    "max-age = 60",
    "max-age=60, max-age=61",
    "max-age=61, max-age=60",
    "s-maxage=0, max-age=60",
    "s-maxage=soon, max-age=60",
    "max-age=60, s-maxage=1, s-maxage=2",
  ])("is nothing by an invalid, conflicting or zero directive: %s", async (value) => {
    expect(await lifetimeOf(serve("says", { fields: control(value, ["Expires", dateIn(600)]) }))).toBe(
      "stale",
    );
  });

  it("is nothing by two lines that differ", async () => {
    const fields = [...control("max-age=60"), ...control("max-age=30")];
    expect(await lifetimeOf(serve("says", { fields }))).toBe("stale");
  });
});

const DAY_MS = 86_400_000;
const later = new Date(Date.now() + DAY_MS);
const fixed = later.toUTCString();
const [, day = "", month = "", year = "", time = ""] = /^\w+, (\d+) (\w+) (\d+) (\S+) GMT$/.exec(fixed) ?? [];
const weekday = later.toLocaleDateString("en-US", { weekday: "long", timeZone: "UTC" });
const asctime = `${fixed.slice(0, 3)} ${month} ${day.replace(/^0/, " ")} ${time} ${year}`;

describe("Expires", () => {
  it.each([
    fixed,
    fixed.toLowerCase(),
    fixed.toUpperCase(),
    `${weekday}, ${day}-${month}-${year.slice(2)} ${time} GMT`,
    asctime,
  ])("is read in every form that HTTP has, and without regard to case: %s", async (expires) => {
    await expectLifetime(serve("says", { fields: [["Expires", expires]] }), DAY_MS / 1_000);
  });

  it.each([
    "0",
    "-1",
    "never",
    String(Math.floor(later.getTime() / 1_000)),
    later.toISOString(),
    fixed.replace("GMT", "UTC"),
    fixed.replace("GMT", "+0000"),
    fixed.replace("GMT", "EST"),
    fixed.replace(" GMT", ""),
    fixed.replace(",", ""),
    fixed.replace(/ 20/, " "),
    fixed.replace(month, "Foo"),
    fixed.replace(time, "24:00:00"),
    fixed.replace(/\d\d:/, "1:"),
    `${fixed}, ${fixed}`,
    dateIn(-1),
  ])("is in the past when it is invalid, and no reason to guess: %s", async (expires) => {
    const fields: Fields = [
      ["Expires", expires],
      ["Last-Modified", dateIn(-100_000)],
    ];
    const path = serve("guess", { fields });
    const [missed] = [await ask(path), await ask(path)];
    expect([Number(statusOf(missed)["ttl"]) > 0, asked(path)]).toEqual([false, 2]);
  });
});

describe("a guess", () => {
  const modified = (seconds: number): Fields => [["Last-Modified", dateIn(-seconds)]];

  it("is a tenth of the time since the last change, at most a day, and only where the route guesses", async () => {
    await expectLifetime(serve("guess", { fields: modified(1_000) }), 100);
    await expectLifetime(serve("guess", { fields: modified(100 * 86_400) }), 86_400);
    await expectLifetime(serve("guess", { status: 302, fields: control("public", ...modified(1_000)) }), 100);
    expect(await lifetimeOf(serve("says", { fields: modified(1_000) }))).toBe("stale");
    expect(await lifetimeOf(serve("guess", {}))).toBe("stale");
    expect(await lifetimeOf(serve("guess", { fields: [["Last-Modified", "yesterday"]] }))).toBe("stale");
  });

  it.each(["max-age=0", "max-age=soon", "s-maxage=0", "no-cache"])(
    "is not made against a word of the origin: %s",
    async (value) => {
      const path = serve("guess", { fields: control(value, ...modified(100_000)) });
      await ask(path);
      await ask(path);
      expect(asked(path)).toBe(2);
    },
  );
});

/** Filled at once and looked at once, more than a second later. */
describe("a second later", () => {
  const aged = (age: string, ...fields: Fields): string =>
    serve("says", { fields: [...control("max-age=1000"), ["Age", age], ...fields] });
  const paths = {
    none: serve("says", { fields: control("max-age=1000") }),
    received: aged("10"),
    list: aged("10, 500"),
    lines: aged("10", ["Age", "500"]),
    word: aged("old"),
    negative: aged("-5"),
    fraction: aged("1.5"),
    empty: aged(""),
    dated: serve("says", { fields: control("max-age=1000", ["Date", dateIn(-50)]) }),
    both: aged("20", ["Date", dateIn(-50)]),
    ahead: aged("10", ["Date", dateIn(50)]),
    delayed: serve("says", async () => {
      await wait(1_000);
      return { fields: control("max-age=1000", ["Age", "10"]) };
    }),
    short: serve("says", { fields: control("max-age=1") }),
    almost: serve("says", { fields: control("max-age=60", ["Age", "59"]) }),
    route: serve("ttl", { fields: control("max-age=1", ["Age", "500"]) }),
  };
  const names = Object.keys(paths) as readonly (keyof typeof paths)[];
  const dates = new Map<string, string | undefined>();

  beforeAll(async () => {
    const missed = await Promise.all(names.map((name) => ask(paths[name])));
    const filledMs = Date.now();
    for (const [at, name] of names.entries()) dates.set(name, missed[at]?.field("Date"));
    await untilTime(filledMs + 1_100);
  });

  it.each([
    ["none", 0],
    ["received", 10],
    ["list", 10],
    ["lines", 10],
    ["word", 0],
    ["negative", 0],
    ["fraction", 0],
    ["empty", 0],
    ["dated", 50],
    ["both", 50],
    ["ahead", 10],
    ["delayed", 11],
  ] as const)(
    "Age is one value, what it was on arrival and the time in the store: %s",
    async (name, arrived) => {
      const hit = await untilHit(paths[name]);
      const age = Number(hit.field("Age"));
      expect(age).toBeGreaterThanOrEqual(arrived + 1);
      expect(age).toBeLessThanOrEqual(arrived + 15);
      expect([hit.lines("Age").length, hit.lines("Date")]).toEqual([1, [dates.get(name)]]);
      // Both are rounded down.
      expect([1_000 - age - 1, 1_000 - age]).toContain(statusOf(hit)["ttl"]);
    },
  );

  it.each(["short", "almost"] as const)(
    "what was fresh is stale and the origin is asked: %s",
    async (name) => {
      expect((await ask(paths[name])).text()).toBe("answer 2");
    },
  );

  it("a route's lifetime counts from the arrival, whatever the age", async () => {
    const hit = await untilHit(paths.route);
    expect(statusOf(hit)["ttl"]).toBeGreaterThan(50);
    expect(Number(hit.field("Age"))).toBeGreaterThanOrEqual(501);
  });
});

describe("Age", () => {
  it("is passed on as it came when the origin was asked", async () => {
    const path = serve("says", { fields: control("max-age=1000", ["Age", "10"]) });
    expect((await ask(path)).lines("Age")).toEqual(["10"]);
    expect((await ask(serve("says", { fields: control("max-age=1000") }))).field("Age")).toBeUndefined();
  });

  it.each(["60", "61", "99999999999999999999"])(
    "as high as the lifetime makes an answer stale on arrival: %s",
    async (age) => {
      expect(await lifetimeOf(serve("says", { fields: control("max-age=60", ["Age", age]) }))).toBe("stale");
    },
  );

  it("has no say over an answer that the route calls fresh, and a hit has it", async () => {
    const path = serve("ttl", { fields: [["Age", "10"]] });
    const hit = await untilHit(path);
    expect([isHit(hit), Number(hit.field("Age")) >= 10]).toEqual([true, true]);
  });
});

// The cache key (RFC 9111 section 2): the URL, and what else a route makes part of it or leaves out.

import { describe, expect, it } from "vitest";
import { control, echo, startCacheStand } from "../support/cache-stand.ts";

const AGENTS = { phone: "Mozilla (iPhone; Mobile)", tablet: "Mozilla (iPad)", desk: "Mozilla (X11; Linux)" };

const { serve, ask, askEach, asked, lastAsked } = await startCacheStand([
  { path: "/says/*", cache: {} },
  { path: "/include/*", cache: { key: { query: { include: ["id"] } } } },
  { path: "/exclude/*", cache: { key: { query: { exclude: ["utm"] } } } },
  { path: "/sorted/*", cache: { key: { query: { sorted: true } } } },
  { path: "/header/*", cache: { key: { headers: ["X-Api-Key"] } } },
  { path: "/pair/*", cache: { key: { headers: ["X-A", "X-B"] } } },
  { path: "/cookie/*", cache: { key: { cookies: ["sid"] } } },
  { path: "/country/*", cache: { key: { country: true } } },
  { path: "/device/*", cache: { key: { device: true } } },
]);

const FRESH = control("max-age=60");

describe("the key", () => {
  it("is the whole URL: path, query and host", async () => {
    const path = serve("says", ({ target }) => ({ fields: FRESH, body: target }));
    const long = "a".repeat(3_000);
    const targets = ["", "?a=1", "?a=2", "?a=1&b=2", "?b=2&a=1", `?${long}b`, `?${long}c`].map(
      (query) => path + query,
    );
    for (const target of [...targets, ...targets]) expect((await ask(target)).text()).toBe(target);
    expect(asked(path)).toBe(targets.length);
    const hosts = serve("says", echo(FRESH, "X-Forwarded-Host"));
    const values = ["a.example.", "b.example", "a.example.:81", "A.Example", "a.example", "a.example:81"];
    expect(await askEach(hosts, "Host", values)).toEqual([
      "a.example",
      "b.example",
      "a.example:81",
      "a.example",
      "a.example",
      "a.example:81",
    ]);
    expect(asked(hosts)).toBe(3);
  });

  it.each([
    ["include", "?id=1&x=1", "?id=1&x=2", true],
    ["include", "?id=1", "?id=2", false],
    ["include", "?id=1", "?ID=1", false],
    ["include", "?x=1", "", true],
    ["include", "?id=1&x=1;id=2", "?id=1", false],
    ["exclude", "?a=1&utm=1", "?a=1&utm=2", true],
    ["exclude", "?a=1&utm=1", "?a=1", true],
    ["exclude", "?a=1", "?a=2", false],
    ["exclude", "?a=1&UTM=1", "?a=1", false],
    ["exclude", "?a=1&utm=1;b=2", "?a=1", false],
    ["sorted", "?a=1&b=2", "?b=2&a=1", true],
    ["sorted", "?a=1&a=2", "?a=2&a=1", false],
    ["says", "?a=1&b=2", "?b=2&a=1", false],
  ])("has the query as the route says: %s %s %s %s", async (folder, first, second, same) => {
    const path = serve(folder, { fields: FRESH });
    await ask(`${path}${first}`);
    await ask(`${path}${second}`);
    expect(asked(path)).toBe(same ? 1 : 2);
  });

  it("keeps what it leaves out of the query for the origin", async () => {
    const path = serve("exclude", { fields: FRESH });
    await ask(`${path}?a=1&utm=7`);
    expect(lastAsked(path).target).toBe(`${path}?a=1&utm=7`);
  });

  it("has the header that the route names, and its absence", async () => {
    const path = serve("header", echo(FRESH, "X-Api-Key"));
    const values = ["ann", "ben", undefined, "ann", "ben", undefined, ""];
    expect(await askEach(path, "X-Api-Key", values)).toEqual([
      "ann",
      "ben",
      "absent",
      "ann",
      "ben",
      "absent",
      "",
    ]);
    expect(asked(path)).toBe(4);
  });

  it("has the cookie that the route names, each of its values, and no other", async () => {
    const path = serve("cookie", echo(FRESH, "Cookie"));
    expect(
      await askEach(path, "Cookie", ["sid=1; x=1", "x=2; sid=1", "sid=2", undefined, "x=3", "sid=1; sid=2"]),
    ).toEqual(["sid=1; x=1", "sid=1; x=1", "sid=2", "absent", "absent", "sid=1; sid=2"]);
  });

  it("has the country that the platform sees", async () => {
    const path = serve("country", { fields: FRESH });
    const from = (country: string): string => JSON.stringify({ country });
    expect(await askEach(path, "MF-CF-Blob", [from("NL"), from("FR"), from("NL")])).toEqual([
      "answer 1",
      "answer 2",
      "answer 1",
    ]);
    expect(await askEach(path, "CF-IPCountry", ["NL", "FR"])).toEqual(["answer 3", "answer 3"]);
  });

  it("has the class of the device, and as few of them as there are", async () => {
    const path = serve("device", { fields: FRESH });
    const agents = [AGENTS.phone, AGENTS.tablet, AGENTS.desk, `${AGENTS.phone} 2`, `${AGENTS.desk} 2`];
    expect(await askEach(path, "User-Agent", agents)).toEqual([
      "answer 1",
      "answer 2",
      "answer 3",
      "answer 1",
      "answer 3",
    ]);
  });

  it("cannot be forged by a value that looks like two", async () => {
    const cookies = serve("cookie", echo(FRESH, "Cookie"));
    const values = ["sid=a;value=1:b", "sid=a; sid=b", 'sid="a; sid=b"', "sid=a%3B sid=b"];
    expect(await askEach(cookies, "Cookie", values)).toEqual(values);
    expect(await askEach(cookies, "Cookie", values)).toEqual(values);
    expect(asked(cookies)).toBe(values.length);
    const path = serve("pair", { fields: FRESH });
    const next = ";header=x-b;value=";
    for (const [a, b] of [
      [`1${next}2`, "3"],
      ["1", `2${next}3`],
    ] as const)
      await ask(path, {
        fields: [
          ["X-A", a],
          ["X-B", b],
        ],
      });
    expect(asked(path)).toBe(2);
  });
});

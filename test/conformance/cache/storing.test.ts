// Which answers are stored and which are not (RFC 9111 section 3). What is stored of them has its own file.

import { describe, expect, it } from "vitest";
import { control, dateIn, inTurn, startCacheStand, statusOf } from "../support/cache-stand.ts";
import type { RequestOptions } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import type { HttpAnswer } from "../support/origin.ts";

const { serve, ask, askInTurn, asked, lastAsked, untilHit } = await startCacheStand([
  { path: "/says/*", cache: {} },
  { path: "/ttl/*", cache: { ttl: "1h" } },
  { path: "/errors/*", cache: { errors: "explicit", heuristic: true } },
  { path: "/guess/*", cache: { heuristic: true } },
  { path: "/mine/*", cache: { key: { headers: ["Authorization"] } } },
]);

const FRESH = control("max-age=60");
const OLD: Fields = [["Last-Modified", dateIn(-100_000)]];
const BEARER: RequestOptions = { fields: [["Authorization", "Bearer secret"]] };

/** Asked twice: whether the second answer was the first again. */
async function isStored(path: string, options: RequestOptions = {}): Promise<boolean> {
  const [first, second] = await askInTurn(path, options, options);
  const repeats = asked(path) === 1;
  expect(second?.status).toBe(first?.status);
  if (first?.text() !== "") expect(second?.text() === first?.text()).toBe(repeats);
  return repeats;
}

describe("the method", () => {
  it.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "PURGE", "HEAD"])(
    "an answer to a method other than GET is not stored: %s",
    async (method) => {
      const path = serve("ttl", { fields: FRESH });
      await askInTurn(path, { method }, { method });
      expect(asked(path)).toBe(2);
      expect((await ask(path)).text()).toBe("answer 3");
    },
  );

  it("a GET with content is neither answered from the store nor stored", async () => {
    const path = serve("ttl", { fields: FRESH });
    const replies = await askInTurn(path, { body: "x" }, {}, { body: "x" });
    expect(replies.map((reply) => reply.text())).toEqual(["answer 1", "answer 2", "answer 3"]);
    expect(replies.map((reply) => statusOf(reply)["fwd"])).toEqual(["bypass", "uri-miss", "bypass"]);
  });
});

describe("the status", () => {
  it.each([200, 201, 203, 204, 226, 300, 301, 302, 303, 307, 308, 404, 405, 410, 414, 451])(
    "a final status with explicit freshness is stored: %i",
    async (status) => {
      const path = serve("says", { status, fields: control("max-age=60", ["Location", "/says/other"]) });
      expect(await isStored(path)).toBe(true);
      const hit = await untilHit(path);
      expect([hit.status, hit.field("Location")?.endsWith("/says/other")]).toEqual([status, true]);
    },
  );

  it.each([206, 304, 429])(
    "a status that is not to be understood as an answer is not stored: %i",
    async (status) => {
      const fields = control("public, max-age=60", ["Content-Range", "bytes 0-3/10"]);
      expect(await isStored(serve("ttl", { status, fields }))).toBe(false);
    },
  );

  it.each([400, 401, 403, 408, 409, 413, 422, 431, 500, 501, 502, 503, 504])(
    "an error that something outside the key can provoke is not stored: %i",
    async (status) => {
      expect(await isStored(serve("ttl", { status, fields: FRESH }))).toBe(false);
    },
  );

  it.each([400, 401, 403, 409, 422, 499, 500, 501, 502, 503, 504, 599])(
    "an error with explicit freshness is stored where the route leaves it to the origin: %i",
    async (status) => {
      expect(await isStored(serve("errors", { status, fields: FRESH }))).toBe(true);
      expect(await isStored(serve("errors", { status, fields: [["Expires", dateIn(60)]] }))).toBe(true);
    },
  );

  it.each<readonly [string, number, Fields]>([
    ["without freshness", 500, [["ETag", '"v1"']]],
    ["with a guess alone", 503, [...OLD, ...control("public")]],
    ["with no-store", 503, control("max-age=60, no-store")],
    ["with private", 500, control("max-age=60, private")],
    ["that is not understood, with must-understand", 599, control("max-age=60, no-store, must-understand")],
    ["that says too many", 429, FRESH],
  ])("and no error %s: %i", async (_, status, fields) => {
    expect(await isStored(serve("errors", { status, fields }))).toBe(false);
  });

  it.each([500, 502, 503, 504])("an error that is stored stands in for no other: %i", async (status) => {
    const stale = {
      status,
      fields: control("max-age=10, stale-if-error=60", ["Age", "30"], ["ETag", '"e"']),
    };
    const path = serve("errors", inTurn(stale, { status: 500 }));
    const [, second] = await askInTurn(path, {}, {});
    expect([second?.status, second?.text()]).toEqual([500, "answer 2"]);
  });

  it.each([200, 203, 204, 300, 301, 308, 404, 405, 410, 414])(
    "a heuristically cacheable status without freshness is stored only where the route guesses: %i",
    async (status) => {
      expect(await isStored(serve("says", { status, fields: OLD }))).toBe(false);
      expect(await isStored(serve("guess", { status, fields: OLD }))).toBe(true);
    },
  );

  it.each([201, 302, 303, 307, 403, 500])("no other status is guessed at: %i", async (status) => {
    expect(await isStored(serve("guess", { status, fields: OLD }))).toBe(false);
  });
});

describe("the response's directives", () => {
  it.each([
    "max-age=60",
    "s-maxage=60",
    "public, max-age=60",
    "MAX-AGE=60",
    'max-age="60"',
    "max-age=60, unknown=1",
  ])("explicit freshness lets it be stored: %s", async (value) => {
    expect(await isStored(serve("says", { fields: control(value) }))).toBe(true);
  });

  it("Expires lets it be stored", async () => {
    expect(await isStored(serve("says", { fields: [["Expires", dateIn(60)]] }))).toBe(true);
  });

  it.each([
    "no-store",
    "max-age=60, no-store",
    "No-Store, max-age=60",
    "no-store=yes, max-age=60",
    'no-store="", max-age=60',
    ", ,no-store,,max-age=60",
    "public, s-maxage=60, must-revalidate, no-store",
  ])("no-store keeps it out: %s", async (value) => {
    expect(await isStored(serve("ttl", { fields: control(value) }))).toBe(false);
  });

  it("no-store counts on any line of several", async () => {
    const fields: Fields = [...FRESH, ...control("no-store"), ...control("public")];
    expect(await isStored(serve("ttl", { fields }))).toBe(false);
  });

  it.each([
    "private",
    "PRIVATE, max-age=60",
    'private="", max-age=60',
    "private=, s-maxage=60",
    "private, public",
  ])("private without field names keeps it out: %s", async (value) => {
    expect(await isStored(serve("ttl", { fields: control(value) }))).toBe(false);
  });

  it.each(['max-age=60, x="no-store"', 'max-age=60, x="a, private, b"', "max-age=60, x-no-store, no-stored"])(
    "what only looks like a directive is none, and unknown ones are ignored: %s",
    async (value) => {
      expect(await isStored(serve("says", { fields: control(value) }))).toBe(true);
    },
  );

  it.each([
    [200, true],
    [404, true],
    [302, true],
    [299, false],
    [206, false],
  ])("must-understand sets no-store aside for a status that is understood: %i %s", async (status, stored) => {
    const fields = control("must-understand, no-store, max-age=60");
    expect(await isStored(serve("says", { status, fields }))).toBe(stored);
  });

  it("must-understand keeps a status out that is not understood, without no-store too", async () => {
    expect(
      await isStored(serve("says", { status: 299, fields: control("max-age=60, must-understand") })),
    ).toBe(false);
    expect(await isStored(serve("says", { status: 299, fields: FRESH }))).toBe(true);
  });
});

describe("a request with Authorization", () => {
  it.each<readonly [string, RequestOptions, HttpAnswer]>([
    ["an answer of his own", BEARER, { fields: control("private") }],
    ["an answer without a word", BEARER, { fields: [["ETag", '"v1"']] }],
    ["a confirmation", BEARER, { status: 304, fields: control("max-age=60", ["ETag", '"v1"']) }],
    ["a confirmation of his own", BEARER, { status: 304, fields: control("private", ["ETag", '"v1"']) }],
    ["nothing", BEARER, { status: 404, body: "" }],
    ["another HEAD", { ...BEARER, method: "HEAD" }, { fields: control("max-age=60", ["ETag", '"v2"']) }],
  ])("an answer to one does not end or renew what is stored for all: %s", async (_, options, answer) => {
    const stale = { fields: control("max-age=0", ["ETag", '"v1"']), body: "for all" };
    const path = serve("says", inTurn(stale, answer, { status: 304, fields: FRESH }));
    await askInTurn(path, {}, options);
    const next = await ask(path);
    expect([next.text(), lastAsked(path).field("If-None-Match"), asked(path)]).toEqual([
      "for all",
      '"v1"',
      3,
    ]);
  });

  it.each([
    "max-age=60",
    "max-age=60, s-maxage=soon",
    "max-age=60, proxy-revalidate",
    "max-age=60, immutable",
    "max-age=60, public=yes",
  ])(
    "an answer to one is not stored, whatever the freshness, nor kept to be validated: %s",
    async (value) => {
      const path = serve("says", { fields: control(value, ["ETag", '"v1"']) });
      expect(await isStored(path, BEARER)).toBe(false);
      await ask(path);
      expect(lastAsked(path).field("If-None-Match")).toBeUndefined();
    },
  );

  it.each(["public, max-age=60", "s-maxage=60", "max-age=60, must-revalidate"])(
    "an answer to one is stored when the origin allows a shared cache to: %s",
    async (value) => {
      const path = serve("says", { fields: control(value) });
      expect(await isStored(path, BEARER)).toBe(true);
      expect((await ask(path)).text()).toBe("answer 1");
    },
  );

  it("an answer to one is stored for that credential alone where the key has it", async () => {
    const path = serve("mine", ({ field }) => ({ fields: FRESH, body: field("Authorization") ?? "nobody" }));
    for (const name of ["Bearer ann", "Bearer ben", "Bearer ann", "Bearer ben"]) {
      expect((await ask(path, { fields: [["Authorization", name]] })).text()).toBe(name);
    }
    expect((await ask(path)).text()).toBe("nobody");
    expect(asked(path)).toBe(3);
  });
});

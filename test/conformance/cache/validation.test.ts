// How the cache asks the origin whether what is stored is still right, and what it makes of the answer (RFC 9111 sections
// 4.3.1, 4.3.3, 4.3.4 and 4.3.5). What is stored is stale from the start here, so every request validates it.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { control, dateIn, inTurn, isHit, startCacheStand, statusOf } from "../support/cache-stand.ts";
import type { Fields } from "../support/fields.ts";
import type { HttpAnswer } from "../support/origin.ts";

const { origin, serve, ask, askInTurn, asked, lastAsked, untilHit } = await startCacheStand([
  { path: "/says/*", cache: {} },
  { path: "/stale/*", cache: { staleIfError: "1h" } },
]);

const MODIFIED = dateIn(-1_000);
const TAG: Fields = [["ETag", '"v1"']];
const STALE = control("max-age=0", ...TAG);
const DIGESTS = ["Content-Digest", "Content-MD5", "Digest", "Repr-Digest"];
const CONFIRMED: HttpAnswer = { status: 304, fields: control("max-age=60", ...TAG) };

describe("the question", () => {
  it.each<readonly [string, Fields, string | undefined, string | undefined]>([
    ["both validators", [...TAG, ["Last-Modified", MODIFIED]], '"v1"', MODIFIED],
    ["the entity tag alone", TAG, '"v1"', undefined],
    ["the date alone", [["Last-Modified", MODIFIED]], undefined, MODIFIED],
    ["a weak tag as it came", [["ETag", 'W/"v1"']], 'W/"v1"', undefined],
    ["a tag without quotes as it came", [["ETag", "v1"]], "v1", undefined],
  ])(
    "has the stored validators as its conditions, and the client's other fields: %s",
    async (_, fields, tag, date) => {
      const path = serve("says", { fields: control("max-age=0", ...fields) });
      const own: Fields = [
        ["X-Own", "1"],
        ["If-None-Match", '"mine"'],
        ["If-Modified-Since", dateIn(-5)],
      ];
      await askInTurn(path, {}, { fields: own });
      const { field } = lastAsked(path);
      expect([field("If-None-Match"), field("If-Modified-Since"), field("X-Own")]).toEqual([tag, date, "1"]);
    },
  );

  it("is asked before every use of what says no-cache, fresh or not", async () => {
    const answer = { fields: control("no-cache, max-age=60", ...TAG) };
    const path = serve("says", inTurn(answer, { ...answer, status: 304 }));
    const replies = await askInTurn(path, {}, {}, {});
    expect(replies.map((reply) => [reply.status, reply.text(), isHit(reply)])).toEqual(
      replies.map(() => [200, "answer 1", false]),
    );
    expect(asked(path)).toBe(3);
  });

  it.each(["must-revalidate", "proxy-revalidate", "s-maxage=0"])(
    "is asked before every use of what is stale: %s",
    async (value) => {
      const stale = control(`max-age=0, ${value}, stale-while-revalidate=60, stale-if-error=60`, ...TAG);
      const path = serve("stale", inTurn({ fields: stale }, { status: 304, fields: stale }, { status: 503 }));
      const [, confirmed, failed] = await askInTurn(path, {}, {}, {});
      expect([confirmed?.text(), failed?.status]).toEqual(["answer 1", 503]);
    },
  );
});

describe("a 304", () => {
  it("has the stored answer used again, as fresh as it now says", async () => {
    const path = serve("says", inTurn({ fields: STALE, body: "stored" }, CONFIRMED));
    const [, confirmed, hit] = await askInTurn(path, {}, {}, {});
    expect([confirmed?.status, confirmed?.text(), hit?.text(), asked(path)]).toEqual([
      200,
      "stored",
      "stored",
      2,
    ]);
    expect(statusOf(await untilHit(path))["ttl"]).toBeGreaterThan(50);
  });

  it("brings its fields over the stored ones, and leaves the others as they are", async () => {
    const path = serve(
      "says",
      inTurn(
        {
          fields: [...STALE, ["X-Old", "1"], ["X-Both", "1"], ["X-Both", "2"], ["Content-Type", "text/a"]],
          body: "stored",
        },
        {
          status: 304,
          fields: [...(CONFIRMED.fields ?? []), ["X-Both", "3"], ["X-New", "4"], ["Content-Type", "text/b"]],
        },
      ),
    );
    const [, confirmed] = await askInTurn(path, {}, {});
    for (const reply of [confirmed, await untilHit(path)]) {
      expect(["X-Old", "X-Both", "X-New", "Content-Type"].map((name) => reply?.field(name))).toEqual([
        "1",
        "3",
        "4",
        "text/b",
      ]);
      expect(reply?.field("Cache-Control")).toBe("max-age=60");
    }
  });

  it("does not touch what describes the stored body", async () => {
    const path = serve(
      "says",
      inTurn(
        { fields: [...STALE, ["Repr-Digest", "of the stored"]], body: "stored" },
        {
          status: 304,
          fields: [
            ...(CONFIRMED.fields ?? []),
            ["Content-Encoding", "br"],
            ["Content-Range", "bytes 0-1/9"],
            ...DIGESTS.map((name) => [name, "of nothing"] as const),
            ["Connection", "X-Hop"],
            ["X-Hop", "1"],
          ],
        },
      ),
    );
    await askInTurn(path, {}, {});
    const { field, text } = await untilHit(path);
    expect(["Content-Encoding", "Content-Range", "X-Hop", ...DIGESTS].map(field)).toEqual([
      ...Array.from({ length: 6 }, () => undefined),
      "of the stored",
    ]);
    expect([text(), field("Content-Length")]).toEqual(["stored", "6"]);
  });

  it("keeps an encoded answer as it is", async () => {
    const body = gzipSync("encoded", { level: 1 });
    const encoded = [...STALE, ["Content-Encoding", "gzip"], ["Content-MD5", "x"]] as const;
    const path = serve("says", inTurn({ fields: encoded, body }, CONFIRMED));
    const [, confirmed, hit] = await askInTurn(path, {}, {}, {});
    for (const reply of [confirmed, hit]) {
      expect(reply?.body.equals(body)).toBe(true);
      const kept = ["Content-Encoding", "ETag", "Content-MD5"].map((name) => reply?.field(name));
      expect(kept).toEqual(["gzip", '"v1"', "x"]);
    }
    expect(asked(path)).toBe(2);
  });

  it("with another strong tag is about another answer: the origin is asked anew", async () => {
    const other = { status: 304, fields: control("max-age=60", ["ETag", '"v2"'], ["X-New", "1"]) };
    const path = serve(
      "says",
      inTurn({ fields: STALE }, other, { fields: control("max-age=60", ["ETag", '"v3"']) }),
    );
    const [, anew] = await askInTurn(path, {}, {});
    expect([anew?.status, anew?.text(), anew?.field("X-New"), asked(path)]).toEqual([
      200,
      "answer 3",
      undefined,
      3,
    ]);
    expect(lastAsked(path).field("If-None-Match")).toBeUndefined();
    expect((await ask(path)).field("X-New")).toBeUndefined();
  });

  it.each<readonly [string, boolean, Fields, Fields]>([
    ["the same strong tag", true, TAG, TAG],
    ["a weak form of the stored tag", true, TAG, [["ETag", 'W/"v1"']]],
    ["another weak tag", false, [["ETag", 'W/"v1"']], [["ETag", 'W/"v2"']]],
    ["a strong form of a weak tag", false, [["ETag", 'W/"v1"']], TAG],
    ["the same date", true, [["Last-Modified", MODIFIED]], [["Last-Modified", MODIFIED]]],
    ["another date", false, [["Last-Modified", MODIFIED]], [["Last-Modified", dateIn(-5)]]],
    ["no validator, to the one that was asked about", true, TAG, []],
  ])("confirms by its validator: %s %s", async (_, confirms, stored, given) => {
    const path = serve(
      "says",
      inTurn(
        { fields: control("max-age=0", ...stored) },
        { status: 304, fields: control("max-age=60", ...given) },
        {},
      ),
    );
    const [, reply] = await askInTurn(path, {}, {});
    expect([reply?.text(), asked(path)]).toEqual(confirms ? ["answer 1", 2] : ["answer 3", 3]);
  });

  it("of the origin makes the answer new; of another cache it has that cache's age", async () => {
    const aged = { status: 304, fields: control("max-age=60", ...TAG, ["Age", "20"]) };
    const path = serve(
      "says",
      inTurn({ fields: [...STALE, ["Age", "30"]] }, { ...CONFIRMED, fields: STALE }, aged),
    );
    const [, byOrigin, byCache] = await askInTurn(path, {}, {}, {});
    expect(byOrigin?.field("Age")).toBeUndefined();
    expect(Number(byCache?.field("Age"))).toBeGreaterThanOrEqual(20);
    expect(Number((await untilHit(path)).field("Age"))).toBeLessThan(30);
  });

  it("without a Date makes it as new as its arrival, whatever Date was stored", async () => {
    const path = serve("says", { fields: [...STALE, ["Date", dateIn(-500)]] });
    await ask(path);
    const head = 'HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\nETag: "v1"\r\n\r\n';
    origin.serve(path, { raw: head, ending: "close" });
    await ask(path);
    const hit = await untilHit(path);
    expect([hit.text(), Number(hit.field("Age")) < 30]).toEqual(["answer 1", true]);
    expect(Date.parse(hit.field("Date") ?? "")).toBeGreaterThan(Date.now() - 30_000);
  });

  it("that forbids storing ends the use of what is stored", async () => {
    const path = serve(
      "says",
      inTurn({ fields: STALE }, { status: 304, fields: control("no-store", ...TAG) }, {}),
    );
    const [, confirmed, anew] = await askInTurn(path, {}, {}, {});
    expect([confirmed?.text(), anew?.text()]).toEqual(["answer 1", "answer 3"]);
    expect(lastAsked(path).field("If-None-Match")).toBeUndefined();
  });

  it("gives its own rate-limit fields and cookies to this client alone", async () => {
    const own: Fields = [
      ["X-RateLimit-Remaining", "7"],
      ["Set-Cookie", "a=1"],
    ];
    const path = serve(
      "says",
      inTurn({ fields: STALE }, { status: 304, fields: [...(CONFIRMED.fields ?? []), ...own] }),
    );
    const [, confirmed] = await askInTurn(path, {}, {});
    const hit = await untilHit(path);
    for (const [name, value] of own)
      expect([confirmed?.field(name), hit.field(name)]).toEqual([value, undefined]);
  });
});

describe("any other answer", () => {
  it("in full takes the stored one's place, for this request and the next", async () => {
    const path = serve(
      "says",
      inTurn({ fields: STALE }, { fields: control("max-age=60", ["ETag", '"v2"']) }),
    );
    const [, full, hit] = await askInTurn(path, {}, {}, {});
    expect([full?.text(), full?.field("ETag"), hit?.text(), asked(path)]).toEqual([
      "answer 2",
      '"v2"',
      "answer 2",
      2,
    ]);
  });

  it.each([500, 502, 503, 504])(
    "that is an error of the origin is passed on, and the question is asked again: %i",
    async (status) => {
      const path = serve("says", inTurn({ fields: STALE }, { status }, CONFIRMED));
      const [, failed, confirmed] = await askInTurn(path, {}, {}, {});
      expect([failed?.status, failed?.text(), confirmed?.text()]).toEqual([status, "answer 2", "answer 1"]);
    },
  );

  it.each([404, 410])("that says there is nothing ends the use of what is stored: %i", async (status) => {
    const path = serve("stale", inTurn({ fields: STALE }, { status }, { status: 503 }));
    const replies = await askInTurn(path, {}, {}, {});
    expect(replies.map((reply) => reply.status)).toEqual([200, status, 503]);
  });

  it("that may not be stored ends the use of what is stored", async () => {
    const path = serve("stale", inTurn({ fields: STALE }, { fields: control("private") }, { status: 503 }));
    const replies = await askInTurn(path, {}, {}, {});
    expect(replies.map((reply) => reply.text())).toEqual(["answer 1", "answer 2", "answer 3"]);
  });
});

describe("a HEAD that goes to the origin", () => {
  const stored: HttpAnswer = { fields: [...STALE, ["Last-Modified", MODIFIED]], body: "stored" };
  const length = (bytes: number): Fields => [["Content-Length", String(bytes)]];

  it("and finds the stored answer unchanged makes it new", async () => {
    const path = serve(
      "says",
      inTurn(stored, { fields: control("max-age=60", ...TAG, ...length(6), ["X-New", "1"]) }),
    );
    const [, head] = await askInTurn(path, {}, { method: "HEAD" });
    expect([head?.status, head?.text()]).toEqual([200, ""]);
    const hit = await untilHit(path);
    expect([hit.text(), hit.field("X-New"), asked(path)]).toEqual(["stored", "1", 2]);
  });

  it("and is told 304 makes it new as well", async () => {
    const path = serve("says", inTurn(stored, CONFIRMED));
    await askInTurn(path, {}, { method: "HEAD" });
    expect([(await untilHit(path)).text(), asked(path)]).toEqual(["stored", 2]);
  });

  it.each<readonly [string, Fields]>([
    ["another tag", [["ETag", '"v2"'], ...length(6)]],
    ["another date", [...TAG, ["Last-Modified", dateIn(-5)], ...length(6)]],
    ["another length", [...TAG, ...length(7)]],
  ])("and finds a change ends the use of what is stored: %s", async (_, fields) => {
    const path = serve(
      "stale",
      inTurn(stored, { fields: control("max-age=60", ...fields) }, { status: 503 }),
    );
    const replies = await askInTurn(path, {}, { method: "HEAD" }, {});
    expect(replies.map((reply) => reply.status)).toEqual([200, 200, 503]);
  });
});

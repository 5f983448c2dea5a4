// A client's own conditions (RFC 9111 section 4.3.2, RFC 9110 section 13): those that the cache evaluates by what it has
// stored, and those that are the origin's.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { control, dateIn, inTurn, isHit, startCacheStand, statusOf } from "../support/cache-stand.ts";
import type { Fields } from "../support/fields.ts";

const { serve, ask, askInTurn, asked, lastAsked, untilHit } = await startCacheStand([
  { path: "/says/*", cache: {} },
]);

const MODIFIED = dateIn(-1_000);
const [, rfc850Rest = ""] = /^\w+, (.*)$/.exec(MODIFIED) ?? [];
const WEEKDAY = new Date(MODIFIED).toLocaleDateString("en-US", { weekday: "long", timeZone: "UTC" });
const RFC_850 = `${WEEKDAY}, ${rfc850Rest.replace(/^(\d+) (\w+) \d\d/, "$1-$2-")}`;
const VALIDATORS: Fields = [
  ["ETag", '"v1"'],
  ["Last-Modified", MODIFIED],
];

const tagged = serve("says", {
  fields: control(
    "max-age=600",
    ...VALIDATORS,
    ["Content-Type", "text/x-test"],
    ["Content-Language", "nl"],
    ["Content-Location", "/says/nl"],
    ["Expires", dateIn(600)],
    ["Vary", "X-Never"],
    ["X-Other", "1"],
  ),
  body: "stored",
});
const weak = serve("says", { fields: control("max-age=600", ["ETag", 'W/"v1"']) });
const dated = serve("says", { fields: control("max-age=600", ["Last-Modified", MODIFIED]) });
const undated = serve("says", { fields: control("max-age=600", ["Date", dateIn(-100)]) });
const gzipped = serve("says", {
  fields: control("max-age=600", ...VALIDATORS, ["Content-Encoding", "gzip"]),
  body: gzipSync("x"),
});

describe("a condition that the store can answer", () => {
  it.each<readonly [number, string, string, Fields]>([
    [304, "the tag", tagged, [["If-None-Match", '"v1"']]],
    [304, "its weak form", tagged, [["If-None-Match", 'W/"v1"']]],
    [304, "one of several", tagged, [["If-None-Match", '"a", W/"b,c" ,"v1"']]],
    [
      304,
      "on another line",
      tagged,
      [
        ["If-None-Match", '"a"'],
        ["If-None-Match", '"v1"'],
      ],
    ],
    [304, "anything", tagged, [["If-None-Match", "*"]]],
    [200, "another tag", tagged, [["If-None-Match", '"v2"']]],
    [200, "the tag in another case", tagged, [["If-None-Match", '"V1"']]],
    [200, "a tag that has it inside", tagged, [["If-None-Match", '"x, v1"']]],
    [304, "a stored weak tag", weak, [["If-None-Match", '"v1"']]],
    [304, "the origin's tag of what was decoded", gzipped, [["If-None-Match", '"v1"']]],
    [304, "the tag that was sent of what was decoded", gzipped, [["If-None-Match", 'W/"v1"']]],
    [304, "the date of the change", tagged, [["If-Modified-Since", MODIFIED]]],
    [304, "a later date", tagged, [["If-Modified-Since", dateIn(-5)]]],
    [304, "an old form of the date", tagged, [["If-Modified-Since", RFC_850]]],
    [200, "an earlier date", tagged, [["If-Modified-Since", dateIn(-1_001)]]],
    [200, "no date", tagged, [["If-Modified-Since", "yesterday"]]],
    [
      200,
      "two dates",
      tagged,
      [
        ["If-Modified-Since", MODIFIED],
        ["If-Modified-Since", MODIFIED],
      ],
    ],
    [304, "the date where there is no tag", dated, [["If-Modified-Since", MODIFIED]]],
    [
      200,
      "a tag where there is none",
      dated,
      [
        ["If-None-Match", '"v1"'],
        ["If-Modified-Since", MODIFIED],
      ],
    ],
    [304, "Date where there is no Last-Modified", undated, [["If-Modified-Since", dateIn(-99)]]],
    [200, "a date before Date", undated, [["If-Modified-Since", dateIn(-200)]]],
    [
      200,
      "another tag, whatever the date says",
      tagged,
      [
        ["If-None-Match", '"v2"'],
        ["If-Modified-Since", MODIFIED],
      ],
    ],
    [
      304,
      "the tag, whatever the date says",
      tagged,
      [
        ["If-None-Match", '"v1"'],
        ["If-Modified-Since", dateIn(-9_999)],
      ],
    ],
  ])("is answered %i: %s", async (status, _, path, fields) => {
    const { text } = await untilHit(path);
    const reply = await ask(path, { fields });
    expect([reply.status, reply.text(), isHit(reply)]).toEqual([status, status === 304 ? "" : text(), true]);
    expect(asked(path)).toBe(1);
  });

  it("on a HEAD is answered the same", async () => {
    await untilHit(tagged);
    const reply = await ask(tagged, { method: "HEAD", fields: [["If-None-Match", '"v1"']] });
    expect([reply.status, isHit(reply)]).toEqual([304, true]);
  });

  it("gets a 304 with the fields that a 304 has to have, an Age, and none about the body", async () => {
    const whole = await untilHit(tagged);
    const reply = await ask(tagged, { fields: [["If-None-Match", '"v1"']] });
    for (const name of ["ETag", "Cache-Control", "Content-Location", "Date", "Expires", "Vary"])
      expect([name, reply.field(name)]).toEqual([name, whole.field(name)]);
    for (const name of ["Content-Type", "Content-Language", "Content-Length", "Last-Modified"])
      expect([name, reply.field(name)]).toEqual([name, undefined]);
    expect(reply.field("Age")).toBeDefined();
    expect((await ask(dated, { fields: [["If-Modified-Since", MODIFIED]] })).field("Last-Modified")).toBe(
      MODIFIED,
    );
  });

  it("is ignored for a stored error", async () => {
    const path = serve("says", { status: 404, fields: control("max-age=600", ...VALIDATORS) });
    await ask(path);
    const replies = await askInTurn(
      path,
      { fields: [["If-None-Match", '"v1"']] },
      { fields: [["If-None-Match", "*"]] },
    );
    expect(replies.map((reply) => [reply.status, asked(path)])).toEqual([
      [404, 1],
      [404, 1],
    ]);
  });
});

describe("a condition on what is stale", () => {
  const stale = control("max-age=0", ["ETag", '"v1"']);
  const confirmed = { status: 304, fields: control("max-age=60", ["ETag", '"v1"']) };

  it.each([
    ['"v1"', 304],
    ['"mine", "v1"', 304],
    ['"mine"', 200],
    ["*", 304],
  ])("is answered after the origin has confirmed what is stored: %s %i", async (tag, status) => {
    const path = serve("says", inTurn({ fields: stale }, confirmed));
    const [, reply] = await askInTurn(path, {}, { fields: [["If-None-Match", tag]] });
    expect([reply?.status, reply?.text()]).toEqual([status, status === 200 ? "answer 1" : ""]);
    expect(statusOf(reply ?? (await ask(path)))).toMatchObject({ fwd: "stale", "fwd-status": 304 });
  });

  it("is no reason to withhold the full answer that the origin gives", async () => {
    const path = serve(
      "says",
      inTurn({ fields: stale }, { fields: control("max-age=60", ["ETag", '"v2"']) }),
    );
    const [, reply] = await askInTurn(path, {}, { fields: [["If-None-Match", '"v1"']] });
    expect([reply?.status, reply?.text(), reply?.field("ETag")]).toEqual([200, "answer 2", '"v2"']);
  });
});

describe("a condition that is not the cache's", () => {
  it.each<readonly [string, string]>([
    ["If-Match", '"v1"'],
    ["If-Match", '"v2"'],
    ["If-Unmodified-Since", dateIn(-5_000)],
  ])("is forwarded, and the origin's answer is given: %s %s", async (name, value) => {
    const path = serve("says", ({ field }) =>
      field(name) === undefined ? { fields: control("max-age=600", ...VALIDATORS) } : { status: 412 },
    );
    await untilHit(path);
    const reply = await ask(path, { fields: [[name, value]] });
    expect([reply.status, lastAsked(path).field(name), asked(path)]).toEqual([412, value, 2]);
    expect((await ask(path)).status).toBe(200);
  });

  it.each<readonly [string, string]>([
    ["If-None-Match", '"v1"'],
    ["If-None-Match", "*"],
    ["If-Modified-Since", MODIFIED],
  ])(
    "because nothing is stored is forwarded as it came, and a 304 is passed on and not stored: %s %s",
    async (name, value) => {
      const path = serve("says", ({ field }) =>
        field(name) === undefined
          ? { fields: control("max-age=600", ...VALIDATORS) }
          : { status: 304, fields: VALIDATORS },
      );
      const reply = await ask(path, { fields: [[name, value]] });
      expect([reply.status, lastAsked(path).field(name)]).toEqual([304, value]);
      expect((await ask(path)).text()).toBe("answer 2");
    },
  );

  it("because what is stored has no validator is forwarded as it came, and its 304 says nothing of what is stored", async () => {
    const stale = control("max-age=10, stale-if-error=600", ["Age", "30"]);
    const path = serve(
      "says",
      inTurn({ fields: stale }, { status: 304, fields: control("max-age=600") }, {}),
    );
    const [, reply, next] = await askInTurn(path, {}, { fields: [["If-None-Match", '"mine"']] }, {});
    expect([reply?.status, next?.text()]).toEqual([304, "answer 3"]);
  });

  it("because no variant matches is forwarded as it came", async () => {
    const path = serve("says", { fields: control("max-age=600", ...VALIDATORS, ["Vary", "X-A"]) });
    await untilHit(path, { fields: [["X-A", "1"]] });
    await ask(path, {
      fields: [
        ["X-A", "2"],
        ["If-None-Match", '"mine"'],
      ],
    });
    expect(lastAsked(path).field("If-None-Match")).toBe('"mine"');
  });

  it("because the method is another is forwarded as it came", async () => {
    const path = serve("says", { fields: control("max-age=600", ...VALIDATORS) });
    await untilHit(path);
    const reply = await ask(path, { method: "PUT", body: "x", fields: [["If-None-Match", "*"]] });
    expect([reply.status, lastAsked(path).method, lastAsked(path).field("If-None-Match")]).toEqual([
      200,
      "PUT",
      "*",
    ]);
  });

  it("next to one that is forwards both", async () => {
    const path = serve("says", { fields: control("max-age=600", ...VALIDATORS) });
    await untilHit(path);
    await ask(path, {
      fields: [
        ["If-Match", '"v1"'],
        ["If-None-Match", '"v1"'],
      ],
    });
    expect([lastAsked(path).field("If-Match"), lastAsked(path).field("If-None-Match")]).toEqual([
      '"v1"',
      '"v1"',
    ]);
  });
});

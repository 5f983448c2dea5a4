// Fields whose bytes are no UTF-8 (support/byte-client.ts): what the platform cannot show is not kept, keys nothing and
// equals nothing, so that one client's page is never another's and every answer has its bytes.

import { describe, expect, it } from "vitest";
import { askBytes, LATIN, OTHER, UTF8, type ByteAnswer, type ByteRequest } from "../support/byte-client.ts";
import { control, startCacheStand } from "../support/cache-stand.ts";
import type { Fields } from "../support/fields.ts";

const { origin, gateway, serve, asked } = await startCacheStand([
  { path: "/plain/*", cache: {} },
  { path: "/header/*", cache: { ttl: "1h", key: { headers: ["X-User"] } } },
  { path: "/cookie/*", cache: { ttl: "1h", requestCookies: "ignore", key: { cookies: ["sid"] } } },
]);

const ask = (target: string, asking?: ByteRequest): Promise<ByteAnswer> => askBytes(gateway, target, asking);

async function bodies(path: string, name: string, values: readonly string[]): Promise<readonly string[]> {
  const got: string[] = [];
  for (const value of values) got.push((await ask(path, { fields: [[name, value]] })).body);
  return got;
}

describe("what cannot be read of a request", () => {
  it("chooses no stored answer where the origin says Vary", async () => {
    const path = serve("plain", { fields: control("max-age=60", ["Vary", "X-User"]) });
    expect(await bodies(path, "X-User", [LATIN, OTHER, LATIN])).toEqual(["answer 1", "answer 2", "answer 3"]);
    expect(await bodies(path, "X-User", [UTF8, UTF8])).toEqual(["answer 4", "answer 4"]);
  });

  it.each([
    ["header", "X-User", LATIN, OTHER, UTF8],
    ["cookie", "Cookie", "sid=\u00fc", "sid=\u00e9", "sid=1"],
  ])("keys no stored answer by a %s", async (folder, name, one, other, readable) => {
    const path = serve(folder, {});
    expect(await bodies(path, name, [one, other, one])).toEqual(["answer 1", "answer 2", "answer 3"]);
    expect(await bodies(path, name, [readable, readable])).toEqual(["answer 4", "answer 4"]);
  });

  it("hinders nothing where it says nothing of the answer", async () => {
    const path = serve("plain", { fields: control("max-age=60") });
    expect(await bodies(path, "X-User", [LATIN, OTHER])).toEqual(["answer 1", "answer 1"]);
  });

  it("is no entity tag that is stored", async () => {
    const path = serve("plain", { fields: control("max-age=60", ["ETag", '"M\u00c3\u00bcller"']) });
    expect((await ask(path)).lines("etag")).toEqual(['"M\u00c3\u00bcller"']);
    const statuses: number[] = [];
    for (const tag of ['"M\u00fcller"', '"M\u00c3\u00bcller"'])
      statuses.push((await ask(path, { fields: [["If-None-Match", tag]] })).status);
    expect(statuses).toEqual([200, 304]);
  });
});

describe("an answer with what cannot be read", () => {
  it.each(["X-User", "Content-Disposition", "ETag", "Location", "Cache-Tag", "Vary"])(
    "passes with its bytes and is not stored: %s",
    async (name) => {
      const path = serve("plain", { fields: control("max-age=60", [name, LATIN]) });
      for (const time of [1, 2]) {
        const answer = await ask(path);
        expect([answer.lines(name), answer.body]).toEqual([[LATIN], `answer ${time}`]);
      }
    },
  );

  it("says why it is not stored", async () => {
    const path = serve("plain", { fields: control("max-age=60", ["X-User", LATIN]) });
    expect((await ask(path)).lines("cache-status")).toEqual([
      "headgate; fwd=uri-miss; detail=fields-unreadable",
    ]);
  });

  it("that is UTF-8 is stored, and its bytes come back", async () => {
    const path = serve("plain", { fields: control("max-age=60", ["X-User", UTF8]) });
    for (const answer of [await ask(path), await ask(path)])
      expect([answer.lines("x-user"), answer.body]).toEqual([[UTF8], "answer 1"]);
  });

  it("keeps the bytes of another cache's Cache-Status", async () => {
    const path = serve("plain", { fields: control("no-store", ["Cache-Status", 'up; detail="\u00fc"']) });
    expect((await ask(path)).lines("cache-status").join(", ")).toMatch(
      /^up; detail="\u00fc", headgate; fwd=uri-miss/,
    );
  });

  it("that confirms what is stored passes with its own bytes", async () => {
    const confirmed: Fields = [
      ["ETag", '"a"'],
      ["Set-Cookie", "a=\u00fc"],
      ["X-User", LATIN],
      ["X-Other", "new"],
    ];
    const path = serve("plain", ({ field }) =>
      field("If-None-Match") === undefined
        ? { fields: control("no-cache", ["ETag", '"a"'], ["X-Other", "old"]) }
        : { status: 304, fields: confirmed },
    );
    await ask(path);
    const answer = await ask(path);
    expect(answer.body).toBe("answer 1");
    for (const [name, value] of confirmed) expect([name, answer.lines(name)]).toEqual([name, [value]]);
    expect(asked(path)).toBe(2);
    expect(origin.requests(path)[1]?.lines("If-None-Match")).toEqual(['"a"']);
  });
});

// Vary (RFC 9111 section 4.1): which of the answers stored for one URL a request gets.

import { describe, expect, it } from "vitest";
import { control, dateIn, echo, isHit, startCacheStand, statusOf } from "../support/cache-stand.ts";
import type { Reply } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";

const { serve, ask, askEach, asked, lastAsked, untilHit } = await startCacheStand([
  { path: "/says/*", cache: {} },
  {
    path: "/choices/*",
    cache: { vary: { choices: { "accept-language": ["en", "nl"] }, ignore: ["User-Agent"] } },
  },
]);

const FRESH = control("max-age=60");

describe("Vary", () => {
  it("several variants of one URL are kept side by side, each for the requests that chose it", async () => {
    const path = serve("says", echo([...FRESH, ["Vary", "Accept-Language"]], "Accept-Language"));
    const values = ["nl", "de", undefined, "nl", "de", undefined];
    expect(await askEach(path, "Accept-Language", values)).toEqual([
      "nl",
      "de",
      "absent",
      "nl",
      "de",
      "absent",
    ]);
    expect(asked(path)).toBe(3);
  });

  it("every field that it names has to match", async () => {
    const path = serve("says", (request) => ({
      fields: [...FRESH, ["Vary", "X-A, X-B"], ["Vary", "X-C"]],
      body: ["X-A", "X-B", "X-C"].map((name) => request.field(name) ?? "-").join(""),
    }));
    for (const wanted of ["111", "112", "121", "211", "11-", "111", "112", "11-"]) {
      const [a = "", b = "", c = ""] = wanted.split("");
      const fields: Fields = [
        ["X-A", a],
        ["X-B", b],
        ["X-C", c],
      ];
      const sent = fields.filter(([, value]) => value !== "-");
      expect((await ask(path, { fields: sent })).text()).toBe(wanted);
    }
    expect(asked(path)).toBe(5);
  });

  it("names fields without regard to case", async () => {
    const path = serve("says", echo([...FRESH, ["Vary", "x-a"]], "X-A"));
    expect(await askEach(path, "X-A", ["1", "2", "1"])).toEqual(["1", "2", "1"]);
  });

  it("a field that was not sent matches only requests that do not send it", async () => {
    const path = serve("says", echo([...FRESH, ["Vary", "X-A"]], "X-A"));
    expect(await askEach(path, "X-A", [undefined, "", undefined, ""])).toEqual(["absent", "", "absent", ""]);
    expect(asked(path)).toBe(2);
  });

  it.each([
    ["Accept-Language", "nl, de;q=0.5", "NL,de; q=0.5", true],
    ["Accept-Language", "nl, de;q=0.5", "de;q=0.5,nl", true],
    ["Accept-Language", "nl, de", "nl", false],
    ["Accept-Encoding", "gzip, br", "br,gzip", true],
    ["Accept", "text/html, text/plain", "text/html,text/plain", true],
    ["X-Any", "a,  b", "a,b", true],
    ["X-Any", "a, b", "b, a", false],
    ["X-Any", "a", "A", false],
    ["Cookie", "a=1;b=2", "a=1; b=2", false],
    ["User-Agent", "a, b", "a,b", false],
  ])(
    "differences without meaning do not make variants, all others do: %s %s and %s %s",
    async (name, first, second, same) => {
      const path = serve("says", { fields: [...FRESH, ["Vary", name]] });
      await askEach(path, name, [first, second]);
      expect(asked(path)).toBe(same ? 1 : 2);
    },
  );

  it("a field on two lines is the field on one", async () => {
    const path = serve("says", { fields: [...FRESH, ["Vary", "X-A"]] });
    await ask(path, {
      fields: [
        ["X-A", "1"],
        ["X-A", "2"],
      ],
    });
    await ask(path, { fields: [["X-A", "1, 2"]] });
    expect(asked(path)).toBe(1);
  });

  it.each(["*", "X-A, *", "*, X-A", "X-A,,*", "not a name"])(
    "with a member that no request matches is never used again: %s",
    async (vary) => {
      const path = serve("says", { fields: [...FRESH, ["Vary", vary]] });
      expect(await askEach(path, "X-A", ["1", "1"])).toEqual(["answer 1", "answer 2"]);
    },
  );

  it("an answer that forgot it does not hide the variant that a request asks for", async () => {
    const path = serve("says", ({ field }) => {
      const language = field("Accept-Language");
      const vary: Fields = language === undefined ? [] : [["Vary", "Accept-Language"]];
      return {
        fields: [...FRESH, ...vary, ["Date", dateIn(language === undefined ? 5 : -5)]],
        body: language ?? "default",
      };
    });
    await ask(path, { fields: [["Accept-Language", "nl"]] });
    await ask(path, { fields: [["Accept-Language", "de"]] });
    await ask(path);
    expect(await askEach(path, "Accept-Language", ["nl", "de", undefined])).toEqual(["nl", "de", "default"]);
    expect(asked(path)).toBe(3);
  });

  it("of two variants that match the more recent by Date is used", async () => {
    let made = 0;
    const path = serve("says", () => {
      made += 1;
      const isFirst = made === 1;
      return {
        fields: [
          ...control("max-age=600"),
          ["Vary", isFirst ? "X-A" : "X-B"],
          ["Date", dateIn(isFirst ? -300 : -5)],
        ],
      };
    });
    const both = [
      ["X-A", "1"],
      ["X-B", "1"],
    ] as const;
    await ask(path, { fields: [both[0]] });
    await ask(path, { fields: [["X-A", "2"], both[1]] });
    const [older, newer, either] = [
      await ask(path, { fields: [both[0]] }),
      await ask(path, { fields: [["X-A", "2"], both[1]] }),
      await ask(path, { fields: both }),
    ];
    expect([older.text(), newer.text(), either.text(), asked(path)]).toEqual([
      "answer 1",
      "answer 2",
      "answer 2",
      2,
    ]);
  });

  it("a request that matches no variant goes to the origin, which is told nothing of the others", async () => {
    const path = serve("says", echo([...FRESH, ["Vary", "X-A"], ["ETag", '"v"']], "X-A"));
    await untilHit(path, { fields: [["X-A", "1"]] });
    const reply: Reply = await ask(path, { fields: [["X-A", "2"]] });
    expect([statusOf(reply)["fwd"], lastAsked(path).field("If-None-Match")]).toEqual([
      "vary-miss",
      undefined,
    ]);
  });

  it("by Accept with choices the origin sees the choice, and one request stands for all that prefer it", async () => {
    const path = serve(
      "choices",
      echo([...FRESH, ["Vary", "Accept-Language, User-Agent"]], "Accept-Language"),
    );
    const values = ["en-GB, fr;q=0.9", "en;q=0.9, nl;q=0.1", "nl-BE", "nl", "EN"];
    expect(await askEach(path, "Accept-Language", values)).toEqual(["en", "en", "nl", "nl", "en"]);
    expect(asked(path)).toBe(2);
    const other = await ask(path, {
      fields: [
        ["Accept-Language", "en"],
        ["User-Agent", "other"],
      ],
    });
    expect(isHit(other)).toBe(true);
  });
});

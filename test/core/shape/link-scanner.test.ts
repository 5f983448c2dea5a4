import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linksSchema, toLinkRules } from "../../../src/core/shape/link-rules.ts";
import { LinkScanner } from "../../../src/core/shape/link-scanner.ts";
import { parseWith } from "../../../src/core/schema/parse-with.ts";
import { toRuns } from "../../property-runs.ts";

const FROM = "https://graph.example";
const TO = "http://127.0.0.1:8787";
const rewrite = (url: string): string => (url.startsWith(`${FROM}/`) ? TO + url.slice(FROM.length) : url);

interface Scanned {
  readonly text: string;
  readonly unread: number;
}

function scan(text: string | Uint8Array, fields: readonly string[], cuts: readonly number[] = []): Scanned {
  const rules = toLinkRules({ fields: [...fields], origins: [] });
  if (rules === undefined) throw new Error("fields are wanted");
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const scanner = new LinkScanner(rules, rewrite);
  const at = [...cuts.map((cut) => cut % (bytes.byteLength + 1)), bytes.byteLength].sort(
    (one, two) => one - two,
  );
  const passed: Uint8Array[] = [];
  for (const [index, end] of at.entries())
    passed.push(...scanner.write(bytes.slice(at[index - 1] ?? 0, end)));
  passed.push(scanner.end());
  return { text: Buffer.concat(passed).toString("latin1"), unread: scanner.unread };
}

const link = (path: string): string => `${FROM}/${path}`;
const gate = (path: string): string => `${TO}/${path}`;

describe("LinkScanner", () => {
  test.each([
    ["at its path", { paging: { next: link("a?b=1") } }, { paging: { next: gate("a?b=1") } }],
    [
      "deeper down",
      { x: [{ y: { paging: { next: link("a") } } }] },
      { x: [{ y: { paging: { next: gate("a") } } }] },
    ],
    [
      "by a pattern",
      { comments_url: link("a"), url: link("a") },
      { comments_url: gate("a"), url: link("a") },
    ],
    ["in a list", { all_url: [link("a"), [link("b")]] }, { all_url: [gate("a"), [gate("b")]] }],
    [
      "elsewhere",
      { next: link("a"), paging: { other: link("b") } },
      { next: link("a"), paging: { other: link("b") } },
    ],
    ["of others", { a_url: "https://cdn.example/x?sig=1" }, { a_url: "https://cdn.example/x?sig=1" }],
    ["behind a name with escapes", { 'q"_url': link("a"), x: 1 }, { 'q"_url': gate("a"), x: 1 }],
    ["as a name", { [link("a")]: { a_url: 1 } }, { [link("a")]: { a_url: 1 } }],
  ])("changes a link %s", (_where, given, wanted) => {
    for (const space of [0, 2])
      expect(scan(JSON.stringify(given, null, space), ["paging.next", "*_url"]).text).toBe(
        JSON.stringify(wanted, null, space),
      );
  });

  test("writes as the origin does", () => {
    expect(scan('{"a_url":"https:\\/\\/graph.example\\/a?b=1\\u0026c=2"}', ["*"]).text).toBe(
      '{"a_url":"http:\\/\\/127.0.0.1:8787\\/a?b=1&c=2"}',
    );
    // PHP, which Facebook's API is of, writes what is no ASCII so, half pairs too.
    const foreign = String.raw`\u00e9\u2713\ud83d\ude00\u007f\ud800`;
    expect(scan(`{"a_url":"${FROM}/${foreign}"}`, ["*"]).text).toBe(`{"a_url":"${TO}/${foreign}"}`);
  });

  test("does what JSON.parse and a walk would do, however the text is cut", () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small", maxDepth: 4 },
        fc.constantFrom(link("a"), link('q?x="&y=\\'), link("ü"), "https://graph.example.evil/x", "", "http"),
        fc.string({ unit: "binary", maxLength: 10 }),
        fc.integer(),
        fc.constant(null),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom("next", "paging", "b_url", "x", 'q"'), tie("value"), { maxKeys: 4 }),
      ),
    })).value;
    const walk = (given: unknown, names: readonly string[]): unknown => {
      if (Array.isArray(given)) return given.map((one) => walk(one, names));
      if (typeof given === "object" && given !== null)
        return Object.fromEntries(
          Object.entries(given).map(([name, one]) => [name, walk(one, [name, ...names])]),
        );
      const isLink = (names[0] === "next" && names[1] === "paging") || (names[0] ?? "").endsWith("_url");
      return typeof given === "string" && isLink && !given.includes("ü") ? rewrite(given) : given;
    };
    fc.assert(
      fc.property(value, fc.array(fc.nat(500), { maxLength: 20 }), (given, cuts) => {
        const scanned = scan(JSON.stringify(given), ["paging.next", "*_url"], cuts);
        const text = Buffer.from(scanned.text, "latin1").toString("utf8");
        expect(JSON.parse(text)).toEqual(walk(given, []));
      }),
      { numRuns: toRuns(500) },
    );
  });

  test("passes what is no JSON, and bytes that are no text, as they came", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.nat(200), { maxLength: 5 }),
        (bytes, cuts) => {
          expect(scan(bytes, ["*"], cuts).text).toBe(Buffer.from(bytes).toString("latin1"));
        },
      ),
    );
    const broken = `{"a_url":"${link("a")}`;
    expect(scan(broken, ["*"]).text).toBe(broken);
  });

  test("counts what it could not read", () => {
    const long = `{"a_url":"${link("x".repeat(17_000))}","b_url":"${link("b")}"}`;
    expect(scan(long, ["*"], [100, 9_000])).toEqual({ text: long.replace(link("b"), gate("b")), unread: 1 });
    const deep = `${'{"x":'.repeat(1_001)}{"a_url":"${link("a")}"}${"}".repeat(1_001)}`;
    const scanned = scan(`[${deep},{"a_url":"${link("a")}"}]`, ["*"]);
    expect([scanned.unread > 0, scanned.text]).toEqual([true, `[${deep},{"a_url":"${gate("a")}"}]`]);
  });
});

test.each([["a..b"], [""], ["a[0]"], [7]])("a member of %j is refused", (field) => {
  expect(parseWith(linksSchema, { fields: [field] }).ok).toBe(false);
});

test("no fields, no rules", () => {
  expect(toLinkRules({ fields: [], origins: [] }, { links: ["url"] })).toBeUndefined();
  expect(toLinkRules(undefined, { links: [] })).toBeUndefined();
  expect(toLinkRules(undefined, { links: ["url"] })?.fields).toHaveLength(1);
});

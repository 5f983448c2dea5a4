import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BatchRules, parseBatch } from "../../../src/core/batch/parse-batch.ts";

const RULES: BatchRules = {
  membersMax: 50,
  isCarried: (name) => name === "x-tenant",
  findPathProblem: (path) => (path.startsWith("/own") ? "must not be one of the gateway's own" : undefined),
};

const PATH_WANTED = 'must be a path and query of at most 16384 visible ASCII characters without "#"';
const FIELDS_WANTED = "must be an object of at most 64 header fields with text as values";

function toProblems(input: unknown): readonly string[] {
  const parsed = parseBatch(JSON.stringify(input), RULES);
  return parsed.ok ? [] : parsed.error.map(({ path, message }) => `${path}: ${message}`);
}

describe("parseBatch()", () => {
  it("completes what is left out", () => {
    expect(parseBatch('[{"path":"/a?b=1"}]', RULES)).toEqual({
      ok: true,
      value: {
        members: [{ name: undefined, method: "GET", path: "/a?b=1", fields: [], body: undefined, after: [] }],
        order: [0],
      },
    });
  });

  it("reads bodies as text, JSON and base64, field names in lower case, dependencies by name in either direction", () => {
    const parsed = parseBatch(
      JSON.stringify([
        { path: "/a", method: "POST", body: "text", depends_on: "c" },
        { path: "/b", method: "PUT", body: { n: 1 }, headers: { "X-A": "1" } },
        { name: "c", path: "/c", method: "POST", body: "AAEC", encoding: "base64", depends_on: [] },
        { path: "/d", method: "POST", body: "text", encoding: "json", depends_on: ["c"] },
        { path: "/e", method: "POST", body: null },
      ]),
      RULES,
    );
    expect(parsed.ok && parsed.value.members.map(({ body }) => body)).toEqual([
      { encoding: "text", text: "text" },
      { encoding: "json", text: '{"n":1}' },
      { encoding: "base64", text: "AAEC" },
      { encoding: "json", text: '"text"' },
      { encoding: "json", text: "null" },
    ]);
    expect(parsed.ok && parsed.value.members.map(({ after }) => after)).toEqual([[2], [], [], [2], []]);
    expect(parsed.ok && parsed.value.members[1]?.fields).toEqual([["x-a", "1"]]);
    expect(parsed.ok && parsed.value.order).toEqual([1, 2, 4, 0, 3]);
  });

  it("leaves a body that is JSON as it is written", () => {
    const written = [
      '{"id": 12345678901234567890123, "price":1.10,\n"big":1e400}',
      String.raw`[ 1 , "\u00e9\"]" , {"body":0} ]`,
      "-0",
      `${"[".repeat(998)}${"]".repeat(998)}`,
    ];
    const members = written.map((body) => `{"body": 1, "path":"/", "b\\u006fdy" : ${body} ,"method":"POST"}`);
    const parsed = parseBatch(` [${members.join(" ,\n")}] `, RULES);
    expect(parsed.ok && parsed.value.members.map(({ body }) => body?.text)).toEqual(written);
  });

  it("lists all that is wrong with all of them", () => {
    expect(
      toProblems([
        "x",
        { path: "a", method: "TRACE", pth: 1 },
        { path: "/own/keys", name: "a", headers: { Authorization: "x", "X-Tenant": "y", "x-ok": "z" } },
        { path: "/c", name: "a", body: "x", depends_on: ["b"] },
        { path: "//x#y", headers: { "a b": "c" }, depends_on: 7 },
        { path: "/e", method: "POST", body: 1, encoding: "base64" },
        { path: "/f", method: "POST", body: "AAE", encoding: "base64" },
        { path: "/g", headers: { x: "a\nb" }, name: "" },
      ]),
    ).toEqual([
      '0: must be a request, received "x"',
      '1.method: must be one of "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", received "TRACE"',
      `1.path: ${PATH_WANTED}, received "a"`,
      '1.pth: unknown key "pth"; did you mean "path"?',
      `4.path: ${PATH_WANTED}, received "//x#y"`,
      `4.headers: ${FIELDS_WANTED}, received an object`,
      "4.depends_on: must be a name or a list of names, received 7",
      '7.name: must be a name of 1 to 64 visible ASCII characters, received ""',
      `7.headers: ${FIELDS_WANTED}, received an object`,
      "2.path: must not be one of the gateway's own",
      "2.headers.authorization: must be left to the batch request and the gateway",
      "2.headers.x-tenant: must be left to the batch request and the gateway",
      "3.name: must name each request once",
      "3.body: must not be with GET",
      "3.depends_on: must name requests of this batch",
      "5.body: must be text",
      "6.body: must be base64",
    ]);
  });

  it.each([
    [[{ path: "/", name: "a", depends_on: "a" }], ["0.depends_on: must not form a circle"]],
    [
      [{ path: "/", name: "a", depends_on: "b" }, { path: "/", name: "b", depends_on: "a" }, { path: "/" }],
      ["0.depends_on: must not form a circle", "1.depends_on: must not form a circle"],
    ],
  ])("refuses circles: %j", (input, problems) => {
    expect(toProblems(input)).toEqual(problems);
  });

  it.each([[[]], [{}], [null], ["[]"], [Array.from({ length: 51 }, () => ({ path: "/" }))]])(
    "refuses %j",
    (input) => {
      expect(toProblems(input)).toEqual([": must be a JSON list of 1 to 50 requests"]);
    },
  );

  it.each(["", "[", '[{"path":"/"},]', '[{"path":"/"}]]', "undefined"])(
    "refuses %j, which is no JSON",
    (text) => {
      expect(parseBatch(text, RULES).ok).toBe(false);
    },
  );

  it("refuses what is nested too deeply", () => {
    const nested = `[{"path":"/","method":"POST","body":${"[".repeat(999)}${"]".repeat(999)}}]`;
    const parsed = parseBatch(nested, RULES);
    const message = "must be a JSON list of 1 to 50 requests, nested at most 1000 deep";
    expect(parsed).toEqual({ ok: false, error: [{ path: "", code: "invalid", message }] });
  });

  it("looks at sizes before contents", () => {
    const many = (count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, "1"]));
    expect(toProblems([many(100_000)])).toEqual(["0: must be a request, received an object"]);
    expect(toProblems([{ path: "/", headers: many(65) }])).toHaveLength(1);
    expect(toProblems([{ path: "/", headers: many(64) }])).toEqual([]);
    expect(toProblems([{ path: `/${"a".repeat(16_384)}` }])).toHaveLength(1);
  });

  it("ends well whatever it is given", () => {
    const member = fc.record(
      {
        name: fc.oneof(fc.constantFrom("a", "b"), fc.jsonValue({ maxDepth: 1 })),
        method: fc.oneof(fc.constantFrom("GET", "POST"), fc.string()),
        path: fc.oneof(fc.constantFrom("/", "/own", "/a?b"), fc.string()),
        headers: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.jsonValue({ maxDepth: 1 })),
        body: fc.jsonValue({ maxDepth: 2 }),
        encoding: fc.constantFrom("json", "text", "base64", "x"),
        depends_on: fc.oneof(fc.constantFrom("a", "b", ["a", "b"]), fc.jsonValue({ maxDepth: 1 })),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 5, arbitrary: member }, { weight: 1, arbitrary: fc.jsonValue() })),
        (input) => {
          const parsed = parseBatch(JSON.stringify(input), RULES);
          if (parsed.ok) expect(parsed.value.order).toHaveLength(input.length);
          else expect(parsed.error.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});

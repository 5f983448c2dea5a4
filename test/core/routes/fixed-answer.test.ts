import { describe, expect, test } from "vitest";
import { POLICY, toConfig, toInput, toProblems } from "../config/config-input.ts";

function problemsOf(route: Readonly<Record<string, unknown>>): readonly string[] {
  return toProblems(toInput({ policies: { api: POLICY }, routes: [{ path: "/", ...route }] }));
}

function answerOf(respond: unknown): unknown {
  return toConfig(toInput({ policies: {}, routes: [{ path: "/", respond }] })).routes[0]?.respond;
}

describe("a route's fixed answer", () => {
  test("is text or JSON by its body, with whatever type it gives itself", () => {
    expect(answerOf({})).toEqual({ status: 200, fields: [], body: null });
    expect(answerOf({ status: 410, body: "Gone" })).toEqual({
      status: 410,
      fields: [["content-type", "text/plain; charset=utf-8"]],
      body: "Gone",
    });
    expect(answerOf({ body: { gone: [1] } })).toMatchObject({
      fields: [["content-type", "application/json"]],
      body: '{"gone":[1]}',
    });
    expect(
      answerOf({ headers: { "Content-Type": "text/html", "Retry-After": "3600" }, body: "<p>" }),
    ).toEqual({
      status: 200,
      fields: [
        ["content-type", "text/html"],
        ["retry-after", "3600"],
      ],
      body: "<p>",
    });
  });

  test("stands in the place of an origin, and with nothing that needs one", () => {
    const vain = { origin: "x", cache: {}, timeout: "1s", response: {}, bodyBytesMax: 1, handOver: {} };
    const found = problemsOf({ respond: {}, ...vain }).filter((problem) => problem.includes("respond"));
    expect(found.map((problem) => problem.split(":", 1)[0]).toSorted()).toEqual(
      Object.keys(vain)
        .map((key) => `routes.0.${key}`)
        .toSorted(),
    );
    expect(
      problemsOf({ respond: {}, policies: ["api"], auth: "none", deprecation: { at: "2026-01-01" } }),
    ).toEqual([]);
  });

  test.each<[unknown, string]>([
    [{ status: 199 }, "status: must be a whole number from 200 to 599, received 199 [invalid]"],
    [{ status: 304 }, "status: cannot be 304, which answers conditions and ranges of requests [invalid]"],
    [{ status: 204, body: "" }, "body: can have no effect: an answer of status 204 has no content [invalid]"],
    [
      { body: 5 },
      "body: must be a text, or an object or a list to answer as JSON, of at most 65536 characters, received 5 [invalid]",
    ],
    [
      { headers: { "Content-Length": "3" } },
      "headers.content-length: must not name content-length: it belongs to the connection, or says where the message ends [invalid]",
    ],
    [
      { headers: { RateLimit: "x" } },
      "headers.ratelimit: must not name ratelimit: the gateway sets it [invalid]",
    ],
    [
      { headers: { Sunset: "x" } },
      "headers.sunset: must not name sunset: the route's keys `deprecation` and `sunset` do [invalid]",
    ],
  ])("is refused by name: %j", (respond, problem) => {
    expect(problemsOf({ respond })).toEqual([`routes.0.respond.${problem}`]);
  });

  test("is of bounded length, and its fields end no line", () => {
    expect(problemsOf({ respond: { body: "x".repeat(65_536) } })).toEqual([]);
    expect(problemsOf({ respond: { body: "x".repeat(65_537) } })).toHaveLength(1);
    for (const value of ["a\r\nb: c", "a\nb", "a\u0000", "\u00fc", " a", "a ", "x".repeat(2_049)])
      expect([value, problemsOf({ respond: { headers: { "x-a": value } } }).length]).toEqual([value, 1]);
    expect(
      problemsOf({ respond: { headers: { "x-a": "x".repeat(2_048), "x-b": "", "x-c": "a b" } } }),
    ).toEqual([]);
  });
});

import { describe, expect, test } from "vitest";
import { dialects, type DialectName } from "../../../src/core/errors/registry.ts";
import { hasStreamErrors, toStreamError } from "../../../src/core/errors/stream-error.ts";

const MESSAGE = "The answer broke off before it was whole. The origin has ended the connection.";

describe("toStreamError()", () => {
  test.each([
    [
      "openai",
      /^\n\ndata: (.*)\n\n$/,
      { error: { message: MESSAGE, type: "server_error", code: "answer_incomplete" } },
    ],
    ["openrouter", /^\n\ndata: (.*)\n\n$/, { error: { code: 502 }, choices: [{ finish_reason: "error" }] }],
    [
      "anthropic",
      /^\n\nevent: error\ndata: (.*)\n\n$/,
      { type: "error", error: { type: "api_error", message: MESSAGE } },
    ],
    ["gemini", /^\n\ndata: (.*)\n\n$/, { error: { code: 502, status: "INTERNAL", message: MESSAGE } }],
  ] as const)("is one event, in the words of %s", (dialect, form, wanted) => {
    const [, body = ""] = form.exec(toStreamError("answer-incomplete", dialect) ?? "") ?? [];
    expect(JSON.parse(body)).toMatchObject(wanted);
  });

  test("is nothing where an API has no such event", () => {
    const names = Object.keys(dialects) as DialectName[];
    const without = names.filter((name) => toStreamError("answer-too-late", name) === undefined);
    expect(without).toEqual(names.filter((name) => !hasStreamErrors(name)));
    expect(without).toContain("problem");
    expect(without).toContain("stripe");
    const own = { parts: ["{}"], status: undefined, contentType: "application/json", isJson: true };
    expect([hasStreamErrors(own), toStreamError("answer-too-late", own)]).toEqual([false, undefined]);
  });
});

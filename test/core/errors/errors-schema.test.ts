import { describe, expect, test } from "vitest";
import { errorsRule } from "../../../src/core/errors/errors-schema.ts";
import { toErrorAnswer } from "../../../src/core/errors/registry.ts";
import { parseWith } from "../../../src/core/schema/parse-with.ts";

const toMessages = (given: unknown): readonly string[] => {
  const parsed = parseWith(errorsRule, given, "errors");
  return parsed.ok ? [] : parsed.error.map(({ path, message }) => `${path}: ${message}`);
};

describe("errors", () => {
  test("is the name of a dialect", () => {
    expect(parseWith(errorsRule, "stripe", "errors")).toEqual({ ok: true, value: "stripe" });
    expect(toMessages("strip")[0]).toMatch(/^errors: must be one of .*did you mean "stripe"\?$/);
  });

  test("is a body of one's own, with figures that are escaped where it is JSON", () => {
    const parsed = parseWith(
      errorsRule,
      { template: '{"s":{status},"c":"{code}","m":"{message}","r":{retryAfter}}' },
      "errors",
    );
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    const answer = toErrorAnswer("missing-key", parsed.value, { retryAfter: "9", violated: ['a"b'] });
    expect([answer.status, answer.contentType]).toEqual([403, "application/json"]);
    expect(JSON.parse(answer.body)).toEqual({
      s: 403,
      c: "missing-key",
      m: 'The request lacks what the policies (a"b) count by.',
      r: 9,
    });
  });

  test("has a status and a type of one's own", () => {
    const given = { template: "{message}", status: 420, contentType: "text/plain; charset=utf-8" };
    const parsed = parseWith(errorsRule, given, "errors");
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    expect(toErrorAnswer("quota-exceeded", parsed.value, { retryAfter: "9" })).toEqual({
      status: 420,
      contentType: "text/plain; charset=utf-8",
      body: "Rate limit exceeded. Please try again in 9 s.",
      isOpen: false,
    });
  });

  test.each([
    [{ template: "{messag}", contentType: "text/plain" }, /no placeholders but .*did you mean "message"\?/],
    [{ template: '{"m":{message}}' }, /must be JSON/],
    [{ template: "" }, /1 to 16384 characters/],
    [{ template: "x", contentType: "text/plain", status: 200 }, /from 400 to 599/],
    [{ body: "x" }, /unknown key "body"/],
    [7, /must be one of/],
  ])("refuses %j", (given, message) => {
    expect(toMessages(given).join("\n")).toMatch(message);
  });
});

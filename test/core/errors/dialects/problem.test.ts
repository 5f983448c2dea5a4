import { describe, expect, test } from "vitest";
import type { ProblemDefinition } from "../../../../src/core/http/limit-problems.ts";
import { type ProblemCode, problems } from "../../../../src/core/http/problems.ts";
import { statusTitles } from "../../../../src/core/http/status-titles.ts";
import { toErrorAnswer } from "../../../../src/core/errors/registry.ts";
import type { FailureFacts } from "../../../../src/core/errors/failure.ts";

const entries = Object.entries(problems) as [ProblemCode, ProblemDefinition][];
const toBody = (code: ProblemCode, facts: Partial<FailureFacts> = {}): Readonly<Record<string, unknown>> => {
  const answer = toErrorAnswer(code, "problem", { retryAfter: undefined, ...facts });
  expect([answer.status, answer.contentType]).toEqual([problems[code].status, "application/problem+json"]);
  return JSON.parse(answer.body) as Readonly<Record<string, unknown>>;
};

/** "quota-exceeded" is called "Quota Exceeded". */
function toTitle(type: string): string {
  return type.replaceAll(/(?:^|-)[a-z]/g, (letter) => letter.replace("-", " ").toUpperCase());
}

describe("a problem document", () => {
  test("of a quota is the draft's problem type with the policies' names, and what clients of other forms look for", () => {
    const message = "Rate limit exceeded (per-client, search). Please try again in 7 s.";
    expect(toBody("quota-exceeded", { violated: ["per-client", "search"], retryAfter: "7" })).toEqual({
      type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
      title: "Quota Exceeded",
      status: 429,
      detail: problems["quota-exceeded"].detail,
      code: "quota-exceeded",
      "violated-policies": ["per-client", "search"],
      message,
      error: { type: "rate_limit_error", code: 429, message, status: "RESOURCE_EXHAUSTED" },
    });
  });

  test.each(entries)("of %s has RFC 9457's members and its code", (code, { status, detail, type }) => {
    const named =
      type === undefined
        ? { type: "about:blank", title: statusTitles[status] }
        : { type: `https://iana.org/assignments/http-problem-types#${type}`, title: toTitle(type) };
    const { message, error, ...own } = toBody(code);
    expect(own).toEqual({ ...named, status, detail, code });
    expect(error).toMatchObject({ code: status, message });
  });

  test("survives any name", () => {
    const names = ['"', "\\", "\u0000", "\u2028", "\ud800"];
    expect(toBody("missing-key", { violated: names })).toMatchObject({ "violated-policies": names });
  });
});

// Every dialect says every problem: as its API's clients read it, without a word of ours that means another thing there.

import { describe, expect, test } from "vitest";
import { type DialectName, dialects, toErrorAnswer } from "../../../src/core/errors/registry.ts";
import type { DialectAnswer } from "../../../src/core/errors/dialect.ts";
import { toFailure } from "../../../src/core/errors/failure.ts";
import { type ProblemCode, problems } from "../../../src/core/http/problems.ts";

const names = Object.keys(dialects) as DialectName[];
const codes = Object.keys(problems) as ProblemCode[];
const WAITS = [undefined, "7", "3600"];
const LIMITS: readonly ProblemCode[] = ["quota-exceeded", "origin-limited"];

const say = (code: ProblemCode, dialect: DialectName, retryAfter?: string): DialectAnswer =>
  toErrorAnswer(code, dialect, { retryAfter, violated: ["per-team"] });
const toJson = ({ body }: DialectAnswer): Readonly<Record<string, unknown>> =>
  JSON.parse(body) as Readonly<Record<string, unknown>>;
const toHeader = ({ headers = [] }: DialectAnswer, name: string): string | undefined =>
  headers.find(([known]) => known === name)?.[1];

describe.each(names)("%s", (name) => {
  test.each(codes)("says %s with its message, and is JSON where it says so", (code) => {
    for (const wait of WAITS) {
      const answer = say(code, name, wait);
      const { message } = toFailure(code, { retryAfter: wait, violated: ["per-team"] });
      expect(answer.status).toBeGreaterThanOrEqual(200);
      if (name === "grpc-web") {
        expect([answer.status, answer.body]).toEqual([200, ""]);
        expect(decodeURIComponent(toHeader(answer, "grpc-message") ?? "")).toBe(message);
        continue;
      }
      expect(JSON.stringify(toJson(answer))).toContain(JSON.stringify(message).slice(1, -1));
    }
  });

  test.each(LIMITS)("never lets %s pass for a success", (code) => {
    for (const wait of WAITS) {
      const answer = say(code, name, wait);
      if (name === "grpc-web") expect(toHeader(answer, "grpc-status")).toBe("8");
      else if (answer.status === 200) expect([name, toJson(answer)["ok"]]).toEqual(["slack", false]);
      else expect(answer.status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe("a wait of more than a minute", () => {
  test.each([
    ["openai", "x-should-retry"],
    ["anthropic", "x-should-retry"],
    ["openrouter", "x-should-retry"],
  ] as const)("is none for clients of %s", (name, field) => {
    expect(toHeader(say("quota-exceeded", name, "61"), field)).toBe("false");
    expect(toHeader(say("quota-exceeded", name, "60"), field)).not.toBe("false");
    expect(toHeader(say("impossible-cost", name), field)).toBe("false");
    expect(toHeader(say("origin-limited", name, "3600"), field)).toBe("false");
    expect(toHeader(say("no-route", name), field)).not.toBe("false");
  });

  test("is a 200 that is not ok for Slack's, which would stand still", () => {
    expect(["60", "61"].map((wait) => say("quota-exceeded", "slack", wait).status)).toEqual([429, 200]);
    expect(say("impossible-cost", "slack").status).toBe(200);
    expect(say("origin-unreachable", "slack").status).toBe(502);
  });
});

test("Stripe's client, which reads no Retry-After, is told not to send again", () => {
  const field = (code: ProblemCode, wait?: string): string | undefined =>
    toHeader(say(code, "stripe", wait), "stripe-should-retry");
  expect([field("quota-exceeded", "1"), field("impossible-cost"), field("origin-timeout")]).toEqual([
    "false",
    "false",
    undefined,
  ]);
});

test("GitHub's clients wait on a 403 that names the secondary limit, and send nothing again that stays refused", () => {
  const limited = say("quota-exceeded", "github", "7");
  expect(limited.status).toBe(403);
  expect(toJson(limited)["message"]).toMatch(/^You have exceeded a secondary rate limit\. .*again in 7 s\.$/);
  expect(
    ["impossible-cost", "batch-too-large"].map((code) => say(code as ProblemCode, "github").status),
  ).toEqual([422, 400]);
});

test("Graph's limits are a 400 with code 4 that passes", () => {
  const answer = say("quota-exceeded", "graph", "7");
  expect(answer.status).toBe(400);
  expect(toJson(answer)["error"]).toMatchObject({ code: 4, type: "OAuthException", is_transient: true });
  expect(toJson(say("impossible-cost", "graph"))["error"]).toMatchObject({ code: 4, is_transient: false });
});

test("Google's tell how long to wait in RetryInfo, and a day's limit by its reason", () => {
  const { error } = toJson(say("quota-exceeded", "gemini", "7")) as { readonly error: object };
  expect(error).toMatchObject({
    code: 429,
    status: "RESOURCE_EXHAUSTED",
    details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "7s" }],
  });
  const toReason = (wait: string): unknown => {
    const answer = toJson(say("quota-exceeded", "google", wait)) as {
      readonly error: { readonly errors: readonly { readonly reason: string }[] };
    };
    return answer.error.errors[0]?.reason;
  };
  expect(["7", "3600"].map(toReason)).toEqual(["rateLimitExceeded", "dailyLimitExceeded"]);
});

test("OpenRouter's client takes a number as a code, and OpenAI's a word", () => {
  expect(toJson(say("quota-exceeded", "openrouter"))["error"]).toMatchObject({ code: 429 });
  expect(toJson(say("quota-exceeded", "openai"))["error"]).toMatchObject({ code: "rate_limit_exceeded" });
});

test("a request's own mistakes are named, the first of them", () => {
  const found = [{ path: "fields", code: "invalid", message: "must be names" }];
  const answer = toErrorAnswer("invalid-fields", "openai", { retryAfter: undefined, found });
  expect(toJson(answer)["message"]).toBe(
    "The wanted fields are not written as they must be. fields: must be names",
  );
});

test("grpc-message is ASCII whatever a policy is called", () => {
  const answer = toErrorAnswer("missing-key", "grpc-web", { retryAfter: undefined, violated: ["é%\ud800"] });
  expect(toHeader(answer, "grpc-message")).toMatch(/^[ -~]+$/);
  expect(toHeader(answer, "grpc-message")).toContain("%C3%A9%25");
});

describe("a request over its limit", () => {
  // What each client looks at to tell it from everything else: docs/configuration/answers.md, "Error dialects".
  test.each([
    ["openai", 429, { error: { code: "rate_limit_exceeded" } }],
    ["anthropic", 429, { type: "error", error: { type: "rate_limit_error" } }],
    ["openrouter", 429, { error: { code: 429 } }],
    ["gemini", 429, { error: { code: 429, status: "RESOURCE_EXHAUSTED" } }],
    ["google", 429, { error: { errors: [{ reason: "rateLimitExceeded" }] } }],
    ["graph", 400, { error: { code: 4 } }],
    ["stripe", 429, { error: { code: "rate_limit" } }],
    ["slack", 429, { ok: false, error: "ratelimited" }],
    ["graphql", 429, { errors: [{ extensions: { code: "RATE_LIMITED" } }] }],
    ["connect", 429, { code: "resource_exhausted" }],
  ] as const)("is what the clients of %s know it by", (name, status, body) => {
    const answer = say("quota-exceeded", name, "7");
    expect(answer.status).toBe(status);
    expect(toJson(answer)).toMatchObject(body);
  });

  test("is a 403 for octokit, with the message that it looks for", () => {
    const answer = say("quota-exceeded", "github", "7");
    expect([answer.status, /secondary rate limit/i.test(String(toJson(answer)["message"]))]).toEqual([
      403,
      true,
    ]);
  });
});

describe("a body that is larger than a route takes", () => {
  const SAID: Readonly<Record<DialectName, readonly [status: number, body: object]>> = {
    problem: [413, { status: 413, title: "Content Too Large" }],
    openai: [413, { error: { type: "invalid_request_error", code: "request_too_large" } }],
    anthropic: [413, { type: "error", error: { type: "request_too_large" } }],
    gemini: [413, { error: { code: 413, status: "INVALID_ARGUMENT" } }],
    openrouter: [413, { error: { code: 413 } }],
    graph: [413, { error: { type: "GraphMethodException", is_transient: false } }],
    stripe: [413, { error: { code: "request_too_large" } }],
    // Octokit sends a 413 again, and Slack's client all that is no 200.
    github: [400, { status: "400" }],
    slack: [200, { ok: false, error: "request_too_large" }],
    google: [413, { error: { errors: [{ reason: "uploadTooLarge" }] } }],
    graphql: [413, { errors: [{ extensions: { code: "BAD_REQUEST" } }] }],
    connect: [400, { code: "invalid_argument" }],
    "grpc-web": [200, {}],
  };

  test.each(names)("is what clients of %s do not send again", (name) => {
    const answer = say("request-too-large", name);
    const [status, body] = SAID[name];
    expect(answer.status).toBe(status);
    if (name === "grpc-web") expect(toHeader(answer, "grpc-status")).toBe("3");
    else expect(toJson(answer)).toMatchObject(body);
  });
});

test("of a wait of more than a minute each dialect says what its clients can read", () => {
  const toWords = (name: DialectName, wait: string): string =>
    JSON.stringify(say("quota-exceeded", name, wait)).replaceAll(wait, "so many");
  const differing = names.filter((name) => toWords(name, "60") !== toWords(name, "61"));
  expect(differing).toEqual(["openai", "anthropic", "openrouter", "slack", "google"]);
  // Stripe's client is never told to wait, octokit's waits once, and those of all others never do by themselves.
  for (const name of names) expect(toWords(name, "61")).toContain("so many");
});

// Routes to model APIs: what they count by, how long a body they take, which calls another provider gets, and what becomes
// of streams that are cut.

import { Readable } from "node:stream";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { startProvider } from "../../../demo/llm/provider.ts";
import { type Reply, send } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { startGateway, toConfigSource } from "../support/gateway.ts";
import { issueKey } from "../support/keys.ts";
import { type Script, startOrigin } from "../support/origin.ts";

const LIMIT = 10_000;
const TOKENS = {
  algorithm: "sliding-window",
  limit: LIMIT,
  window: "1h",
  key: "header:x-team",
  cost: { estimate: "openai" },
  settle: { usage: "openai" },
};

const provider = await startProvider();
afterAll(provider.close);
const failing = await startOrigin();
afterAll(failing.close);

const later = (seconds: number): Fields => [["Retry-After", String(seconds)]];
const stalls: Script = { raw: "", ending: "stall" };
/** What the first of two providers does, and whether a call that has been sent to it goes on to the other. */
const FAILURES: readonly (readonly [what: string, script: Script, get: boolean, post: boolean])[] = [
  ["answers 429", { status: 429 }, true, true],
  ["answers 429 with a Retry-After", { status: 429, fields: later(60) }, true, true],
  ["answers 503 with a Retry-After", { status: 503, fields: later(60) }, true, true],
  ["takes the key for none", { status: 401 }, true, true],
  ["answers 503", { status: 503 }, true, true],
  ["answers 529", { status: 529 }, true, true],
  ["answers 529 with a Retry-After", { status: 529, fields: later(60) }, true, true],
  ["answers 502", { status: 502 }, true, false],
  ["has no first byte in time", stalls, true, false],
  ["has none, and its pool sends such calls on", stalls, true, true],
  ["answers 500", { status: 500 }, false, false],
];
const nameOf = (at: number, method: string): string => `fallback-${at}-${method.toLowerCase()}`;
/** Each with what only it has learnt of the first provider. */
const FALLBACKS = FAILURES.flatMap(([what], at) =>
  ["GET", "POST"].map((method) => ({ name: nameOf(at, method), isTold: what.endsWith(" on") })),
);

const gateway = await startGateway({
  config: toConfigSource({
    origin: provider.url,
    origins: Object.fromEntries(
      FALLBACKS.map(({ name, isTold }) => [
        name,
        {
          members: [failing.url, { url: provider.url, role: "fallback" }],
          per: "member",
          feedback: { profile: "openai", otherScopes: "pool" },
          retries: { bodyBytesMax: 100_000, ...(isTold && { nonIdempotent: ["overloaded", "late"] }) },
        },
      ]),
    ),
    policies: {
      tokens: TOKENS,
      bound: { ...TOKENS, cost: { json: "max_tokens", min: 0, max: 5_000 } },
      models: { ...TOKENS, limit: 1_000, key: ["consumer", "json:model"] },
    },
    tiers: { pro: { models: { limit: 5_000 } } },
    routes: [
      { path: "/v1/models", policies: ["models"], auth: "required" },
      { path: "/v1/bound", policies: ["bound"] },
      { path: "/v1/short", policies: ["tokens"], errors: "openai", bodyBytesMax: 2_000 },
      { path: "/v1/short/messages", errors: "anthropic", bodyBytesMax: 2_000 },
      // Read as it passes, watched, timed, and none of it.
      { path: "/a/v1/*", policies: ["tokens"], errors: "openai", stripPrefix: "/a", totalTimeout: "2s" },
      { path: "/b/v1/*", errors: "anthropic", stripPrefix: "/b", bodyTimeout: "200ms" },
      { path: "/c/v1/*", errors: "openai", stripPrefix: "/c", totalTimeout: "300ms" },
      { path: "/d/*", errors: "gemini", stripPrefix: "/d" },
      { path: "/e/v1/*", errors: "stripe", stripPrefix: "/e" },
      ...FALLBACKS.map(({ name }) => ({
        path: `/${name}/*`,
        origin: name,
        stripPrefix: `/${name}`,
        timeout: "200ms",
      })),
    ],
  }),
});
afterAll(gateway.close);

let team = "";
let teams = 0;
beforeEach(() => {
  teams += 1;
  team = `team-${teams}`;
});

const fields = (): readonly (readonly [string, string])[] => [
  ["x-team", team],
  ["Content-Type", "application/json"],
];
const toBody = (content: string, more: object = {}): string =>
  JSON.stringify({ model: "m", messages: [{ role: "user", content }], max_tokens: 100, ...more });

describe("a limit for each consumer and model", () => {
  it("counts each alone, by the consumer's tier", async () => {
    const ask = async (key: string, model: string, maxTokens: number): Promise<readonly unknown[]> => {
      const reply = await send(gateway, "/v1/models", {
        method: "POST",
        fields: [...fields(), ["X-API-Key", key]],
        body: toBody("say 5", { model, max_tokens: maxTokens }),
      });
      const [, left] = /;r=(\d+)/.exec(reply.field("RateLimit") ?? "") ?? [];
      return [reply.status, Number(left)];
    };
    const { text: free } = await issueKey(gateway, { consumer: "free" });
    const { text: pro } = await issueKey(gateway, { consumer: "paying", tier: "pro" });
    expect(await ask(free, "a", 997)).toEqual([200, 0]);
    expect(await ask(free, "b", 897)).toEqual([200, 100]);
    expect(await ask(free, "b", 997)).toEqual([429, expect.any(Number)]);
    expect(await ask(pro, "a", 997)).toEqual([200, 4_000]);
    expect(await ask(pro, "b", 4_998)).toEqual([429, 5_000]);
  });

  it("finds its members behind a megabyte; what is behind a mebibyte costs the most", async () => {
    const behind = (length: number): string => {
      const { messages, ...rest } = JSON.parse(toBody("x".repeat(length), { max_tokens: 7 })) as object & {
        messages: unknown;
      };
      return JSON.stringify({ messages, ...rest });
    };
    const left = async (length: number): Promise<string | undefined> => {
      const reply = await send(gateway, "/v1/bound", {
        method: "POST",
        fields: fields(),
        body: behind(length),
      });
      return /;r=(\d+)/.exec(reply.field("RateLimit") ?? "")?.[1];
    };
    expect(await left(1_048_400)).toBe(String(LIMIT - 7));
    team += "-more";
    expect(await left(1_048_600)).toBe(String(LIMIT - 5_000));
  });
});

describe("a body that is longer than its route takes", () => {
  const long = toBody("x".repeat(3_000));
  /** As of a client that goes on sending: its answer does not wait for the end. */
  const inChunks = (): Readable => {
    const body = new Readable({ read: () => undefined });
    body.push(long);
    return body;
  };
  it.each([
    ["with limits that read it, its length stated", "/v1/short", long],
    ["with limits that read it, in chunks", "/v1/short", inChunks()],
    ["with a length that is stated", "/v1/short/messages", long],
    ["in chunks", "/v1/short/messages", inChunks()],
  ])("is refused in the words of its API: %s", async (_, path, body) => {
    const reply = await send(gateway, path, { method: "POST", fields: fields(), body });
    const { code, error } = reply.json() as { code: string; error: { type: string; message: string } };
    expect([reply.status, code]).toEqual([413, "request-too-large"]);
    expect(error.type).toBe(path === "/v1/short" ? "invalid_request_error" : "request_too_large");
    expect(error.message).toBe("The request's body is larger than this gateway takes here.");
    expect(provider.used(team)).toBe(0);
    const { field } = await send(gateway, "/v1/short", { fields: fields() });
    if (path === "/v1/short") expect(field("RateLimit")).toContain(`;r=${LIMIT}`);
  });

  it("and one that is not, goes on", async () => {
    for (const path of ["/v1/short", "/v1/short/messages"])
      for (const body of [toBody("say 5"), Readable.from([toBody("say 5")])])
        expect((await send(gateway, path, { method: "POST", fields: fields(), body })).status).toBe(200);
  });
});

describe("a stream that breaks off", () => {
  const BROKEN = "The answer broke off before it was whole. The origin has ended the connection.";
  const LATE = "The answer was cut off: the origin did not finish it in time.";
  const max_tokens = 100;
  const messages = (content: string): { role: "user"; content: string }[] => [{ role: "user", content }];

  const askOpenAi = async (path: string, content: string, heard: string[]): Promise<void> => {
    const client = new OpenAI({ apiKey: "k", baseURL: `${gateway.url}${path}/v1`, maxRetries: 0 });
    const stream = await client.chat.completions.create(
      { model: "m", messages: messages(content), max_tokens, stream: true },
      { headers: { "x-team": team } },
    );
    for await (const { choices } of stream) heard.push(choices[0]?.delta.content ?? "");
  };
  const askAnthropic = async (path: string, content: string, heard: string[]): Promise<void> => {
    const client = new Anthropic({ apiKey: "k", baseURL: `${gateway.url}${path}`, maxRetries: 0 });
    const stream = client.messages.stream({ model: "m", max_tokens, messages: messages(content) });
    stream.on("text", (text) => heard.push(text));
    await stream.finalMessage();
  };

  it.each([
    ["OpenAI's", "by its origin, while it is read", askOpenAi, "/a", "die 5", BROKEN],
    ["OpenAI's", "by its origin", askOpenAi, "/c", "die 5", BROKEN],
    ["OpenAI's", "by its total time", askOpenAi, "/c", "hang 5", LATE],
    ["Anthropic's", "by its origin", askAnthropic, "/b", "die 5", BROKEN],
    ["Anthropic's", "by a pause", askAnthropic, "/b", "stall 5", LATE],
  ] as const)(
    "is an error to %s client, after all that came: %s",
    async (_whose, _by, ask, path, content, message) => {
      const heard: string[] = [];
      const failed: unknown = await ask(path, content, heard).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(path === "/b" ? Anthropic.APIError : OpenAI.APIError);
      expect(String(failed)).toContain(message);
      expect(heard.join("")).toBe("tok ".repeat(5));
    },
  );

  it("is an error too where an event is torn", async () => {
    for (const [ask, path] of [
      [askOpenAi, "/a"],
      [askOpenAi, "/c"],
      [askAnthropic, "/b"],
    ] as const)
      await expect(ask(path, "tear 5", [])).rejects.toThrow();
  });

  it("ends with its one error event, and not in the middle", async () => {
    const reply = await send(gateway, "/d/v1/chat/completions", {
      method: "POST",
      fields: fields(),
      body: toBody("die 5", { stream: true }),
    });
    const last = reply.text().trimEnd().split("\n\n").at(-1);
    expect(JSON.parse(last?.replace("data: ", "") ?? "")).toMatchObject({
      error: { code: 502, status: "INTERNAL", message: BROKEN },
    });
  });

  it("is cut where its API has no such event", async () => {
    const asked = send(gateway, "/e/v1/chat/completions", {
      method: "POST",
      fields: fields(),
      body: toBody("die 5", { stream: true }),
    });
    await expect(asked).rejects.toThrow();
  });
});

describe("a call that the first of two providers fails", () => {
  /** Whether the second was asked: of a GET it says that it takes none. */
  const isOfSecond = ({ status, text }: Reply): boolean => status === 405 || text().endsWith("[DONE]\n\n");
  const ask = async (at: number, method: string, length = 0): Promise<readonly [Reply, number]> => {
    const path = "/v1/chat/completions";
    failing.serve(path, FAILURES[at]?.[1] ?? {});
    const before = failing.requests(path).length;
    const body =
      method === "GET" ? "" : toBody("say 5", { stream: true, metadata: { note: "x".repeat(length) } });
    const reply = await send(gateway, `/${nameOf(at, method)}${path}`, { method, fields: fields(), body });
    return [reply, failing.requests(path).length - before];
  };

  it.each(FAILURES.map(([what, , get, post], at) => [what, get, post, at] as const))(
    "goes to the second only where nothing was done, the method is idempotent or its pool says so: it %s",
    async (_, get, post, at) => {
      const used = provider.used();
      const [got, gets] = await ask(at, "GET");
      const [posted, posts] = await ask(at, "POST");
      expect([isOfSecond(got), isOfSecond(posted), gets, posts]).toEqual([get, post, 1, 1]);
      // The prompt, and what was said: once, or not at all.
      expect(provider.used() - used).toBe(post ? 3 + 5 : 0);
    },
  );

  const indexOf = (wanted: string): number => FAILURES.findIndex(([what]) => what === wanted);

  it("leaves the first alone for as long as that asked", async () => {
    const at = indexOf("answers 429 with a Retry-After");
    await ask(at, "POST");
    const [reply, asked] = await ask(at, "POST");
    expect([isOfSecond(reply), asked]).toEqual([true, 0]);
  });

  it.each([
    ["has no first byte in time", true],
    ["answers 529", true],
    ["answers 500", false],
  ] as const)(
    "five in a row have the next ones begin with the second, or not: it %s",
    async (what, isLeft) => {
      for (let time = 0; time < 5; time += 1) await ask(indexOf(what), "POST");
      const [reply, asked] = await ask(indexOf(what), "POST");
      expect([isOfSecond(reply), asked]).toEqual([isLeft, isLeft ? 0 : 1]);
    },
  );

  it("stays with the first where its body is longer than what is kept", async () => {
    const [reply, asked] = await ask(indexOf("answers 503 with a Retry-After"), "POST", 100_000);
    expect([reply.status, asked]).toEqual([503, 1]);
  });
});

// Limits by tokens, in front of a stand-in of a language model's API: an estimate is taken before a call, and what the answer
// says is settled after it, whether it is a document or a stream, whole or not.

import { setTimeout as wait } from "node:timers/promises";
import OpenAI from "openai";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { startProvider } from "../../../demo/llm/provider.ts";
import { open, type Reply, send } from "../support/client.ts";
import { startGateway, toConfigSource } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { readEvents } from "../support/pool-stand.ts";
import { until } from "../support/until.ts";

const LIMIT = 10_000;
const HOURLY = { algorithm: "sliding-window", window: "1h", key: "header:x-team" };
const TOKENS = { ...HOURLY, limit: LIMIT, cost: { estimate: "openai" }, settle: { usage: "openai" } };

const provider = await startProvider();
afterAll(provider.close);
const strange = await startOrigin();
afterAll(strange.close);
const gateway = await startGateway({
  config: toConfigSource({
    origin: provider.url,
    origins: { strange: { members: [strange.url], policies: ["pooled"] } },
    policies: {
      tokens: TOKENS,
      pooled: TOKENS,
      claude: { ...TOKENS, cost: { estimate: "anthropic" }, settle: { usage: "anthropic" } },
      small: { ...TOKENS, limit: 1_000 },
      money: {
        algorithm: "quota",
        period: "month",
        key: "header:x-team",
        limit: 1_000_000,
        settle: { usage: "openai" },
        cost: {
          estimate: "openai",
          usd: { m: { input: 2.5, output: 10 }, "*": { input: 100, output: 100 } },
        },
      },
      requests: { ...HOURLY, limit: 1_000 },
      bound: { ...TOKENS, cost: { json: "max_tokens", min: 0, max: 5_000 } },
      permits: { algorithm: "concurrency", limit: 100, key: "header:x-team" },
    },
    routes: [
      { path: "/v1/messages", policies: ["claude"] },
      { path: "/v1/small", policies: ["small"] },
      { path: "/v1/money", policies: ["money", "requests"] },
      { path: "/v1/bound", policies: ["bound"] },
      { path: "/strange", policies: ["tokens"], origin: "strange" },
      { path: "/v1/chat/completions", policies: ["tokens", "requests", "permits"], errors: "openai" },
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
const call = (content: string, more: object = {}, path = "/v1/chat/completions"): Promise<Reply> =>
  send(gateway, path, { method: "POST", fields: fields(), body: toBody(content, more) });

/** A GET says nothing to a model, and only looks. */
async function readUsed(path = "/v1/chat/completions", limit = LIMIT): Promise<number> {
  const reply = await send(gateway, path, { fields: fields() });
  const [, left] = /;r=(\d+)/.exec(reply.field("RateLimit") ?? "") ?? [];
  return limit - Number(left);
}

async function untilUsed(units: number, path?: string, limit?: number): Promise<void> {
  let used = -1;
  await until(`${units} in use`, async () => (used = await readUsed(path, limit)) === units).catch(() => {
    expect(used).toBe(units);
  });
}

describe("an answer settles what its call took", () => {
  it.each([
    ["a document", "say 40", {}],
    ["a document of tools", "tools 12", {}],
    ["a stream that asks for its usage", "say 40", { stream: true, stream_options: { include_usage: true } }],
    ["a stream that does not", "say 40", { stream: true }],
    ["a stream that says no", "say 9", { stream: true, stream_options: { include_usage: false } }],
    ["a stream of tools", "tools 12", { stream: true }],
    ["one that is cut short by its bound", "say 400", { stream: true, max_tokens: 7 }],
  ])("%s", async (_, content, more) => {
    const reply = await call(content, more);
    expect(reply.status).toBe(200);
    // What it says of the limit is still the estimate: the prompt, and as much as it may answer.
    const { max_tokens: bound = 100 } = more as { readonly max_tokens?: number };
    const prompt = Math.ceil(("user" + content).length / 4);
    expect(Number(/"tokens";r=(\d+)/.exec(reply.field("RateLimit") ?? "")?.[1])).toBe(LIMIT - prompt - bound);
    expect(reply.field("x-ratelimit-remaining-tokens")).toBe(String(LIMIT - prompt - bound));
    expect(reply.field("x-ratelimit-remaining-requests")).toBe("999");
    expect(reply.field("RateLimit-Policy")).toContain(`"tokens";q=${LIMIT};qu="tokens";w=3600`);
    await untilUsed(provider.used(team));
    expect(provider.used(team)).toBeGreaterThan(prompt);
  });

  it("of Anthropic too, in a document and in a stream", async () => {
    for (const stream of [false, true]) {
      const reply = await call("say 30", { stream }, "/v1/messages");
      expect(reply.status).toBe(200);
      await untilUsed(provider.used(team), "/v1/messages");
    }
    expect(provider.used(team)).toBe(2 * (3 + 30));
  });

  it("in money, by the prices of its model, beside a limit of calls", async () => {
    const used = async (model: string): Promise<number> => {
      const before = await readUsed("/v1/money", 1_000_000);
      await call("say 40", { model }, "/v1/money");
      await wait(100);
      return (await readUsed("/v1/money", 1_000_000)) - before;
    };
    expect(await used("m")).toBe(Math.ceil(3 * 2.5 + 40 * 10));
    expect(await used("unheard-of")).toBe(43 * 100);
  });

  it("where one member of the body was the estimate", async () => {
    await call("say 5", { max_tokens: 900 }, "/v1/bound");
    await untilUsed(3 + 5, "/v1/bound");
  });

  it("with nothing, when the model has failed", async () => {
    expect((await call("fail", {})).status).toBe(500);
    await untilUsed(0);
  });
});

describe("what a caller gets", () => {
  const events = ({ text }: Reply): readonly string[] =>
    text()
      .split("\n\n")
      .filter((event) => event !== "");

  it("is the stream as it was asked for, without what only the gateway asked", async () => {
    const plain = await send(provider, "/v1/chat/completions", {
      method: "POST",
      body: toBody("say 20", { stream: true }),
    });
    const through = events(await call("say 20", { stream: true }));
    expect(through.map((event) => event.replace(',"usage":null', ""))).toEqual(events(plain));
    const asked = events(await call("say 20", { stream: true, stream_options: { include_usage: true } }));
    expect(asked).toHaveLength(through.length + 1);
    expect(asked.at(-2)).toContain('"completion_tokens":20');
  });

  it.each([3, 200])("comes as it is made, and none of %i tokens stays behind in a pause", async (tokens) => {
    const { stream } = await open(gateway, "/v1/chat/completions", {
      method: "POST",
      fields: fields(),
      body: toBody(`hang ${tokens}`, { stream: true, max_tokens: tokens }),
    });
    let text = "";
    stream.on("data", (piece: Buffer) => (text += piece.toString()));
    await until(`${tokens} tokens`, () => Promise.resolve(text.split("tok ").length === tokens + 1));
    stream.destroy();
  });

  it("is what OpenAI's own client understands, helpers and refusals too", async () => {
    const client = new OpenAI({
      apiKey: "k",
      baseURL: `${gateway.url}/v1`,
      defaultHeaders: { "x-team": team },
      maxRetries: 0,
    });
    const ask = { model: "m", messages: [{ role: "user" as const, content: "say 20" }], max_tokens: 50 };
    const run = client.chat.completions.stream(ask);
    expect(await run.finalContent()).toBe("tok ".repeat(20));
    await untilUsed(provider.used(team));
    const refused = client.chat.completions.create({ ...ask, max_tokens: 9_990 });
    await expect(refused).rejects.toThrow(OpenAI.RateLimitError);
    await expect(refused).rejects.toThrow(/Rate limit exceeded \(tokens\)/);
  });
});

describe("before it is known", () => {
  it("ten calls of 500 do not all pass 1,000", async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => call("say 480", { max_tokens: 497, stream: true }, "/v1/small")),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(8);
    await untilUsed(2 * 483, "/v1/small", 1_000);
  });

  it("a call without a bound holds no more than there is", async () => {
    expect((await call("say 10", { max_tokens: undefined }, "/v1/small")).status).toBe(200);
    await untilUsed(3 + 10, "/v1/small", 1_000);
  });

  it("what cannot be read costs the most", async () => {
    const twice = '{"model":"m","max_tokens":1,"max_tokens":90000,"messages":[]}';
    const reply = await send(gateway, "/v1/chat/completions", {
      method: "POST",
      fields: fields(),
      body: twice,
    });
    expect([reply.status, (reply.json()["error"] as { code: string }).code]).toEqual([
      429,
      "rate_limit_exceeded",
    ]);
    await untilUsed(0);
  });

  it("finds what stands behind a long prompt, and goes by the length of what is longer than a mebibyte", async () => {
    const long = await call(`${"x".repeat(16_000)} say 4`, { max_tokens: 10 });
    expect([long.status, await readUsed()]).not.toContain(0);
    await untilUsed(4_003 + 4);
    const huge = await call("x".repeat(1_100_000), { max_tokens: 10 });
    expect(huge.status).toBe(429);
  });
});

describe("a stream that is not whole", () => {
  it("costs what has passed, when its client leaves", async () => {
    const asked = { stream_options: { include_usage: true } };
    const ways = [
      ["/v1/chat/completions", asked],
      ["/v1/small", {}],
      ["/v1/messages", {}],
    ] as const;
    for (const [path, more] of ways) {
      const { stream } = await open(gateway, path, {
        method: "POST",
        fields: fields(),
        body: toBody("hang 12", { stream: true, ...more }),
      });
      let text = "";
      stream.on("error", () => undefined);
      stream.on("data", (piece: Buffer) => (text += piece.toString()));
      await until("all of them", () => Promise.resolve(text.split("tok ").length === 13));
      stream.destroy();
      await untilUsed(3 + 12, path, path === "/v1/small" ? 1_000 : LIMIT);
    }
    expect(provider.used(team)).toBe(ways.length * 15);
  });

  it("keeps its estimate, when it breaks off", async () => {
    expect((await call("die 5", { stream: true })).text()).toContain('"code":"answer_incomplete"');
    await wait(100);
    expect(await readUsed()).toBe(3 + 100);
  });
});

describe("an answer whose usage is", () => {
  const toDocument = (usage: string): string => `{"choices":[]${usage === "" ? "" : `,"usage":${usage}`}}`;
  const ids = (): readonly unknown[] =>
    readEvents(gateway, "usage-unknown").map(({ requestId }) => requestId);
  const LONG = `"${"x".repeat(300_000)}"`;
  it.each([
    ["missing", "application/json", toDocument("")],
    ["missing in a stream", "text/event-stream", `data: ${toDocument("null")}\n\ndata: [DONE]\n\n`],
    ["a text", "application/json", toDocument('"seven"')],
    ["negative", "application/json", toDocument('{"prompt_tokens":-1,"completion_tokens":-2}')],
    ["no number", "application/json", toDocument('{"prompt_tokens":"3","completion_tokens":[4]}')],
    ["cut off", "application/json", '{"choices":[],"usage":{"prompt_tokens"'],
    [
      "beyond any model",
      "application/json",
      toDocument('{"prompt_tokens":1e400,"completion_tokens":2000000000}'),
    ],
    ["in an event of 300 kB", "text/event-stream", `data: {"x":${LONG},"usage":{"prompt_tokens":3}}\n\n`],
    ["in a coding that is not read", "application/json", toDocument('{"prompt_tokens":3}'), "x-own"],
    ["in a type that is not read", "text/plain", toDocument('{"prompt_tokens":3}')],
  ])("%s passes as it is, keeps its estimate, and is told in the log", async (_, type, body, coding = "") => {
    const own = coding === "" ? [] : [["Content-Encoding", coding] as const];
    strange.serve("/strange", { fields: [["Content-Type", type], ...own], body });
    const reply = await call("say 5", { stream_options: { include_usage: true } }, "/strange");
    expect([reply.status, reply.text() === body]).toEqual([200, true]);
    const id = reply.field("X-Gateway-Request-Id");
    await until("the line in the log", () => ids().includes(id));
    expect(await readUsed("/strange")).toBe(3 + 100);
  });

  it("leaves no word of a prompt in the log", async () => {
    await call("say 5 of pheasants", {}, "/strange");
    await call("fail pheasants");
    await call("say 5 pheasants", { max_tokens: 1_000_000 }, "/v1/small");
    await until("the refusal in the log", () => gateway.logs().some((line) => line.includes("impossible")));
    expect(gateway.logs().join("\n")).not.toContain("pheasants");
  });

  it("is unknown in one line of the log, though the pool reads it too", () => {
    expect(ids().length).toBeGreaterThanOrEqual(10);
    expect(new Set(ids()).size).toBe(ids().length);
  });
});

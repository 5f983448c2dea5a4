// Every pair of features that have to do with a body on its way to the client: it arrives whole and as it comes, a stated
// length stays stated, permits come back, and what may be stored is stored.

import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { askBatch } from "../support/batch.ts";
import { type BodyCase, pairs, toConfig } from "../support/body-features.ts";
import { open, send } from "../support/client.ts";
import type { HttpAnswer, RecordedRequest } from "../support/origin.ts";
import { startPoolStand } from "../support/pool-stand.ts";
import { until } from "../support/until.ts";

// Each also with a body that is too large for memory, and of stated length: the store takes it as a stream.
const cases = pairs.flatMap((pair): BodyCase[] =>
  pair.body === undefined && pair.method !== "HEAD"
    ? [pair, { ...pair, name: `${pair.name}, large`, path: `${pair.path}-large`, body: "large" }]
    : [pair],
);

const { gateway, origins, counts } = await startPoolStand(2, (urls) =>
  toConfig(cases, { urls, key: "path" }),
);

const PIECES = { json: ['{"id":1,', '"secret":2}'], events: ["id: 1\n\n", "id: 2\n\n"] };
const LARGE = JSON.stringify({ id: 1, secret: "x".repeat(200_000) });
const ERROR = '{"error":{"code":100},"secret":2}';

/** The second piece waits here until the first has arrived, or for nothing. */
const gates = new Map<string, Promise<void>>();

async function* inTurn([first = "", second = ""]: readonly string[], path: string): AsyncGenerator<string> {
  yield first;
  await gates.get(path);
  yield second;
}

const sumCounts = (path: string): number => counts(path).reduce((sum, count) => sum + count, 0);

function toAnswer({ path, body }: BodyCase, { method }: RecordedRequest): HttpAnswer {
  // Whoever sends a body is told to send it again, each time.
  if (method === "POST" && sumCounts(path) % 2 === 1)
    return { status: 503, fields: [["Retry-After", "0"]], body: "again" };
  const fields = [["Content-Type", body === "events" ? "text/event-stream" : "application/json"]] as const;
  if (method === "HEAD") return { fields: [...fields, ["Content-Length", String(LARGE.length)]] };
  if (body === "large") return { fields, body: LARGE };
  if (body === "error") return { status: 400, fields, body: ERROR };
  return { fields, body: inTurn(PIECES[body ?? "json"], path) };
}

for (const origin of origins)
  for (const one of cases) origin.serve(one.path, (request) => toAnswer(one, request));

function toWanted({ body, by, trims, method }: BodyCase): { readonly status: number; readonly text: string } {
  if (method === "HEAD") return { status: 200, text: "" };
  if (body === "error")
    return { status: 400, text: trims === "all answers" ? '{"error":{"code":100}}' : ERROR };
  const whole = body === "large" ? LARGE : PIECES[body ?? "json"].join("");
  const text = trims === undefined || body === "events" ? whole : '{"id":1}';
  return { status: 200, text: by === "aggregate" ? `{"part":${text}}` : text };
}

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly length?: string | undefined;
}

async function askInBatch({ path, query = "", method }: BodyCase): Promise<Answered> {
  const member = { path: path + query, ...(method === undefined ? {} : { method }) };
  const [answer] = await askBatch(gateway, [member]);
  if (answer === undefined) throw new Error("no answer");
  const { status, encoding, body } = answer;
  return { status, text: typeof body === "string" && encoding !== "json" ? body : toJsonText(body) };
}

const toJsonText = (body: unknown): string => (body === null ? "" : JSON.stringify(body));

/** Whether its first piece has to arrive before the second is sent. */
function isStreamed({ by, method, body, trims }: BodyCase): boolean {
  if (by !== undefined || method === "HEAD") return false;
  return body === "events" || (body === undefined && trims === undefined);
}

async function ask(one: BodyCase): Promise<Answered> {
  const { path, query = "", by } = one;
  const method: string = one.method ?? "GET";
  if (by === "batch") return askInBatch(one);
  const arrived = Promise.withResolvers<undefined>();
  if (isStreamed(one)) gates.set(path, arrived.promise);
  const target = by === "aggregate" ? `/all${path}` : path + query;
  const options = { method, ...(method === "POST" ? { body: "posted" } : {}) };
  const { status, field, stream } = await open(gateway, target, options);
  stream.once("data", arrived.resolve);
  return { status, length: field("Content-Length"), text: (await buffer(stream)).toString() };
}

/** Permits come back after the end of an answer: the next request may be a moment too early. */
async function askWhenFree(one: BodyCase): Promise<Answered> {
  return until("a permit", async () => {
    const answered = await ask(one);
    return answered.status !== 429 && answered;
  });
}

/** As the origin stated it, but where links in JSON may change. */
function keepsLength({ body, method, by, trims, features }: BodyCase): boolean {
  const mayRelink = features.includes("links") || features.includes("feedback");
  return !mayRelink && (body === "large" || method === "HEAD") && by === undefined && trims === undefined;
}

describe("a body, with", () => {
  it.concurrent.each(cases)("$name", async (one) => {
    const { body, method, isStored, path } = one;
    expect(await askWhenFree(one)).toMatchObject(toWanted(one));
    expect(await askWhenFree(one)).toMatchObject(toWanted(one));
    const isKept = isStored === true && method === undefined && body !== "events";
    const times = method === "POST" ? 4 : 2;
    expect(sumCounts(path)).toBe(isKept ? 1 : times);
    if (keepsLength(one)) expect((await askWhenFree(one)).length).toBe(String(LARGE.length));
  });

  it.each(["concurrency", "concurrency in shadow"])("%s and two ranges of what is stored", async (name) => {
    const stored = cases.find((one) => one.name === `${name} and cache, large`);
    if (stored === undefined) throw new Error("no such pair");
    await askWhenFree(stored);
    const fields = [["Range", "bytes=0-5,100000-100003"]] as const;
    const parts = await until("a permit", async () => {
      const reply = await send(gateway, stored.path, { fields });
      return reply.status !== 429 && reply;
    });
    expect(parts.status).toBe(206);
    expect(parts.text().match(/^(?:\{"id":|xxxx)\r?$/gm)).toHaveLength(2);
  });
});

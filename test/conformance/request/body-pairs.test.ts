// Every pair of features that have to do with a body on its way to the client: it arrives whole and as it comes, a stated
// length stays stated, permits come back, and what may be stored is stored.

import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { askBatch } from "../support/batch.ts";
import { open, send } from "../support/client.ts";
import type { HttpAnswer, RecordedRequest } from "../support/origin.ts";
import { startPoolStand } from "../support/pool-stand.ts";
import { until } from "../support/until.ts";

type Fragment = Readonly<Record<string, unknown>>;

/** Beside a plain GET of JSON that comes in two pieces. */
interface Feature {
  readonly route?: Fragment;
  /** Of the pool that the route leads to. */
  readonly pool?: Fragment;
  readonly method?: "HEAD" | "POST";
  readonly body?: "events" | "large" | "error";
  readonly by?: "batch" | "aggregate";
  readonly query?: string;
  /** Which JSON is trimmed. */
  readonly trims?: "good answers" | "all answers";
  readonly isStored?: true;
}

const PATIENT = { failures: 1_000_000, answers: 1_000_000 };
const PERMIT = { algorithm: "concurrency", limit: 1, expires: "1h", key: "path" };
const features: Readonly<Record<string, Feature>> = {
  concurrency: { route: { policies: ["flights"] } },
  "concurrency in shadow": { route: { policies: ["shadow"] } },
  "concurrency of a pool": { pool: { policies: ["calls"] } },
  bodyTimeout: { route: { bodyTimeout: "5s" } },
  totalTimeout: { route: { totalTimeout: "20s" } },
  cache: { route: { cache: { ttl: "1h", ttlByStatus: { "400": "1h" } } }, isStored: true },
  fields: { route: { fields: true }, query: "?fields=id", trims: "good answers" },
  dropFields: { route: { response: { dropFields: "secret" } }, trims: "all answers" },
  "a kept body, sent again": { pool: { retries: { budgetPercent: 100 } }, method: "POST" },
  feedback: { pool: { feedback: { profile: "facebook-graph" } }, body: "error" },
  batch: { by: "batch" },
  aggregate: { by: "aggregate" },
  "server-sent events": { body: "events" },
  HEAD: { method: "HEAD" },
};

interface Case extends Omit<Feature, "route" | "pool"> {
  readonly name: string;
  readonly path: string;
  readonly route: Fragment;
  readonly pool: Fragment | undefined;
}

const list = Object.entries(features);
const pairs: readonly Case[] = list.flatMap((one, at) =>
  list.slice(at).flatMap((other) => (areTogether(one[1], other[1]) ? [toCase(one, other)] : [])),
);
// Each also with a body that is too large for memory, and of stated length: the store takes it as a stream.
const cases = pairs.flatMap((pair): Case[] =>
  pair.body === undefined && pair.method !== "HEAD"
    ? [pair, { ...pair, name: `${pair.name}, large`, path: `${pair.path}-large`, body: "large" }]
    : [pair],
);

/** Not two methods, two bodies or two ways. */
function areTogether(one: Feature, other: Feature): boolean {
  if (one === other) return true;
  const slots = ["method", "body", "by"] as const;
  if (slots.some((slot) => one[slot] !== undefined && other[slot] !== undefined)) return false;
  const { by, method, body } = { ...one, ...other };
  // An aggregate is read with GET and HEAD, and made of JSON. A batch states no length, so what it sends is not kept.
  if (by === "aggregate") return method !== "POST" && body !== "events";
  return by !== "batch" || method !== "POST";
}

function toCase([oneName, one]: [string, Feature], [otherName, other]: [string, Feature]): Case {
  const name = oneName === otherName ? oneName : `${oneName} and ${otherName}`;
  const path = `/${name.replaceAll(/[^a-z]+/gi, "-")}`;
  const both = [one, other];
  const policies = both.flatMap(({ route }) => (route?.["policies"] as readonly string[] | undefined) ?? []);
  const route = { ...one.route, ...other.route, policies: [...new Set(policies)] };
  const pool = both.some((feature) => feature.pool !== undefined)
    ? { ...one.pool, ...other.pool }
    : undefined;
  return { ...one, ...other, name, path, route, pool };
}

const poolName = (pool: Fragment): string => Object.keys(pool).join("-");

const { gateway, origins, counts } = await startPoolStand(2, (urls) => {
  const toPool = ({ pool }: Case): readonly (readonly [string, unknown])[] =>
    pool === undefined ? [] : [[poolName(pool), { members: urls, breaker: PATIENT, ...pool }]];
  const toRoutes = ({ path, query = "", route, pool, by }: Case): readonly unknown[] => {
    const own = { path, origin: pool === undefined ? "plain" : poolName(pool), ...route };
    const whole = { path: `/all${path}`, aggregate: { part: path + query }, policies: route["policies"] };
    return by === "aggregate" ? [own, whole] : [own];
  };
  return {
    batch: {},
    origin: "plain",
    origins: {
      plain: { members: [urls[0]], retries: { max: 0 } },
      ...Object.fromEntries(cases.flatMap(toPool)),
    },
    policies: { flights: PERMIT, calls: PERMIT, shadow: { ...PERMIT, mode: "shadow" } },
    routes: cases.flatMap(toRoutes),
  };
});

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

function toAnswer({ path, body }: Case, { method }: RecordedRequest): HttpAnswer {
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

function toWanted({ body, by, trims, method }: Case): { readonly status: number; readonly text: string } {
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

async function askInBatch({ path, query = "", method }: Case): Promise<Answered> {
  const member = { path: path + query, ...(method === undefined ? {} : { method }) };
  const [answer] = await askBatch(gateway, [member]);
  if (answer === undefined) throw new Error("no answer");
  const { status, encoding, body } = answer;
  return { status, text: typeof body === "string" && encoding !== "json" ? body : toJsonText(body) };
}

const toJsonText = (body: unknown): string => (body === null ? "" : JSON.stringify(body));

/** Whether its first piece has to arrive before the second is sent. */
function isStreamed({ by, method, body, trims }: Case): boolean {
  if (by !== undefined || method === "HEAD") return false;
  return body === "events" || (body === undefined && trims === undefined);
}

async function ask(one: Case): Promise<Answered> {
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
async function askWhenFree(one: Case): Promise<Answered> {
  return until("a permit", async () => {
    const answered = await ask(one);
    return answered.status !== 429 && answered;
  });
}

/** As the origin stated it. */
function keepsLength({ body, method, by, trims }: Case): boolean {
  return (body === "large" || method === "HEAD") && by === undefined && trims === undefined;
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

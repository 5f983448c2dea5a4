// Credentials that the gateway shows origins: they replace what the caller sent, and no answer, log or page of an operator's
// has their texts, however an origin repeats them.

import { createHmac } from "node:crypto";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { open, type Reply, type RequestOptions, send } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { startGateway } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { until } from "../support/until.ts";

const TOKEN = "EAAB|9vX/q+7Zk=abc";
const NEXT_KEY = "ghp_nextNEXT12345678";
const APP_SECRET = "0f0f-app-secret-0f0f";
const PROOF = createHmac("sha256", APP_SECRET).update(TOKEN).digest("hex");
const SECRETS = [TOKEN, NEXT_KEY, APP_SECRET, PROOF];

const origin = await startOrigin();
afterAll(origin.close);
const gateway = await startGateway({
  config: `import { defineConfig } from "headgate";

const credential = { secret: "FB_TOKEN", query: "access_token", appSecret: "FB_SECRET" };
export default defineConfig({
  origin: ${JSON.stringify(origin.url)},
  policies: {},
  origins: {
    graph: { members: [{ url: ${JSON.stringify(origin.url)}, credential }] },
    poor: {
      members: [
        { url: "${origin.url}/a", credential: { secret: "NOT_SET", query: "access_token" } },
        { url: "${origin.url}/b", credential },
      ],
    },
  },
  routes: [
    { path: "/keyed/*", credential: { secret: "KEY_1", next: "KEY_2", header: "Authorization", scheme: "Bearer" } },
    { path: "/missing", credential: { secret: "NOT_SET", header: "X-Key" } },
    { path: "/no-proof", credential: { secret: "FB_TOKEN", query: "access_token", appSecret: "NOT_SET" } },
    { path: "/poor", origin: "poor" },
    { path: "/cached", origin: "graph", cache: { ttl: "1h" } },
    { path: "/plain/*" },
    { path: "/*", origin: "graph" },
  ],
});
`,
  vars: { FB_TOKEN: TOKEN, FB_SECRET: `${APP_SECRET}\n`, KEY_2: NEXT_KEY, ADMIN_TOKEN },
});
afterAll(gateway.close);

const seen: string[] = [];

/** Whatever is answered is looked through at the end. */
async function ask(path: string, options: RequestOptions = {}): Promise<Reply> {
  const reply = await send(gateway, path, options);
  seen.push(JSON.stringify(reply.fields), reply.body.toString("latin1"));
  return reply;
}

const toOrigin = (path: string): string => origin.requests(path).at(-1)?.target ?? "";
const hasSecret = (text: string): boolean =>
  SECRETS.some((secret) => text.includes(secret) || text.includes(encodeURIComponent(secret)));

describe("a credential of the gateway's", () => {
  const own = `access_token=${encodeURIComponent(TOKEN)}&appsecret_proof=${PROOF}`;
  it.each([
    ["/v25.0/me", `/v25.0/me?${own}`],
    ["/v25.0/me?", `/v25.0/me?${own}`],
    ["/v25.0/me?fields=id", `/v25.0/me?fields=id&${own}`],
    ["/v25.0/me?access_token=mine&fields=id&appsecret_proof=x", `/v25.0/me?fields=id&${own}`],
    ["/v25.0/me?access%5Ftoken=mine", `/v25.0/me?${own}`],
  ])("stands in the query of %s in place of the caller's", async (path, target) => {
    expect((await ask(path)).status).toBe(200);
    expect(toOrigin("/v25.0/me")).toBe(target);
  });

  it("stands in a field in place of the caller's, and is the next one where there is no first", async () => {
    await ask("/keyed/a?x=1&appsecret_proof=mine&appsecret_time=1", {
      fields: [
        ["Authorization", "Bearer mine"],
        ["AUTHORIZATION", "Basic x"],
        ["Range", "bytes=0-3"],
      ],
    });
    const [request] = origin.requests("/keyed/a");
    expect(request?.target).toBe("/keyed/a?x=1");
    expect(request?.lines("Authorization")).toEqual([`Bearer ${NEXT_KEY}`]);
    expect([request?.field("Range"), request?.field("Accept-Encoding")]).toEqual([undefined, "identity"]);
  });

  it("is asked for only where a route or a member says so", async () => {
    await ask("/plain/a?access_token=mine", { fields: [["Authorization", "Bearer mine"]] });
    const [request] = origin.requests("/plain/a");
    expect([request?.target, request?.field("Authorization")]).toEqual([
      "/plain/a?access_token=mine",
      "Bearer mine",
    ]);
  });

  it.each([
    ["/missing", "NOT_SET"],
    ["/no-proof", "NOT_SET"],
  ])("that is missing makes %s a 503, and the log names it", async (path, name) => {
    const reply = await ask(path);
    expect([reply.status, reply.json()["code"]]).toEqual([503, "origin-credential-missing"]);
    expect(origin.requests(path)).toEqual([]);
    await until("the log", () => gateway.logs().some((line) => line.includes(`no usable secret ${name}`)));
  });

  it("that one member lacks leaves the others to be asked, and shuts none out", async () => {
    const statuses = await Promise.all(Array.from({ length: 20 }, () => ask("/poor")));
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([200]));
    expect(origin.requests("/a/poor")).toEqual([]);
  });
});

describe("an answer that repeats it", () => {
  const url = `https://graph.example/v25.0/me?access_token=${encodeURIComponent(TOKEN)}&appsecret_proof=${PROOF}`;
  const bodies: readonly (readonly [
    how: string,
    fields: Fields,
    body: string | Uint8Array | AsyncIterable<string>,
  ])[] = [
    ["as it is", [], `hello ${TOKEN} ${PROOF} ${APP_SECRET}`],
    [
      "in JSON",
      [["Content-Type", "application/json"]],
      JSON.stringify({ paging: { next: url }, token: TOKEN }),
    ],
    ["in JSON as PHP writes it", [], JSON.stringify({ next: url, token: TOKEN }).replaceAll("/", "\\/")],
    ["in HTML", [["Content-Type", "text/html"]], `<a href="${url.replaceAll("&", "&amp;")}">${TOKEN}</a>`],
    [
      "compressed all the same",
      [
        ["Content-Encoding", "gzip"],
        ["ETag", '"1"'],
      ],
      gzipSync(`x ${TOKEN} ${url}`),
    ],
    ["in pieces", [], inPieces(`one ${TOKEN} two ${encodeURIComponent(TOKEN)} three ${PROOF} end`)],
    [
      "between bytes that are no text",
      [],
      Buffer.concat([Buffer.from([0xff, 0x80, 0]), Buffer.from(TOKEN), Buffer.from([0xe9])]),
    ],
  ];

  it.each(bodies)("%s has asterisks in its place", async (_how, fields, body) => {
    origin.serve("/repeats", { fields, body });
    const reply = await ask("/repeats");
    expect(reply.status).toBe(200);
    expect(reply.text()).toContain("*".repeat(TOKEN.length));
    expect(hasSecret(reply.body.toString("latin1"))).toBe(false);
    expect(hasSecret(reply.text().replaceAll("\\/", "/"))).toBe(false);
    if (typeof body === "string") expect(reply.body).toHaveLength(body.length);
    if (reply.field("ETag") !== undefined) expect(reply.field("ETag")).toBe('W/"1"');
  });

  it("in a coding that cannot be looked into does not pass", async () => {
    origin.serve("/repeats", { fields: [["Content-Encoding", "br"]], body: brotliCompressSync(TOKEN) });
    const reply = await ask("/repeats");
    expect([reply.status, reply.json()["code"]]).toEqual([502, "answer-unreadable"]);
  });

  it("in fields has none there, and keeps the others", async () => {
    origin.serve("/repeats", {
      status: 302,
      fields: [
        ["Location", url],
        ["Set-Cookie", `a=${encodeURIComponent(TOKEN)}`],
        ["Set-Cookie", "b=2"],
        ["X-Token", `Bearer ${TOKEN}`],
        ["X-Other", "other"],
      ],
    });
    const reply = await ask("/repeats");
    expect([reply.status, reply.field("X-Token"), reply.field("X-Other")]).toEqual([
      302,
      `Bearer ${"*".repeat(TOKEN.length)}`,
      "other",
    ]);
    expect(reply.lines("Set-Cookie")).toEqual([`a=${"*".repeat(encodeURIComponent(TOKEN).length)}`, "b=2"]);
    expect(hasSecret(JSON.stringify(reply.fields))).toBe(false);
  });

  it("piece by piece is not held back", async () => {
    const { promise: first, resolve: goOn } = Promise.withResolvers<undefined>();
    const body = (async function* () {
      yield "data: one\n\n";
      await first;
      yield `data: ${TOKEN}\n\n`;
    })();
    origin.serve("/events", { fields: [["Content-Type", "text/event-stream"]], body });
    const { stream } = await open(gateway, "/events");
    const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const { value } = await pieces.next();
    expect(String(value)).toBe("data: one\n\n");
    goOn(undefined);
    expect(String((await pieces.next()).value)).toBe(`data: ${"*".repeat(TOKEN.length)}\n\n`);
  });

  it("is stored without it, under a key without it", async () => {
    origin.serve("/cached", { body: `cached ${TOKEN}` });
    const answers = [await ask("/cached"), await ask("/cached")];
    expect(answers.map((answer) => answer.text())).toEqual(
      Array(2).fill(`cached ${"*".repeat(TOKEN.length)}`),
    );
    expect(answers[1]?.field("Cache-Status")).toContain("hit");
    expect(origin.requests("/cached")).toHaveLength(1);
  });
});

it("no answer, no log line and no page of an operator's has any of the secrets", async () => {
  for (const page of ["config", "routes", "origins", "policies", "status"]) {
    const reply = await askAdmin(gateway, "GET", `/${page}`);
    seen.push(reply.text());
  }
  const explained = await askAdmin(gateway, "POST", "/explain", { body: { url: "https://x/v25.0/me" } });
  seen.push(explained.text(), ...gateway.logs());
  expect(seen.length).toBeGreaterThan(60);
  expect(seen.filter(hasSecret)).toEqual([]);
});

async function* inPieces(text: string): AsyncIterable<string> {
  for (let at = 0; at < text.length; at += 7) yield await Promise.resolve(text.slice(at, at + 7));
}

// A configuration with functions of every kind: for test/conformance/request/own-code.test.ts.

export const toOwnCodeConfig = (
  originUrl: string,
): string => `import { defineConfig, type AuthenticateFunction, type KeyFunction, type RequestFunction, type ResponseFunction } from "headgate";

const slowly: KeyFunction = async (request) => {
  await new Promise((resolve) => setTimeout(resolve, Number(request.header("x-wait") ?? 0)));
  return request.header("x-team");
};
let asked = 0;
const whoami: AuthenticateFunction = async ({ header }) => {
  asked += 1;
  const session = header("x-session");
  if (session === undefined) return undefined;
  if (session === "broken") throw new Error("no session store");
  if (!session.startsWith("of-")) return { refused: "no session " + session };
  return { consumer: session.slice(3) + "-" + asked, tier: "pro", scopes: ["read"] };
};
const rewrite: RequestFunction = ({ query, header, consumer, env }) => {
  if (query("answer") !== undefined) return { respond: { status: 418, body: { short: "and stout" } } };
  if (query("bad") !== undefined) return { headers: { Host: "evil.example" } };
  if (query("away") !== undefined) return { path: "//evil.example/x", query: "a=b#c" };
  if (query("slashes") !== undefined) return { path: "//evil.example/x" };
  return { path: "/v2/things", query: "by=" + (consumer ?? "nobody"), headers: { "X-Made": "by " + env["HEAVY"], "X-Secret": null } };
};
const hide: ResponseFunction = (request, answer) => {
  if (request.query("throws") !== undefined) throw new Error("cannot hide");
  if (request.query("text") !== undefined) return { status: 203, body: "in place", headers: { "X-Was": String(answer.status) } };
  return { headers: { "X-Origin": null }, transform: new TransformStream({
    transform: (chunk, controller) => {
      controller.enqueue(new TextEncoder().encode(new TextDecoder().decode(chunk).toUpperCase()));
    },
  }) };
};
const WINDOW = { algorithm: "sliding-window", window: "1h" } as const;

export default defineConfig({
  origin: ${JSON.stringify(originUrl)},
  auth: { attempts: { limit: 3, window: "1m" } },
  functions: {
    team: (request) => request.header("x-team")?.split("/")[0],
    slowly: { run: slowly, timeout: "100ms" },
    strict: { run: slowly, timeout: "100ms", onFault: "refuse" },
    wrong: () => ({ no: "key" }) as never,
    throws: () => { throw new Error("what nobody is told"); },
    weight: ({ path, env }) => (path.endsWith("/heavy") ? Number(env["HEAVY"]) : 0.5),
    blind: ({ env }) => Object.keys(env).length + 1,
    whoami,
    rewrite: { run: rewrite, env: "HEAVY" },
    optional: { run: rewrite, onFault: "skip" },
    hide,
    keep: { run: hide, onFault: "skip" },
    heavy: { run: ({ env }) => Number(env["HEAVY"]), env: "HEAVY" },
  },
  policies: {
    teams: { ...WINDOW, limit: 3, key: "function:team" },
    slow: { ...WINDOW, limit: 3, key: "function:slowly" },
    strict: { ...WINDOW, limit: 100, key: "function:strict" },
    wrong: { ...WINDOW, limit: 3, key: "function:wrong" },
    throws: { ...WINDOW, limit: 3, key: "function:throws" },
    callers: { ...WINDOW, limit: 100, key: "consumer" },
    units: { ...WINDOW, limit: 100, key: "ip" },
    weighed: { ...WINDOW, limit: 100, key: "ip", cost: { function: "heavy", max: 50 } },
  },
  origins: {
    worker: { members: [{ service: "API", stripPrefix: "/worker" }], checks: { path: "/health", interval: "1s" } },
    slow: { members: [{ service: "API", url: "https://slow.example/base" }], breaker: { failures: 2, open: "1m" }, retries: { max: 0 } },
    files: { members: [{ assets: "ASSETS", stripPrefix: "/files" }] },
    spare: { members: [{ service: "NOT_BOUND" }, { service: "API", role: "fallback" }] },
    gone: { members: [{ service: "NOT_BOUND" }] },
    data: { members: [{ service: "COUNTERS" }] },
  },
  routes: [
    { path: "/worker/*", origin: "worker", cache: { ttl: "1m" } },
    { path: "/late", origin: "slow", timeout: "100ms" },
    { path: "/files/*", origin: "files" },
    { path: "/spare", origin: "spare" },
    { path: "/gone", origin: "gone" },
    { path: "/data", origin: "data" },
    { path: "/teams", policies: ["teams"] },
    { path: "/slow", policies: ["slow"] },
    { path: "/strict", policies: ["strict"] },
    { path: "/wrong", policies: ["wrong"] },
    { path: "/throws", policies: ["throws"] },
    { path: "/weight/*", policies: ["units"], cost: { function: "weight", max: 20 } },
    { path: "/weighed", policies: ["weighed", "units"], cost: { function: "blind", max: 20 } },
    { path: "/me", auth: "required", scopes: ["read"], policies: ["callers"], authenticate: { function: "whoami" } },
    { path: "/again", auth: "optional", authenticate: { function: "whoami", remember: "1m", by: "header:x-session" } },
    { path: "/admin", auth: "required", scopes: ["write"], authenticate: { function: "whoami" } },
    { path: "/rewrite", request: { function: "rewrite" } },
    { path: "/optional", request: { function: "optional" } },
    { path: "/hide", response: { function: "hide" } },
    { path: "/keep", response: { function: "keep" } },
    { path: "/stored", cache: { ttl: "1m" }, response: { function: "hide" } },
    { path: "/plain" },
  ],
});
`;

/** A Worker that the gateway may call: it says what it got. */
export const OTHER_WORKER = `export default {
  async fetch(request) {
    const url = new URL(request.url);
    if (url.hostname === "slow.example") await scheduler.wait(2000);
    const body = request.method === "POST" ? await request.text() : "";
    const { method, headers } = request;
    return Response.json(
      { method, url: request.url, body, fields: Object.fromEntries(headers) },
      { headers: { "Cache-Control": "max-age=60", "X-Worker": "other" } },
    );
  },
};
`;

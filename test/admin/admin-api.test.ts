// The admin API in workerd: who gets in, what it refuses, and that a purge reaches the cache.

import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createAdminApi } from "../../src/admin/admin-api.ts";
import type { AdminControls } from "../../src/admin/operation.ts";
import { parseConfig } from "../../src/core/config/parse-config.ts";
import type { Purge } from "../../src/core/cache/purge-state.ts";

const PREFIX = "/__headgate/v1";
const TOKEN = "a-token-of-the-operator";
const LOG_SINKS = [{ sink: "log.sinks.0", taken: 3, waiting: 2, dropped: 1 }];
const ORIGINS = [{ pool: "orders", origins: [{ url: "https://a.example", state: "open" }] }];

function ask(
  path: string,
  init: RequestInit = {},
  token: string | undefined = TOKEN,
): {
  readonly response: Promise<Response> | undefined;
  readonly purges: Purge[];
} {
  const purges: Purge[] = [];
  const purge = (made: readonly Purge[]): Promise<"everywhere"> => {
    purges.push(...made);
    return Promise.resolve("everywhere");
  };
  const api = createAdminApi({ ...controls, purge }, { ADMIN_TOKEN: token });
  return { response: api(new Request(`https://gateway.example${path}`, init)), purges };
}

const config = parseConfig({ origin: "zone", policies: {}, routes: [{ path: "/*", cache: { ttl: "1m" } }] });
if (!config.ok) throw new Error(JSON.stringify(config.error));

const controls: AdminControls = {
  prefix: PREFIX,
  bindings: env,
  deployed: {},
  functions: new Map(),
  config: () => config.value,
  overrides: () => undefined,
  access: () => undefined,
  countBans: () => 0,
  explain: () => {
    throw new Error("nobody explains here");
  },
  learn: () => Promise.resolve(),
  showLogSinks: () => LOG_SINKS,
  follow: () => undefined,
  showPools: () => ORIGINS,
  purge: () => Promise.resolve("everywhere"),
};

const authorized = { Authorization: `Bearer ${TOKEN}` };

test.each([undefined, ""])("is off when the token is %o", (token) => {
  expect(
    createAdminApi(controls, { ADMIN_TOKEN: token, ADMIN_READ_TOKEN: token })(
      new Request(`https://x.example${PREFIX}/health`),
    ),
  ).toBeUndefined();
});

test.each(["/", "/__headgate", "/__headgate/v10/health", "/api/__headgate/v1/health"])(
  "leaves %s to the gateway",
  (path) => {
    expect(ask(path, { headers: authorized }).response).toBeUndefined();
  },
);

test.each([
  {},
  { Authorization: "" },
  { Authorization: TOKEN },
  { Authorization: "Bearer " },
  { Authorization: `Bearer ${TOKEN}x` },
  { Authorization: `Bearer ${TOKEN.slice(0, -1)}` },
  { Authorization: `Basic ${TOKEN}` },
])("refuses %o", async (headers) => {
  const { response, purges } = ask(`${PREFIX}/cache/purge`, {
    method: "POST",
    headers,
    body: '{"everything":true}',
  });
  expect((await response)?.status).toBe(401);
  expect((await response)?.headers.get("WWW-Authenticate")).toBe("Bearer");
  expect(purges).toEqual([]);
});

test("answers health to who has the token", async () => {
  const response = await ask(`${PREFIX}/health`, { headers: authorized }).response;
  expect(response?.status).toBe(200);
  expect(response?.headers.get("Cache-Control")).toBe("no-store");
  expect(await response?.json()).toEqual({
    status: "ok",
    scopes: ["read", "keys", "limits", "config", "purge"],
    log: LOG_SINKS,
  });
});

test("shows the state of the origins", async () => {
  const response = await ask(`${PREFIX}/origins`, { headers: authorized }).response;
  expect(await response?.json()).toEqual({ items: ORIGINS });
});

test.each([
  ["/nothing", "GET"],
  ["/keys/k1/nothing", "GET"],
  ["/openapi.jsonx", "GET"],
  ["", "GET"],
])("answers 404 for %s by %s", async (path, method) => {
  expect((await ask(PREFIX + path, { method, headers: authorized }).response)?.status).toBe(404);
});

test.each([
  ["/health", "POST", "GET, HEAD"],
  ["/cache/purge", "GET", "POST"],
  ["/keys", "PUT", "POST, GET, HEAD"],
  ["/openapi.json", "POST", "GET, HEAD"],
])("answers 405 for %s by %s, and names %s", async (path, method, allowed) => {
  const response = await ask(PREFIX + path, { method, headers: authorized }).response;
  expect([response?.status, response?.headers.get("Allow")]).toEqual([405, allowed]);
});

test("stops listening to an address whose attempts keep failing, also to the right token", async () => {
  const api = createAdminApi(controls, { ADMIN_TOKEN: TOKEN });
  const attempt = async (token: string, address: string): Promise<number | undefined> =>
    (
      await api(
        new Request(`https://gateway.example${PREFIX}/health`, {
          headers: { Authorization: `Bearer ${token}`, "CF-Connecting-IP": address },
        }),
      )
    )?.status;
  for (let failure = 0; failure < 10; failure += 1)
    expect(await attempt(`guess-${failure}`, "192.0.2.1")).toBe(401);
  expect(await attempt("guess", "192.0.2.1")).toBe(429);
  expect(await attempt(TOKEN, "192.0.2.1")).toBe(429);
  expect(await attempt(TOKEN, "192.0.2.2")).toBe(200);
});

test("opens with the read-only token what changes nothing", async () => {
  const api = createAdminApi(controls, { ADMIN_READ_TOKEN: TOKEN });
  const statusOf = async (path: string, method: string): Promise<number | undefined> =>
    (await api(new Request(`https://gateway.example${PREFIX}${path}`, { method, headers: authorized })))
      ?.status;
  expect(await statusOf("/health", "GET")).toBe(200);
  expect(await statusOf("/cache/purge", "POST")).toBe(403);
});

test("purges by URL, prefix, tag and everything", async () => {
  const body = JSON.stringify({
    everything: true,
    urls: ["https://api.example/a?b=1"],
    prefixes: ["https://api.example/docs/"],
    tags: ["Product-7"],
  });
  const { response, purges } = ask(`${PREFIX}/cache/purge`, { method: "POST", headers: authorized, body });
  expect((await response)?.status).toBe(202);
  expect(purges).toEqual([
    { kind: "everything" },
    { kind: "url", url: "https://api.example/a?b=1" },
    { kind: "prefix", url: "https://api.example/docs/" },
    { kind: "tag", tag: "Product-7" },
  ]);
});

test.each([
  "",
  "{",
  "[]",
  "{}",
  '{"everything":false}',
  '{"urls":["/a"]}',
  '{"tags":["a b"]}',
  '{"tag":"x"}',
  '{"urls":"x"}',
])("refuses the purge %s", async (body) => {
  const { response, purges } = ask(`${PREFIX}/cache/purge`, { method: "POST", headers: authorized, body });
  const refusal = await response;
  expect(refusal?.status).toBe(400);
  expect(await refusal?.json()).toMatchObject({ code: "invalid-body", problems: [expect.anything()] });
  expect(purges).toEqual([]);
});

test("refuses a purge larger than any", async () => {
  const body = JSON.stringify({ tags: ["x".repeat(70_000)] });
  expect(
    (await ask(`${PREFIX}/cache/purge`, { method: "POST", headers: authorized, body }).response)?.status,
  ).toBe(413);
});

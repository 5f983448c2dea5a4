// `headgate test`: examples that hold, that do not, and that are none.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { run } from "../../../../src/cli/headgate/run.ts";

const folder = await mkdtemp(join(tmpdir(), "headgate-test-"));
afterAll(() => rm(folder, { recursive: true }));

const config = join(folder, "config.json");
await writeFile(
  config,
  JSON.stringify({
    origin: "http://127.0.0.1:9",
    auth: { apiKeys: {} },
    policies: {
      search: { algorithm: "sliding-window-log", limit: 3, window: "1m", key: "ip" },
      plan: { algorithm: "token-bucket", limit: 60, window: "1m", burst: 2, key: "consumer" },
    },
    tiers: { pro: { plan: { burst: 5 } } },
    routes: [
      { path: "/search", methods: ["GET"], policies: ["search"] },
      {
        path: "/orders/:id",
        policies: ["plan"],
        auth: "required",
        cost: { methods: { POST: 2 }, otherwise: 1 },
      },
    ],
  }),
);

async function play(examples: unknown): Promise<{ code: number; out: string; err: string }> {
  const file = join(folder, "examples.json");
  await writeFile(file, JSON.stringify(examples));
  let [out, err] = ["", ""];
  const code = await run(["test", "--config", config, file], {
    variables: {},
    print: (text) => (out += text),
    complain: (text) => (err += text),
  });
  return { code, out, err };
}

const SEARCH = { path: "/search?q=a" };

it("runs each example with counters that have seen nothing", async () => {
  const { code, out } = await play([
    {
      name: "three searches a minute for each address",
      requests: [
        { ...SEARCH, times: 3, every: "10s", expect: "allowed" },
        { ...SEARCH, at: "30s", expect: { outcome: "denied", policy: "search", retryAfter: "30s" } },
        { ...SEARCH, at: "30s", address: "192.0.2.2", expect: "allowed" },
        { ...SEARCH, at: "60s", expect: "allowed" },
      ],
    },
    {
      name: "a customer's plan, and what posting costs",
      requests: [
        { path: "/orders/7", method: "POST", consumer: "acme", expect: "allowed" },
        { path: "/orders/7", consumer: "acme", expect: { outcome: "denied", retryAfter: "1s" } },
        { path: "/orders/7", consumer: "bob", tier: "pro", times: 5, expect: "allowed" },
        { path: "/none", expect: "no-route" },
      ],
    },
  ]);
  expect(out).toContain("2 of 2 examples hold");
  expect(code).toBe(0);
});

it.each([
  [
    { ...SEARCH, times: 4, expect: "allowed" },
    "request 1, number 4 of 4 (GET /search?q=a at 0s): expected allowed, was denied by search, Retry-After 60",
  ],
  [{ ...SEARCH, expect: "denied" }, "request 1 (GET /search?q=a at 0s): expected denied, was allowed"],
  [
    { path: "/orders/7", method: "POST", consumer: "a", times: 2, expect: "allowed" },
    "denied by plan, Retry-After 2",
  ],
])("says what was not so: %j", async (request, said) => {
  const { code, out } = await play([{ name: "one", requests: [request] }]);
  expect(code).toBe(1);
  expect(out).toContain("FAILED  one");
  expect(out).toContain(said);
});

it("says of what is no example where and why", async () => {
  const { code, err } = await play([
    { name: "one", requests: [{ path: "search", expct: "allowed", expect: "alowed" }] },
  ]);
  expect(code).toBe(1);
  expect(err).toContain("0.requests.0.path: must be a path such as");
  expect(err).toContain('0.requests.0.expct: unknown key "expct"; did you mean "expect"?');
  expect(err).toContain("0.requests.0.expect: must be one of");
});

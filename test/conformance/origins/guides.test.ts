// The configurations of the guides to other people's APIs, as they are printed: with mock servers in the APIs' places, and
// nothing else changed.

import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { type Reply, type RequestOptions, send } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { until } from "../support/until.ts";

const JSON_FIELD: Fields = [["Content-Type", "application/json"]];

/** The whole configuration in a guide. */
function readConfig(guide: string): string {
  const text = readFileSync(`docs/guides/${guide}`, "utf8");
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
  const whole = blocks.find((code) => code.includes("export default defineConfig"));
  if (whole === undefined) throw new Error(`${guide} has a configuration`);
  return whole;
}

interface Started {
  readonly gateway: Gateway;
  readonly api: Origin;
  readonly listener: Origin;
  readonly keyOf: (consumer: string) => Promise<string>;
}

async function start(
  guide: string,
  {
    api: apiUrl,
    listener: listenerUrl,
    vars,
  }: { readonly api: string; readonly listener: string; readonly vars: Readonly<Record<string, string>> },
): Promise<Started> {
  const [api, listener] = await Promise.all([startOrigin(), startOrigin()]);
  const config = readConfig(guide).replaceAll(apiUrl, api.url).replaceAll(listenerUrl, listener.url);
  const gateway = await startGateway({ config, vars: { ...vars, ADMIN_TOKEN } });
  afterAll(async () => {
    await gateway.close();
    await Promise.all([api.close(), listener.close()]);
  });
  const keyOf = async (consumer: string): Promise<string> => {
    const created = await askAdmin(gateway, "POST", "/keys", { body: { consumer } });
    return String(created.json()["key"]);
  };
  return { gateway, api, listener, keyOf };
}

describe("call-the-graph-api.md", async () => {
  const vars = {
    FB_TOKEN_A: "EAAB-token-of-app-a",
    FB_TOKEN_B: "EAAB-token-of-app-b",
    FB_APP_SECRET_A: "secret-of-app-a",
    FB_APP_SECRET_B: "secret-of-app-b",
    FB_VERIFY_TOKEN: "a word that both know",
  };
  const { gateway, api, listener, keyOf } = await start("call-the-graph-api.md", {
    api: "https://graph.facebook.com",
    listener: "https://publisher.example.com",
    vars,
  });
  const key = await keyOf("checkout");
  const ask = (path: string, options: RequestOptions = {}): Promise<Reply> =>
    send(gateway, `${path}?access_token=${key}`, options);
  const tokenOf = (target: string): string | null =>
    new URLSearchParams(target.split("?")[1]).get("access_token");
  const refuse = (code: number) => ({
    status: 400,
    fields: JSON_FIELD,
    body: JSON.stringify({ error: { code } }),
  });

  it("shows Facebook one of two tokens with its proof, and never the caller's key", async () => {
    api.serve("/v25.0/me", { fields: JSON_FIELD, body: "{}" });
    expect((await ask("/v25.0/me")).status).toBe(200);
    expect((await send(gateway, "/v25.0/me")).status).toBe(401);
    const target = api.requests("/v25.0/me")[0]?.target ?? "";
    expect([vars.FB_TOKEN_A, vars.FB_TOKEN_B]).toContain(tokenOf(target));
    expect(target).toContain("appsecret_proof=");
    expect(target).not.toContain(key);
  });

  it("goes to the other app when one is used up", async () => {
    api.serve("/v25.0/me/accounts", ({ target }) =>
      tokenOf(target) === vars.FB_TOKEN_A ? refuse(4) : { fields: JSON_FIELD, body: '{"of":"b"}' },
    );
    for (let call = 0; call < 4; call += 1)
      expect((await ask("/v25.0/me/accounts", { method: "POST", body: "x=1" })).text()).toBe('{"of":"b"}');
  });

  it("stops one ad account alone", async () => {
    api.serve("/v25.0/act_1/insights", refuse(80_004));
    api.serve("/v25.0/act_2/insights", { fields: JSON_FIELD, body: '{"data":[]}' });
    const stopped = ask("/v25.0/act_1/insights");
    expect((await ask("/v25.0/act_2/insights")).text()).toBe('{"data":[]}');
    await until("the refusal", () => api.requests("/v25.0/act_1/insights").length > 0);
    expect((await ask("/v25.0/act_2/insights")).status).toBe(200);
    api.serve("/v25.0/act_1/insights", { fields: JSON_FIELD, body: "{}" });
    // It waits in line, and is served when one call that tries is.
    expect((await stopped).status).toBe(200);
  });

  it("keeps what Graph calls no-store for one service, until a webhook says that it changed", async () => {
    const fields: Fields = [...JSON_FIELD, ["Cache-Control", "private, no-cache, no-store, must-revalidate"]];
    api.serve("/v25.0/bakery/posts", { fields, body: '{"data":["old"]}' });
    await ask("/v25.0/bakery/posts");
    await until(
      "a hit",
      async () => (await ask("/v25.0/bakery/posts")).field("Cache-Status")?.includes("hit") === true,
    );
    api.serve("/v25.0/bakery/posts", { fields, body: '{"data":["new"]}' });
    const body = '{"object":"page","entry":[{"id":"bakery"}]}';
    const sign = (secret: string): Fields => [
      ["X-Hub-Signature-256", `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`],
    ];
    const hook = (secret: string): Promise<Reply> =>
      send(gateway, "/hooks/facebook", { method: "POST", body, fields: sign(secret) });
    expect([(await hook("forged")).status, (await hook(vars.FB_APP_SECRET_A)).status]).toEqual([401, 200]);
    await until("the new posts", async () => (await ask("/v25.0/bakery/posts")).text().includes("new"));
    await until("the publisher", () => listener.requests("/facebook").length === 1);
  });
});

describe("call-github.md", async () => {
  const vars = { GITHUB_TOKEN: "ghp_token-of-the-company", GITHUB_WEBHOOK_SECRET: "gh-secret" };
  const { gateway, api, listener, keyOf } = await start("call-github.md", {
    api: "https://api.github.com",
    listener: "https://bots.example.com",
    vars,
  });
  const key = await keyOf("dashboards");
  const ask = (path: string): Promise<Reply> =>
    send(gateway, path, { fields: [["Authorization", `Bearer ${key}`]] });

  it("shows GitHub the company's token, keeps a read as GitHub says, and purges it by webhook", async () => {
    const path = "/repos/acme/shop/issues";
    const fields: Fields = [
      ...JSON_FIELD,
      ["Cache-Control", "private, max-age=60, s-maxage=60"],
      ["ETag", 'W/"1"'],
    ];
    api.serve(path, { fields, body: "[1]" });
    await ask(path);
    await until("a hit", async () => (await ask(path)).field("Cache-Status")?.includes("hit") === true);
    const asked = api.requests(path);
    expect(asked[0]?.field("authorization")).toBe(`Bearer ${vars.GITHUB_TOKEN}`);
    api.serve(path, { fields, body: "[1,2]" });
    const body = '{"action":"opened"}';
    const signature = createHmac("sha256", vars.GITHUB_WEBHOOK_SECRET).update(body).digest("hex");
    const hooked = await send(gateway, "/hooks/github", {
      method: "POST",
      body,
      fields: [
        ["X-Hub-Signature-256", `sha256=${signature}`],
        ["X-GitHub-Delivery", "d-1"],
        ["X-GitHub-Event", "issues"],
      ],
    });
    expect(hooked.status).toBe(200);
    await until("the new issues", async () => (await ask(path)).text() === "[1,2]");
    await until("the bots", () => listener.requests("/github").length === 1);
  });

  it("stops searches alone when searches are used up", async () => {
    api.serve("/search/issues", {
      status: 403,
      fields: [
        ...JSON_FIELD,
        ["X-RateLimit-Resource", "search"],
        ["X-RateLimit-Limit", "30"],
        ["X-RateLimit-Remaining", "0"],
        ["X-RateLimit-Reset", String(Math.ceil(Date.now() / 1_000) + 600)],
      ],
      body: "{}",
    });
    api.serve("/user", { fields: JSON_FIELD, body: "{}" });
    // Ten minutes are longer than anybody waits here.
    expect((await ask("/search/issues?q=a")).status).toBeGreaterThanOrEqual(400);
    const asked = api.requests("/search/issues").length;
    await ask("/search/issues?q=b");
    expect(api.requests("/search/issues")).toHaveLength(asked);
    expect((await ask("/user")).status).toBe(200);
  });
});

// The configuration at run time over HTTP: shown, checked, put, rolled back; refused when it is wrong or stale.

import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus, tagOf } from "../support/admin.ts";
import { send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";

const deployed = {
  policies: { api: { algorithm: "sliding-window", limit: 50, window: "1h", key: "ip" } },
  routes: [{ path: "/*", policies: ["api"] }],
};
const { gateway, origin } = await startStand(deployed, { vars: { ADMIN_TOKEN } });

const toConfig = (limit: number): Record<string, unknown> => ({
  origin: origin.url,
  ...deployed,
  policies: { api: { ...deployed.policies.api, limit } },
});
const limitOf = async (): Promise<string | undefined> =>
  (await send(gateway, "/")).field("X-RateLimit-Limit");

describe("the configuration", () => {
  it("is the deployed file at first, as version 0", async () => {
    const shown = await askAdmin(gateway, "GET", "/config");
    expect(shown.json()).toMatchObject({
      version: 0,
      isFile: true,
      config: { origin: origin.url, ...deployed },
    });
    expect(tagOf(shown)).toBe('"0"');
  });

  it("is put whole, active at once, and rolled back to the file", async () => {
    const before = tagOf(await askAdmin(gateway, "GET", "/config"));
    const put = await askAdmin(gateway, "PUT", "/config", {
      body: { config: toConfig(70), reason: "more" },
      ifMatch: before,
    });
    expect([put.status, put.json()["isFile"], await limitOf()]).toEqual([200, false, "70"]);
    const stale = await askAdmin(gateway, "PUT", "/config", {
      body: { config: toConfig(80) },
      ifMatch: before,
    });
    expect([stale.status, await limitOf()]).toEqual([412, "70"]);
    const back = await askAdmin(gateway, "POST", "/config/rollback", {
      body: { version: 0 },
      ifMatch: tagOf(put),
    });
    expect([back.status, back.json()["isFile"], await limitOf()]).toEqual([200, true, "50"]);
    const again = await askAdmin(gateway, "POST", "/config/rollback", {
      body: { version: put.json()["version"] },
      ifMatch: tagOf(back),
    });
    expect([again.status, await limitOf()]).toEqual([200, "70"]);
    const { items } = await expectStatus(200, askAdmin(gateway, "GET", "/config/versions?limit=3"));
    const versions = items as { reason: string; isActive: boolean }[];
    expect(versions.map(({ reason, isActive }) => [reason, isActive])).toEqual([
      ["back to version 1", true],
      ["back to version 0", false],
      ["more", false],
    ]);
    const old = await expectStatus(
      200,
      askAdmin(gateway, "GET", `/config/versions/${String(put.json()["version"])}`),
    );
    expect(old["config"]).toEqual(toConfig(70));
    await expectStatus(
      404,
      askAdmin(gateway, "POST", "/config/rollback", { body: { version: 999 }, ifMatch: "*" }),
    );
  });

  it("is put by one of several writers at once", async () => {
    const ifMatch = tagOf(await askAdmin(gateway, "GET", "/config"));
    const writers = Array.from({ length: 6 }, (_, at) =>
      askAdmin(gateway, "PUT", "/config", { body: { config: toConfig(100 + at) }, ifMatch }),
    );
    const sent = await Promise.all(writers);
    expect(sent.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 412, 412, 412, 412, 412]);
    const won = sent.findIndex(({ status }) => status === 200);
    expect(await limitOf()).toBe(String(100 + won));
  });

  it("is refused with every problem when it is wrong, and nothing changes", async () => {
    const before = await limitOf();
    const wrong = {
      ...toConfig(1),
      policies: { api: { algorithm: "sliding-windw", limit: -1, window: "1h", key: "ip" } },
      routes: [{ path: "nowhere" }],
      nobody: 1,
    };
    const refused = await askAdmin(gateway, "PUT", "/config", { body: { config: wrong }, ifMatch: "*" });
    const problems = refused.json()["problems"] as { path: string }[];
    expect(refused.status).toBe(400);
    expect(problems.map(({ path }) => path).sort()).toEqual([
      "config.nobody",
      "config.policies.api.algorithm",
      "config.routes.0.path",
    ]);
    expect(await limitOf()).toBe(before);
  });

  it("may not move this API away, nor spread counters anew", async () => {
    for (const [config, path] of [
      [{ ...toConfig(1), admin: { prefix: "/elsewhere" } }, "config.admin.prefix"],
      [{ ...toConfig(1), counters: { shards: 7 } }, "config.counters.shards"],
    ] as const) {
      const refused = await askAdmin(gateway, "PUT", "/config", { body: { config }, ifMatch: "*" });
      expect(refused.json()["problems"]).toEqual([expect.objectContaining({ path })]);
    }
  });

  it("is checked by a dry run, which lists what would change and changes nothing", async () => {
    const before = await askAdmin(gateway, "GET", "/config");
    const { limit } = (before.json()["config"] as { policies: { api: { limit: number } } }).policies.api;
    const good = await expectStatus(
      200,
      askAdmin(gateway, "POST", "/config/check", { body: { config: toConfig(7) } }),
    );
    expect(good).toEqual({
      isValid: true,
      problems: [],
      warnings: [],
      changes: [{ path: "policies.api.limit", before: limit, after: 7 }],
    });
    const { api } = deployed.policies;
    // The second is a binding, and of no queue.
    const deliver = [{ queue: "EVENTS" }, { queue: "WEBHOOKS" }];
    const hook = { path: "/hooks", webhook: { profile: "github", secret: "GH_SECRET", deliver } };
    const unused = {
      ...toConfig(7),
      policies: { api, spare: api },
      routes: [hook, { path: "/*", policies: ["api"] }],
    };
    const doubtful = askAdmin(gateway, "POST", "/config/check", { body: { config: unused } });
    expect((await expectStatus(200, doubtful))["warnings"]).toMatchObject([
      { path: "config.policies.spare", code: "no-effect" },
      { path: "config.routes.0.webhook.deliver.0", code: "missing-queue" },
      { path: "config.routes.0.webhook.deliver.1", code: "missing-queue" },
    ]);
    const vain = { ...toConfig(7), routes: [{ path: "/*", policies: ["api"] }, { path: "/health" }] };
    const refused = askAdmin(gateway, "POST", "/config/check", { body: { config: vain } });
    expect(await expectStatus(200, refused)).toMatchObject({
      isValid: false,
      problems: [{ path: "config.routes.1.path", code: "no-effect" }],
    });
    const bad = await expectStatus(200, askAdmin(gateway, "POST", "/config/check", { body: { config: {} } }));
    expect(bad["isValid"]).toBe(false);
    expect(tagOf(await askAdmin(gateway, "GET", "/config"))).toBe(tagOf(before));
  });

  it("warns of each override that it makes vain, by its name: before it is put, then, and on the way back", async () => {
    const toOverride = (given: object): object => ({ policy: "api", reason: "their launch", ...given });
    const body = toOverride({ key: ["192.0.2.7"], limit: "unlimited" });
    const { id } = await expectStatus(201, askAdmin(gateway, "POST", "/overrides", { body }));
    const { api } = deployed.policies;
    const renamed = {
      ...toConfig(1),
      policies: { all: api },
      routes: [{ path: "/*", policies: ["all"] }],
    };
    const warnings = [
      {
        path: `overrides.${String(id)}`,
        code: "unknown-policy",
        message: expect.stringMatching(
          /^is for key "192\.0\.2\.7" of policy "api", and has no effect/,
        ) as string,
      },
    ];
    const checked = askAdmin(gateway, "POST", "/config/check", { body: { config: renamed } });
    expect(await expectStatus(200, checked)).toMatchObject({ isValid: true, warnings });
    const put = askAdmin(gateway, "PUT", "/config", { body: { config: renamed }, ifMatch: "*" });
    const { version } = await expectStatus(200, put).then((answer) => {
      expect(answer).toMatchObject({ warnings });
      return answer;
    });
    const back = await askAdmin(gateway, "POST", "/config/rollback", { body: { version: 0 }, ifMatch: "*" });
    expect(back.json()).not.toHaveProperty("warnings");
    const again = askAdmin(gateway, "POST", "/config/rollback", { body: { version }, ifMatch: "*" });
    expect(await expectStatus(200, again)).toMatchObject({ warnings });
    await askAdmin(gateway, "POST", "/config/rollback", { body: { version: 0 }, ifMatch: "*" });
  });

  it("may be overridden by no access at all, and by no limit", async () => {
    const make = async (ip: string, limit: unknown): Promise<Record<string, unknown>> => {
      const body = { policy: "api", key: [ip], limit, reason: "their contract" };
      return expectStatus(201, askAdmin(gateway, "POST", "/overrides", { body }));
    };
    await make("192.0.2.8", 0);
    await make("192.0.2.9", "unlimited");
    const closed = await send(gateway, "/", { ip: "192.0.2.8" });
    expect([closed.status, closed.json()["code"]]).toEqual([403, "not-in-plan"]);
    const open = await send(gateway, "/", { ip: "192.0.2.9" });
    expect([open.status, open.field("X-RateLimit-Limit")]).toEqual([200, undefined]);
    const look = async (ip: string): Promise<Record<string, unknown>> =>
      expectStatus(200, askAdmin(gateway, "GET", `/counters?policy=api&key=${ip}`));
    expect(JSON.stringify(await look("192.0.2.8"))).toContain('"limit":0,');
    expect(JSON.stringify(await look("192.0.2.9"))).toContain('"limit":"unlimited",');
    const { warnings } = await expectStatus(
      201,
      askAdmin(gateway, "POST", "/overrides", {
        body: { policy: "api", key: ["192.0.2.8"], limit: 0, window: "2h", reason: "again" },
      }),
    );
    expect(warnings).toMatchObject([{ path: "window", code: "no-effect" }]);
  });

  it("shows what is active", async () => {
    const { items: policies } = await expectStatus(200, askAdmin(gateway, "GET", "/policies"));
    expect(policies).toMatchObject([{ name: "api", algorithm: "sliding-window", key: ["ip"] }]);
    const { items: routes } = await expectStatus(200, askAdmin(gateway, "GET", "/routes"));
    expect(routes).toMatchObject([{ index: 0, name: "/*", policies: ["api"], isCached: false }]);
  });
});

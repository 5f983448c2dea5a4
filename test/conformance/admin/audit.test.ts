// Every change has its line in the audit log, of every kind: what was before and what is after, and never a secret.

import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";

const { gateway } = await startStand(
  {
    policies: {
      api: { algorithm: "fixed-window", limit: 100, window: "1h", key: "country", onMissing: "shared" },
      keyed: {
        algorithm: "fixed-window",
        limit: 100,
        window: "1h",
        key: "header:x-key",
        consistency: "exact",
      },
    },
    tiers: { pro: {} },
    routes: [
      { path: "/mine", auth: "required", policies: ["api"] },
      { path: "/*", policies: ["keyed"], cache: { ttl: "1h" } },
    ],
  },
  { vars: { ADMIN_TOKEN } },
);

type Item = Readonly<Record<string, unknown>>;
const reason = "a test";

const newest = async (): Promise<Item> => {
  const { items } = await expectStatus(200, askAdmin(gateway, "GET", "/audit?limit=1"));
  return (items as Item[])[0] ?? {};
};

/** What was made, and the line that it left. */
async function make(method: string, path: string, body: Item): Promise<Item> {
  const reply = await askAdmin(gateway, method, path, { body, ifMatch: "*" });
  expect([path, Math.floor(reply.status / 100)]).toEqual([path, 2]);
  return reply.body.length === 0 ? {} : reply.json();
}

const KINDS: readonly (readonly [kind: string, body: Item, change: Item, secret: string | undefined])[] = [
  ["keys", { consumer: "acme", tier: "pro" }, { enabled: false }, "key"],
  ["overrides", { policy: "keyed", limit: 5, reason }, { limit: 7 }, undefined],
  ["bans", { value: "203.0.113.1", reason }, { reason: "another" }, undefined],
  ["access", { action: "deny", cidr: "203.0.113.0/24", reason }, { reason: "another" }, undefined],
  ["tokens", { name: "ci", scopes: ["read"] }, { scopes: ["purge"] }, "token"],
];

describe("the audit log", () => {
  it.each(KINDS)("has what was before and is after of %s", async (kind, body, change, secret) => {
    const made = await make("POST", `/${kind}`, body);
    const id = String(made["id"]);
    const lines = [await newest()];
    await make("PATCH", `/${kind}/${id}`, change);
    lines.push(await newest());
    await make("DELETE", `/${kind}/${id}`, {});
    lines.push(await newest());
    expect(lines).toMatchObject([
      { action: `${kind}.create`, target: id, after: body },
      { action: `${kind}.update`, target: id, before: body, after: { ...body, ...change } },
      { action: `${kind}.delete`, target: id, before: { ...body, ...change } },
    ]);
    expect([lines[0]?.["before"], lines[2]?.["after"]]).toEqual([undefined, undefined]);
    if (secret === undefined) return;
    const text = String(made[secret]);
    expect(text.length).toBeGreaterThan(50);
    expect(JSON.stringify(lines)).not.toContain(text.slice(-43));
  });

  it("has a key's new prefix when it is rotated, and neither of its texts", async () => {
    const made = await make("POST", "/keys", { consumer: "rotating" });
    const rotated = await make("POST", `/keys/${String(made["id"])}/rotate`, {});
    const line = await newest();
    const prefixes = (of: unknown): string[] =>
      (of as { prefixes: { prefix: string }[] }).prefixes.map(({ prefix }) => prefix).sort();
    expect(line["action"]).toBe("keys.rotate");
    expect(prefixes(line["after"])).toEqual(
      [String(made["key"]), String(rotated["key"])].map((key) => key.slice(0, 11)).sort(),
    );
    for (const { key } of [made, rotated] as { key: string }[])
      expect(JSON.stringify(line)).not.toContain(key.slice(-43));
  });

  it("has what a key had used before it was reset or given back, without what may be a credential", async () => {
    for (let time = 0; time < 3; time += 1) await send(gateway, "/x", { fields: [["x-key", "s3cret-key"]] });
    const counter = { policy: "keyed", key: ["s3cret-key"] };
    await make("POST", "/counters/refund", { ...counter, units: 1 });
    expect(await newest()).toMatchObject({
      action: "counters.refund",
      target: "counters.refund keyed",
      before: [{ used: 3, key: expect.stringMatching(/^sha256:/) as string }],
      after: { givenBack: 1 },
    });
    await make("POST", "/counters/reset", counter);
    const line = await newest();
    expect(line).toMatchObject({ action: "counters.reset", before: [{ used: 2 }], after: { used: 0 } });
    expect(JSON.stringify(line)).not.toContain("s3cret-key");
  });

  it("has what was purged, and how much of it where it is too much", async () => {
    await make("POST", "/cache/purge", { tags: ["a"] });
    expect(await newest()).toMatchObject({ action: "cache.purge", after: { tags: ["a"] } });
    const tags = Array.from({ length: 60 }, (_, at) => `${at}-${"x".repeat(900)}`);
    await make("POST", "/cache/purge", { tags });
    expect(await newest()).toMatchObject({
      after: { omitted: expect.stringMatching(/^\d{5} characters$/) as string },
    });
  });

  it("has what a configuration changed, and a roll back changed back", async () => {
    const { config } = await expectStatus(200, askAdmin(gateway, "GET", "/config"));
    const name = "another-name";
    await make("PUT", "/config", { config: { ...(config as Item), name }, reason });
    expect(await newest()).toMatchObject({
      action: "config.put",
      before: { version: 0 },
      after: { version: 1, reason, changes: [{ path: "name", after: name }] },
    });
    await make("POST", "/config/rollback", { version: 0 });
    expect(await newest()).toMatchObject({
      after: { version: 2, changes: [{ path: "name", before: name }] },
    });
  });
});

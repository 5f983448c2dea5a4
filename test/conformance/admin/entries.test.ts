// What operators keep: keys, overrides, bans and access entries, created, listed, changed and deleted over HTTP.

import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus, tagOf } from "../support/admin.ts";
import { send } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const { gateway } = await startStand(
  {
    policies: {
      api: { algorithm: "sliding-window", limit: 2, window: "1h", key: "ip" },
      other: { algorithm: "sliding-window", limit: 1_000, window: "1h", key: "ip" },
    },
    tiers: { pro: {} },
    routes: [
      { path: "/other", policies: ["other"], auth: "required", scopes: ["read"] },
      { path: "/*", policies: ["api"] },
    ],
  },
  { vars: { ADMIN_TOKEN } },
);

type Body = Readonly<Record<string, unknown>>;

const bodies: Readonly<Record<string, readonly [body: Body, change: Body]>> = {
  keys: [
    { consumer: "acme", tier: "pro", scopes: ["read"] },
    { enabled: false, tier: null },
  ],
  overrides: [
    { policy: "other", limit: 5, reason: "until Friday" },
    { limit: 9, window: "2h" },
  ],
  bans: [{ value: "203.0.113.99", reason: "scraper" }, { reason: "another reason" }],
  access: [{ action: "deny", cidr: "203.0.113.0/24", reason: "scraper" }, { action: "allow" }],
};
const kinds = Object.entries(bodies).map(([kind, [body, change]]) => ({ kind, body, change }));

const idOf = (body: Body): string => String(body["id"]);
const repeat = (name: string): Fields => [["Idempotency-Key", name]];

describe.each(kinds)("$kind", ({ kind, body, change }) => {
  it("are created with their place and tag, shown, changed and deleted", async () => {
    const created = await askAdmin(gateway, "POST", `/${kind}`, { body });
    expect(created.status).toBe(201);
    const path = `/${kind}/${idOf(created.json())}`;
    expect(created.field("Location")).toBe(`/__headgate/v1${path}`);
    expect(created.json()).toMatchObject({ ...body, revision: 1 });
    const shown = await askAdmin(gateway, "GET", path);
    expect([shown.status, tagOf(shown)]).toEqual([200, tagOf(created)]);

    const changed = await askAdmin(gateway, "PATCH", path, { body: change, ifMatch: tagOf(shown) });
    expect(changed.status).toBe(200);
    expect(tagOf(changed)).not.toBe(tagOf(shown));
    for (const [name, value] of Object.entries(change))
      expect(changed.json()[name]).toEqual(value === null ? undefined : value);

    for (const method of ["PATCH", "DELETE"]) {
      const stale = await askAdmin(gateway, method, path, { body: change, ifMatch: tagOf(shown) });
      expect([stale.status, stale.json()["code"]]).toEqual([412, "stale"]);
    }
    await expectStatus(204, askAdmin(gateway, "DELETE", path, { ifMatch: tagOf(changed) }));
    await expectStatus(404, askAdmin(gateway, "GET", path));
    await expectStatus(404, askAdmin(gateway, "DELETE", path, { ifMatch: "*" }));
  });

  it("cannot be changed to what could not be created", async () => {
    const path = `/${kind}/${idOf(await expectStatus(201, askAdmin(gateway, "POST", `/${kind}`, { body })))}`;
    for (const wrong of [{ nobody: 1 }, { reason: 1, consumer: 1 }, { id: "k1" }, { revision: 7 }]) {
      const refused = await askAdmin(gateway, "PATCH", path, { body: wrong, ifMatch: "*" });
      expect([refused.status, refused.json()["code"]]).toEqual([400, "invalid-body"]);
    }
    await expectStatus(204, askAdmin(gateway, "DELETE", path, { ifMatch: "*" }));
  });

  it("are changed by one of two writers at once", async () => {
    const path = `/${kind}/${idOf(await expectStatus(201, askAdmin(gateway, "POST", `/${kind}`, { body })))}`;
    const writers = Array.from({ length: 8 }, () =>
      askAdmin(gateway, "PATCH", path, { body: change, ifMatch: '"1"' }),
    );
    const statuses = (await Promise.all(writers)).map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([200, ...Array.from({ length: 7 }, () => 412)]);
    await expectStatus(204, askAdmin(gateway, "DELETE", path, { ifMatch: '"2"' }));
  });

  it("are created once, however often the same create is sent", async () => {
    const options = { body, fields: repeat(`once-${kind}`) };
    const sent = await Promise.all(
      Array.from({ length: 6 }, () => askAdmin(gateway, "POST", `/${kind}`, options)),
    );
    expect(sent.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 200, 200, 200, 200, 201]);
    expect(new Set(sent.map((reply) => idOf(reply.json()))).size).toBe(1);
    const other = await askAdmin(gateway, "POST", `/${kind}`, {
      ...options,
      body: { ...body, expiresAtMs: 9e12 },
    });
    expect([other.status, other.json()["code"]]).toEqual([422, "repeat-differs"]);
    const wrong = await askAdmin(gateway, "POST", `/${kind}`, { body, fields: repeat("x".repeat(256)) });
    expect([wrong.status, wrong.json()["code"]]).toEqual([400, "invalid-idempotency-key"]);
    await expectStatus(
      204,
      askAdmin(gateway, "DELETE", `/${kind}/${idOf(other.status === 201 ? {} : (sent[0]?.json() ?? {}))}`, {
        ifMatch: "*",
      }),
    );
  });

  it("are listed in pages, each once", async () => {
    const made: string[] = [];
    for (let at = 0; at < 5; at += 1)
      made.push(idOf(await expectStatus(201, askAdmin(gateway, "POST", `/${kind}`, { body }))));
    const listed: string[] = [];
    let cursor = "";
    for (let page = 0; page < 20; page += 1) {
      const { items, next } = await expectStatus(200, askAdmin(gateway, "GET", `/${kind}?limit=2${cursor}`));
      listed.push(...(items as Body[]).map(idOf));
      if (next === undefined) break;
      cursor = `&cursor=${Number(next)}`;
    }
    expect(listed).toEqual(made);
    for (const wrong of ["limit=0", "limit=101", "limit=x", "limit=1&limit=2", "cursor=-1", "cursor=1e99"])
      expect((await askAdmin(gateway, "GET", `/${kind}?${wrong}`)).json()["code"]).toBe("invalid-query");
    for (const id of made)
      await expectStatus(204, askAdmin(gateway, "DELETE", `/${kind}/${id}`, { ifMatch: "*" }));
  });

  it("are not found by another kind's id, nor by what is none", async () => {
    for (const id of ["1", "z1", "k0", "k01", "k1x", "%6b1", "k99999999999999999999", "..", "%2e%2e"])
      expect((await askAdmin(gateway, "GET", `/${kind}/${id}`)).status).toBe(404);
  });
});

describe("an API key", () => {
  it("shows its text once, and it is nowhere after", async () => {
    const created = await expectStatus(
      201,
      askAdmin(gateway, "POST", "/keys", { body: { consumer: "acme" }, fields: repeat("shown-once") }),
    );
    const key = String(created["key"]);
    expect(key).toMatch(/^hg_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/);
    expect(created["prefixes"]).toEqual([{ prefix: key.slice(0, 11) }]);
    const secret = key.slice(12);
    const again = await askAdmin(gateway, "POST", "/keys", {
      body: { consumer: "acme" },
      fields: repeat("shown-once"),
    });
    const audit = await askAdmin(gateway, "GET", "/audit");
    const listed = await askAdmin(gateway, "GET", "/keys");
    for (const reply of [again, audit, listed]) {
      expect(reply.text()).toContain("acme");
      expect(reply.text()).not.toContain(secret);
    }
    expect(gateway.logs().join("\n")).not.toContain(secret);
  });

  it("is rotated: the new text beside the old one until its overlap is over", async () => {
    const created = await expectStatus(
      201,
      askAdmin(gateway, "POST", "/keys", { body: { consumer: "acme" } }),
    );
    const path = `/keys/${idOf(created)}`;
    const rotated = await expectStatus(
      200,
      askAdmin(gateway, "POST", `${path}/rotate`, { ifMatch: '"1"', body: { overlap: "1h" } }),
    );
    expect(rotated["key"]).not.toBe(created["key"]);
    const prefixes = rotated["prefixes"] as { prefix: string; expiresAtMs?: number }[];
    expect(prefixes.map(({ prefix }) => prefix)).toEqual([
      String(rotated["key"]).slice(0, 11),
      String(created["key"]).slice(0, 11),
    ]);
    const [now, old] = prefixes;
    expect(now?.expiresAtMs).toBeUndefined();
    expect(Math.abs((old?.expiresAtMs ?? 0) - Date.now() - 3_600_000)).toBeLessThan(60_000);
    const stale = await askAdmin(gateway, "POST", `${path}/rotate`, { ifMatch: '"1"', body: {} });
    expect(stale.status).toBe(412);
    expect(
      (await askAdmin(gateway, "POST", `${path}/rotate`, { ifMatch: "*", body: { overlap: "0s" } })).status,
    ).toBe(400);
  });
});

describe("an override", () => {
  const statusOf = async (ip: string): Promise<readonly [number, string | undefined]> => {
    const reply = await send(gateway, "/", { ip });
    return [reply.status, reply.field("X-RateLimit-Remaining")];
  };

  it("raises a limit at once for whom it names, denials that were remembered included; what was used stays used", async () => {
    const ip = "192.0.2.1";
    expect([await statusOf(ip), await statusOf(ip), await statusOf(ip)]).toEqual([
      [200, "1"],
      [200, "0"],
      [429, "0"],
    ]);
    const created = await askAdmin(gateway, "POST", "/overrides", {
      body: { policy: "api", key: ["192.0.2.*"], limit: 4, reason: "a good customer" },
    });
    const reply = await send(gateway, "/", { ip });
    expect([reply.status, reply.field("X-RateLimit-Limit"), reply.field("X-RateLimit-Remaining")]).toEqual([
      200,
      "4",
      "1",
    ]);
    expect(reply.field("RateLimit-Policy")).toBe('"api";q=4;w=3600');
    expect(await statusOf("198.51.100.1")).toEqual([200, "1"]);

    await expectStatus(
      204,
      askAdmin(gateway, "DELETE", `/overrides/${idOf(created.json())}`, { ifMatch: "*" }),
    );
    expect((await statusOf(ip))[0]).toBe(429);
  });

  it("ends by itself", async () => {
    const ip = "192.0.2.50";
    const body = {
      policy: "api",
      key: [ip],
      limit: 100,
      reason: "for a moment",
      expiresAtMs: Date.now() + 1_500,
    };
    await expectStatus(201, askAdmin(gateway, "POST", "/overrides", { body }));
    expect((await send(gateway, "/", { ip })).field("X-RateLimit-Limit")).toBe("100");
    await new Promise((resolve) => setTimeout(resolve, body.expiresAtMs - Date.now() + 20));
    expect((await send(gateway, "/", { ip })).field("X-RateLimit-Limit")).toBe("2");
  });
});

describe("a ban", () => {
  it("refuses whom it names with a 403, takes nothing, and says nothing of its reason", async () => {
    const ip = "192.0.2.77";
    const created = await expectStatus(
      201,
      askAdmin(gateway, "POST", "/bans", { body: { value: ip, reason: "secret reason" } }),
    );
    const reply = await send(gateway, "/", { ip });
    expect([reply.status, reply.json()["code"], reply.field("Retry-After")]).toEqual([
      403,
      "banned",
      undefined,
    ]);
    expect(reply.text()).not.toContain("secret reason");
    await until("its line", () => gateway.logs().some((line) => line.includes(`"ban":"${idOf(created)}"`)));
    await expectStatus(204, askAdmin(gateway, "DELETE", `/bans/${idOf(created)}`, { ifMatch: "*" }));
    expect((await send(gateway, "/", { ip })).field("X-RateLimit-Remaining")).toBe("1");
  });
});

describe("a ban of a network", () => {
  it.each([
    ["198.18.0.0/15", "198.19.255.254", "198.20.0.1"],
    ["2001:db8:77::/48", "2001:db8:77:ffff::1", "2001:db8:78::1"],
  ])("refuses %s: %s and not %s", async (value, inside, outside) => {
    const asked = askAdmin(gateway, "POST", "/bans", { body: { value, reason: "scrapers" } });
    const created = await expectStatus(201, asked);
    const statuses = [(await send(gateway, "/", { ip: inside })).status];
    statuses.push((await send(gateway, "/", { ip: outside })).status);
    expect(statuses).toEqual([403, 200]);
    await expectStatus(204, askAdmin(gateway, "DELETE", `/bans/${idOf(created)}`, { ifMatch: "*" }));
    expect((await send(gateway, "/", { ip: inside })).status).toBe(200);
  });
});

describe("the audit log", () => {
  it("says who changed what, from what to what, and when, newest first", async () => {
    const created = await expectStatus(
      201,
      askAdmin(gateway, "POST", "/bans", { body: { value: "203.0.113.50", reason: "one" } }),
    );
    const id = idOf(created);
    await expectStatus(
      200,
      askAdmin(gateway, "PATCH", `/bans/${id}`, { body: { reason: "two" }, ifMatch: "*" }),
    );
    await expectStatus(204, askAdmin(gateway, "DELETE", `/bans/${id}`, { ifMatch: "*" }));
    const { items, next } = await expectStatus(200, askAdmin(gateway, "GET", "/audit?limit=3"));
    expect(items).toMatchObject([
      { action: "bans.delete", target: id, who: "ADMIN_TOKEN", before: { reason: "two" } },
      { action: "bans.update", target: id, before: { reason: "one" }, after: { reason: "two" } },
      { action: "bans.create", target: id, after: { reason: "one" } },
    ]);
    const older = await expectStatus(200, askAdmin(gateway, "GET", `/audit?limit=1&cursor=${Number(next)}`));
    expect((older["items"] as Body[])[0]?.["id"]).toBe(Number((items as Body[])[2]?.["id"]) - 1);
    expect(Math.abs(Number((items as Body[])[0]?.["atMs"]) - Date.now())).toBeLessThan(60_000);
  });
});

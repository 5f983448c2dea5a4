// Named tokens of the admin API: what each scope opens and nothing beside, who makes them, how they end, and that the audit
// log says who. Their text is in one answer and nowhere else.

import { describe, expect, it } from "vitest";
import { ADMIN_READ_TOKEN, ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import type { Reply } from "../support/client.ts";
import { createCalls } from "../support/command-line.ts";
import { startStand } from "../support/stand.ts";

const config = {
  policies: { plan: { algorithm: "fixed-window", limit: 100, window: "1h", key: "ip" } },
  routes: [{ path: "/*", policies: ["plan"], cache: { ttl: "1h" } }],
};
const { gateway } = await startStand(config, { vars: { ADMIN_TOKEN, ADMIN_READ_TOKEN } });

type Body = Readonly<Record<string, unknown>>;
interface Made {
  readonly id: string;
  readonly token: string;
}

let tokens = 0;
async function makeToken(scopes: readonly string[], more: Body = {}): Promise<Made> {
  const body = { name: `token-${(tokens += 1)}`, scopes, ...more };
  const created = await expectStatus(201, askAdmin(gateway, "POST", "/tokens", { body }));
  return { id: String(created["id"]), token: String(created["token"]) };
}

/** Each from an address of its own: attempts that fail are counted. */
let address = 0;
const askAs = (token: string, method: string, path: string, body?: Body): Promise<Reply> =>
  askAdmin(gateway, method, path, {
    token,
    ifMatch: "*",
    ip: `198.51.100.${(address += 1) % 250}`,
    ...(body === undefined ? {} : { body }),
  });

const served = (await askAdmin(gateway, "GET", "/openapi.json")).json();
const paths = served["paths"] as Readonly<
  Record<string, Readonly<Record<string, { readonly security: readonly { readonly token: string[] }[] }>>>
>;
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { security }]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path: path.replaceAll("{id}", "k999").replaceAll("{version}", "999"),
    scopes: security.flatMap(({ token }) => token),
  })),
);

describe("a token", () => {
  it.each(["read", "keys", "limits", "config", "purge"])(
    "with the scope %s opens the operations that the document says, and no other",
    async (scope) => {
      const { token } = await makeToken([scope]);
      for (const { name, method, path, scopes } of operations) {
        const reply = await askAs(token, method, path, method === "GET" ? undefined : { nobody: 1 });
        const isOpen = scopes.includes(scope);
        expect([name, reply.status === 403]).toEqual([name, !isOpen]);
        if (isOpen) continue;
        expect(reply.json()["code"]).toBe(scope === "read" ? "read-only" : "token-scope-missing");
        if (scope !== "read") expect(reply.json()["wanted"]).toEqual(scopes);
      }
    },
  );

  it("of every scope makes, changes and revokes no token: only ADMIN_TOKEN does", async () => {
    const { id, token } = await makeToken(["read", "keys", "limits", "config", "purge"]);
    const body = { name: "more", scopes: ["read"] };
    expect((await askAs(token, "POST", "/tokens", body)).status).toBe(403);
    expect((await askAs(token, "PATCH", `/tokens/${id}`, { scopes: ["read"] })).status).toBe(403);
    expect((await askAs(token, "DELETE", `/tokens/${id}`)).status).toBe(403);
    expect((await askAs(ADMIN_READ_TOKEN, "POST", "/tokens", body)).status).toBe(403);
  });

  it("is shown once, and its text is in no list, no audit line and no log", async () => {
    const { id, token } = await makeToken(["limits"]);
    expect(token).toMatch(/^hgt_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/);
    await expectStatus(201, askAs(token, "POST", "/bans", { value: "203.0.113.9", reason: "by token" }));
    const shown = await Promise.all(
      ["/tokens", `/tokens/${id}`, "/audit"].map(async (path) =>
        (await askAdmin(gateway, "GET", path)).text(),
      ),
    );
    for (const text of [...shown, gateway.logs().join("\n")]) expect(text).not.toContain(token.slice(13));
    expect(shown[1]).toContain(token.slice(0, 12));
  });

  it("is who the audit log says, with what was before and is after", async () => {
    const body = { name: "alice", scopes: ["limits"] };
    const { token } = await expectStatus(201, askAdmin(gateway, "POST", "/tokens", { body }));
    const ban = await askAs(String(token), "POST", "/bans", { value: "203.0.113.10", reason: "one" });
    const id = String(ban.json()["id"]);
    await askAs(String(token), "PATCH", `/bans/${id}`, { reason: "two" });
    const { items } = await expectStatus(200, askAdmin(gateway, "GET", "/audit?limit=3"));
    expect(items).toMatchObject([
      { who: "token:alice", action: "bans.update", before: { reason: "one" }, after: { reason: "two" } },
      { who: "token:alice", action: "bans.create", after: { reason: "one" } },
      { who: "ADMIN_TOKEN", action: "tokens.create", after: { name: "alice", scopes: ["limits"] } },
    ]);
  });

  it("has a name of its own", async () => {
    const body = { name: "one-of-a-name", scopes: ["read"] };
    const first = await expectStatus(201, askAdmin(gateway, "POST", "/tokens", { body }));
    const again = await expectStatus(409, askAdmin(gateway, "POST", "/tokens", { body }));
    expect(again["code"]).toBe("name-taken");
    const other = await makeToken(["read"]);
    const patch = { body: { name: "one-of-a-name" }, ifMatch: "*" };
    await expectStatus(409, askAdmin(gateway, "PATCH", `/tokens/${other.id}`, patch));
    await expectStatus(204, askAdmin(gateway, "DELETE", `/tokens/${String(first["id"])}`, { ifMatch: "*" }));
    await expectStatus(201, askAdmin(gateway, "POST", "/tokens", { body }));
  });

  it("opens nothing once it is revoked, has expired or lost a scope", async () => {
    const { id, token } = await makeToken(["read", "purge"]);
    const purge = (): Promise<Reply> => askAs(token, "POST", "/cache/purge", { everything: true });
    expect((await purge()).status).toBe(202);
    await expectStatus(
      200,
      askAdmin(gateway, "PATCH", `/tokens/${id}`, { body: { scopes: ["read"] }, ifMatch: "*" }),
    );
    expect((await purge()).status).toBe(403);
    await expectStatus(204, askAdmin(gateway, "DELETE", `/tokens/${id}`, { ifMatch: "*" }));
    expect((await purge()).json()["code"]).toBe("unauthorized");
    const short = await makeToken(["read"], { expiresAtMs: Date.now() + 1_000 });
    expect((await askAs(short.token, "GET", "/health")).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await askAs(short.token, "GET", "/health")).status).toBe(401);
    await expectStatus(200, askAdmin(gateway, "GET", `/tokens/${short.id}`));
  });

  it("that nobody made is refused, and guesses of it lock out as others do; an API key is none", async () => {
    const guess = `hgt_${"A".repeat(8)}_${"b".repeat(43)}`;
    const { key } = await expectStatus(
      201,
      askAdmin(gateway, "POST", "/keys", { body: { consumer: "acme" } }),
    );
    const askFrom = (ip: string, token: string): Promise<Reply> =>
      askAdmin(gateway, "GET", "/health", { token, ip });
    expect((await askFrom("192.0.2.50", String(key))).status).toBe(401);
    for (let time = 0; time < 10; time += 1)
      expect((await askFrom("192.0.2.51", guess)).json()["code"]).toBe("unauthorized");
    const { token } = await makeToken(["read"]);
    expect((await askFrom("192.0.2.51", token)).json()["code"]).toBe("too-many-failures");
    expect((await askFrom("192.0.2.52", token)).status).toBe(200);
  });
});

describe("tokens on the command line", () => {
  it("are created for scopes, listed, used and revoked", async () => {
    const headgate = createCalls(gateway);
    const made = await headgate([
      "tokens",
      "create",
      "night-shift",
      "--scope",
      "limits",
      "--scope",
      "read",
      "--until",
      "1d",
    ]);
    expect([made.code, made.err]).toEqual([0, ""]);
    const [token = ""] = /hgt_\w{50,}/.exec(made.out) ?? [];
    const [, id = ""] = /^id +(t\d+)$/m.exec(made.out) ?? [];
    expect((await headgate(["tokens", "list"])).out).toMatch(/night-shift +limits read/);
    const asShift = { HEADGATE_TOKEN: token };
    expect((await headgate(["bans", "create", "203.0.113.77", "--reason", "x"], asShift)).code).toBe(0);
    const refused = await headgate(["keys", "create", "acme"], asShift);
    expect([refused.code, refused.err]).toEqual([
      1,
      "HEADGATE_TOKEN does not open this [token-scope-missing]\n  it needs the scope keys\n",
    ]);
    const root = await headgate(["tokens", "revoke", id], asShift);
    expect(root.err).toContain("it needs the gateway's ADMIN_TOKEN");
    expect((await headgate(["tokens", "revoke", id])).out).toBe(`Revoked ${id}\n`);
    expect((await headgate(["bans", "list"], asShift)).err).toContain("[unauthorized]");
    const wrong = await headgate(["tokens", "create", "other", "--scope", "limit"]);
    expect(wrong.err).toContain('did you mean "limits"?');
  });
});

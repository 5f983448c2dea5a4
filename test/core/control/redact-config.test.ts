// What a configuration shows of the secrets in it, and how they come back.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redactConfig, restoreConfig } from "../../../src/core/control/redact-config.ts";

const digest = (secret: string): string => {
  let sum = 7;
  for (const unit of secret) sum = (sum * 31 + (unit.codePointAt(0) ?? 0)) >>> 0;
  return sum.toString(16).padStart(8, "0");
};
const maskOf = (secret: string): string => `***${digest(secret)}`;
const redact = (document: unknown): unknown => redactConfig(document, digest);

function restore(document: unknown, ...known: readonly unknown[]): ReturnType<typeof restoreConfig> {
  const secrets = new Map<string, string>();
  for (const one of known) redactConfig(one, digest, secrets);
  return restoreConfig(document, secrets, digest);
}

const member = (headers: object): object => ({
  origins: { main: { members: [{ url: "https://a.example", headers }] } },
});

describe("redactConfig()", () => {
  test("masks header fields that an origin is sent, but for those that are no secret", () => {
    const headers = {
      Authorization: "Bearer s3cret",
      "X-Origin-Auth": "s3cret",
      Host: "a.example",
      Accept: "text/html",
    };
    expect(redact(member(headers))).toEqual(
      member({
        ...headers,
        Authorization: maskOf("Bearer s3cret"),
        "X-Origin-Auth": maskOf("s3cret"),
      }),
    );
  });

  test.each([
    ["https://user:pa55@a.example/x", `https://${maskOf("user:pa55")}@a.example/x`],
    ["https://a.example/keys?token=t0k&page=2", `https://a.example/keys?token=${maskOf("t0k")}&page=2`],
    ["/health?api_key=k3y", `/health?api_key=${maskOf("k3y")}`],
    [
      "https://a.example/?v=eyJhbGciOiJIUzI1NiJ9_0",
      `https://a.example/?v=${maskOf("eyJhbGciOiJIUzI1NiJ9_0")}`,
    ],
    [
      "https://a.example/hook?x=Zq81&lang=de&k=open",
      `https://a.example/hook?x=${maskOf("Zq81")}&lang=de&k=${maskOf("open")}`,
    ],
    ["/health?deep=true&full=1", "/health?deep=true&full=1"],
    ["/search?q={query:token}&limit=10", "/search?q={query:token}&limit=10"],
    ["/search?token={query:token}", "/search?token={query:token}"],
    ["https://a.example/plain", "https://a.example/plain"],
    ["query:token", "query:token"],
  ])("masks what is secret in a location: %s", (written, shown) => {
    expect(redact({ a: [written] })).toEqual({ a: [shown] });
  });

  test("masks members that are called secrets, and shows the names of the deployment's secrets", () => {
    expect(redact({ auth: { issuers: [{ secret: "JWT_SECRET" }] } })).toEqual({
      auth: { issuers: [{ secret: "JWT_SECRET" }] },
    });
    expect(redact({ auth: { issuers: [{ secret: "written in" }] }, password: "p" })).toEqual({
      auth: { issuers: [{ secret: maskOf("written in") }] },
      password: maskOf("p"),
    });
  });

  test("leaves all else as it is, switches and names of fields among it", () => {
    const plain = {
      headers: { draft: false },
      cors: { headers: ["X-Api-Key"] },
      policies: { token: { algorithm: "token-bucket", limit: 1, key: "header:x-token" } },
      routes: [{ path: "/*", request: { renameHeaders: { "X-Token": "Authorization" } }, cost: null }],
    };
    expect(redact(plain)).toEqual(plain);
  });

  test("ends, however deep a document is", () => {
    let deep: unknown = "x";
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(JSON.stringify(redact(deep))).toContain("too deep");
    expect(restore([[["x"]]]).ok).toBe(true);
  });
});

describe("restoreConfig()", () => {
  const active = member({ Authorization: "Bearer s3cret", "X-Other": "other" });

  test("gives back what was shown, wherever members have moved", () => {
    const moved = {
      origins: { other: { members: [{ headers: { Authorization: maskOf("Bearer s3cret") } }] } },
    };
    expect(restore(redact(active), active)).toEqual({ ok: true, value: active });
    expect(restore(moved, active)).toEqual({
      ok: true,
      value: { origins: { other: { members: [{ headers: { Authorization: "Bearer s3cret" } }] } } },
    });
  });

  test("takes new values as they are", () => {
    const changed = member({ Authorization: "Bearer new", "X-Other": maskOf("other") });
    expect(restore(changed, active)).toEqual({
      ok: true,
      value: member({ Authorization: "Bearer new", "X-Other": "other" }),
    });
  });

  test.each(["***", "***00000000"])("refuses the mask %s, which stands for nothing", (mask) => {
    const refused = restore(member({ Authorization: mask }), active);
    expect(refused).toMatchObject({
      ok: false,
      error: [{ path: "origins.main.members.0.headers.Authorization", code: "masked" }],
    });
  });

  test("gives no secret to a place where it would be shown", () => {
    const mask = maskOf("Bearer s3cret");
    for (const stolen of [
      { name: mask },
      { access: { deny: { userAgents: [mask] } } },
      { a: `/x?page=${mask}` },
    ])
      expect(restore(stolen, active)).toMatchObject({ ok: false, error: [{ code: "masked" }] });
  });

  test("is the inverse of redactConfig(), for any document", () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom("https://u:p@h/x?token=abc&sig=d", "/p?key=v", "***", "A_B"),
    );
    const names = fc.constantFrom("headers", "Authorization", "secret", "url", "a", "renameHeaders");
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        text,
        fc.integer(),
        fc.array(tie("value")),
        fc.dictionary(names, tie("value")),
      ),
    }));
    fc.assert(
      fc.property(value, (document) => {
        const json: unknown = JSON.parse(JSON.stringify(document));
        fc.pre(!JSON.stringify(json).includes("***"));
        expect(restore(redact(json), json)).toEqual({ ok: true, value: json });
      }),
    );
  });
});

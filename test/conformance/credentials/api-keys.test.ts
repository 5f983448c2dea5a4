// API keys: where they may stand, whom they name, what of them reaches the origin, and how soon a change of them holds.

import { describe, expect, it } from "vitest";
import { newAddress, send, type Reply, type RequestOptions } from "../support/client.ts";
import { deleteKey, issueKey, newKeyText, restoreKey } from "../support/keys.ts";
import { startStand } from "../support/stand.ts";

const { origin, gateway } = await startStand({
  name: "edge",
  auth: { apiKeys: { query: "api-key" }, attempts: { limit: 5, window: "10s" } },
  policies: {
    "per-consumer": {
      algorithm: "sliding-window",
      limit: 2,
      window: "1h",
      key: "consumer",
      onMissing: "skip",
    },
    "per-key": { algorithm: "sliding-window", limit: 2, window: "1h", key: "api-key", onMissing: "deny" },
  },
  routes: [
    { path: "/open" },
    { path: "/optional", auth: "optional" },
    { path: "/required/*", auth: "required" },
    { path: "/scoped", auth: "required", scopes: ["read", "write"] },
    { path: "/forwarding", auth: "required", forwardCredential: true },
    { path: "/per-consumer", auth: "optional", policies: ["per-consumer"] },
    { path: "/per-key", auth: "optional", policies: ["per-key"] },
  ],
});

const ask = (path: string, options: RequestOptions = {}): Promise<Reply> =>
  send(gateway, path, { ip: newAddress(), ...options });

const bearer = (text: string): RequestOptions => ({ fields: [["Authorization", `Bearer ${text}`]] });
const lastOf = (path: string) => origin.requests(path).at(-1);

/** What a refusal says: status, code and challenge. */
function toRefusal(reply: Reply): readonly unknown[] {
  expect(reply.field("content-type")).toBe("application/problem+json");
  expect(reply.field("cache-control")).toBe("no-store");
  return [reply.status, reply.json()["code"], reply.field("www-authenticate")];
}

describe("where a key may stand", () => {
  it.each(["Authorization: Bearer", "X-API-Key", "a query parameter"])(
    "%s: it is taken off, and the origin is told whose it is",
    async (place) => {
      const { text, record } = await issueKey(gateway, { tier: "pro" });
      const path = `/required/${place.length}`;
      const fields: Readonly<Record<string, RequestOptions>> = {
        "Authorization: Bearer": bearer(text),
        "X-API-Key": { fields: [["x-api-key", text]] },
      };
      const query = place === "a query parameter" ? `&api%2Dkey=${text}&b=2` : "&b=2";
      const reply = await ask(`${path}?a=1${query}`, fields[place] ?? {});
      expect(reply.status).toBe(200);
      const asked = lastOf(path);
      expect(asked?.target).toBe(`${path}?a=1&b=2`);
      expect(JSON.stringify(asked?.fields)).not.toContain(text);
      expect([asked?.field("x-consumer"), asked?.field("x-tier")]).toEqual([record.consumer, "pro"]);
    },
  );

  it("a route that says so forwards the header field", async () => {
    const { text } = await issueKey(gateway);
    await ask("/forwarding", bearer(text));
    expect(lastOf("/forwarding")?.field("authorization")).toBe(`Bearer ${text}`);
    await ask("/forwarding", { fields: [["X-API-Key", text]] });
    expect(lastOf("/forwarding")?.field("x-api-key")).toBe(text);
    await ask(`/forwarding?api-key=${text}`);
    expect(lastOf("/forwarding")?.target).toBe("/forwarding");
  });

  it("several of them are refused, whoever they belong to", async () => {
    const { text } = await issueKey(gateway);
    const twice = [
      await ask("/optional", {
        fields: [
          ["Authorization", `Bearer ${text}`],
          ["X-API-Key", text],
        ],
      }),
      await ask(`/optional?api-key=${text}`, { fields: [["X-API-Key", text]] }),
      await ask(`/optional?api-key=${text}&api-key=x`),
    ];
    for (const reply of twice)
      expect(toRefusal(reply)).toEqual([
        400,
        "credential-several",
        'Bearer realm="edge", error="invalid_request"',
      ]);
  });

  it("another scheme of Authorization is the origin's, and no credential here", async () => {
    const basic = { fields: [["Authorization", "Basic dXNlcjpwdw=="]] } as const;
    expect((await ask("/optional", basic)).status).toBe(200);
    expect(lastOf("/optional")?.field("authorization")).toBe("Basic dXNlcjpwdw==");
    expect(toRefusal(await ask("/required/basic", basic))[1]).toBe("credential-missing");
  });

  it("a route without auth looks at none of them, and takes X-Consumer from nobody", async () => {
    const claimed = {
      fields: [
        ["Authorization", "Bearer whatever"],
        ["X-Consumer", "root"],
        ["X_Consumer", "root"],
        ["X-Tier", "gold"],
      ],
    } as const;
    expect((await ask("/open", claimed)).status).toBe(200);
    expect(lastOf("/open")?.field("authorization")).toBe("Bearer whatever");
    for (const name of ["x-consumer", "x_consumer", "x-tier"])
      expect(lastOf("/open")?.field(name)).toBeUndefined();
    const { text, record } = await issueKey(gateway);
    await ask("/optional", { fields: [...claimed.fields.slice(1), ["X-API-Key", text]] });
    expect(lastOf("/optional")?.lines("x-consumer")).toEqual([record.consumer]);
    expect(lastOf("/optional")?.field("x-tier")).toBeUndefined();
  });
});

describe("what is refused", () => {
  it("no credential, where one is required: 401 without an error code", async () => {
    expect(toRefusal(await ask("/required/none"))).toEqual([
      401,
      "credential-missing",
      'Bearer realm="edge"',
    ]);
    expect(toRefusal(await ask("/scoped"))[2]).toBe('Bearer realm="edge", scope="read write"');
    expect((await ask("/optional")).status).toBe(200);
  });

  const INVALID = [401, "credential-invalid", 'Bearer realm="edge", error="invalid_token"'];

  it.each([
    ["unknown", newKeyText()],
    ["of another form", "secret"],
    ["empty", ""],
    ["in pieces", "hg_12345678_"],
  ])("a key that is %s, also where none is required", async (_name, text) => {
    expect(toRefusal(await ask("/optional", bearer(text)))).toEqual(INVALID);
    expect(toRefusal(await ask("/optional", { fields: [["X-API-Key", text]] }))).toEqual(INVALID);
    expect(toRefusal(await ask(`/optional?api-key=${text}`))).toEqual(INVALID);
  });

  it("a disabled key, and an expired one", async () => {
    const disabled = await issueKey(gateway, { enabled: false });
    expect(toRefusal(await ask("/required/a", bearer(disabled.text)))).toEqual(INVALID);
    const expired = await issueKey(gateway, { expiresAtMs: Date.now() - 1 });
    expect(toRefusal(await ask("/required/a", bearer(expired.text)))).toEqual([
      401,
      "credential-expired",
      'Bearer realm="edge", error="invalid_token", error_description="The credential has expired"',
    ]);
    expect(origin.requests("/required/a")).toEqual([]);
  });

  it("a key whose consumer no header field can name, without a 500", async () => {
    const { text } = await issueKey(gateway, { consumer: "a\r\nX-Admin: 1" });
    expect(toRefusal(await ask("/required/b", bearer(text)))).toEqual(INVALID);
  });

  it("a key without all of the scopes: 403", async () => {
    const one = await issueKey(gateway, { scopes: ["read"] });
    expect(toRefusal(await ask("/scoped", bearer(one.text)))).toEqual([
      403,
      "scope-missing",
      'Bearer realm="edge", error="insufficient_scope", scope="read write"',
    ]);
    const both = await issueKey(gateway, { scopes: ["write", "read", "more"] });
    expect((await ask("/scoped", bearer(both.text))).status).toBe(200);
  });

  it("leaves a log line with the reason, and never the key", async () => {
    const text = newKeyText();
    await ask("/required/logged", bearer(text));
    const lines = gateway.logs();
    expect(lines.some((line) => line.includes('"credential-invalid"') && line.includes("unknown key"))).toBe(
      true,
    );
    expect(lines.join("\n")).not.toContain(text.slice(12));
  });
});

describe("guessing", () => {
  it("is refused by address after so many unknown keys; keys that this isolate knows go on", async () => {
    const ip = newAddress();
    const { text } = await issueKey(gateway);
    expect((await ask("/optional", { ip, ...bearer(text) })).status).toBe(200);
    const statuses: number[] = [];
    for (let time = 0; time < 6; time += 1)
      statuses.push((await ask("/optional", { ip, ...bearer(newKeyText()) })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const refused = await ask("/optional", { ip, ...bearer(newKeyText()) });
    expect([refused.status, refused.json()["violated-policies"]]).toEqual([429, ["auth:attempts"]]);
    expect(Number(refused.field("retry-after"))).toBeGreaterThan(0);
    expect((await ask("/optional", { ip, ...bearer(text) })).status).toBe(200);
    const fresh = await issueKey(gateway);
    expect((await ask("/optional", { ip, ...bearer(fresh.text) })).status).toBe(429);
    expect((await ask("/optional", { ip: newAddress(), ...bearer(fresh.text) })).status).toBe(200);
  });
});

describe("what is counted by", () => {
  it("consumer counts all keys of a consumer together, and nobody else", async () => {
    const consumer = "shared consumer";
    const [one, two] = [await issueKey(gateway, { consumer }), await issueKey(gateway, { consumer })];
    const statuses = [];
    for (const { text } of [one, two, one, await issueKey(gateway)])
      statuses.push((await ask("/per-consumer", bearer(text))).status);
    expect(statuses).toEqual([200, 200, 429, 200]);
    for (let time = 0; time < 3; time += 1) expect((await ask("/per-consumer")).status).toBe(200);
  });

  it("api-key counts each key, and a missing one follows onMissing", async () => {
    const consumer = "another consumer";
    const [one, two] = [await issueKey(gateway, { consumer }), await issueKey(gateway, { consumer })];
    const statuses = [];
    for (const { text } of [one, one, one, two]) statuses.push((await ask("/per-key", bearer(text))).status);
    expect(statuses).toEqual([200, 200, 429, 200]);
    expect(toRefusal(await ask("/per-key"))[1]).toBe("missing-key");
  });
});

describe("a key that is taken away", () => {
  it("gets its last 200 within 5 seconds, on a gateway under load", async () => {
    const key = await issueKey(gateway);
    await ask("/required/drill", bearer(key.text));
    await deleteKey(gateway, key);
    const revokedMs = Date.now();
    let last200Ms = revokedMs;
    const drill = async (): Promise<void> => {
      while (Date.now() - revokedMs < 6_000) {
        const { status, answeredAtMs } = await ask("/required/drill", bearer(key.text));
        if (status === 200) last200Ms = Math.max(last200Ms, answeredAtMs);
      }
    };
    await Promise.all(Array.from({ length: 4 }, drill));
    expect(last200Ms - revokedMs).toBeLessThan(5_000);
    expect((await ask("/required/drill", bearer(key.text))).status).toBe(401);
  });

  it("and one that is made after it was tried works within 5 seconds", async () => {
    const key = await issueKey(gateway);
    await deleteKey(gateway, key);
    expect((await ask("/required/late", bearer(key.text))).status).toBe(401);
    await restoreKey(gateway, key);
    const madeMs = Date.now();
    let status = 401;
    while (status !== 200 && Date.now() - madeMs < 5_000)
      status = (await ask("/required/late", bearer(key.text))).status;
    expect(status).toBe(200);
  });
});

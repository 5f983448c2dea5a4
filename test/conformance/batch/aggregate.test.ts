// A route that is made of several calls: each goes through its own route, and together they are one JSON object.

import { describe, expect, it } from "vitest";
import { newAddress, send } from "../support/client.ts";
import { issueKey } from "../support/keys.ts";
import { startStand } from "../support/stand.ts";

const { gateway, origin } = await startStand({
  policies: {
    page: { algorithm: "sliding-window", limit: 3, window: "1h", key: "ip", consistency: "exact" },
    orders: {
      algorithm: "sliding-window",
      limit: 1,
      window: "1h",
      key: ["ip", "path"],
      consistency: "exact",
    },
  },
  routes: [
    { path: "/pages/:id", aggregate: { user: "/users/{id}", orders: "/orders?user={id}&page={query:page}" } },
    { path: "/limited/:id", policies: ["page"], aggregate: { user: "/cached/{id}" } },
    { path: "/inner/:id", aggregate: { user: "/users/{id}", orders: "/scarce" } },
    { path: "/fail/:id", aggregate: { user: "/users/1", part: "/parts/{id}" } },
    { path: "/null/:id", onPartial: "null", aggregate: { user: "/users/1", part: "/parts/{id}" } },
    { path: "/problem/:id", onPartial: "problem", aggregate: { user: "/users/1", part: "/parts/{id}" } },
    { path: "/nothing/:id", onPartial: "null", aggregate: { a: "/parts/{id}", b: "/parts/{id}" } },
    {
      path: "/nested",
      onPartial: "problem",
      aggregate: { user: "/users/1", page: "/pages/7", self: "/nested" },
    },
    {
      path: "/hasty",
      timeout: "300ms",
      onPartial: "problem",
      aggregate: { user: "/users/1", part: "/parts/stall" },
    },
    { path: "/private/:id", auth: "required", aggregate: { user: "/mine" } },
    {
      path: "/trimmed/:id",
      fields: true,
      response: { dropFields: "user/secret" },
      aggregate: { user: "/users/{id}" },
    },
    { path: "/mine", auth: "required" },
    { path: "/cached/*", cache: { ttl: "1h" } },
    { path: "/scarce", policies: ["orders"] },
    { path: "/users/*" },
    { path: "/orders" },
    { path: "/parts/*" },
  ],
});

const JSON_TYPE = ["Content-Type", "application/json"] as const;
origin.serve("*", ({ target, method }) => ({
  fields: [JSON_TYPE, ["Set-Cookie", `seen=${method}`]],
  body: `{ "target": ${JSON.stringify(target)}, "big": 12345678901234567890, "secret": 1 }`,
}));
origin.serve("/cached/1", { fields: [JSON_TYPE], body: "{}" });
origin.serve("/parts/text", { body: "text" });
origin.serve("/parts/missing", {
  status: 404,
  fields: [JSON_TYPE, ["X-Why", "gone"]],
  body: '{"message":"no"}',
});
origin.serve("/parts/html", { status: 500, fields: [["Content-Type", "text/html"]], body: "<p>no" });
origin.serve("/parts/malformed", { fields: [JSON_TYPE], body: "{" });
origin.serve("/parts/latin", { fields: [JSON_TYPE], body: Uint8Array.of(0x22, 0xe4, 0x22) });
origin.serve("/parts/coded", {
  fields: [JSON_TYPE, ["Content-Encoding", "gzip"]],
  body: Uint8Array.of(31, 139),
});
origin.serve("/parts/big", { fields: [JSON_TYPE], body: `"${"x".repeat(1_048_576)}"` });
origin.serve("/parts/empty", { status: 204 });
origin.serve("/parts/moved", { status: 302, fields: [["Location", "/users/2"]] });
origin.serve("/parts/reset", { raw: "", ending: "reset" });
origin.serve("/parts/broken", {
  raw: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{",
  ending: "reset",
});
origin.serve("/parts/stall", {
  raw: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{",
  ending: "stall",
});

const targets = (path: string): readonly string[] => origin.requests(path).map(({ target }) => target);

describe("an aggregate", () => {
  it("is one JSON object of what its parts are, as they are written", async () => {
    const reply = await send(gateway, "/pages/7?page=2");
    expect(reply.status).toBe(200);
    expect(reply.field("Content-Type")).toBe("application/json");
    expect(reply.field("Cache-Control")).toBe("no-store");
    expect(reply.text()).toBe(
      '{"user":{ "target": "/users/7", "big": 12345678901234567890, "secret": 1 },' +
        '"orders":{ "target": "/orders?user=7&page=2", "big": 12345678901234567890, "secret": 1 }}',
    );
    expect(reply.lines("Set-Cookie")).toEqual(["seen=GET", "seen=GET"]);
    expect(reply.field("X-Aggregate-Failed")).toBeUndefined();
  });

  it.each([
    ["/pages/a%20b", "/users/a%20b", "/orders?user=a%20b&page="],
    ["/pages/a&b=c;d", "/users/a%26b%3Dc%3Bd", "/orders?user=a%26b%3Dc%3Bd&page="],
    ["/pages/x?page=1%26user%3D2%23", "/users/x", "/orders?user=x&page=1%26user%3D2%23"],
    ["/pages/x?page=..%2F..", "/users/x", "/orders?user=x&page=..%2F.."],
    ["/pages/x?page=1&page=2", "/users/x", "/orders?user=x&page="],
  ])("of %s asks for %s and %s", async (path, user, orders) => {
    expect((await send(gateway, path)).status).toBe(200);
    expect(
      origin
        .requests()
        .slice(-2)
        .map(({ target }) => target)
        .sort(),
    ).toEqual([orders, user].sort());
  });

  it("answers HEAD like GET, without the body", async () => {
    const whole = await send(gateway, "/pages/7");
    const head = await send(gateway, "/pages/7", { method: "HEAD" });
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(head.field("Content-Length") ?? String(whole.body.length)).toBe(String(whole.body.length));
    expect(head.field("Content-Type")).toBe("application/json");
  });

  it("is there for GET and HEAD alone", async () => {
    expect((await send(gateway, "/pages/7", { method: "POST", body: "x" })).status).toBe(404);
  });

  it("asks at the same time", async () => {
    let atOnce = 0;
    let most = 0;
    const slow = async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await expect.poll(() => most, { timeout: 5_000 }).toBe(2);
      atOnce -= 1;
      return { fields: [JSON_TYPE], body: "1" };
    };
    origin.serve("/users/slow", slow);
    origin.serve("/orders", slow);
    expect((await send(gateway, "/pages/slow")).text()).toBe('{"user":1,"orders":1}');
    origin.serve("/orders", { fields: [JSON_TYPE], body: "{}" });
  });

  it("counts by its own policies, and has its parts' caches", async () => {
    const ip = newAddress();
    const statuses: number[] = [];
    for (let time = 0; time < 4; time += 1) {
      statuses.push((await send(gateway, "/limited/1", { ip })).status);
      await expect
        .poll(async () => (await send(gateway, "/cached/1")).field("Cache-Status"))
        .toContain("hit");
    }
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect(targets("/cached/1")).toHaveLength(1);
  });

  it("does not get around its parts' policies", async () => {
    const ip = newAddress();
    expect((await send(gateway, "/inner/1", { ip })).status).toBe(200);
    const denied = await send(gateway, "/inner/1", { ip });
    expect([denied.status, denied.json()["code"]]).toEqual([429, "quota-exceeded"]);
    expect(denied.field("Retry-After")).toMatch(/^\d+$/);
  });

  it("shows the client's credential to its parts' routes", async () => {
    const { text } = await issueKey(gateway, { consumer: "acme" });
    const reply = await send(gateway, "/private/1", { fields: [["X-API-Key", text]] });
    expect(reply.status).toBe(200);
    expect(origin.requests("/mine").at(-1)?.field("X-Consumer")).toBe("acme");
    expect((await send(gateway, "/private/1")).status).toBe(401);
  });

  it("is trimmed like any other answer", async () => {
    expect((await send(gateway, "/trimmed/7")).text()).toBe(
      '{"user":{"target":"/users/7","big":12345678901234567890}}',
    );
    expect((await send(gateway, "/trimmed/7?fields=user/big")).text()).toBe(
      '{"user":{"big":12345678901234567890}}',
    );
    expect(targets("/users/7").at(-1)).toBe("/users/7");
  });
});

describe("a part that fails", () => {
  it.each([
    ["missing", 404, undefined],
    ["html", 500, undefined],
    ["moved", 302, undefined],
    ["text", 502, "answer-not-json"],
    ["malformed", 502, "answer-not-json"],
    ["latin", 502, "answer-not-json"],
    ["coded", 502, "answer-not-json"],
    ["big", 502, "answer-too-large"],
    ["reset", 502, "origin-closed"],
    ["broken", 502, "origin-closed"],
    ["%zz", 400, "malformed-escape"],
  ])(
    '"%s" answers for all by "fail", is null by "null" and a problem by "problem"',
    async (id, status, code) => {
      const failed = await send(gateway, `/fail/${id}`);
      expect(failed.status).toBe(status);
      if (code !== undefined) expect(failed.json()["code"]).toBe(code);
      // What is no path of the aggregate's own never gets as far as its parts.
      if (id === "%zz") return;
      const nulled = await send(gateway, `/null/${id}`);
      expect([nulled.status, nulled.field("X-Aggregate-Failed")]).toEqual([200, "part"]);
      expect(nulled.json()).toMatchObject({ user: { target: "/users/1" }, part: null });
      const shown = await send(gateway, `/problem/${id}`);
      expect([shown.status, shown.field("X-Aggregate-Failed")]).toEqual([200, "part"]);
      const part = shown.json()["part"];
      if (id === "missing") expect(part).toEqual({ message: "no" });
      else
        expect(part).toMatchObject(code === undefined ? { type: "about:blank", status } : { status, code });
    },
  );

  it("that answers for all keeps its fields", async () => {
    expect((await send(gateway, "/fail/missing")).field("X-Why")).toBe("gone");
    expect((await send(gateway, "/fail/missing")).json()).toEqual({ message: "no" });
  });

  it("is none without content: that is null", async () => {
    const reply = await send(gateway, "/fail/empty");
    expect([reply.status, reply.json()["part"]]).toEqual([200, null]);
    expect(reply.field("X-Aggregate-Failed")).toBeUndefined();
  });

  it("beside nothing else answers for all, whatever the rule", async () => {
    expect((await send(gateway, "/nothing/missing")).status).toBe(404);
  });

  it("is one that leads to an aggregate again", async () => {
    const reply = await send(gateway, "/nested");
    expect(reply.field("X-Aggregate-Failed")).toBe("page, self");
    expect(reply.json()).toMatchObject({
      user: { target: "/users/1" },
      page: { status: 508, code: "aggregate-nested" },
      self: { status: 508, code: "aggregate-nested" },
    });
  });

  it("is one that is not done within the route's timeout, its body included", async () => {
    const reply = await send(gateway, "/hasty");
    expect(reply.json()).toMatchObject({ user: { target: "/users/1" }, part: { code: "origin-timeout" } });
  });

  it("never crashed anything", () => {
    expect(gateway.logs().filter((line) => line.includes("crashed"))).toEqual([]);
  });
});

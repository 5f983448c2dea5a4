// Every request has an id: on its answer whoever made it, in a problem's body, in its log line and at the origin. At
// Cloudflare it is the ray; nothing that a client sends for one is taken for the gateway's own.

import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { newAddress, open, send, type Reply, type RequestOptions } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const FIELD = "X-Gateway-Request-Id";
const OURS = /^[0-9a-f]{16}-[0-9a-z]+$/;
const RAY = "8f0123456789abcd-AMS";
const TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

const { origin, gateway } = await startStand(
  {
    batch: {},
    policies: {
      once: { algorithm: "fixed-window", align: "first-request", limit: 1, window: "1h", key: "ip" },
    },
    routes: [
      { path: "/limited", policies: ["once"] },
      { path: "/closed", access: { deny: { addresses: ["0.0.0.0/0"] } } },
      { path: "/locked", auth: "required" },
      { path: "/fields", fields: true },
      { path: "/slow", timeout: "100ms" },
      { path: "/stored", cache: { ttl: "1h" } },
      { path: "/both", methods: ["GET"], aggregate: { one: "/closed", other: "/open" } },
      { path: "/open" },
    ],
  },
  { vars: { ADMIN_TOKEN } },
);
origin.serve("/slow", { raw: "", ending: "stall" });

const idOf = (reply: Pick<Reply, "field">): string => reply.field(FIELD) ?? "";

async function lineOf(id: string): Promise<Readonly<Record<string, unknown>>> {
  const find = (): string | undefined => gateway.logs().find((line) => line.includes(id));
  await until(`a line of ${id}`, () => find() !== undefined);
  return JSON.parse(find() ?? "{}") as Record<string, unknown>;
}

describe("an answer of the gateway's own", () => {
  it.each([
    ["/nowhere", 404],
    ["/%zz", 400],
    ["/closed", 403],
    ["/locked", 401],
    ["/fields?fields=((", 400],
    ["/slow", 504],
    ["/__headgate/v1/batch", 405],
    ["/__headgate/v1/keys", 401],
  ])("has one id in its field and its body: %s", async (path, status) => {
    const reply = await send(gateway, path, { ip: newAddress() });
    expect([reply.status, idOf(reply)]).toEqual([status, expect.stringMatching(OURS)]);
    expect(reply.json()["requestId"]).toBe(idOf(reply));
  });

  it("has an id of its own each time that it is the same: a denial that is remembered, alone and in a batch", async () => {
    const ip = newAddress();
    const replies: Reply[] = [];
    for (let time = 0; time < 4; time += 1) replies.push(await send(gateway, "/limited", { ip }));
    expect(replies.map(({ status }) => status)).toEqual([200, 429, 429, 429]);
    const ids = replies.map(idOf);
    expect(new Set(ids).size).toBe(4);
    for (const reply of replies.slice(1)) expect(reply.json()["requestId"]).toBe(idOf(reply));
    const batch: RequestOptions = {
      ip,
      method: "POST",
      fields: [["Content-Type", "application/json"]],
      body: JSON.stringify([{ method: "GET", path: "/limited" }]),
    };
    const body = (await send(gateway, "/__headgate/v1/batch", batch)).text();
    // Its requests have the batch's id.
    expect(body).toContain("quota-exceeded");
    expect(ids.filter((id) => body.includes(id))).toEqual([]);
  });

  it("has the ray where there is one, and the log line has it too", async () => {
    const fields = [["CF-Ray", RAY]] as const;
    const reply = await send(gateway, "/closed", { ip: newAddress(), fields });
    expect([idOf(reply), reply.json()["requestId"]]).toEqual([RAY, RAY]);
    expect(await lineOf(RAY)).toMatchObject({ event: "denied", code: "access-denied", requestId: RAY });
  });

  it("is told apart in a flood that is answered from memory", async () => {
    const ip = newAddress();
    const replies: Reply[] = [];
    for (let index = 0; index < 5; index += 1) replies.push(await send(gateway, "/limited", { ip }));
    expect(replies.map(({ status }) => status)).toEqual([200, 429, 429, 429, 429]);
    expect(new Set(replies.map(idOf)).size).toBe(5);
    for (const reply of replies.slice(1)) {
      expect(reply.json()["requestId"]).toBe(idOf(reply));
      expect((await lineOf(idOf(reply)))["requestId"]).toBe(idOf(reply));
    }
  });

  it("has it where an operator asks, HEAD included", async () => {
    const [shown, refused] = await Promise.all([
      askAdmin(gateway, "GET", "/health"),
      askAdmin(gateway, "GET", "/keys/k999"),
    ]);
    expect([shown.status, refused.status, refused.json()["requestId"]]).toEqual([200, 404, idOf(refused)]);
    for (const reply of [shown, await askAdmin(gateway, "HEAD", "/health")])
      expect(idOf(reply)).toMatch(OURS);
  });

  it("has one for all that came as one", async () => {
    const body = JSON.stringify([{ path: "/closed" }, { path: "/nowhere" }]);
    const fields = [["Content-Type", "application/json"]] as const;
    const batch = await send(gateway, "/__headgate/v1/batch", { method: "POST", body, fields });
    expect(batch.status).toBe(200);
    for (const member of JSON.parse(batch.text()) as { body: { requestId: string } }[])
      expect(member.body.requestId).toBe(idOf(batch));
  });
});

describe("an answer of the origin", () => {
  it("has it beside the origin's own, and the origin has seen it", async () => {
    origin.serve("/open", { fields: [["X-Request-Id", "the-origins"]] });
    const reply = await send(gateway, "/open");
    expect([idOf(reply), reply.field("X-Request-Id")]).toEqual([expect.stringMatching(OURS), "the-origins"]);
    expect(origin.requests("/open").at(-1)?.lines(FIELD)).toEqual([idOf(reply)]);
  });

  it("has its own where it comes from the store", async () => {
    origin.serve("/stored", { fields: [[FIELD, "of-an-origin"]] });
    const replies = [await send(gateway, "/stored"), await send(gateway, "/stored")];
    expect(replies[1]?.field("Cache-Status")).toContain("hit");
    expect(new Set(replies.map(idOf)).size).toBe(2);
    for (const reply of replies) expect(reply.lines(FIELD)).toEqual([expect.stringMatching(OURS)]);
  });
});

describe("what a client sends for an id", () => {
  it.each(["CF-Ray", FIELD, "X_Gateway_Request_Id", "X-Request-Id"])(
    "in %s is not taken for one",
    async (name) => {
      const reply = await send(gateway, "/open", { fields: [[name, "of-the-client"]] });
      const asked = origin.requests("/open").at(-1);
      expect(idOf(reply)).toMatch(OURS);
      expect(asked?.lines(FIELD)).toEqual([idOf(reply)]);
      // Its name for its request is a field like any other.
      expect(asked?.field("X-Request-Id")).toBe(name === "X-Request-Id" ? "of-the-client" : undefined);
      expect(asked?.field("X_Gateway_Request_Id")).toBeUndefined();
    },
  );
});

describe("a client's traceparent", () => {
  const ask = async (path: string, traceparent: string): Promise<Reply> => {
    const options: RequestOptions = { ip: newAddress(), fields: [["traceparent", traceparent]] };
    const { stream, ...head } = await open(gateway, path, options);
    stream.resume();
    return head as Reply;
  };

  it("is forwarded as it came, right or wrong", async () => {
    for (const given of [TRACEPARENT, "not-a-trace"]) {
      await ask("/open", given);
      expect(origin.requests("/open").at(-1)?.lines("traceparent")).toEqual([given]);
    }
  });

  it("is logged where it is one", async () => {
    const right = await lineOf(idOf(await ask("/closed", TRACEPARENT)));
    const wrong = await lineOf(idOf(await ask("/closed", "not-a-trace")));
    expect([right["traceparent"], wrong["traceparent"]]).toEqual([TRACEPARENT, undefined]);
  });
});

// What a request of a batch has of the batch, what it may say of itself, and what it cannot be.

import { describe, expect, it } from "vitest";
import { askBatch, BATCH_PATH, sendBatch } from "../support/batch.ts";
import { type Echoed, startBatchStand } from "../support/batch-stand.ts";
import { newAddress, send } from "../support/client.ts";
import { issueKey } from "../support/keys.ts";

const { gateway, origin } = await startBatchStand();
const pathOf = (target: string): number => origin.requests(target).length;

describe("what a member is", () => {
  it("has the batch request's credential, address and fields, and says of itself what is its own", async () => {
    const ip = newAddress();
    const answers = await askBatch(
      gateway,
      [{ path: "/open/echo?x=1", headers: { accept: "text/x", "x-own": "1", "if-match": '"a"' } }],
      {
        ip,
        fields: [
          ["Authorization", "Basic abc"],
          ["Cookie", "sid=1"],
          ["User-Agent", "tester"],
          ["X-Tenant", "acme"],
          ["Via", "1.1 front"],
          ["If-None-Match", '"b"'],
          ["Idempotency-Key", "1"],
          ["Connection", "x-hop"],
          ["X-Hop", "1"],
        ],
      },
    );
    const [{ target, fields }] = answers.map(({ body }) => body) as [Echoed];
    expect(target).toBe("/open/echo?x=1");
    expect(fields).toMatchObject({
      authorization: "Basic abc",
      cookie: "sid=1",
      "user-agent": "tester",
      "x-tenant": "acme",
      "x-forwarded-for": ip,
      via: "1.1 front, 1.1 headgate",
      accept: "text/x",
      "x-own": "1",
      "if-match": '"a"',
      "accept-encoding": "identity",
    });
    for (const name of ["if-none-match", "idempotency-key", "x-hop", "content-type"])
      expect(fields).not.toHaveProperty(name);
  });

  it.each([
    [{ Authorization: "Bearer x" }],
    [{ "x-api-key": "x" }],
    [{ Cookie: "sid=2" }],
    [{ "CF-Connecting-IP": "198.51.100.1" }],
    [{ "cf-ipcountry": "CH" }],
    [{ Via: "1.1 x" }],
    [{ Host: "b.example" }],
    [{ "X-Forwarded-For": "198.51.100.1" }],
    [{ Upgrade: "websocket" }],
    [{ "x-tenant": "other" }],
  ])("cannot say %j", async (headers) => {
    const before = pathOf("/open/echo");
    const reply = await sendBatch(gateway, [{ path: "/open/echo" }, { path: "/open/echo", headers }], {
      fields: [["X-Tenant", "acme"]],
    });
    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({
      code: "invalid-batch",
      problems: [{ path: expect.stringContaining("1.headers.") }],
    });
    expect(pathOf("/open/echo")).toBe(before);
  });

  it("is where its client is, as the platform says", async () => {
    const ip = newAddress();
    const from = (country: string) => [["MF-CF-Blob", JSON.stringify({ country })]] as const;
    const statuses = async (country: string) =>
      (await askBatch(gateway, [{ path: "/country" }], { ip, fields: from(country) })).map(
        ({ status }) => status,
      );
    expect(await statuses("NL")).toEqual([200]);
    expect(await statuses("NL")).toEqual([429]);
    expect(await statuses("FR")).toEqual([200]);
    expect((await send(gateway, "/country", { ip, fields: from("FR") })).status).toBe(429);
  });

  it("is the batch request's caller, by a key in a field or in the query, which the origin does not get", async () => {
    const { text } = await issueKey(gateway, { consumer: "acme" });
    const ways = [
      [BATCH_PATH, [["Authorization", `Bearer ${text}`]]],
      [BATCH_PATH, [["X-API-Key", text]]],
      [`${BATCH_PATH}?api_key=${text}`, []],
    ] as const;
    for (const [path, fields] of ways) {
      const reply = await send(gateway, path, {
        method: "POST",
        body: JSON.stringify([{ path: "/private?a=1" }, { path: "/private" }]),
        fields: [["Content-Type", "application/json"], ...fields],
      });
      const answers = JSON.parse(reply.text()) as readonly { readonly status: number }[];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const [first, second] = origin.requests("/private").slice(-2);
      expect([first?.target, second?.target].sort()).toEqual(["/private", "/private?a=1"]);
      for (const asked of [first, second]) {
        expect(asked?.field("X-Consumer")).toBe("acme");
        expect(JSON.stringify(asked?.fields)).not.toContain(text);
      }
    }
  });

  it("is kept out by the lists that keep its client out", async () => {
    const fields = [["User-Agent", "Evil/1"]] as const;
    const [denied] = await askBatch(gateway, [{ path: "/swiss" }], { fields });
    expect(denied?.status).toBe(403);
  });

  it.each([
    "/__headgate/v1/batch",
    "/__headgate/v1/keys",
    "/__headgate/v1",
    "/open/../__headgate/v1/config",
    "/open?api_key=x",
  ])("cannot be for %s", async (path) => {
    const reply = await sendBatch(gateway, [{ path }]);
    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({ problems: [{ path: "0.path" }] });
  });
});

it("never crashed anything", () => {
  expect(gateway.logs().filter((line) => line.includes("crashed"))).toEqual([]);
});

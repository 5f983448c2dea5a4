// API keys in forms, where SDKs write a token: taken off before the form goes on, and whatever else it has passes as it came.

import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { newAddress, send, type Reply, type RequestOptions } from "../support/client.ts";
import { issueKey } from "../support/keys.ts";
import { startStand } from "../support/stand.ts";

const { origin, gateway } = await startStand({
  auth: { apiKeys: { query: "access_token", form: "access_token" } },
  policies: {
    units: { algorithm: "sliding-window", limit: 100, window: "1h", key: ["consumer", "form:page"] },
  },
  routes: [
    { path: "/required", auth: "required" },
    { path: "/optional", auth: "optional" },
    {
      path: "/counted",
      auth: "required",
      policies: ["units"],
      cost: { form: "batch", count: true, max: 50 },
    },
    { path: "/open" },
  ],
});

const FORM = "application/x-www-form-urlencoded";
const { text: key } = await issueKey(gateway, { consumer: "acme" });

function post(
  path: string,
  body: RequestOptions["body"],
  ...fields: readonly (readonly [string, string])[]
): Promise<Reply> {
  const type = fields.some(([name]) => name === "Content-Type") ? [] : ([["Content-Type", FORM]] as const);
  return send(gateway, path, {
    ip: newAddress(),
    method: "POST",
    body: body ?? "",
    fields: [...type, ...fields],
  });
}

const bodyAt = (path: string): string | undefined => origin.requests(path).at(-1)?.body().toString();

describe("a key in a form", () => {
  it.each([
    [`access_token=${key}&message=a+b%20%C3%A9`, "message=a+b%20%C3%A9"],
    [`message=1&access%5Ftoken=${key}`, "message=1"],
    [`a=1&access_token=${key}&b=%zz&c`, "a=1&b=%zz&c"],
    [`access_token=${key}`, ""],
  ])("of %s is taken off, and the origin is told whose it is", async (body, rest) => {
    for (const sent of [body, Readable.from([body], { objectMode: false })]) {
      expect((await post("/required", sent)).status).toBe(200);
      const asked = origin.requests("/required").at(-1);
      expect([asked?.body().toString(), asked?.field("x-consumer")]).toEqual([rest, "acme"]);
      expect(Number(asked?.field("content-length") ?? rest.length)).toBe(rest.length);
    }
  });

  it("is counted with what else the form says", async () => {
    const batch = encodeURIComponent(JSON.stringify([1, 2, 3]));
    const reply = await post("/counted", `access_token=${key}&batch=${batch}&page=p`);
    expect([reply.status, reply.field("X-RateLimit-Remaining")]).toEqual([200, "97"]);
    expect(bodyAt("/counted")).toBe(`batch=${batch}&page=p`);
  });

  it.each([
    ["that nobody issued", `access_token=hg_abcDEF12_${"x".repeat(43)}`, 401],
    ["that is none", "access_token=EAAB", 401],
    ["that is there twice", `access_token=${key}&access_token=other`, 401],
    ["that is not there", "message=1", 401],
    ["in a form that is too long", `access_token=${key}&x=${"x".repeat(66_000)}`, 401],
  ])("%s is refused", async (_what, body, status) => {
    const before = origin.requests("/required").length;
    expect((await post("/required", body)).status).toBe(status);
    expect(origin.requests("/required")).toHaveLength(before);
  });

  it("is looked for in no other body, and beside no other credential", async () => {
    const json = JSON.stringify({ access_token: key });
    expect((await post("/required", json, ["Content-Type", "application/json"])).status).toBe(401);
    const body = `access_token=other&message=1`;
    expect((await post("/required", body, ["X-API-Key", key])).status).toBe(200);
    expect(bodyAt("/required")).toBe(body);
  });

  it("may be missing where it is optional, and is nothing where there is no auth", async () => {
    const long = `message=${"x".repeat(100_000)}`;
    for (const body of ["message=1", long, ""]) {
      expect((await post("/optional", body)).status).toBe(200);
      expect(bodyAt("/optional")).toBe(body);
    }
    expect((await post("/open", `access_token=${key}`)).status).toBe(200);
    expect(bodyAt("/open")).toBe(`access_token=${key}`);
  });
});

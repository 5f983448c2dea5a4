// Spellings of field names that origins read as one name (CGI and its like): none gets by where a name is dropped,
// withheld, set, renamed or counted by.

import { afterAll, describe, expect, it } from "vitest";
import { BATCH_PATH, sendBatch } from "../support/batch.ts";
import { newAddress, send } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { issueKey } from "../support/keys.ts";
import { startOrigin } from "../support/origin.ts";
import { startStand } from "../support/stand.ts";

const member = await startOrigin();
afterAll(member.close);

const HOUR = { algorithm: "sliding-window", window: "1h" };
const { origin, gateway } = await startStand({
  batch: {},
  policies: {
    user: { ...HOUR, limit: 1, key: "header:x-user" },
    calls: { ...HOUR, limit: 1_000, key: "everyone" },
  },
  origins: {
    regional: {
      members: [{ url: member.url, headers: { "X-Region": "eu", Shop_Id: "7" } }],
      policies: ["calls"],
      priority: { header: "X-Priority" },
    },
  },
  routes: [
    { path: "/counted", policies: ["user"] },
    { path: "/regional/*", origin: "regional" },
    { path: "/named/*", request: { renameHeaders: { "X-Old": "X-New" } } },
    { path: "/keyed", auth: "required" },
    { path: "/cached/*", cache: { ttl: "1h" } },
    { path: "/*" },
  ],
});

/** As CGI names them, and PHP, and whatever comes next. */
const SEPARATORS = ["_", ".", "!", "~", "'"];

function spell(name: string): readonly string[] {
  const whole = SEPARATORS.map((separator) => name.replaceAll("-", separator));
  return [...new Set([...whole, name.replace("-", "_"), name.toUpperCase().replaceAll("-", "_")])];
}

let paths = 0;

/** The fields, folded, that arrived of a request with these. */
async function arrive(
  fields: Fields,
  folder = "/open",
  at = origin,
): Promise<readonly (readonly [string, string])[]> {
  paths += 1;
  const path = `${folder}/${paths}`;
  expect((await send(gateway, path, { fields })).status).toBe(200);
  const [request] = at.requests(path);
  if (request === undefined) throw new Error(`${path} did not reach the origin`);
  return request.fields.map(([name, value]) => [name.toLowerCase().replaceAll(/[^a-z0-9]/g, "-"), value]);
}

describe("what stays at the gateway", () => {
  it.each([
    "X-Tier",
    "X-Consumer",
    "X-Real-IP",
    "X-Forwarded-For",
    "X-Forwarded-Anything",
    "X-Original-URL",
    "X-HTTP-Method-Override",
    "True-Client-IP",
    "Client-IP",
    "Proxy",
    "Proxy-Client-IP",
    "X-Originating-IP",
    "X-Remote-IP",
    "X-Remote-Addr",
    "X-ProxyUser-Ip",
    "X-Original-Forwarded-For",
    "Forwarded-For",
    "WL-Proxy-Client-IP",
    "Proxy-Authorization",
    "Keep-Alive",
  ])("%s does, however it is spelled", async (name) => {
    const arrived = await arrive([[name, "forged"], ...spell(name).map((odd) => [odd, "forged"] as const)]);
    expect(arrived.filter(([, value]) => value.includes("forged"))).toEqual([]);
  });

  it.each(["CF-Connecting-IP", "CF-IPCountry", "CDN-Loop"])("%s does, spelled otherwise", async (name) => {
    const arrived = await arrive(spell(name).map((odd) => [odd, "forged"]));
    expect(arrived.filter(([, value]) => value.includes("forged"))).toEqual([]);
  });

  it("what Connection names does, however either is spelled", async () => {
    const arrived = await arrive([
      ["Connection", "X-Secret, X_Other"],
      ["X-Secret", "named"],
      ["X_Secret", "named"],
      ["x.secret", "named"],
      ["X-Other", "named"],
    ]);
    expect(arrived.filter(([, value]) => value === "named")).toEqual([]);
  });

  it("a credential does, and another spelling is another credential", async () => {
    const { text } = await issueKey(gateway);
    expect((await send(gateway, "/keyed", { fields: [["X_Api_Key", text]] })).status).toBe(200);
    expect(JSON.stringify(origin.requests("/keyed").at(-1)?.fields)).not.toContain(text);
    const two = await send(gateway, "/keyed", {
      ip: newAddress(),
      fields: [
        ["X-Api-Key", text],
        ["X_Api_Key", "another"],
      ],
    });
    expect(two.status).toBe(401);
  });

  it("a priority does", async () => {
    const arrived = await arrive([["x.priority", "background"]], "/regional", member);
    expect(arrived.filter(([name]) => name === "x-priority")).toEqual([]);
  });
});

describe("what the gateway sets", () => {
  it.each(["X-Region", "X_Region", "x.region"])("stands alone beside %s: a member's fields", async (name) => {
    const arrived = await arrive([[name, "us"]], "/regional", member);
    expect(arrived.filter(([field]) => field === "x-region")).toEqual([["x-region", "eu"]]);
  });

  it("stands alone too where its own name is spelled oddly", async () => {
    const arrived = await arrive(
      [
        ["Shop-Id", "8"],
        ["shop.id", "9"],
      ],
      "/regional",
      member,
    );
    expect(arrived.filter(([field]) => field === "shop-id")).toEqual([["shop-id", "7"]]);
  });

  it("stands alone where the cache asks", async () => {
    const arrived = await arrive(
      [
        ["Accept_Encoding", "gzip"],
        ["If_None_Match", '"x"'],
      ],
      "/cached",
    );
    expect(arrived.filter(([field]) => field === "accept-encoding")).toEqual([
      ["accept-encoding", "identity"],
    ]);
  });

  it.each([
    [[["X_Old", "1"]], [["x-new", "1"]]],
    [[["X_New", "forged"]], []],
    [
      [
        ["X-Old", "1"],
        ["x.new", "forged"],
      ],
      [["x-new", "1"]],
    ],
  ] as const)("stands alone where fields are renamed: %j", async (fields, expected) => {
    const arrived = await arrive(fields, "/named");
    expect(arrived.filter(([field]) => /^x-(?:old|new)$/.test(field))).toEqual(expected);
  });
});

describe("what is counted by", () => {
  it("is one, however it is spelled", async () => {
    const statuses: number[] = [];
    for (const name of ["X-User", "X_User", "x.user"])
      statuses.push((await send(gateway, "/counted", { fields: [[name, "alice"]] })).status);
    expect(statuses).toEqual([200, 429, 429]);
  });

  it("goes on as the one value that was counted, beside another spelling", async () => {
    const fields = [
      ["X-User", "bob"],
      ["X_User", "victim"],
    ] as const;
    expect((await send(gateway, "/counted", { fields })).status).toBe(200);
    const request = origin.requests("/counted").at(-1);
    expect([request?.lines("X-User"), request?.lines("X_User")]).toEqual([["bob, victim"], []]);
    expect((await send(gateway, "/counted", { fields })).status).toBe(429);
  });
});

describe("what varies", () => {
  it("is told apart by all spellings", async () => {
    origin.serve("/cached/vary", ({ field }) => ({
      fields: [
        ["Cache-Control", "max-age=60"],
        ["Vary", "X_Lang"],
      ],
      body: field("X_Lang") ?? "none",
    }));
    const bodies: string[] = [];
    for (const lang of ["de", "fr", "de"])
      bodies.push((await send(gateway, "/cached/vary", { fields: [["X_Lang", lang]] })).text());
    expect(bodies).toEqual(["de", "fr", "de"]);
  });
});

describe("a batch", () => {
  it.each([
    "X.Tier",
    "X_Consumer",
    "x_api_key",
    "Content_Length",
    "CF_Connecting_IP",
    "Sec_WebSocket_Key",
    "X_Real_IP",
  ])("lets no member say %s", async (name) => {
    const reply = await sendBatch(gateway, [{ path: "/open/x", headers: { [name]: "1" } }]);
    expect([reply.status, reply.json()["code"]]).toEqual([400, "invalid-batch"]);
  });

  it("lets no member say otherwise what the batch says", async () => {
    const reply = await sendBatch(gateway, [{ path: "/open/x", headers: { X_Tenant: "2" } }], {
      fields: [["X-Tenant", "1"]],
    });
    expect(reply.status).toBe(400);
  });

  it("keeps to itself what it keeps to itself, however it is spelled", async () => {
    await send(gateway, BATCH_PATH, {
      method: "POST",
      body: JSON.stringify([{ path: "/open/inherited" }]),
      fields: [
        ["Content-Type", "application/json"],
        ["Connection", "X-Hop"],
        ["If_None_Match", '"x"'],
        ["X_Hop", "1"],
        ["X_Kept", "1"],
      ],
    });
    const [request] = origin.requests("/open/inherited");
    expect(["If_None_Match", "X_Hop", "X_Kept"].map((name) => request?.lines(name))).toEqual([[], [], ["1"]]);
  });
});

describe("what is nobody's but the client's", () => {
  it("passes as it is spelled", async () => {
    const names = ["My_Field", "my.other", "X!Odd", "a~b", "__proto__"];
    const path = "/open/as-spelled";
    await send(gateway, path, { fields: names.map((name) => [name, "1, 2"]) });
    const [request] = origin.requests(path);
    expect(names.map((name) => request?.lines(name))).toEqual(names.map(() => ["1, 2"]));
  });
});

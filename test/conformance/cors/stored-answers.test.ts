// What is stored serves every page that may read it, and no page gets the allowance of another; and what operators are told
// of preflights.

import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { send, type Reply, type RequestOptions } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const APP = "https://app.example";
const OTHER = "https://other.example";
const EVIL = "https://evil.example";

const { origin, gateway } = await startStand(
  {
    cors: { origins: [APP, OTHER] },
    policies: {},
    routes: [
      { path: "/stored/*", cache: {} },
      { path: "/plain/*", cache: {}, cors: "origin" },
      { path: "/all/*", cache: {}, cors: { origins: "*" } },
      { path: "/locked", auth: "required" },
    ],
  },
  { vars: { ADMIN_TOKEN } },
);

/** "" is no page. */
function ask(
  path: string,
  { from, fields = [] }: RequestOptions & { readonly from: string },
): Promise<Reply> {
  const page: Fields = from === "" ? [] : [["Origin", from]];
  return send(gateway, path, { fields: [...page, ...fields] });
}

const variesByOrigin = (reply: Reply): boolean =>
  reply.lines("Vary").some((line) => line.split(/, */).includes("Origin"));

describe("a stored answer", () => {
  const FRESH: Fields = [["Cache-Control", "max-age=60"]];

  it("is for every page, with its own allowance: whole, in part, not modified, and not satisfied", async () => {
    origin.serve("/stored/1", {
      fields: [...FRESH, ["ETag", '"v1"'], ["Access-Control-Allow-Origin", EVIL], ["Vary", "Accept"]],
      body: "0123456789",
    });
    await ask("/stored/1", { from: APP });
    await until("the stored answer", async () =>
      (await ask("/stored/1", { from: APP })).field("Cache-Status")?.includes("hit"),
    );
    const asked = origin.requests("/stored/1").length;
    const wanted: readonly (readonly [number, Fields])[] = [
      [200, []],
      [206, [["Range", "bytes=2-4"]]],
      [304, [["If-None-Match", '"v1"']]],
      [416, [["Range", "bytes=50-"]]],
    ];
    for (const [status, fields] of wanted)
      for (const from of [OTHER, APP]) {
        const reply = await ask("/stored/1", { from, fields });
        expect(reply.status).toBe(status);
        expect(reply.lines("Access-Control-Allow-Origin")).toEqual([from]);
        expect(variesByOrigin(reply)).toBe(true);
      }
    const hidden = await ask("/stored/1", { from: EVIL });
    expect([hidden.field("Access-Control-Allow-Origin"), variesByOrigin(hidden)]).toEqual([undefined, true]);
    expect(origin.requests("/stored/1")).toHaveLength(asked);
  });

  it("is one for all where all may read it", async () => {
    origin.serve("/all/2", { fields: FRESH });
    for (const from of [APP, OTHER, "", "null"])
      expect((await ask("/all/2", { from })).lines("Access-Control-Allow-Origin")).toEqual(["*"]);
    expect(origin.requests("/all/2")).toHaveLength(1);
  });

  it("of an origin that lets one page read, and forgets to say so in Vary, is for no other", async () => {
    origin.serve("/plain/1", ({ field }) => ({
      fields: [...FRESH, ["Access-Control-Allow-Origin", field("Origin") ?? "https://nobody.example"]],
    }));
    for (const from of [APP, OTHER, APP, OTHER])
      expect((await ask("/plain/1", { from })).lines("Access-Control-Allow-Origin")).toEqual([from]);
    expect(origin.requests("/plain/1")).toHaveLength(2);
  });

  it("that all may read is one, whatever page asks", async () => {
    origin.serve("/plain/2", { fields: [...FRESH, ["Access-Control-Allow-Origin", "*"]] });
    for (const from of [APP, OTHER, ""]) await ask("/plain/2", { from });
    expect(origin.requests("/plain/2")).toHaveLength(1);
  });
});

describe("an operator who asks what would become of a preflight", () => {
  const explain = async (path: string, fields: Readonly<Record<string, string>> = {}): Promise<object> => {
    const headers = { origin: APP, "access-control-request-method": "GET", ...fields };
    const body = { method: "OPTIONS", url: `https://gateway.example${path}`, headers };
    return await expectStatus(200, askAdmin(gateway, "POST", "/explain", { body }));
  };

  it("hears who answers it, and what counts it", async () => {
    expect(await explain("/locked")).toMatchObject({
      preflight: "gateway",
      route: { name: "/locked" },
      policies: [],
    });
    expect(await explain("/nowhere/at/all")).toMatchObject({ preflight: "gateway", policies: [] });
    expect(await explain("/plain/1")).toMatchObject({
      preflight: "origin",
      policies: [{ policy: "cors:preflights", limit: 600 }],
    });
    expect(await explain("/locked", { "access-control-request-method": "" })).toMatchObject({
      problem: "credential-missing",
    });
  });
});

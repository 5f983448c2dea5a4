// An origin that refuses calls for its own limits, without a profile that says more of them: what the gateway does about it,
// and what clients notice.

import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Reply, send } from "../support/client.ts";
import type { HttpAnswer } from "../support/origin.ts";
import { startPoolStand } from "../support/pool-stand.ts";
import { until, untilTime } from "../support/until.ts";

const policies = ["refused"];
const { origins, gateway, counts } = await startPoolStand(1, (members) => ({
  origin: "refused",
  policies: { refused: { algorithm: "sliding-window-log", limit: 50, window: "1h", key: "path" } },
  origins: {
    refused: { members, policies, queue: { waitMax: "5s" } },
    refusing: { members, policies, whenLimited: ["reject"] },
  },
  routes: [
    { path: "/refused/stale/*", cache: { ttl: "1s", staleIfLimited: "1h" } },
    { path: "/refusing/*", origin: "refusing" },
    { path: "/*" },
  ],
}));
const [first] = origins;
if (first === undefined) throw new Error("an origin was started");

const statusesOf = (replies: readonly Reply[]): readonly number[] => replies.map(({ status }) => status);

describe("an origin that refuses for its own limits", () => {
  /** Refuses so many times, and answers then. */
  const serveRefusals = (path: string, times: number, refusal: HttpAnswer): void => {
    let asked = 0;
    first.serve(path, () => {
      asked += 1;
      return asked <= times ? refusal : { body: "now" };
    });
  };
  const REFUSAL: HttpAnswer = { status: 429, fields: [["Retry-After", "1"]] };

  it.each(["GET", "POST"])(
    "is asked again when it said, and the sender of the %s does not know",
    async (method) => {
      const path = `/refused/${method}`;
      serveRefusals(path, 1, REFUSAL);
      const reply = await send(gateway, path, { method, body: method === "POST" ? "kept" : "" });
      expect([reply.status, reply.text()]).toEqual([200, "now"]);
      expect(reply.answeredAtMs - reply.sentAtMs).toBeGreaterThanOrEqual(950);
      const bodies = first.requests(path).map((request) => request.body().toString());
      expect(bodies).toEqual(method === "POST" ? ["kept", "kept"] : ["", ""]);
    },
  );

  it("is left alone meanwhile, then tried by one, and gets the others after it", async () => {
    serveRefusals("/refused/several", 2, REFUSAL);
    const replies = [send(gateway, "/refused/several")];
    await wait(300);
    replies.push(...Array.from({ length: 5 }, () => send(gateway, "/refused/several")));
    await wait(300);
    expect(counts("/refused/several")).toEqual([1]);
    await until("the one that tries", () => counts("/refused/several")[0] === 2);
    await wait(300);
    expect(counts("/refused/several")).toEqual([2]);
    expect(new Set(statusesOf(await Promise.all(replies)))).toEqual(new Set([200]));
    expect(counts("/refused/several")).toEqual([8]);
  });

  it("passes its refusal on where nobody waits, and is not asked meanwhile", async () => {
    serveRefusals("/refusing/x", 1, { status: 429, fields: [["Retry-After", "2"]], body: "slow down" });
    const refused = await send(gateway, "/refusing/x");
    expect([refused.status, refused.text(), refused.field("Retry-After")]).toEqual([429, "slow down", "2"]);
    const reply = await send(gateway, "/refusing/x");
    expect([reply.status, reply.json()["code"]]).toEqual([503, "origin-limited"]);
    expect(reply.json()["violated-policies"]).toEqual([]);
    expect(counts("/refusing/x")).toEqual([1]);
    await untilTime(refused.answeredAtMs + 2_000);
    expect((await send(gateway, "/refusing/x")).status).toBe(200);
  });

  it("is stood in for by a stored answer rather than passed on", async () => {
    first.serve("/refused/stale/x", { body: "stored" });
    expect((await send(gateway, "/refused/stale/x")).status).toBe(200);
    first.serve("/refused/stale/x", { status: 429, fields: [["Retry-After", "60"]] });
    await untilTime(Date.now() + 1_100);
    const reply = await send(gateway, "/refused/stale/x");
    expect([reply.status, reply.text()]).toEqual([200, "stored"]);
    expect(reply.field("Cache-Status")).toContain("detail=stale-if-limited");
  });
});

// What isolates know of a pool together: active checks by the health object's alarm, while there is traffic and no longer,
// and what another isolate of the same deployment saw.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send } from "../support/client.ts";
import { toConfigSource } from "../support/gateway.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { startPoolStand } from "../support/pool-stand.ts";
import { SECOND_HOST, startTwoIsolates, type TwoIsolates } from "../support/two-isolates.ts";
import { until, untilTime } from "../support/until.ts";

const { origins, gateway, counts, sendTimes } = await startPoolStand(2, (urls) => {
  const [a = "", b = ""] = urls;
  return {
    origin: "checked",
    origins: {
      checked: {
        members: [
          { url: `${a}/base`, headers: { "X-Checked-By": "headgate" } },
          { url: b, role: "fallback" },
        ],
        slowStart: "1ms",
        checks: {
          path: "/up?deep=1",
          interval: "1s",
          statuses: [200, 204],
          body: "all well",
          down: 2,
          up: 2,
        },
      },
    },
  };
});
const [first, second] = origins;
if (first === undefined || second === undefined) throw new Error("two origins were started");

/** Keeps traffic going until the answer comes from this origin. */
async function untilServedBy(body: string): Promise<void> {
  await until(`an answer by ${body}`, async () => {
    await untilTime(Date.now() + 100);
    return (await send(gateway, "/x")).text() === body;
  });
}

describe("active checks", () => {
  it("do not run before there is traffic", async () => {
    await untilTime(Date.now() + 1_500);
    expect([counts("/base/up"), counts("/up")]).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it("ask every member once an interval, as it is asked otherwise", async () => {
    first.serve("/base/up", { body: "it is all well here" });
    second.serve("/up", { body: "all well" });
    await sendTimes(1, "/x");
    const startedMs = Date.now();
    await until("three checks", () => first.requests("/base/up").length >= 3);
    expect(Date.now() - startedMs).toBeGreaterThan(1_800);
    const [check] = first.requests("/base/up");
    expect([check?.method, check?.target, check?.field("X-Checked-By")]).toEqual([
      "GET",
      "/base/up?deep=1",
      "headgate",
    ]);
    expect(second.requests("/up").length).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ["another status", { status: 500, body: "all well" }],
    ["another body", { body: "nothing is" }],
    ["no end of its body", { raw: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart", ending: "close" }],
  ] as const)("take a member out for %s, and back in for what is expected", async (_, script) => {
    await untilServedBy("origin 0");
    first.serve("/base/up", script);
    await untilServedBy("origin 1");
    first.serve("/base/up", { body: "all well" });
    await untilServedBy("origin 0");
  });

  it("end with the traffic", async () => {
    await untilTime(Date.now() + 6_500);
    const before = counts("/base/up");
    await untilTime(Date.now() + 2_200);
    expect(counts("/base/up")).toEqual(before);
  });
});

describe("what one isolate saw", () => {
  let isolates: TwoIsolates;
  let dying: Origin;
  let spare: Origin;

  beforeAll(async () => {
    dying = await startOrigin();
    spare = await startOrigin();
    const pool = {
      members: [dying.url, { url: spare.url, role: "fallback" }],
      breaker: { failures: 3, open: "20s" },
      retries: { max: 0 },
    };
    isolates = await startTwoIsolates(
      toConfigSource({ origin: "both", origins: { both: pool }, policies: {}, routes: [{ path: "/*" }] }),
      {},
    );
  });
  afterAll(async () => {
    await Promise.all([isolates.close(), dying.close(), spare.close()]);
  });

  it("another knows within seconds, without a failure of its own", async () => {
    const ask = async (host?: string): Promise<number> => {
      const fields = host === undefined ? [] : [["Host", host] as const];
      return (await send(isolates, "/x", { fields })).status;
    };
    // Both are awake and have reported once.
    expect([await ask(), await ask(SECOND_HOST)]).toEqual([200, 200]);
    dying.serve("*", { raw: "", ending: "reset" });
    expect([await ask(), await ask(), await ask(), await ask()]).toEqual([502, 502, 502, 200]);
    await untilTime(Date.now() + 1_100);
    // This request brings the report, and the next report of the other isolate brings the news.
    expect(await ask()).toBe(200);
    const asked = dying.requests().length;
    dying.serve("*", { body: "never again" });
    await untilTime(Date.now() + 100);
    await ask(SECOND_HOST);
    await untilTime(Date.now() + 200);
    const known = dying.requests().length;
    expect(known - asked).toBeLessThanOrEqual(1);
    for (let time = 0; time < 5; time += 1) await ask(SECOND_HOST);
    expect(dying.requests()).toHaveLength(known);
  });
});

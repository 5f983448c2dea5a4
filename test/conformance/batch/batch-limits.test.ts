// A batch is no way around a limit, and has limits of its own: of time, of bytes and of requests at a time.

import { describe, expect, it } from "vitest";
import { askBatch, sendBatch } from "../support/batch.ts";
import { startBatchStand } from "../support/batch-stand.ts";
import { newAddress, send } from "../support/client.ts";

const { gateway, origin } = await startBatchStand();
const pathOf = (target: string): number => origin.requests(target).length;

describe("limits", () => {
  it("count each member: of 50 under a limit of 10 exactly 10 pass, and the batch itself is not counted", async () => {
    const ip = newAddress();
    const before = pathOf("/ten");
    const answers = await askBatch(
      gateway,
      Array.from({ length: 50 }, () => ({ path: "/ten" })),
      { ip },
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(40);
    expect(pathOf("/ten")).toBe(before + 10);
    expect((await send(gateway, "/ten", { ip })).status).toBe(429);
    expect((await sendBatch(gateway, [{ path: "/open/text" }], { ip })).status).toBe(200);
  });

  it("count several batches at once as one", async () => {
    const ip = newAddress();
    const batch = Array.from({ length: 20 }, () => ({ path: "/ten" }));
    const batches = await Promise.all(Array.from({ length: 5 }, () => askBatch(gateway, batch, { ip })));
    expect(batches.flat().filter(({ status }) => status === 200)).toHaveLength(10);
  });

  it("have their places back when their answers have been read, large and broken ones included", async () => {
    origin.serve("/flights/big", { body: "x".repeat(5_000) });
    origin.serve("/flights/broken", {
      raw: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
      ending: "reset",
    });
    const ip = newAddress();
    const paths = ["/flights/big", "/flights/broken", "/flights/fine"];
    for (let time = 0; time < 5; time += 1)
      await askBatch(
        gateway,
        paths.map((path, at) => ({ path, name: `n${at}` })),
        { ip },
      );
    await expect
      .poll(async () => {
        const both = await Promise.all([
          send(gateway, "/flights/fine", { ip }),
          send(gateway, "/flights/fine", { ip }),
        ]);
        return both.map(({ status }) => status);
      })
      .toEqual([200, 200]);
  });

  it("count each guess at a credential", async () => {
    const ip = newAddress();
    const fields = [["X-API-Key", "hg_aaaaaaaa_wrong"]] as const;
    const answers = await askBatch(
      gateway,
      Array.from({ length: 20 }, () => ({ path: "/private" })),
      { ip, fields },
    );
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(3);
    expect((await send(gateway, "/private", { ip, fields })).status).toBe(429);
  });

  it("stop a request that has been here before", async () => {
    const reply = await sendBatch(gateway, [{ path: "/open/text" }], { fields: [["Via", "1.1 headgate"]] });
    expect([reply.status, reply.json()["code"]]).toEqual([508, "loop-detected"]);
  });

  it("stop too large a header section of the batch", async () => {
    const reply = await sendBatch(gateway, [{ path: "/open/text" }], {
      fields: [["X-Long", "y".repeat(4_200)]],
    });
    expect(reply.status).toBe(431);
  });
});

describe("time, size and order", () => {
  it("asks for what depends on others after them, and never for more than `parallel` at a time", async () => {
    let atOnce = 0;
    let most = 0;
    const seen: string[] = [];
    origin.serve("/open/work", async ({ target }) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      seen.push(target.split("=")[1] ?? "");
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
      atOnce -= 1;
      return {};
    });
    const chain = Array.from({ length: 10 }, (_, at) => ({
      name: `c${at}`,
      path: `/open/work?n=${at}`,
      ...(at === 9 ? {} : { depends_on: `c${at + 1}` }),
    }));
    const others = Array.from({ length: 40 }, () => ({ path: "/open/work?n=x" }));
    const answers = await askBatch(gateway, [...chain, ...others]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(seen.filter((n) => n !== "x")).toEqual(["9", "8", "7", "6", "5", "4", "3", "2", "1", "0"]);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });

  it("answers what is not done in time with a 504, and sends nothing more", async () => {
    const before = pathOf("/open/text");
    const stalls = Array.from({ length: 8 }, () => ({ path: "/open/stall" }));
    const started = Date.now();
    const answers = await askBatch(gateway, [{ path: "/open/json" }, ...stalls, { path: "/open/text" }]);
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(answers[0]?.status).toBe(200);
    for (const { status, body } of answers.slice(1, 9))
      expect([status, (body as { readonly code: string }).code]).toEqual([504, "batch-timeout"]);
    expect(pathOf("/open/text") - before).toBeLessThanOrEqual(1);
  });

  it("has room for so many bytes in all", async () => {
    const answers = await askBatch(
      gateway,
      Array.from({ length: 50 }, () => ({ path: "/open/kib" })),
    );
    const good = answers.filter(({ status }) => status === 200);
    expect(good).toHaveLength(Math.floor(65_536 / 4_000));
    expect(answers.filter(({ status }) => status === 502)).toHaveLength(50 - good.length);
  });
});

it("never crashed anything", () => {
  expect(gateway.logs().filter((line) => line.includes("crashed"))).toEqual([]);
});

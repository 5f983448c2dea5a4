// A body that comes a byte at a time costs what its bytes cost, in memory and in time, wherever it is read.

import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { BATCH_PATH } from "../support/batch.ts";
import { readMemoryBytes } from "../support/gateway.ts";
import { openSocket, type RawAnswer, toPost } from "../support/raw-socket.ts";
import { startStand } from "../support/stand.ts";

const MIB = 1_048_576;
const CHUNKED = ["Content-Type: application/json", "Transfer-Encoding: chunked"];
const HAS_PROC = existsSync("/proc/self/status");

const { origin, gateway } = await startStand({
  batch: {},
  policies: {},
  origins: { pool: { members: ["http://127.0.0.1:9"], retries: { max: 0 } } },
  routes: [{ path: "/*" }],
});

/** As many chunks of a byte as `text` has characters. */
async function sendInCrumbs(path: string, text: string): Promise<RawAnswer> {
  const socket = openSocket(gateway, toPost(path, CHUNKED));
  for (let at = 0; at < text.length; at += 10_000) {
    const crumbs = [...text.slice(at, at + 10_000)].map((byte) => `1\r\n${byte}\r\n`);
    await socket.write(crumbs.join(""));
  }
  await socket.write("0\r\n\r\n");
  const answer = await socket.answer;
  socket.close();
  return answer;
}

/** How much more memory workerd held meanwhile, at the most. */
async function measureGrowth(work: () => Promise<void>): Promise<number> {
  if (!HAS_PROC) {
    await work();
    return 0;
  }
  const before = await readMemoryBytes(gateway.processIds);
  const done = new AbortController();
  let most = before;
  const watch = async (): Promise<void> => {
    while (!done.signal.aborted) {
      most = Math.max(most, await readMemoryBytes(gateway.processIds));
      await wait(20);
    }
  };
  const watched = watch();
  await work();
  done.abort();
  await watched;
  return most - before;
}

describe("900 kB in chunks of a byte", () => {
  it("are a batch that takes little memory and time", { timeout: 120_000 }, async () => {
    origin.serve("/echo", (request) => ({ body: String(request.bodyBytes()) }));
    const member = { path: "/echo", method: "POST", body: "x".repeat(900_000), encoding: "text" };
    let answer: RawAnswer | undefined;
    const growth = await measureGrowth(async () => {
      answer = await sendInCrumbs(BATCH_PATH, JSON.stringify([member]));
    });
    console.log("growth", growth / MIB, "ms", answer?.afterMs);
    expect(answer?.status).toBe(200);
    expect(answer?.text).toContain('"body":"900000"');
    expect(growth).toBeLessThan(100 * MIB);
  });
});

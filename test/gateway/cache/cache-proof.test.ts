// Whether the Cache API keeps anything, on workerd's own: keys that nothing was written under stand for what workers.dev drops.

import { expect, it, vi } from "vitest";
import { CacheProof } from "../../../src/gateway/cache/cache-proof.ts";

let count = 0;

/** A key under which something stands, or nothing. */
async function write(isKept: boolean): Promise<Request> {
  count += 1;
  const request = new Request(`https://headgate.invalid/proof/${count}`);
  if (isKept)
    await caches.default.put(request, new Response("x", { headers: { "cache-control": "max-age=60" } }));
  return request;
}

it("three writings that are not found say that nothing is kept, once in the log", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const proof = new CacheProof();
  const seen: boolean[] = [];
  for (let at = 0; at < 5; at += 1) {
    await proof.look(await write(false), 1_000);
    seen.push(proof.isWithout);
  }
  const lines = log.mock.calls
    .map(([line]) => String(line))
    .filter((line) => line.includes("cache-without-effect"));
  log.mockRestore();
  expect([seen, lines.length]).toEqual([[false, false, true, true, true], 1]);
});

it("is tried again after ten minutes, and what was found once is enough", async () => {
  const proof = new CacheProof();
  for (let at = 0; at < 3; at += 1) await proof.look(await write(false), 1_000);
  await proof.look(await write(true), 1_000);
  expect(proof.isWithout).toBe(true);
  await proof.look(await write(true), 601_000);
  expect(proof.isWithout).toBe(false);
  for (let at = 0; at < 3; at += 1) await proof.look(await write(false), 602_000);
  expect(proof.isWithout).toBe(false);
});

it("knows by what it reads that something is kept", async () => {
  const proof = new CacheProof();
  proof.found();
  for (let at = 0; at < 3; at += 1) await proof.look(await write(false), 1_000);
  expect(proof.isWithout).toBe(false);
});

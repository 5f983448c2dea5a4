// One gateway that is killed a moment after its first report; `npm run prove:stats` kills more of them, under load.

import { mkdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { killOnce, toBroken } from "../../../tools/prove-stats/kill.ts";
import { startOrigin } from "../../../tools/fuzz/start-origin.ts";

test("a killed process loses nothing that was told, and at most its last interval", async () => {
  const origin = await startOrigin();
  const folder = "dist/prove-stats";
  await mkdir(folder, { recursive: true });
  try {
    const killed = await killOnce({ origin: origin.url, folder, afterMs: 300 });
    expect(killed.before).toBeGreaterThan(0);
    expect(killed.after).toBeLessThan(killed.answered);
    expect(toBroken(killed)).toEqual([]);
  } finally {
    origin.close();
  }
}, 60_000);

test.each([
  [{ answered: 10, inLastInterval: 3, before: 8, after: 7 }, /fell from 8 to 7/],
  [{ answered: 10, inLastInterval: 3, before: 5, after: 6 }, /4 are lost, 3 were/],
  [{ answered: 10, inLastInterval: 3, before: 5, after: 11 }, /11 were counted of 10/],
])("%j is said to be broken", (killed, said) => {
  expect(toBroken(killed).join("; ")).toMatch(said);
});

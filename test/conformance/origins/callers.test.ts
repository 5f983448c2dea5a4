// `npm run prove:callers` in short: real clients of other people's APIs, through the gateway.

import { afterAll, expect, it } from "vitest";
import { playAll } from "../../../tools/prove-callers/play.ts";
import { startStand } from "../../../tools/prove-callers/stand.ts";

const stand = await startStand({
  budget: 40,
  windowMs: 1_000,
  paced: { limit: 20, windowMs: 100 },
  large: { limit: 60, windowMs: 100 },
  isTimed: false,
});
afterAll(stand.close);

it("real clients page, read again and batch through the gateway, nothing goes around it and no secret leaves it", async () => {
  const promised = await playAll(stand);
  expect(promised.map(({ what, seen }) => [what, seen])).toEqual(
    promised.map(({ what, wanted }) => [what, wanted]),
  );
  expect(promised.length).toBeGreaterThan(8);
}, 60_000);

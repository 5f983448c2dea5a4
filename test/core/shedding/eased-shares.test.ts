import { describe, expect, it } from "vitest";
import { easeShares } from "../../../src/core/shedding/eased-shares.ts";

type Shares = readonly number[] | undefined;

/** So many seconds in which the same is let in. */
function hold(before: Shares, open: number, seconds: number): Shares {
  let shares = before;
  for (let left = seconds; left > 0; left -= 1) shares = easeShares(shares, open, 1_000);
  return shares;
}

const toRounded = (shares: Shares): readonly number[] =>
  (shares ?? []).map((share) => Number(share.toFixed(2)));

describe("easeShares()", () => {
  it("says nothing while everybody is let in", () => {
    expect(hold(undefined, 3, 5)).toBeUndefined();
  });

  it("comes two thirds of the way to each priority's share in twenty seconds, and there within two minutes", () => {
    expect(toRounded(hold(undefined, 1.5, 20))).toEqual([1, 0.68, 0.37]);
    expect(toRounded(hold(undefined, 1.5, 120))).toEqual([1, 0.5, 0]);
  });

  it("comes to the same by one long step and by many short ones", () => {
    const [, normal] = hold(undefined, 1.5, 20) ?? [];
    const [, atOnce] = easeShares(undefined, 1.5, 20_000) ?? [];
    expect(atOnce).toBeCloseTo(normal ?? 0, 10);
  });

  it("comes back as it went, wholly within two minutes", () => {
    const low = hold(undefined, 0, 120);
    expect(toRounded(hold(low, 3, 20))).toEqual([0.63, 0.63, 0.63]);
    expect(hold(low, 3, 120)).toBeUndefined();
  });

  it("stays where it is while the clock stands still or goes back", () => {
    expect(easeShares([0.5, 0.5, 0.5], 0, -1_000)).toEqual([0.5, 0.5, 0.5]);
  });
});

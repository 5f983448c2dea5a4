import { expect, test } from "vitest";
import { toProofs } from "../../../tools/prove/proofs.ts";
import { searchWorst } from "../../../tools/prove/search.ts";

const QUICK = { beamWidth: 20, depth: 5, climbs: 100, seed: 1 } as const;

const find = (algorithm: string, limit: number) => {
  const proof = toProofs().find((one) => one.algorithm === algorithm && one.options["limit"] === limit);
  if (proof === undefined) throw new Error(`no proof of ${algorithm} with limit ${limit}`);
  return { proof, finding: searchWorst(proof.attack, QUICK) };
};

test("searchWorst() finds twice the limit of a fixed window, on both sides of an edge", () => {
  const { finding } = find("fixed-window", 10);
  expect(finding.worst).toBe(20);
  const times = finding.requests.map(({ atMs }) => Math.floor(atMs / 1_000));
  expect(new Set(times).size).toBeGreaterThan(1);
});

test("searchWorst() finds the burst and all of the refill, and nearly twice the limit of two counters", () => {
  expect(find("token-bucket", 10).finding.worst).toBe(19);
  expect(find("sliding-window-counter", 10).finding.worst).toBe(19);
});

test("searchWorst() gives the same finding for the same seed", () => {
  expect(find("leaky-bucket", 7).finding).toEqual(find("leaky-bucket", 7).finding);
});

test("searchWorst() finds a broken bound: permits released twice put more than the limit in flight", () => {
  const { proof } = find("concurrency", 10);
  const breakRelease = (target: typeof proof.attack.target): typeof proof.attack.target => ({
    ...target,
    take: (nowMs, units) => {
      const taken = target.take(nowMs, units);
      return taken === undefined ? undefined : { ...taken, target: breakRelease(taken.target) };
    },
    release: (nowMs, taken) => {
      const released = target.release?.(nowMs, { ...taken, units: taken.units + 1 });
      return breakRelease(released ?? target);
    },
  });
  const attack = { ...proof.attack, target: breakRelease(proof.attack.target) };
  expect(searchWorst(attack, QUICK).worst).toBeGreaterThan(proof.worstCase.unitsMax);
});

// The scenarios of `npm run prove:reputation`, with fewer requests.

import { describe, expect, it } from "vitest";
import {
  attack,
  flood,
  liveOn,
  openOffice,
  rest,
  SCANNER,
  STUFFER,
  visitWithHostilePage,
} from "../../../tools/prove-reputation/scenarios.ts";
import {
  betray,
  BURSTS,
  comeAtPeak,
  comeAtPeakAfterScan,
  farm,
  toOfficeHours,
} from "../../../tools/prove-reputation/trust.ts";

const SEED = 7;

describe("reputation by its defaults", () => {
  it.each([
    ["a scanner", SCANNER, 1],
    ["a scanner", SCANNER, 20],
    ["a stuffer of credentials", STUFFER, 20],
  ])("takes %s for suspect within 60 requests and 10 seconds (%o, %i isolates)", (_, happened, isolates) => {
    const { requests, ms } = attack({ happened, isolates, everyMs: 100, requests: 200 }, SEED);
    expect(requests).toBeLessThanOrEqual(60);
    expect(ms).toBeLessThanOrEqual(10_000);
  });

  it("finds a stuffer that mixes good requests in, where nothing is counted by address", () => {
    const given = {
      happened: STUFFER,
      isolates: 20,
      everyMs: 100,
      requests: 200,
      good: 2,
      askedEach: Infinity,
    };
    expect(attack(given, SEED).requests).toBeLessThanOrEqual(120);
  });

  it("bans no ordinary client, and takes at most one for suspect", () => {
    const { banned, suspects, requests } = liveOn({ clients: 200, days: 2, isolates: 20 }, SEED);
    expect(requests).toBeGreaterThan(10_000);
    expect(banned).toBe(0);
    expect(suspects).toBeLessThanOrEqual(1);
  });

  it.each([
    [1, 1],
    [40, 10],
    [200, 1],
    [200, 10],
    [300, Infinity],
    [500, 1],
  ])(
    "takes an office with a hundredth of refused credentials for no suspect (%s isolates, one of %s requests asks)",
    (isolates, askedEach) => {
      const office = { people: 500, hours: 0.25, isolates, faults: 0.01, askedEach };
      expect(openOffice(office, SEED)).toMatchObject({ banned: 0, suspects: 0 });
    },
  );

  it("finds a scanner that says pages of other sites make it ask, and bans nobody for such pages", () => {
    const given = { happened: SCANNER, isolates: 20, everyMs: 100, requests: 200, isOfOtherSite: true };
    expect(attack(given, SEED).requests).toBeLessThanOrEqual(60);
    const { own, ofPage } = visitWithHostilePage({ requests: 500, isolates: 20, everyMs: 100 }, SEED);
    expect([own, ofPage]).toEqual([["clear"], ["clear", "suspect"]]);
  });

  it("bans an address of which half fails, however many share it", () => {
    expect(openOffice({ people: 500, hours: 0.05, isolates: 40, faults: 0.5 }, SEED).banned).toBe(1);
  });

  it("halves a score in ten minutes", () => {
    const { before, after } = rest();
    expect(before).toBeGreaterThan(30);
    expect(after).toBeCloseTo(before / 2, 6);
  });

  it("writes no row for addresses with one fault each", () => {
    expect(flood(2_000)).toBe(0);
  });
});

describe("trust", () => {
  it("gives the burst to whoever came for a week, and to nobody else", () => {
    const denied = { standing: "clear", letIn: BURSTS.everybody };
    const known = comeAtPeak({ hours: toOfficeHours(7), visits: 2 });
    expect(known).toEqual({ standing: "trusted", letIn: BURSTS.trusted });
    expect(comeAtPeak({ hours: [], visits: 0 })).toEqual(denied);
    expect(comeAtPeak({ hours: [0], visits: 500 })).toEqual(denied);
    expect(comeAtPeakAfterScan()).toEqual({ ...denied, atWorst: true });
  });

  it("ends with the first trap, everywhere", () => {
    expect(betray()).toEqual(["trusted", "clear", "clear"]);
  });

  it("costs whoever farms it a week and twelve requests an address", () => {
    const { requests, days } = farm();
    expect(requests).toBeGreaterThanOrEqual(12);
    expect(days).toBeGreaterThanOrEqual(7);
  });
});

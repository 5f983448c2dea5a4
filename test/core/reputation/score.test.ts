import { describe, expect, it } from "vitest";
import {
  addSignals,
  type ClientScore,
  NO_SIGNALS,
  type Signals,
  toScore,
  toScoreBanMs,
} from "../../../src/core/reputation/score.ts";

const settings = { halfLifeMs: 600_000, suspect: 30, ban: 100, banForMs: [600_000, 3_600_000] };
const add = (before: ClientScore | undefined, signals: Partial<Signals>, nowMs: number): ClientScore =>
  addSignals(before, { ...NO_SIGNALS, ...signals }, { settings, nowMs });

describe("addSignals()", () => {
  it("never bans by denials alone", () => {
    let state: ClientScore | undefined;
    for (let at = 0; at < 1_000; at += 1) state = add(state, { denied: 50 }, at);
    expect(toScore(state, 1_000)).toBeCloseTo(settings.suspect, 3);
    expect(toScoreBanMs(state, settings, 1_000)).toBe(0);
  });

  it("forgives faults for what went well, and traps for nothing", () => {
    expect(toScore(add(undefined, { faults: 50, clean: 1_000 }, 0), 0)).toBe(0);
    expect(toScore(add(undefined, { traps: 40, clean: 1_000 }, 0), 0)).toBe(40);
  });

  it("bans longer the second time, and not longer for what comes during a ban", () => {
    const first = add(undefined, { traps: 100 }, 0);
    expect(toScoreBanMs(first, settings, 0)).toBe(600_000);
    const during = add(first, { traps: 500 }, 300_000);
    expect(toScoreBanMs(during, settings, 300_000)).toBe(300_000);
    const second = add(during, { traps: 100 }, 600_001);
    expect(toScoreBanMs(second, settings, 600_001)).toBe(3_600_000);
  });

  it("goes no higher than twice what bans, and no clock that goes back changes it", () => {
    const state = add(undefined, { faults: 5_000, traps: 5_000 }, 1_000);
    expect(toScore(state, 1_000)).toBe(200);
    expect(toScore(state, 0)).toBe(200);
  });

  it("keeps to the settings of today: a ban that got shorter ends, and none is left where there are none", () => {
    const state = add(undefined, { traps: 100 }, 0);
    expect(toScoreBanMs(state, { ...settings, banForMs: [60_000] }, 1_000)).toBe(59_000);
    expect(toScoreBanMs(state, { ...settings, banForMs: [] }, 1_000)).toBe(0);
  });
});

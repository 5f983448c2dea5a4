// What an isolate tells of clients without a fault of theirs.

import { describe, expect, it } from "vitest";
import { NO_SIGNALS } from "../../../src/core/reputation/score.ts";
import { Standings } from "../../../src/core/reputation/standings.ts";

const settings = { halfLifeMs: 600_000, suspect: 30, ban: 100, banForMs: [600_000] };
const at = (nowMs: number): Parameters<Standings["vouch"]>[1] => ({
  object: "o",
  halfLifeMs: 600_000,
  nowMs,
});

function toReported(standings: Standings): readonly unknown[] {
  return standings.takeReports().flatMap(({ reports }) => {
    standings.settle(reports);
    return reports.map(({ signals }) => signals);
  });
}

describe("vouch()", () => {
  it("tells what went well once, and at most every ten seconds", () => {
    const standings = new Standings();
    expect(standings.vouch("ip=1", at(0))).toBe(false);
    for (let sent = 0; sent < 5; sent += 1) standings.noteClean("ip=1", settings, 0);
    expect(standings.vouch("ip=1", at(0))).toBe(true);
    expect(toReported(standings)).toEqual([{ ...NO_SIGNALS, clean: 5 }]);
    for (let sent = 0; sent < 3; sent += 1) standings.noteClean("ip=1", settings, 0);
    expect(standings.vouch("ip=1", at(9_000))).toBe(false);
    expect(standings.vouch("ip=1", at(10_000))).toBe(true);
    expect(standings.vouch("ip=1", at(30_000))).toBe(false);
  });

  it("leaves a fault after it as light as it was, and tells nothing twice", () => {
    const standings = new Standings();
    for (let sent = 0; sent < 12; sent += 1) standings.noteClean("ip=1", settings, 0);
    standings.hear({ key: "ip=1", score: 8, banMs: 0 }, 0);
    standings.vouch("ip=1", at(0));
    toReported(standings);
    standings.note("ip=1", { ...NO_SIGNALS, faults: 16 }, at(0));
    expect(toReported(standings)).toEqual([{ ...NO_SIGNALS, faults: 1, clean: 0 }]);
  });
});

describe("note()", () => {
  const report = (clean: number, isHeardOf: boolean): unknown => {
    const standings = new Standings();
    if (isHeardOf) standings.hear({ key: "ip=1", score: 1, banMs: 0 }, 0);
    for (let sent = 0; sent < clean; sent += 1) standings.noteClean("ip=1", settings, 0);
    standings.note("ip=1", { ...NO_SIGNALS, faults: 36 }, at(0));
    return toReported(standings)[0];
  };

  it("weighs a fault against what went well, and much less the first of an address that nothing was heard of", () => {
    expect(report(4, true)).toEqual({ ...NO_SIGNALS, faults: 9, clean: 4 });
    expect(report(1, false)).toEqual({ ...NO_SIGNALS, faults: 4, clean: 1 });
    expect(report(2, false)).toEqual({ ...NO_SIGNALS, faults: 1.44, clean: 2 });
  });

  it("weighs a fault of an address of which nothing good is known in full", () => {
    expect([report(0, true), report(0, false)]).toEqual([
      { ...NO_SIGNALS, faults: 36 },
      { ...NO_SIGNALS, faults: 36 },
    ]);
  });
});

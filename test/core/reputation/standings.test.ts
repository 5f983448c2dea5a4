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
    standings.vouch("ip=1", at(0));
    toReported(standings);
    standings.note("ip=1", { ...NO_SIGNALS, faults: 16 }, at(0));
    expect(toReported(standings)).toEqual([{ ...NO_SIGNALS, faults: 1, clean: 0 }]);
  });
});

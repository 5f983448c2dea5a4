import { describe, expect, test } from "vitest";
import { parseOptions, toTimes } from "../../bench/options.ts";

describe("parseOptions()", () => {
  test("takes every contender under its own workloads", () => {
    const { rows } = parseOptions([]);
    const named = rows.map(({ contender, workload }) => `${contender.name} ${workload.name}`);
    expect(new Set(named).size).toBe(named.length);
    expect(named).toEqual(
      expect.arrayContaining(["headgate-exact flood", "headgate-cache cache-hit", "nginx hot-key"]),
    );
  });

  test("takes the named contenders, under one workload where it is named", () => {
    const { rows } = parseOptions(["--only", "bare,nginx", "--workload", "zipf"]);
    expect(rows.map(({ contender, workload }) => [contender.name, workload.name])).toEqual([
      ["bare", "zipf"],
      ["nginx", "zipf"],
    ]);
  });

  test("runs more rounds for longer, each turn as long as before", () => {
    const { effort: usual } = parseOptions(["--quick"]);
    const { effort: longer } = parseOptions(["--quick", "--rounds", String(usual.rounds * 4)]);
    expect(longer.rounds).toBe(usual.rounds * 4);
    expect(toTimes(longer, 7).fullLoadMs).toBeCloseTo(toTimes(usual, 7).fullLoadMs, 6);
  });

  test.each([
    [["--only", "apache"], /contender "apache"/],
    [["--workload", "none"], /workload "none"/],
    [["--rounds", "0"], /"0" rounds/],
    [["--rounds", "1e3"], /"1e3" rounds/],
    [["--fast"], /--fast/],
  ])("refuses %j", (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});

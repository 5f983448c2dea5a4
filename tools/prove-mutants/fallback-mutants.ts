// Lines of what isolates decide while a counter object is away.

import { commands, core, type Mutant } from "./mutant.ts";

export const FALLBACK: readonly Mutant[] = [
  {
    promise: "instances whose object is away divide what was left",
    file: "src/core/counters/fallback-counters.ts",
    from: "Math.floor(remaining / askers)",
    to: "remaining",
    proof: commands("tools/simulate-outages"),
  },
  {
    promise: "an instance that never heard of a key takes an eighth of its limit",
    file: "src/core/counters/share.ts",
    from: "const STRANGERS = 8;",
    to: "const STRANGERS = 1;",
    proof: core("counters/fallback-counters.test.ts"),
  },
  {
    promise: "a new instance begins with what its neighbours have left",
    file: "src/core/counters/neighbour-shares.ts",
    from: "remaining: left * askers",
    to: "remaining: undefined",
    proof: commands("tools/simulate-outages"),
  },
  {
    promise: "one more instance takes no more than an eighth of a limit that few share",
    file: "src/core/counters/neighbour-shares.ts",
    from: "Math.max(STRANGERS, told)",
    to: "told",
    proof: core("counters/neighbour-shares.test.ts"),
  },
  {
    promise: "debts that did not arrive are owed on",
    file: "src/core/counters/fallback-counters.ts",
    from: "this.#debts.add(object, { key, check, units, doubtful: -check.actual });",
    to: "this.#debts.add(object, { key, check, units: units * 0, doubtful: -check.actual });",
    proof: core("counters/fallback-counters.test.ts"),
  },
  {
    promise: "what is owed is not left",
    file: "src/core/counters/fallback-counters.ts",
    from: "verdict.remaining - this.#debts.sum(object, key, check)",
    to: "verdict.remaining - 0 * this.#debts.sum(object, key, check)",
    proof: core("counters/fallback-counters.test.ts"),
  },
  {
    promise: "what an object said a minute ago is worth nothing",
    file: "src/core/counters/share.ts",
    from: "known.isUsed || nowMs - known.heardMs < HEARD_MS",
    to: "known.isUsed || nowMs - known.heardMs < 100 * HEARD_MS",
    proof: core("counters/fallback-counters.test.ts"),
  },
];

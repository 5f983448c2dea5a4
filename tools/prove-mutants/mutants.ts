// One line of what ships, broken on purpose, for each promise of the counters, leases and knowledge near the client: and the
// proof that must notice. Who changes such a line says the new one here.

import { FALLBACK } from "./fallback-mutants.ts";
import { core, type Mutant, type Proof, workers } from "./mutant.ts";

const NEAR_CALLS: Proof = { project: "waiting", files: ["test/conformance/request/near-calls.test.ts"] };
const FUZZ: Proof = { script: ["tools/fuzz-journal.ts", "--seeds", "150"] };
const FLEET: Proof = {
  script: [
    "tools/simulate-fleet.ts",
    "--isolates",
    "600",
    "--centres",
    "20",
    "--rate",
    "600",
    "--seconds",
    "30",
  ],
};
const LEASES = core("leases", "counters/leased-counters.test.ts");

const JOURNAL: readonly Mutant[] = [
  {
    promise: "a blanket that a crash left open counts",
    file: "src/core/counters/journal.ts",
    from: "open === undefined ? standing : [...standing, open]",
    to: "open === undefined ? standing : standing",
    proof: FUZZ,
  },
  {
    promise: "a blanket of an earlier crash still counts after the next write",
    file: "src/core/counters/journal.ts",
    from: "const standing = keepStanding(this.#standing, nowMs);",
    to: "const standing = keepStanding(this.#standing.slice(0, 0), nowMs);",
    proof: FUZZ,
  },
  {
    promise: "a record is older than the blanket that was opened with it",
    file: "src/core/counters/journal.ts",
    from: "blanket.epoch >= epoch",
    to: "blanket.epoch > epoch",
    proof: FUZZ,
  },
  {
    promise: "a key uses no more under a blanket than it says",
    file: "src/core/counters/journal.ts",
    from: "!(share <= 1)",
    to: "!(share <= 2)",
    proof: FUZZ,
  },
  {
    promise: "each request under a limit below 20 is written before its answer",
    file: "src/core/counters/blanket-units.ts",
    from: "const LIMIT_MIN = 20;",
    to: "const LIMIT_MIN = 5;",
    proof: core("counters/journal.test.ts"),
  },
  {
    promise: "a bucket's row lasts as long as what was used on top of it",
    file: "src/core/counters/blanket-units.ts",
    from: 'if (algorithm !== "token-bucket") return 0;\n  const { limit, windowMs, burst',
    to: 'if (algorithm !== "leaky-bucket") return 0;\n  const { limit, windowMs, burst',
    proof: core("counters/journal.test.ts"),
  },
];

const PLANS: readonly Mutant[] = [
  {
    promise: "a plan that is new to a key begins with what the others count",
    file: "src/core/counters/plans.ts",
    from: "if (own !== undefined || check.plan === undefined) return own;",
    to: 'if (own !== undefined || check.plan !== "none") return own;',
    proof: core("counters/plans.test.ts", "leases/plan-leases.test.ts"),
  },
  {
    promise: "each plan counts what is granted under the others",
    file: "src/core/counters/grant-leases.ts",
    from: "if (asked.plan === undefined) return NONE;",
    to: 'if (asked.plan !== "none") return NONE;',
    proof: core("leases/plan-leases.test.ts"),
  },
  {
    promise: "what a plan's limit cut is not given back to it",
    file: "src/core/leases/counter-leases.ts",
    from: "return cutMs === undefined || takenAtMs > cutMs;",
    to: "return cutMs === undefined || takenAtMs > -1;",
    proof: core("leases", "counters"),
  },
  {
    promise: "a lease ends for its isolate before it does for its counter",
    file: "src/core/leases/lease-terms.ts",
    from: "export const MARGIN_MS = 500;",
    to: "export const MARGIN_MS = 0;",
    proof: LEASES,
  },
  {
    promise: "units of a small limit are lent to who has been alone for ten seconds",
    file: "src/core/leases/counter-leases.ts",
    from: "const ALONE_MS = 10_000;",
    to: "const ALONE_MS = 0;",
    proof: LEASES,
  },
  {
    promise: "the lower half of a small limit is lent to nobody",
    file: "src/core/leases/lease-terms.ts",
    from: "return Math.ceil(burst / 2);",
    to: "return Math.ceil(burst / 2) * 0;",
    proof: LEASES,
  },
];

const KNOWLEDGE: readonly Mutant[] = [
  {
    promise: "near objects trust nothing that they were told long ago",
    file: "src/durable-objects/heard.ts",
    from: "return ageMs >= 0 && ageMs < (",
    to: "return ageMs >= 0 || ageMs < (",
    proof: workers("durable-objects/near-purges", "durable-objects/near-keys"),
  },
  {
    promise: "what is known is as old as its answer",
    file: "src/gateway/request/news.ts",
    from: "return nowMs - (this.#parts",
    to: "return 0 * nowMs + -1 + 0 * (this.#parts",
    proof: FLEET,
  },
  {
    promise: "an answer that was overtaken is not learnt",
    file: "src/gateway/request/news.ts",
    from: "if (askedMs < part.learntMs) return;",
    to: "if (askedMs < part.learntMs - 1e9) return;",
    proof: workers("gateway/request/news"),
  },
  {
    promise: "what the near object cannot tell of is asked of who has it",
    file: "src/gateway/request/news.ts",
    from: "near === undefined ? await askFar(known) : near.newer",
    to: "near === undefined ? undefined : near.newer",
    proof: workers("gateway/request/news"),
  },
  {
    promise: "requests of one moment ask for news once",
    file: "src/gateway/request/news.ts",
    from: "if (publish === undefined) await this.#collapsing.wait(ONE_KEY, TIMEOUT_MS);",
    to: "if (publish === undefined) await this.#ask();",
    proof: workers("gateway/request/news"),
  },
  {
    promise: "a key that changed is not believed",
    file: "src/gateway/credentials/key-client.ts",
    from: "else for (const hash of changed) this.#doubt(hash, version);",
    to: "else for (const hash of changed.slice(0, 0)) this.#doubt(hash, version);",
    proof: FLEET,
  },
  {
    promise: "a key is believed for four seconds",
    file: "src/gateway/credentials/key-client.ts",
    from: "const KNOWN_MS_MAX = 4_000;",
    to: "const KNOWN_MS_MAX = 40_000;",
    proof: workers("gateway/credentials/key-client"),
  },
  {
    promise: "a filter of valid keys knows those that were made since",
    file: "src/core/control/key-filter.ts",
    from: "for (const hash of changed) this.#digits.add(toDigits(hash));",
    to: "for (const hash of changed.slice(0, 0)) this.#digits.add(toDigits(hash));",
    proof: core("control"),
  },
  {
    promise: "objects that are busy say that there are to be more of them",
    file: "src/core/control/spread.ts",
    from: "this.#calls > BUSY ?",
    to: "this.#calls > BUSY * 100 ?",
    proof: core("control/spread.test.ts"),
  },
  {
    promise: "reports of many isolates are spread over time",
    file: "src/core/report-pace.ts",
    from: "if (taken >= this.#places) continue;",
    to: "if (taken >= this.#places * 100) continue;",
    proof: core("report-pace.test.ts"),
  },
  {
    promise: "a share of load lets in what it means, though clients are let in as wholes",
    file: "src/core/shedding/load-controller.ts",
    from: "this.#served.correct(open - rank)",
    to: "open - rank",
    proof: core("shedding/load-controller.test.ts"),
  },
  {
    promise: "an origin that became slow is not taken for overloaded for long",
    file: "src/core/shedding/standstill.ts",
    from: 'if (this.#isNeverQuick()) return "slow";',
    to: "",
    proof: core("shedding/standstill.test.ts"),
  },
];

const COLD: readonly Mutant[] = [
  {
    promise: "what was asked ahead counts for the same caller alone",
    file: "src/gateway/start-ahead.ts",
    from: "return toText(one.identity) === toText(other.identity);",
    to: "return true;",
    proof: NEAR_CALLS,
  },
  {
    promise: "what was asked ahead counts under the same configuration alone",
    file: "src/gateway/start-ahead.ts",
    from: "route === this.#route && context.gateway === this.#context.gateway",
    to: "route.path === this.#route.path",
    proof: NEAR_CALLS,
  },
  {
    promise: "what was asked ahead and is not claimed is given back",
    file: "src/gateway/start-ahead.ts",
    from: "if (!hasEnded) this.#context",
    to: "if (!hasEnded && this.#isClaimed === undefined) this.#context",
    proof: NEAR_CALLS,
  },
  {
    promise: "a data centre fetches an issuer's keys once",
    file: "src/gateway/credentials/jwks-client.ts",
    from: "if (!(await this.#readShared(sharedMs))) await this.#fetch();",
    to: "await this.#fetch();",
    proof: NEAR_CALLS,
  },
  {
    promise: "what is validated before each use is written now and then, and not by each who validates it",
    file: "src/gateway/cache/cache-store.ts",
    from: "?? -Infinity) < REWRITE_MS) return true;",
    to: "?? -Infinity) < 0) return true;",
    proof: workers("gateway/cache/cache-store"),
  },
];

export const MUTANTS: readonly Mutant[] = [...JOURNAL, ...PLANS, ...FALLBACK, ...KNOWLEDGE, ...COLD];

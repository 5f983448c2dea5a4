// Decides logged requests by a configuration, one after the other, with what a counter object runs: routes, variants and
// tiers, costs, several policies at once, bans, settlements by status. One counter for each key, as exact policies have.

import { decideAccess } from "../access/access-list.ts";
import type { Config } from "../config/config.ts";
import { toObjectChecks } from "../policies/object-checks.ts";
import { pickVariants } from "../policies/pick-variants.ts";
import { isPermit, type Policy } from "../policies/policy.ts";
import { isRefusing, type PolicyRow } from "../policies/policy-rows.ts";
import { findUncounted, readRows } from "../policies/read-rows.ts";
import { toCost } from "../policies/route-cost.ts";
import { toActualUnits } from "../policies/settle-rule.ts";
import { matchRoute } from "../routes/match-route.ts";
import type { Route } from "../routes/route.ts";
import { ReplayCounters } from "./replay-counters.ts";
import { type LoggedPath, LoggedFacts, type ReadLog, toLoggedPath } from "./logged-facts.ts";
import type { LoggedRequest } from "./logged-request.ts";

/** "refused": by an access list, or because what a policy counts by is missing; "free": a cache hit that no policy counts. */
export type ReplayOutcome = "allowed" | "denied" | "refused" | "free" | "no-route" | "malformed";

export interface Replayed {
  readonly outcome: ReplayOutcome;
  readonly atMs: number;
  readonly route: Route | undefined;
  readonly consumer: string | undefined;
  /** One for each policy that counted it, with its verdict. */
  readonly rows: readonly PolicyRow[];
  /** Names of the policies that refuse it. */
  readonly violated: readonly string[];
}

export interface ReplayOptions extends ReadLog {
  /** Hits of the cache, as the log says them or not at all. */
  readonly isHit: (request: LoggedRequest, route: Route) => boolean;
  /** How much of what comes each origin pool lets in, from 0 to 1, for limits that follow it: no log says. Those absent: all. */
  readonly shares?: Readonly<Record<string, number>> | undefined;
}

interface Decided {
  readonly outcome: ReplayOutcome;
  readonly rows?: readonly PolicyRow[];
  readonly violated?: readonly string[];
}

const NOTHING: readonly never[] = [];

export class Replay {
  readonly #config: Config;
  readonly #options: ReplayOptions;
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #counters = new ReplayCounters();
  readonly #toShare: (pool: string) => number;
  #nowMs = 0;

  constructor(config: Config, options: ReplayOptions) {
    this.#config = config;
    this.#options = options;
    const { shares = {} } = options;
    this.#toShare = (pool) => shares[pool] ?? 1;
    this.#routes = new Map(config.routes.map((route) => [route.name, route]));
  }

  decide(request: LoggedRequest): Replayed {
    // A log may go back a little; a counter's clock never does.
    this.#nowMs = Math.max(this.#nowMs, request.atMs);
    const found = this.#findRoute(request);
    if (typeof found === "string") return this.#toReplayed(found, request);
    const { route, path } = found;
    const facts = new LoggedFacts(request, this.#options, { ...path, pattern: route.pattern });
    const outcome = this.#letIn(request, route, facts) ?? this.#decideLimits(request, route, facts);
    const {
      outcome: decided,
      rows = NOTHING,
      violated = NOTHING,
    } = typeof outcome === "string" ? { outcome } : outcome;
    return { ...this.#toReplayed(decided, request, route), rows, violated };
  }

  /** What becomes of it before any policy is asked; undefined: they are. */
  #letIn(request: LoggedRequest, route: Route, facts: LoggedFacts): ReplayOutcome | undefined {
    const access = route.access.length === 0 ? undefined : decideAccess(route.access, facts);
    if (access?.isDenied === true) return "refused";
    if (route.cache?.hits === "free" && this.#options.isHit(request, route)) return "free";
    return access?.isUnlimited === true || route.policies.length === 0 ? "allowed" : undefined;
  }

  #decideLimits(request: LoggedRequest, route: Route, facts: LoggedFacts): Decided {
    const policies = pickVariants(route, facts);
    const cost = toCost(route.cost, facts);
    const rows = readRows(policies.filter(isReplayed), facts, cost, this.#toShare);
    const { missing, excluding } = findUncounted(policies, rows, { facts, cost });
    const uncounted = [...missing, ...excluding];
    if (uncounted.length > 0) return { outcome: "refused", violated: uncounted };
    if (rows.length === 0) return { outcome: "allowed" };
    this.#decideRows(rows, request);
    const violated = rows.filter(isRefusing).map(({ policy }) => policy.name);
    return { outcome: violated.length > 0 ? "denied" : "allowed", rows, violated };
  }

  #findRoute(
    request: LoggedRequest,
  ): { readonly route: Route; readonly path: LoggedPath } | "no-route" | "malformed" {
    const { target, method } = request;
    if (target === undefined) {
      const route = this.#routes.get(request.route ?? "");
      return route === undefined ? "no-route" : { route, path: { path: route.path, search: "" } };
    }
    const path = toLoggedPath(target, this.#config);
    if (path === undefined) return "malformed";
    const route = matchRoute(this.#config.routes, { method, host: request.host ?? "", path: path.path });
    return route === undefined ? "no-route" : { route, path };
  }

  #decideRows(rows: readonly PolicyRow[], { status }: LoggedRequest): void {
    const checks = toObjectChecks("", rows);
    const verdicts = this.#counters.take(checks.keys, this.#nowMs);
    for (const [index, row] of checks.rows.entries()) {
      const verdict = verdicts[index];
      if (verdict === undefined) continue;
      const { limit, windowMs } = row.policy;
      row.verdict = { ...verdict, limit, windowMs };
    }
    if (
      status !== undefined &&
      rows.some(({ policy }) => policy.settle !== undefined) &&
      !rows.some(isRefusing)
    )
      this.#settle(checks, status);
  }

  /** Corrects what was taken, as the answer's status says. What a header would have said is not in the log. */
  #settle({ keys, rows }: ReturnType<typeof toObjectChecks>, status: number): void {
    const header = (name: string): undefined => {
      this.#options.onUnknown(`answer's header ${name}`);
      return undefined;
    };
    const taken = rows.filter(({ verdict }) => verdict?.outcome === "allowed");
    for (const { key } of keys) {
      const settled = taken.flatMap(({ key: own, policy, cost }) => {
        const { name, algorithm, settings, plan, settle } = policy;
        const actual = settle === undefined ? undefined : toActualUnits(settle, { status, header });
        if (own !== key || actual === undefined) return [];
        return [{ policy: name, algorithm, settings, plan, taken: cost, actual }];
      });
      this.#counters.settle(key, settled, this.#nowMs);
    }
  }

  #toReplayed(outcome: ReplayOutcome, { consumer }: LoggedRequest, route?: Route): Replayed {
    return { outcome, atMs: this.#nowMs, route, consumer, rows: NOTHING, violated: NOTHING };
  }
}

/** How long a request held a permit is not in a log: policies that count those in flight are left out. */
export function isReplayed(policy: Policy): boolean {
  return !isPermit(policy);
}

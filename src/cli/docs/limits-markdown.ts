// The limits of a configuration as a page of Markdown for customers: a table of plans, and one of routes.

import type { Config } from "../../core/config/config.ts";
import type { Route } from "../../core/routes/route.ts";
import { toCost } from "./describe-route.ts";
import { isEnforced, listLimits, type PlanLimit } from "./plan-limits.ts";

export function toMarkdown(config: Config): string {
  const used = new Set(config.routes.flatMap(({ policies }) => policies.map(({ name }) => name)));
  const limits = listLimits(
    config.policies.filter(({ name }) => used.has(name)),
    config,
  );
  const parts = ["# Limits", ...toPlans(limits, config), ...toRoutes(config), ...REFUSALS];
  return `${parts.join("\n\n")}\n`;
}

const REFUSALS = [
  "## When a limit is reached",
  "The answer is 429 with `Retry-After`: after so many whole seconds the same request is admitted, if nothing else arrives. Requests that are refused count against nothing. Every answer says in `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset` (seconds since 1970) where the limit is that is nearest to its end.",
] as const;

/** A column for each plan: a row for each policy, and for the requests that have limits of their own. */
function toPlans(limits: readonly PlanLimit[], { tiers }: Config): readonly string[] {
  if (limits.length === 0) return ["There are no limits."];
  const names = tiers.filter((tier) => limits.some((limit) => limit.tier === tier));
  const rows = Map.groupBy(limits, ({ policy, requests }) => `${policy}\n${requests}`);
  const [first] = names.length > 0 ? ["without a plan"] : ["limit"];
  const body = [...rows.values()].map((row) => {
    const [{ policy = "", requests = "", countedBy = [] } = {}] = row;
    const find = (tier: string): string | undefined => row.find((limit) => limit.tier === tier)?.limit;
    // A plan that says nothing else of a policy has the policy's own limit.
    const own = find("") ?? limits.find((limit) => limit.policy === policy && limit.tier === "")?.limit ?? "";
    return [toCode(policy), requests === "" ? "all" : requests, countedBy.map(toCode).join(", "), own].concat(
      names.map((tier) => find(tier) ?? own),
    );
  });
  return [toTable(["policy", "requests", "counted by", first, ...names], body)];
}

function toRoutes({ routes }: Config): readonly string[] {
  const rows = routes.map((route) => [
    toCode(route.name),
    toHosts(route),
    route.policies
      .filter(isEnforced)
      .map(({ name }) => toCode(name))
      .join(", "),
    toCost(route),
    toNeeds(route),
  ]);
  return [
    "## Routes",
    "The first route that fits a request is taken.",
    toTable(["route", "hosts", "policies", "cost", "needs"], rows),
  ];
}

const toHosts = ({ hosts }: Route): string =>
  hosts === undefined
    ? "all"
    : [...hosts.names, ...hosts.suffixes.map((suffix) => `*${suffix}`)].map(toCode).join(", ");

function toNeeds({ auth, scopes }: Route): string {
  if (auth === "none") return "";
  const needed = auth === "required" ? "a credential" : "a credential or none";
  return scopes.length === 0 ? needed : `${needed} with ${scopes.map(toCode).join(", ")}`;
}

function toTable(head: readonly (string | undefined)[], rows: readonly (readonly string[])[]): string {
  return [toRow(head), toRow(head.map(() => "---")), ...rows.map(toRow)].join("\n");
}

const toRow = (cells: readonly (string | undefined)[]): string =>
  `| ${cells.map((cell = "") => cell.replaceAll("|", String.raw`\|`)).join(" | ")} |`;

/** A name that has backticks itself gets more of them around it. */
function toCode(text: string): string {
  const ticks = "`".repeat(1 + Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)));
  return ticks === "`" ? `\`${text}\`` : `${ticks} ${text} ${ticks}`;
}

// Limits from what clients really use, by access logs; applied to nothing but a shadow (dry run).

import { ANY_FUNCTIONS } from "../../../core/functions/any-functions.ts";
import { parseConfig } from "../../../core/config/parse-config.ts";
import { KEYS_MIN, SPAN_MIN_MS } from "../../../core/simulation/suggest-limit.ts";
import { CommandError } from "../../command-error.ts";
import { CONFIG_PATH } from "../../paths.ts";
import { findLogs, STANDARD_INPUT } from "../../simulate/find-logs.ts";
import { createProgress } from "../../simulate/progress.ts";
import type { Suggested, Suggestions } from "../../simulate/suggest-limits.ts";
import type { Api } from "../api.ts";
import type { Command } from "../command.ts";
import { CommandFailure, toUsageFailure } from "../exit-codes.ts";
import type { Given } from "../given.ts";
import { type Item, toItem, toTable } from "../table.ts";
import { toDuration } from "../times.ts";
import { readUsage } from "../usage-by-time.ts";

const DAY_HOURS = 24;
const DAY_MINUTES = 60 * DAY_HOURS;
/** What statistics have in an answer or two. */
const DAYS = 30;

export const suggest: Command = {
  name: "suggest",
  summary:
    "limits for a configuration's policies, from what the clients of access logs used, or consumers by the statistics",
  arguments: [{ name: "log-file", isOptional: true, isRepeatable: true }],
  options: {
    log: { value: "file", isRepeatable: true, help: "a log, as the arguments are" },
    config: { value: "file", help: `whose policies; default ${CONFIG_PATH}` },
    tier: {
      value: "consumer=tier",
      isRepeatable: true,
      help: "the tier of a consumer, where the log does not say it",
    },
    "default-tier": { value: "tier", help: "the tier of all other consumers" },
    statistics: {
      help: "asks the gateway's statistics, and no log: of policies of the active configuration that count by consumer",
    },
    apply: {
      help: "pushes the suggested limits to the gateway as shadows, which refuse nobody; needs --as shadow",
    },
    as: { value: "shadow", help: "what they are applied as: shadow, and nothing else" },
  },
  examples: [
    "suggest access.log.1.gz access.log",
    "suggest --statistics",
    "suggest --apply --as shadow access.log",
  ],
  run: async (given, { api, nowMs }) => {
    const isApplied = given.has("apply");
    if (given.has("as") && given.text("as") !== "shadow")
      throw toUsageFailure(
        "--as must be shadow: what is guessed from a log refuses nobody until it was watched",
      );
    if (isApplied !== given.has("as")) throw toUsageFailure("--apply and --as shadow go together");
    const suggestions = given.has("statistics")
      ? await askSuggestions(given, api(), nowMs())
      : await readSuggestions(given);
    const applied = isApplied ? await applyShadows(api(), suggestions.items) : undefined;
    const { items, spanMs, leftOut } = suggestions;
    return { json: { spanMs, items, leftOut, applied }, text: () => toText(suggestions, applied) };
  },
};

type Told = Pick<Suggestions, "spanMs" | "items"> & { readonly leftOut?: readonly string[] };

/** By minutes of the last day and hours of the last days. */
async function askSuggestions(given: Given, api: Api, nowMs: number): Promise<Told> {
  const foreign = ["log", "config", "tier", "default-tier"].find((name) => given.has(name));
  if (given.arguments(0).length > 0 || foreign !== undefined)
    throw toUsageFailure(
      "--statistics is of the gateway's own requests and configuration: no log, no --config",
    );
  const { suggestByStatistics } = await import("../../simulate/suggest-by-statistics.ts");
  const [{ body }, minutes, hours] = await Promise.all([
    api.ask("GET", "/config"),
    readUsage(api, "minute", { points: DAY_MINUTES, nowMs }),
    readUsage(api, "hour", { points: DAYS * DAY_HOURS, nowMs }),
  ]);
  const parsed = parseConfig(toItem(body)["config"], {}, ANY_FUNCTIONS);
  if (!parsed.ok)
    throw new CommandFailure("refused", "This command line cannot read the gateway's configuration");
  return suggestByStatistics(parsed.value, { minutes, hours });
}

async function readSuggestions(given: Given): Promise<Told> {
  const files = findLogs(given);
  if (files.length === 0) throw toUsageFailure("suggest needs a log file, or --statistics");
  if (files.includes(STANDARD_INPUT))
    throw toUsageFailure("suggest reads its logs twice: the standard input cannot be");
  const [{ loadConfig }, { suggestLimits }] = await Promise.all([
    import("../../load-config.ts"),
    import("../../simulate/suggest-limits.ts"),
  ]);
  const progress = createProgress();
  try {
    return await suggestLimits(await loadConfig(given.text("config") ?? CONFIG_PATH), {
      files,
      tiers: given.pairs("tier", "=") ?? {},
      tierDefault: given.text("default-tier"),
      hasHitModel: false,
      onProgress: progress.show,
    });
  } catch (error) {
    if (error instanceof CommandError) throw new CommandFailure("refused", error.message);
    throw error;
  } finally {
    progress.end();
  }
}

/** Each as a policy of its own beside the one that it is suggested for, on the same routes. Answers their names. */
async function applyShadows(api: Api, items: readonly Suggested[]): Promise<readonly string[]> {
  const limits = new Map(
    items.flatMap(({ policy, tier, limit }) => (tier !== "" || limit === undefined ? [] : [[policy, limit]])),
  );
  if (limits.size === 0) return [];
  const { body, etag } = await api.ask("GET", "/config");
  const config = toItem(toItem(body)["config"]);
  const known = toItem(config["policies"]);
  const added = [...limits].flatMap(([policy, limit]) => {
    const own = toItem(known[policy]);
    return own["algorithm"] === undefined
      ? []
      : [
          [
            toShadowName(policy),
            { ...own, limit: toLimitLike(own["limit"], limit), mode: "shadow" },
          ] as const,
        ];
  });
  const routes = (config["routes"] as readonly Item[]).map((route) => withShadows(route, limits));
  const changed = { ...config, policies: { ...known, ...Object.fromEntries(added) }, routes };
  const reason = "suggested limits, as shadows";
  // Only while it is the configuration that was read.
  await api.ask("PUT", "/config", {
    body: { config: changed, reason },
    ...(etag !== undefined && { ifMatch: etag }),
  });
  return added.map(([name]) => name);
}

/** One that follows an origin pool goes on to, where there is anything left to follow. */
function toLimitLike(own: unknown, limit: number): unknown {
  const { follow, min } = toItem(own);
  return follow !== undefined && Number(min) < limit ? { base: limit, min, follow } : limit;
}

function withShadows(route: Item, limits: ReadonlyMap<string, unknown>): Item {
  const policies = (route["policies"] ?? []) as readonly string[];
  const shadows = policies.filter((name) => limits.has(name)).map(toShadowName);
  const missing = shadows.filter((name) => !policies.includes(name));
  return missing.length === 0 ? route : { ...route, policies: [...policies, ...missing] };
}

const toShadowName = (policy: string): string => `${policy}-suggested`;

function toText({ items, spanMs, leftOut = [] }: Told, applied: readonly string[] | undefined): string {
  const columns = [
    ["POLICY", ({ policy }: Suggested) => policy],
    ["TIER", ({ tier }: Suggested) => (tier === "" ? undefined : tier)],
    ["WINDOW", ({ windowMs }: Suggested) => toDuration(windowMs)],
    ["REQUESTS", ({ requests }: Suggested) => requests],
    ["KEYS", ({ keys }: Suggested) => keys],
    ["P50", ({ p50 }: Suggested) => p50],
    ["P90", ({ p90 }: Suggested) => p90],
    ["P99", ({ p99 }: Suggested) => p99],
    ["MAX", ({ max }: Suggested) => max],
    ["SUGGESTED", ({ limit }: Suggested) => limit ?? "too little known"],
    ["WOULD DENY", ({ denied }: Suggested) => denied && `${denied.requests} of ${denied.keys} keys`],
  ] as const;
  const table = toTable(
    columns.map(([heading, read]) => [heading, (item: Item) => read(item as unknown as Suggested)] as const),
    items as unknown as readonly Item[],
  );
  const isThin = items.some(({ limit }) => limit === undefined);
  const days = (spanMs / SPAN_MIN_MS).toFixed(1);
  return [
    `What each key used at most within the window of each policy, in ${days} days:`,
    table,
    ...(isThin ? [`Nothing is suggested from fewer than ${KEYS_MIN} keys or less than a day.`] : []),
    ...leftOut.map((reason) => `Statistics say nothing of ${reason}`),
    ...items.flatMap(({ policy, outliers }) =>
      outliers === 0
        ? []
        : [`${policy}: ${outliers} keys use many times what all others do, and are left out`],
    ),
    ...(applied === undefined
      ? []
      : [applied.length === 0 ? "Nothing was applied." : `Applied as shadows: ${applied.join(", ")}`]),
  ].join("\n");
}

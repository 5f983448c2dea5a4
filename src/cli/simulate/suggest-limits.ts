// Suggests limits from logs: what keys used of each policy, and what each suggestion would have denied in the same logs.

import { parseConfig } from "../../core/config/parse-config.ts";
import type { Config } from "../../core/config/config.ts";
import { type Suggestion, suggestLimit } from "../../core/simulation/suggest-limit.ts";
import type { PolicyUsage } from "../../core/simulation/usage.ts";
import type { PolicySummary } from "../../core/simulation/summary.ts";
import { isObject } from "../../core/schema/parse-with.ts";
import { CommandError } from "../command-error.ts";
import { type Simulating, simulateLogs } from "./simulate-logs.ts";

export interface Suggested extends Omit<PolicyUsage, "peaks" | "limit">, Suggestion {
  readonly keys: number;
  /** With the suggested limits; undefined: there is none. */
  readonly denied: { readonly requests: number; readonly keys: number } | undefined;
}

export interface Suggestions {
  readonly spanMs: number;
  readonly items: readonly Suggested[];
  /** The configuration with the suggested limits. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** `exported` is the configuration as it is written. Files are read twice. */
export async function suggestLimits(
  exported: unknown,
  simulating: Omit<Simulating, "config">,
): Promise<Suggestions> {
  if (!isObject(exported)) throw new CommandError("Cannot suggest: the configuration is no object");
  const { usage } = await simulateLogs({ ...simulating, config: parse(exported), hasUsage: true });
  const spanMs = usage.lastMs - (usage.firstMs ?? usage.lastMs);
  const suggested = usage.list().map((one) => toSuggested(one, spanMs));
  const config = suggested.reduce(withLimit, exported);
  const { summary } = await simulateLogs({ ...simulating, config: parse(config) });
  const policies = new Map(summary.listPolicies(0).map((policy) => [policy.policy, policy]));
  const items = suggested.map((one) => withDenied(one, policies.get(one.policy)));
  return { spanMs, items, config };
}

function toSuggested({ peaks, ...told }: PolicyUsage, spanMs: number): Suggested {
  return { ...told, keys: peaks.length, ...suggestLimit({ peaks }, spanMs), denied: undefined };
}

function withDenied(suggested: Suggested, policy: PolicySummary | undefined): Suggested {
  if (suggested.limit === undefined || policy === undefined) return suggested;
  const { denied, shadowDenied, keysDenied } = policy;
  return { ...suggested, denied: { requests: denied + shadowDenied, keys: keysDenied } };
}

function parse(config: unknown): Config {
  const parsed = parseConfig(config);
  if (parsed.ok) return parsed.value;
  const problems = parsed.error.map(({ path, message }) => `  ${path}: ${message}`);
  throw new CommandError(`Cannot use the configuration:\n${problems.join("\n")}`);
}

type Written = Readonly<Record<string, unknown>>;
type Limited = Pick<PolicyUsage, "policy" | "tier"> & { readonly limit: number | undefined };

/** What is written, with another limit of one policy or of one tier's; other limits than numbers stay as they are. */
function withLimit(config: Written, { policy, tier, limit }: Limited): Written {
  if (limit === undefined) return config;
  return tier === ""
    ? change(config, ["policies", policy], limit)
    : change(config, ["tiers", tier, policy], limit);
}

function change(written: Written, [name = "", ...rest]: readonly string[], limit: number): Written {
  const inner = written[name];
  if (!isObject(inner)) return written;
  if (rest.length > 0) return { ...written, [name]: change(inner, rest, limit) };
  return typeof inner["limit"] === "number" ? { ...written, [name]: { ...inner, limit } } : written;
}

// The limits of one consumer, with what is used and left of each: what the next answer's fields would say before it is
// counted. Counters are peeked at, so nothing is taken.

import type { Config } from "../core/config/config.ts";
import { toCounterKey } from "../core/keys/counter-key.ts";
import { toTier } from "../core/keys/facts.ts";
import { pickClaimed } from "../core/policies/claimed-limit.ts";
import { isCounted } from "../core/policies/limit-rule.ts";
import { STAND_IN_INDEX } from "../core/policies/limited-route.ts";
import type { Policy, PolicyVariant } from "../core/policies/policy.ts";
import { toUnused } from "../core/policies/policy.ts";
import type { ShownLimit } from "../core/portal/portal-answer.ts";
import type { PolicyRow } from "../core/policies/policy-rows.ts";
import type { Route } from "../core/routes/route.ts";
import { findMissingScopes } from "../core/consumers/verdict.ts";
import { toFinite } from "../gateway/explain-policies.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { checkLimits } from "../gateway/limits/check-limits.ts";
import { findOverrides, overridePolicies } from "../gateway/limits/override-policies.ts";
import { toPeekingGateway } from "../gateway/limits/peeking.ts";
import type { RequestContext } from "../gateway/request/request-context.ts";
import type { Consumer } from "./admit-consumer.ts";

/** As a route has them: more are asked for in several calls. */
const ASKED_MAX = 16;

/** Parts of a key that say the same of every request of a client. */
const STEADY_PART = /^(?:ip\b|country$|asn$|consumer$|api-key$|jwt:|everyone$)/;

/** With what ends of it. */
export interface EndingLimit extends ShownLimit {
  /** When an operator's change of it ends, and what the limit then is. */
  readonly ends: { readonly atMs: number; readonly limit: ShownLimit["limit"] } | undefined;
}

interface Entry {
  readonly own: Policy;
  readonly policy: Policy;
  readonly methods: readonly string[] | undefined;
  readonly routes: readonly string[] | undefined;
  readonly endsMs: number | undefined;
}

export async function showLimits(
  consumer: Consumer,
  context: RequestContext<Gateway>,
): Promise<readonly EndingLimit[]> {
  const entries = listEntries(consumer, context.gateway);
  const asked = entries.filter(({ policy }) => isKnown(policy, consumer)).map(({ policy }) => policy);
  const rows = await peek(asked, 0, { consumer, context });
  const empty = asked.filter((policy) => (rows.get(policy)?.verdict?.remaining ?? 1) < 1);
  const refused = empty.length === 0 ? rows : await peek(empty, 1, { consumer, context });
  return entries
    .filter(({ policy }) => rows.get(policy)?.isShadow !== true)
    .map((entry) => {
      const waiting = empty.includes(entry.policy) ? refused.get(entry.policy) : undefined;
      return toShown(entry, toFigures(rows.get(entry.policy), waiting));
    });
}

/** Every policy that can count the consumer, with the limits that are its own. Whose say is tried out is told to nobody. */
function listEntries({ facts, identity }: Consumer, { config, overrides }: Gateway): readonly Entry[] {
  const tier = toTier(facts);
  return listPolicies(config, identity).flatMap((policy) => {
    const own = (tier === undefined ? undefined : policy.tiers.get(tier)) ?? policy;
    const fitting = own.variants.filter(
      ({ countries }) => countries === undefined || countries.has(facts.country ?? ""),
    );
    const all: readonly (Partial<PolicyVariant> & { readonly policy: Policy })[] = [
      { policy: own },
      ...fitting,
    ];
    return all.map(({ policy: limits, methods, routes }) => {
      const claimed = pickClaimed(limits, identity.token);
      const [applied] = findOverrides([claimed], facts, overrides);
      const [overridden = claimed] = overridePolicies([claimed], facts, overrides);
      return {
        own: claimed,
        // What is asked is what is left, whatever a request may cost.
        policy: { ...overridden, cost: undefined },
        methods: methods && [...methods],
        routes: routes && [...routes],
        endsMs: applied?.override.expiresAtMs,
      };
    });
  });
}

/** Those that the consumer may ask. */
export function listOpenRoutes({ routes }: Config, identity: Consumer["identity"]): readonly Route[] {
  return routes.filter(
    ({ webhook, scopes }) => webhook === undefined && findMissingScopes(identity, scopes).length === 0,
  );
}

export function listPolicies(config: Config, identity: Consumer["identity"]): readonly Policy[] {
  const all = listOpenRoutes(config, identity).flatMap(({ policies }) => policies);
  return [...new Set(all)].filter(({ enforcePercent }) => enforcePercent > 0);
}

function isKnown(policy: Policy, { facts }: Consumer): boolean {
  return (
    isCounted(policy) &&
    policy.key.every(({ label }) => STEADY_PART.test(label)) &&
    typeof toCounterKey(policy.key, facts, policy) !== "string"
  );
}

interface Peeking {
  readonly consumer: Consumer;
  readonly context: RequestContext<Gateway>;
}

async function peek(
  policies: readonly Policy[],
  cost: number,
  { consumer: { facts }, context }: Peeking,
): Promise<ReadonlyMap<Policy, Readonly<PolicyRow>>> {
  // They have been overridden.
  const gateway = { ...toPeekingGateway(context.gateway), overrides: undefined };
  const calls: Promise<readonly Readonly<PolicyRow>[]>[] = [];
  for (let at = 0; at < policies.length; at += ASKED_MAX) {
    const some = policies.slice(at, at + ASKED_MAX);
    const route = { index: STAND_IN_INDEX.portal, path: "", policies: some, hasVariants: false, cost };
    calls.push(Promise.resolve(checkLimits(route, facts, { ...context, gateway })).then(({ rows }) => rows));
  }
  return new Map((await Promise.all(calls)).flat().map((row) => [row.policy, row]));
}

function toShown({ own, policy, methods, routes, endsMs }: Entry, figures: Partial<ShownLimit>): EndingLimit {
  const { name, windowMs, key } = policy;
  const labels = key.map(({ label }) => label);
  const ends = endsMs === undefined ? undefined : { atMs: endsMs, limit: toLimit(own) };
  return { policy: name, limit: toLimit(policy), windowMs, key: labels, methods, routes, ends, ...figures };
}

function toLimit({ limit, rule }: Policy): ShownLimit["limit"] {
  if (rule?.kind === "unlimited") return "unlimited";
  return rule?.kind === "none" ? 0 : limit;
}

function toFigures(
  row: Readonly<PolicyRow> | undefined,
  waiting: Readonly<PolicyRow> | undefined,
): Partial<ShownLimit> {
  if (row?.verdict === undefined) return {};
  if (row.degraded !== undefined) return { isUnknown: true };
  const { remaining, resetMs, retryAfterMs } = row.verdict;
  const waitMs = waiting?.verdict?.retryAfterMs ?? retryAfterMs;
  return {
    used: Math.max(0, toUnused(row.policy) - remaining),
    remaining,
    resetMs: toFinite(resetMs),
    retryAfterMs: waitMs > 0 ? toFinite(waitMs) : undefined,
  };
}

// Settles what a request took by what its answer says that a language model used: once the answer has passed, whole or not.
// What is not said, or cannot be read, leaves the estimate as it is, with a line in the log.

import type { Facts } from "../../core/keys/facts.ts";
import type { Policy } from "../../core/policies/policy.ts";
import type { PolicyRow } from "../../core/policies/policy-rows.ts";
import { isTokenCost } from "../../core/policies/policy-cost.ts";
import { findPromptTokens, findWeights } from "../../core/policies/policy-units.ts";
import { toActualUnits, type UsageRule } from "../../core/policies/settle-rule.ts";
import { findModel } from "../../core/usage/estimate.ts";
import { toOwnFormat, usageFormats } from "../../core/usage/formats.ts";
import { toUsageUnits, type Usage } from "../../core/usage/usage.ts";
import {
  createUsageReader,
  type SeenUsage,
  toUsagePlan,
  type UsagePlan,
} from "../../core/usage/usage-reader.ts";
import { writeLog } from "../../platform/log.ts";
import { tapAnswer } from "../request/body-pipe.ts";
import type { BodyEnd } from "../request/body-taps.ts";
import type { CheckedLimits } from "./checked-limits.ts";
import type { LimiterContext } from "./limiter.ts";
import { settleDecisions } from "./settle-decisions.ts";

const CHARACTERS_PER_TOKEN = 4;
/** No answer that failed used anything, but for those that did not come in time. */
const TOO_LATE: ReadonlySet<number> = new Set([408, 504]);

const plans = new Map<UsageRule, UsagePlan>();

function findPlan(rule: UsageRule): UsagePlan {
  const known = plans.get(rule);
  if (known !== undefined) return known;
  const plan = toUsagePlan(typeof rule === "string" ? usageFormats[rule] : toOwnFormat(rule));
  plans.set(rule, plan);
  return plan;
}

interface Settling {
  readonly limits: CheckedLimits;
  readonly facts: Facts;
  readonly context: LimiterContext;
}

/** What the policies of one rule have taken. */
interface OfRule extends Settling {
  readonly rule: UsageRule;
  readonly policies: ReadonlySet<Policy>;
  /** Of several rules one is counted. */
  readonly isCounted: boolean;
}

/** `status` is what happened. A policy whose rule has something to say of the head already is left to that. */
export function settleUsage(response: Response, status: number, settling: Settling): void {
  const open = new Map<UsageRule, Set<Policy>>();
  for (const { policy } of settling.limits.taken.flatMap(({ group }) => group.rows)) {
    const rule = policy.settle?.usage;
    if (rule === undefined || isTold(policy, response, status)) continue;
    open.set(rule, (open.get(rule) ?? new Set()).add(policy));
  }
  const { limits, context } = settling;
  let isCounted = (context.trace.usageBy ?? limits) === limits;
  for (const [rule, policies] of open) {
    readUsage(response, status, { ...settling, rule, policies, isCounted });
    isCounted = false;
  }
}

/** Where a route's own policies wait for what the answer says that was used, they count it, and not the pool's too. */
export function noteUsageReader(limits: CheckedLimits, { trace }: Pick<LimiterContext, "trace">): void {
  if (limits.taken.some(({ group }) => group.rows.some(isRead))) trace.usageBy = limits;
}

const isRead = ({ policy }: PolicyRow): boolean => policy.settle?.usage !== undefined;

function isTold({ settle: rule }: Policy, { headers }: Response, status: number): boolean {
  const header = (name: string): string | undefined => headers.get(name) ?? undefined;
  return rule === undefined || toActualUnits(rule, { status, header }) !== undefined;
}

function readUsage(response: Response, status: number, ofRule: OfRule): void {
  if (status >= 400) {
    if (!TOO_LATE.has(status)) settle(ofRule, () => 0);
    return;
  }
  const { headers, body } = response;
  const coding = headers.get("content-encoding") ?? "identity";
  const type = headers.get("content-type") ?? "";
  const isPlain = coding === "identity" && body !== null;
  const reader = isPlain ? createUsageReader(findPlan(ofRule.rule), type) : undefined;
  if (reader === undefined) {
    leave(ofRule, body === null ? "the answer has no body" : `type "${type}", coding ${coding}`);
    return;
  }
  tapAnswer(response, {
    write: (text) => {
      reader.write(text);
    },
    end: (how) => {
      endUsage(reader.end(), how, ofRule);
    },
  });
}

/** An answer that broke off keeps its estimate: nobody knows what it would have said. */
function endUsage(seen: SeenUsage, how: BodyEnd, ofRule: OfRule): void {
  if (how === "broken") return;
  if (how === "whole" && seen.usage === undefined) {
    leave(ofRule, "the answer does not say");
    return;
  }
  const { facts } = ofRule;
  const toUsed = ({ cost }: Policy): Usage | undefined =>
    how === "whole" ? seen.usage : toPassed(seen, findPromptTokens(cost, facts));
  settle(ofRule, (policy) => {
    const usage = toUsed(policy);
    return usage && toUsageUnits(usage, findWeights(policy.cost, facts));
  });
  if (ofRule.isCounted) count(ofRule, toUsed);
}

/** For the statistics, by consumer and model; in money where a policy has prices. */
function count({ policies, facts, context }: OfRule, toUsed: (policy: Policy) => Usage | undefined): void {
  const { gateway, waitUntil } = context;
  const all = [...policies];
  const priced = all.find(({ cost }) => isTokenCost(cost) && cost.prices !== undefined);
  const policy = priced ?? all[0];
  const usage = policy && toUsed(policy);
  if (usage === undefined) return;
  const microUsd = priced === undefined ? 0 : toUsageUnits(usage, findWeights(priced.cost, facts));
  const consumer = facts.identity?.consumer ?? "";
  gateway.stats?.used({ ...usage, consumer, model: findModel(facts), microUsd }, waitUntil);
}

/** What has passed when the client left; undefined where that is nothing that is known. */
function toPassed({ usage, textLength }: SeenUsage, promptTokens: number): Usage | undefined {
  if (usage === undefined && textLength === 0) return undefined;
  const passed = Math.ceil(textLength / CHARACTERS_PER_TOKEN);
  const { input = 0, output = 0, cachedInput = 0, reasoning = 0 } = usage ?? {};
  return {
    input: input > 0 ? input : promptTokens,
    output: Math.max(output, passed),
    cachedInput,
    reasoning,
  };
}

function settle(
  { limits, context, policies }: OfRule,
  toUnits: (policy: Policy) => number | undefined,
): void {
  settleDecisions(limits.taken, context, (policy) => (policies.has(policy) ? toUnits(policy) : undefined));
}

/** Nothing is known of what was used. The log says so once, however many read it: policies of the route, and of its pool. */
function leave(ofRule: OfRule, cause: string): void {
  const { context, facts } = ofRule;
  const { trace } = context;
  settle(ofRule, (policy) => policy.settle?.otherwise);
  if (trace.hasUnknownUsage) return;
  trace.hasUnknownUsage = true;
  writeLog("usage-unknown", {
    route: trace.route,
    consumer: facts.identity?.consumer,
    requestId: trace.facts?.requestId,
    cause,
  });
}

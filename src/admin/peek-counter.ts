// Asks a counter object what a key has used of a policy, and what a request would get. Nothing is taken.

import { toGoneInMs } from "../core/algorithms/forecast.ts";
import {
  type Check,
  type CheckVerdict,
  type CounterReply,
  type KeyChecks,
  MESSAGE_VERSION,
} from "../core/counters/counter-messages.ts";
import { isCounted, toShownLimit } from "../core/policies/limit-rule.ts";
import { toQuotaUnit } from "../core/policies/policy-units.ts";
import type { ExplainedPolicy as Explained } from "../core/control/explanation.ts";
import type { Policy } from "../core/policies/policy.ts";
import { toPolicyVerdict } from "../core/policies/combine-verdicts.ts";
import type { Bindings } from "../platform/bindings.ts";
import { readClock } from "../platform/clock.ts";
import type { FoundCounter } from "./find-counters.ts";
import { integer, text, toObjectSchema, yesOrNo } from "./json-schemas.ts";
import type { AdminControls } from "./operation.ts";

/** The pool that a limit follows, and what it comes to here and now by the priority of a request. */
export const followsSchema = toObjectSchema({
  pool: text,
  mode: { enum: ["enforce", "shadow"] },
  limits: { type: "object", additionalProperties: integer },
});

/** Members of a counter that was looked at. */
export const peekedEntries = {
  limit: { oneOf: [integer, { const: "unlimited" }] },
  windowMs: integer,
  follows: followsSchema,
  unit: { enum: ["tokens", "micro-usd"] },
  used: integer,
  remaining: integer,
  outcome: { enum: ["allowed", "denied", "impossible"] },
  retryAfterMs: { type: ["integer", "null"] },
  resetMs: integer,
  goneInMs: integer,
  isBanned: yesOrNo,
  override: text,
};

export interface Peeked {
  readonly object: string;
  readonly limit: unknown;
  readonly windowMs: number | undefined;
  /** undefined: the limit follows no pool. */
  readonly follows: Explained["follows"];
  /** What is counted; undefined: requests, or what only the operator knows. */
  readonly unit: ReturnType<typeof toQuotaUnit>;
  readonly used: number;
  readonly remaining: number | undefined;
  readonly outcome: string | undefined;
  /** null: never. */
  readonly retryAfterMs: number | null | undefined;
  readonly resetMs: number | undefined;
  /** Until nothing is left, at the pace since its window began; undefined: it lasts, or nobody can say. */
  readonly goneInMs: number | undefined;
  readonly isBanned: boolean;
  /** The override's id. */
  readonly override: string | undefined;
}

/** Asked twice in one message: what is left, and what a request of this cost would get. */
export async function peek(
  { bindings, follow }: Pick<AdminControls, "bindings" | "follow">,
  counter: FoundCounter,
  cost: number,
): Promise<Peeked> {
  const { object: owner, key, policy, unused, override } = counter;
  if (!isCounted(policy)) return { object: owner, ...toUncounted(policy, cost), override };
  const { name: policyName, algorithm, settings, plan, ban } = policy;
  // In shadow, so that what one says does not change what the other one is asked.
  const toCheck = (units: number): Check => ({
    policy: policyName,
    algorithm,
    settings,
    plan,
    ban,
    cost: units,
    isShadow: true,
  });
  const reply = await askPeek(bindings.COUNTERS.getByName(owner), [
    { key, checks: [toCheck(0), toCheck(cost)] },
  ]);
  const [now, decided] = reply.verdicts;
  const asked = decided && toPolicyVerdict(decided, policy);
  return {
    object: owner,
    limit: policy.limit,
    windowMs: policy.windowMs,
    follows: follow(policy),
    unit: toQuotaUnit(policy),
    used: unused - (now?.remaining ?? unused),
    remaining: now?.remaining,
    outcome: asked?.outcome,
    retryAfterMs: asked?.retryAfterMs === Infinity ? null : asked?.retryAfterMs,
    resetMs: now?.resetMs,
    goneInMs: toForecast(counter, now),
    isBanned: asked?.isBanned === true,
    override,
  };
}

function toForecast({ policy, unused }: FoundCounter, now: CheckVerdict | undefined): number | undefined {
  return now && toGoneInMs(policy, { ...now, used: unused - now.remaining }, readClock());
}

/** The counter is not asked: it decides nothing while the limit is 0 or "unlimited". What it has stays. */
function toUncounted(policy: Policy, cost: number): Omit<Peeked, "object" | "override"> {
  const isRefused = policy.rule?.kind === "none" && cost > 0;
  return {
    limit: toShownLimit(policy),
    windowMs: policy.windowMs,
    follows: undefined,
    unit: toQuotaUnit(policy),
    used: 0,
    remaining: policy.rule?.kind === "none" ? 0 : undefined,
    outcome: isRefused ? "impossible" : "allowed",
    retryAfterMs: isRefused ? null : undefined,
    resetMs: undefined,
    goneInMs: undefined,
    isBanned: false,
  };
}

/** `keys` may be empty: the reply has the object's time. */
export async function askPeek(
  stub: ReturnType<Bindings["COUNTERS"]["get"]>,
  keys: readonly KeyChecks[],
): Promise<CounterReply> {
  const id = crypto.randomUUID();
  const [reply] = await stub.decide([{ version: MESSAGE_VERSION, phase: "peek", id, keys }]);
  if (reply === undefined || "failure" in reply) throw new Error(reply?.failure ?? "no reply");
  return reply;
}

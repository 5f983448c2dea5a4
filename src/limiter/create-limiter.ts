// Limits for a Worker of somebody's own: the counters, quota leases and remembered denials of the gateway, asked by a call
// instead of by a route. One limiter belongs to one Worker instance (isolate): make it beside the handlers, not in them.

import { waitUntil } from "cloudflare:workers";
import type { CounterKey } from "../core/keys/counter-key.ts";
import { IsolateLeases } from "../core/leases/isolate-leases.ts";
import { DenialCache } from "../core/policies/denial-cache.ts";
import type { Policy } from "../core/policies/policy.ts";
import { createRow } from "../core/policies/policy-rows.ts";
import { LIMIT_MAX } from "../core/schema/primitives.ts";
import { answerByLeases } from "../gateway/limits/answer-by-leases.ts";
import { askCounters } from "../gateway/limits/ask-counters.ts";
import type { CheckedLimits } from "../gateway/limits/checked-limits.ts";
import { CounterClient } from "../gateway/limits/counter-client.ts";
import type { DeciderContext } from "../gateway/limits/limiter.ts";
import { toDenialKey, toRemembered } from "../gateway/limits/remembered-denials.ts";
import { takeLeases } from "../gateway/limits/take-leases.ts";
import type { Bindings } from "../platform/bindings.ts";
import { readClock } from "../platform/clock.ts";
import { hashText } from "../platform/hash-text.ts";
import { toLimitResult } from "./limit-result.ts";
import type { Check, CounterNamespace, Limiter, LimiterOptions, LimitResult } from "./limiter-types.ts";
import { parseLimiterPolicies } from "./limiter-policies.ts";

const SHARDS_DEFAULT = 64;
const SHARDS_MAX = 4_096;
/** Keys that an isolate holds leases of at a time. */
const LEASED_KEYS_MAX = 10_000;
/** Keys longer than this are replaced by their SHA-256. */
const PLAIN_LENGTH_MAX = 120;
/** As an address's and as any other key's, which counter-key.ts places: near its client, and in one place. */
const NEAR_RANK = 3;
const WORLD_RANK = 1;

/** `namespace` is the binding of CounterObject. Throws where the policies are wrong, with every problem. */
export function createLimiter<const Names extends string>(
  namespace: CounterNamespace,
  { policies: given, shards = SHARDS_DEFAULT }: LimiterOptions<Names>,
): Limiter<Names> {
  const parsed = parseLimiterPolicies(given);
  if (!parsed.ok) {
    const lines = parsed.error.map(({ path, message }) => `${path}: ${message}`);
    throw new Error(`Cannot create the limiter: ${lines.join("; ")}`);
  }
  if (!Number.isInteger(shards) || shards < 1 || shards > SHARDS_MAX)
    throw new RangeError(`shards must be a whole number from 1 to ${SHARDS_MAX}, received ${shards}`);
  const context: DeciderContext = {
    gateway: {
      config: { counters: { shards } },
      counters: new CounterClient(namespace as unknown as Bindings["COUNTERS"]),
      denials: new DenialCache(),
      leases: new IsolateLeases(() => crypto.randomUUID(), LEASED_KEYS_MAX),
      stats: undefined,
      alerts: undefined,
      reputation: undefined,
    },
    waitUntil,
  };
  return { check: (check) => decide(check, { policies: parsed.value, context }) };
}

interface Parts {
  readonly policies: ReadonlyMap<string, Policy>;
  readonly context: DeciderContext;
}

/** What a key is, its Worker knows alone. */
const NOBODY = { hash: hashText, address: undefined, identity: undefined, standing: undefined };

async function decide(check: Check, { policies: known, context }: Parts): Promise<LimitResult> {
  const { cost = 1, near } = check;
  if (!Number.isInteger(cost) || cost < 0 || cost > LIMIT_MAX)
    throw new RangeError(`cost must be a whole number from 0 to ${LIMIT_MAX}, received ${cost}`);
  const policies = [check.policy].flat().map((name) => findPolicy(known, name));
  const counterKey = toCounterKey(check);
  const rows = policies.map((policy) => createRow(policy, counterKey, cost));
  const facts = { ...NOBODY, continent: near };
  const limits = await ask({ policies, rows, facts, nowMs: readClock() }, context);
  const { delayMs } = limits.answer;
  if (delayMs > 0) await scheduler.wait(delayMs);
  return toLimitResult(limits);
}

type Asked = Omit<Parameters<typeof askCounters>[0], "context">;

/** As the gateway decides a request: by a denial that still stands, by leases, by counter objects. */
function ask(asked: Asked, context: DeciderContext): CheckedLimits | Promise<CheckedLimits> {
  const { policies, rows, facts, nowMs } = asked;
  const { denials, leases } = context.gateway;
  const denialKey = toDenialKey({ index: 0, hasVariants: true }, facts, rows);
  const denial = denialKey === undefined ? undefined : denials.find(denialKey, nowMs);
  if (denial !== undefined) return toRemembered(denial, policies, rows);
  const request = { ...asked, context };
  const leased = takeLeases(rows, leases, nowMs);
  return leased === "ask" ? askCounters(request, denialKey) : answerByLeases(request, leased);
}

function findPolicy(policies: ReadonlyMap<string, Policy>, name: string): Policy {
  const policy = policies.get(name);
  if (policy !== undefined) return policy;
  throw new RangeError(
    `There is no policy ${JSON.stringify(name)}: there are ${[...policies.keys()].join(", ")}`,
  );
}

/** The key with its length, so that none passes for another kind's. */
function toCounterKey({ key, near }: Check): CounterKey {
  if (typeof key !== "string" || key === "") throw new TypeError("key must be a text that is not empty");
  const written = `given=${key.length}:${key}`;
  const short = written.length > PLAIN_LENGTH_MAX ? `sha256:${hashText(written)}` : written;
  return { key: short, place: short, rank: near === undefined ? WORLD_RANK : NEAR_RANK };
}

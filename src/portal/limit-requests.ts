// A consumer's requests for a higher limit: of a policy that counts it alone, for a while. Operators answer them.

import type { OwnEntries, RequestChanged, RequestFailure } from "../core/control/control-messages.ts";
import { type LimitRequest, textUpTo } from "../core/control/entries.ts";
import type { Facts } from "../core/keys/facts.ts";
import { NO_COUNTS } from "../core/alerts/alert-conditions.ts";
import { isCounted } from "../core/policies/limit-rule.ts";
import type { Policy } from "../core/policies/policy.ts";
import type { ShownRequest } from "../core/portal/portal-answer.ts";
import { object } from "../core/schema/parse-with.ts";
import { NAME, NAME_WANTED, quota, textLike } from "../core/schema/primitives.ts";
import { askControl } from "../admin/ask-control.ts";
import { toJson } from "../admin/problem.ts";
import { ALERTS_NAME } from "../platform/bindings.ts";
import { writeLog } from "../platform/log.ts";
import { definePortalOperation, type PortalCall, type PortalOperation } from "./operation.ts";
import { listPolicies } from "./show-limits.ts";

/** Parts of a key that are a consumer's own: what is granted must be nobody else's. */
const OWN_PART = /^(?:consumer$|api-key$|jwt:)/;

const requestBody = object({
  policy: textLike(NAME, NAME_WANTED),
  limit: quota,
  reason: textUpTo(500),
});

export const requestOperations: readonly PortalOperation[] = [
  definePortalOperation({
    method: "GET",
    path: /^\/requests$/,
    handle: async ({ bindings, consumer }) => {
      const { requests } = await askControl<OwnEntries>(bindings, async (control) =>
        control.listOwn(consumer.identity.consumer),
      );
      return toJson(200, { items: requests.map(toShown) });
    },
  }),
  definePortalOperation({
    method: "POST",
    path: /^\/requests$/,
    body: requestBody,
    handle: async (call) => {
      const { consumer, bindings, by, refuse, body } = call;
      const { facts, identity } = consumer;
      const policies = listPolicies(call.context.gateway.config, identity);
      const policy = policies.find(({ name }) => name === body.policy);
      const key = policy && toPatterns(policy, facts);
      if (key === undefined) return refuse(400, "no-own-limit");
      const asked = { ...body, key, consumer: identity.consumer, state: "open" as const };
      const changed = await askControl<RequestChanged>(bindings, async (control) =>
        control.changeRequest({ kind: "make", body: asked }, by),
      );
      if (!changed.ok) return toRefusal(changed.error, refuse);
      tell(changed.value, call);
      return toJson(201, toShown(changed.value));
    },
  }),
  definePortalOperation({
    method: "DELETE",
    path: /^\/requests\/(r\d{1,15})$/,
    handle: async ({ consumer, bindings, id, by, refuse }) => {
      const change = { kind: "withdraw", consumer: consumer.identity.consumer, id } as const;
      const changed = await askControl<RequestChanged>(bindings, async (control) =>
        control.changeRequest(change, by),
      );
      return changed.ok ? new Response(null, { status: 204 }) : toRefusal(changed.error, refuse);
    },
  }),
];

/** For each part of the policy's key; undefined: no part is the consumer's own, or its value would name others too. */
function toPatterns(policy: Policy, facts: Facts): string[] | undefined {
  if (!isCounted(policy)) return undefined;
  const parts = policy.key.map(({ label, argument, read }) =>
    OWN_PART.test(label) ? read(facts, argument) : "*",
  );
  const isOwn = policy.key.some(({ label }) => OWN_PART.test(label));
  const isNamed = policy.key.every(
    ({ label }, at) => !OWN_PART.test(label) || (parts[at] !== undefined && !parts[at].includes("*")),
  );
  return isOwn && isNamed ? parts.map((part) => part ?? "") : undefined;
}

function toShown({
  id,
  createdAtMs,
  policy,
  limit,
  reason,
  state,
  answer,
  untilMs,
  expiresAtMs,
}: LimitRequest): ShownRequest {
  return { id, createdAtMs, policy, limit, reason, state, answer, untilMs, expiresAtMs };
}

/** Operators are told by the log, and by whatever the configuration's alerts name. */
function tell(
  { id, consumer, policy, limit, reason }: LimitRequest,
  { context: { gateway, waitUntil }, bindings }: PortalCall<unknown>,
): void {
  const requested = { id, consumer, policy, limit, reason };
  writeLog("limit-requested", requested);
  const { name, alerts: rules } = gateway.config;
  if (rules.length === 0) return;
  const nothing = { counts: NO_COUNTS, crossed: [], open: [], used: [] };
  const report = { name, rules, ...nothing, requested: [requested] };
  waitUntil(Promise.resolve(bindings.ALERTS.getByName(ALERTS_NAME).report(report)).catch(() => undefined));
}

type Refuse = PortalCall<unknown>["refuse"];

function toRefusal(failure: RequestFailure, refuse: Refuse): Response {
  if (failure === "not-found") return refuse(404, "not-found");
  if (failure === "answered") return refuse(409, "answered");
  if (failure === "too-often") return refuse(429, "too-many-changes");
  return failure === "enough" ? refuse(409, "requests-open") : refuse(409, "full");
}

// A consumer's requests for a higher limit: of a policy that counts it alone, for a while. Operators answer them.

import type { Changed, Created, OwnEntries } from "../core/control/control-messages.ts";
import type { Entry, LimitRequest } from "../core/control/entries.ts";
import { askedEntries } from "../core/control/entries.ts";
import type { Facts } from "../core/keys/facts.ts";
import { NO_COUNTS } from "../core/alerts/alert-conditions.ts";
import { isCounted } from "../core/policies/limit-rule.ts";
import type { Policy } from "../core/policies/policy.ts";
import type { ShownRequest } from "../core/portal/portal-answer.ts";
import { object } from "../core/schema/parse-with.ts";
import { askControl, toChangedResponse } from "../admin/ask-control.ts";
import { toJson } from "../admin/problem.ts";
import { ALERTS_NAME } from "../platform/bindings.ts";
import { readClock } from "../platform/clock.ts";
import { writeLog } from "../platform/log.ts";
import { definePortalOperation, type PortalCall, type PortalOperation } from "./operation.ts";
import { listPolicies } from "./show-limits.ts";

const PLACE = /^\/requests$/;
/** How long one is kept, open or answered. */
const KEPT_MS = 30 * 86_400_000;
/** Parts of a key that are a consumer's own: what is granted must be nobody else's. */
const OWN_PART = /^(?:consumer$|api-key$|jwt:)/;

export const requestOperations: readonly PortalOperation[] = [
  definePortalOperation({
    method: "GET",
    path: PLACE,
    handle: async (call) => toJson(200, { items: (await listOwn(call)).map(toShown) }),
  }),
  definePortalOperation({
    method: "POST",
    path: PLACE,
    body: object(askedEntries),
    handle: async (call) => {
      const { consumer, context, bindings, by, refuse, body } = call;
      const { facts, identity } = consumer;
      const named = listPolicies(context.gateway.config, identity).find(({ name }) => name === body.policy);
      const key = named && toPatterns(named, facts);
      if (key === undefined) return refuse(400, "no-own-limit");
      const expiresAtMs = readClock() + KEPT_MS;
      const asked = { ...body, key, consumer: identity.consumer, state: "open", expiresAtMs } as const;
      const changed = await askControl<Changed<Created>>(bindings, async (control) =>
        control.createEntry({ kind: "requests", body: asked }, by),
      );
      if (!changed.ok && changed.error === "name-taken") return refuse(409, "requests-open");
      return toChangedResponse(changed, ({ entry }) => {
        tell(entry as LimitRequest, call);
        return toJson(201, toShown(entry as LimitRequest));
      });
    },
  }),
  definePortalOperation({
    method: "DELETE",
    path: /^\/requests\/(r\d{1,15})$/,
    handle: async (call) => {
      const { bindings, by, refuse } = call;
      const own = (await listOwn(call)).find(({ id }) => id === call.id);
      if (own === undefined) return refuse(404, "not-found");
      if (own.state !== "open") return refuse(409, "answered");
      const { id, revision: seen, createdAtMs: _createdAtMs, ...body } = own;
      // It stays, and counts: nobody asks again and again.
      const changed = await askControl<Changed<Entry>>(bindings, async (control) =>
        control.replaceEntry({ kind: "requests", id, seen }, { ...body, state: "withdrawn" }, by),
      );
      return toChangedResponse(changed, () => new Response(null, { status: 204 }));
    },
  }),
];

async function listOwn({ bindings, consumer }: PortalCall<unknown>): Promise<readonly LimitRequest[]> {
  const { requests } = await askControl<OwnEntries>(bindings, async (control) =>
    control.listOwn(consumer.identity.consumer),
  );
  return requests;
}

/** For each part of the policy's key; undefined: no part is the consumer's own, or its value would name others too. */
function toPatterns({ key, rule }: Policy, facts: Facts): string[] | undefined {
  const own = key.filter(({ label }) => OWN_PART.test(label));
  const values = own.map(({ argument, read }) => read(facts, argument) ?? "*");
  if (!isCounted({ rule }) || own.length === 0 || values.some((value) => value.includes("*")))
    return undefined;
  return key.map((part) => values[own.indexOf(part)] ?? "*");
}

function toShown({
  revision: _revision,
  key: _key,
  consumer: _consumer,
  ...shown
}: LimitRequest): ShownRequest {
  return shown;
}

/** Operators are told by the log, and by whatever the configuration's alerts name. */
function tell(
  { id, consumer, policy: asked, limit: wanted, reason: why }: LimitRequest,
  { context: { gateway, waitUntil }, bindings }: PortalCall<unknown>,
): void {
  const requested = { id, consumer, policy: asked, limit: wanted, reason: why };
  writeLog("limit-requested", requested);
  const { name, alerts: rules } = gateway.config;
  if (rules.length === 0) return;
  const nothing = { counts: NO_COUNTS, crossed: [], open: [], used: [] };
  const report = { name, rules, ...nothing, requested: [requested] };
  waitUntil(Promise.resolve(bindings.ALERTS.getByName(ALERTS_NAME).report(report)).catch(() => undefined));
}

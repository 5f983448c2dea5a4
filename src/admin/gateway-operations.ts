// What concerns the gateway as it runs: health, its policies and routes, purges of its cache, and the audit log.

import { checkPurges } from "../core/control/check-purges.ts";
import { toWarnings } from "./accept-entry.ts";
import { parsePurges, purgeBody } from "./parse-purges.ts";
import type { Config } from "../core/config/config.ts";
import { toHostTexts } from "../core/routes/host-rule.ts";
import type { Route } from "../core/routes/route.ts";
import { toShownLimit } from "../core/policies/limit-rule.ts";
import type { Policy } from "../core/policies/policy.ts";
import type { AuditEntry, Page } from "../core/control/control-messages.ts";
import { askControl } from "./ask-control.ts";
import {
  auditAnswer,
  healthAnswer,
  integer,
  purgeAnswer,
  text,
  toItemsSchema,
  toListSchema,
  toObjectSchema,
  toPageSchema,
  yesOrNo,
} from "./json-schemas.ts";
import { defineOperation, type Operation } from "./operation.ts";
import { pageQuery, toPage, toPageRequest } from "./page-query.ts";
import { toInvalidBody, toJson, toProblem } from "./problem.ts";
import type { JsonSchema } from "./to-schema.ts";

const LATE = {
  path: "",
  code: "not-everywhere",
  message: "some continent could not be reached: the purge is active there within a minute",
};

const policyAnswer = (): JsonSchema =>
  toObjectSchema(
    {
      name: text,
      algorithm: text,
      limit: integer,
      windowMs: integer,
      key: toListSchema(text),
      onMissing: text,
      onError: text,
      timeoutMs: integer,
      enforcePercent: integer,
      options: { type: "object" },
    },
    ["windowMs"],
  );
const routeAnswer = (): JsonSchema =>
  toObjectSchema({
    index: integer,
    name: text,
    methods: toListSchema(text),
    hosts: toListSchema(text),
    policies: toListSchema(text),
    isCached: yesOrNo,
    timeoutMs: integer,
  });

const share: JsonSchema = { type: "number" };
const usage = toObjectSchema({ quota: text, share, resetMs: { type: ["integer", "null"] } });

const poolAnswer = (): JsonSchema =>
  toObjectSchema(
    {
      pool: text,
      origins: toListSchema(
        toObjectSchema(
          {
            url: text,
            state: text,
            paths: integer,
            left: share,
            waitMs: integer,
            usage: toListSchema(usage),
          },
          ["paths", "left", "waitMs", "usage"],
        ),
      ),
      waiting: toObjectSchema({ critical: integer, normal: integer, background: integer }),
      load: toObjectSchema({
        mode: { enum: ["enforce", "shadow"] },
        admitted: toObjectSchema({ critical: share, normal: share, background: share }),
        usualMs: integer,
      }),
    },
    ["waiting", "load"],
  );

export const gatewayOperations: readonly Operation[] = [
  defineOperation({
    name: "health",
    method: "GET",
    path: "/health",
    summary: "Whether the gateway runs, and what the token allows",
    answer: healthAnswer,
    handle: async ({ controls, scopes }) => {
      const log = controls.showLogSinks();
      return Promise.resolve(toJson(200, { status: "ok", scopes, ...(log.length === 0 ? {} : { log }) }));
    },
  }),
  defineOperation({
    name: "policies.list",
    method: "GET",
    path: "/policies",
    summary: "The active policies",
    answer: () => toItemsSchema(policyAnswer()),
    handle: async ({ controls }) => {
      await controls.learn();
      return toJson(200, { items: controls.config().policies.map(toPolicyView) });
    },
  }),
  defineOperation({
    name: "routes.list",
    method: "GET",
    path: "/routes",
    summary: "The active routes, in the order in which they are tried",
    answer: () => toItemsSchema(routeAnswer()),
    handle: async ({ controls }) => {
      await controls.learn();
      return toJson(200, { items: toRouteViews(controls.config()) });
    },
  }),
  defineOperation({
    name: "origins.list",
    method: "GET",
    path: "/origins",
    summary:
      "The members of every origin pool, their state and who waits for quota, as the Worker instance (isolate) that answers sees it",
    answer: () => toItemsSchema(poolAnswer()),
    handle: async ({ controls }) => {
      await controls.learn();
      return toJson(200, { items: controls.showPools() });
    },
  }),
  defineOperation({
    name: "audit.list",
    method: "GET",
    path: "/audit",
    summary: "Who changed what and when, newest first",
    query: pageQuery,
    answer: () => toPageSchema(auditAnswer()),
    handle: async ({ controls, query }) => {
      const { items, next } = await askControl<Page<AuditEntry>>(controls.bindings, async (control) =>
        control.listAudit(toPageRequest(query)),
      );
      return toPage({ items: items.map(toAuditView), next });
    },
  }),
];

export const purgeOperation: Operation = defineOperation({
  name: "cache.purge",
  method: "POST",
  path: "/cache/purge",
  summary: "Purges the cache by URL, path, prefix, tag or altogether",
  body: purgeBody,
  status: 202,
  answer: purgeAnswer,
  handle: async ({ controls, body, by }) => {
    await controls.learn();
    const purges = parsePurges(body, controls.config());
    if (!purges.ok) return toInvalidBody(purges.error);
    const problems = checkPurges(purges.value, controls.config());
    if (problems.length > 0 && body.force !== true) return toProblem(400, "no-effect", { problems });
    // Without a durable write only this isolate would keep to it: that is no purge to promise.
    const reach = await controls.purge(purges.value);
    if (reach === "none") return toProblem(503, "purge-unavailable");
    const action = {
      action: "cache.purge",
      target: "cache",
      before: undefined,
      after: JSON.stringify(body),
    };
    await askControl(controls.bindings, async (control) => control.recordAction(action, by));
    return toJson(202, {
      purged: purges.value.length,
      ...toWarnings(reach === "most" ? [...problems, LATE] : problems),
    });
  },
});

function toPolicyView(policy: Policy): object {
  const { name, algorithm, limit, windowMs, onMissing, onError, timeoutMs, enforcePercent } = policy;
  const key = policy.key.map(({ label }) => label);
  const options = { ...policy.options, limit: toShownLimit(policy) };
  return { name, algorithm, limit, windowMs, key, onMissing, onError, timeoutMs, enforcePercent, options };
}

function toRouteViews({ routes }: Config): readonly object[] {
  return routes.map(({ index, name, methods, hosts, policies, cache, timeoutMs }: Route) => ({
    index,
    name,
    methods: [...(methods ?? [])],
    hosts: hosts === undefined ? [] : toHostTexts(hosts),
    policies: policies.map((policy) => policy.name),
    isCached: cache !== undefined,
    timeoutMs,
  }));
}

function toAuditView({ before, after, ...entry }: AuditEntry): object {
  return {
    ...entry,
    ...(before === undefined ? {} : { before: JSON.parse(before) as unknown }),
    ...(after === undefined ? {} : { after: JSON.parse(after) as unknown }),
  };
}

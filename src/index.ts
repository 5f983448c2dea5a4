// The composition root: the Worker's default export and its Durable Object classes.

import { env, waitUntil } from "cloudflare:workers";
import exported from "#headgate-config";
import { createAdminApi } from "./admin/admin-api.ts";
import { parseConfig } from "./core/config/parse-config.ts";
import { countBans } from "./core/control/ban-index.ts";
import { handleBatch } from "./gateway/handle-batch.ts";
import { findCallId, handlePlace, makeCall } from "./gateway/handle-calls.ts";
import { explain } from "./gateway/explain.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { answerNotReady, handleSafely } from "./gateway/handle-safely.ts";
import { type Assumption, LiveGateway } from "./gateway/live-gateway.ts";
import { showPools } from "./gateway/origins/show-pools.ts";
import { type HeadStart, startAhead } from "./gateway/start-ahead.ts";
import { readTarget } from "./gateway/request/request-target.ts";
import type { Bindings } from "./platform/bindings.ts";
import { readClock } from "./platform/clock.ts";

export { AlertsObject } from "./durable-objects/alerts-object.ts";
export { ControlObject } from "./durable-objects/control-object.ts";
export { CounterObject } from "./durable-objects/counter-object.ts";
export { FeedbackObject } from "./durable-objects/feedback-object.ts";
export { HealthObject } from "./durable-objects/health-object.ts";
export { PurgeObject } from "./durable-objects/purge-object.ts";
export { SnapshotObject } from "./durable-objects/snapshot-object.ts";
export { StatsObject } from "./durable-objects/stats-object.ts";
export { WebhookObject } from "./durable-objects/webhook-object.ts";

import { HandOverObject, type Making } from "./durable-objects/hand-over-object.ts";
import type { KeptRequest, RunResult } from "./core/handover/call-messages.ts";

const bindings = env as unknown as Bindings;
const parsed = parseConfig(exported, bindings);
// At a deploy the platform runs this before it takes the Worker: a wrong configuration never gets as far as a request.
if (!parsed.ok) {
  throw new Error(
    `Cannot start: ${parsed.error.map(({ path, message }) => `${path}: ${message}`).join("; ")}`,
  );
}
const live = new LiveGateway(parsed.value, { exported, bindings });
const admin = createAdminApi(
  {
    prefix: parsed.value.admin.prefix,
    bindings,
    deployed: exported,
    config: () => live.gateway.config,
    overrides: () => live.gateway.overrides,
    access: () => live.gateway.access,
    countBans: () => countBans(live.gateway.bans, readClock()),
    explain: (request, assumed) => explain(request, assumed, { gateway: live.gateway, waitUntil }),
    learn: () => live.learnNow(),
    showLogSinks: () => live.logSinks.map(({ counts }) => counts),
    showPools: () => showPools(live.gateway.pools),
    purge: (purges) => live.gateway.purges.add(purges),
  },
  bindings,
);

const NOT_READY: RunResult = {
  status: 503,
  fields: [],
  body: undefined,
  limited: { retryAfterMs: undefined },
};

/** Makes the calls that it keeps by the gateway that is active when their turn comes. */
export class CallsObject extends HandOverObject {
  protected override async make(
    request: KeptRequest,
    route: string,
    making: Making,
  ): Promise<RunResult | undefined> {
    const active = live.current(new Request(request.url), making);
    const gateway = "known" in active ? await active.known : active;
    return gateway === undefined ? NOT_READY : await makeCall(request, route, { gateway, ...making });
  }
}

/** `gateway` is undefined where this instance cannot learn what operators have changed: it then lets nobody in but them. */
function answer(
  request: Request,
  gateway: Gateway | undefined,
  context: ExecutionContext,
  ahead?: HeadStart,
): Response | Promise<Response> {
  const { config } = gateway ?? live.gateway;
  const target = readTarget(request.url, config);
  const owner = target.ok ? target.value.owner : "route";
  const goOn = (promise: Promise<unknown>): void => {
    context.waitUntil(promise);
  };
  const id = target.ok && owner === "admin" ? findCallId(target.value, config) : undefined;
  if (id !== undefined && gateway !== undefined)
    return handlePlace(request, gateway, { id, waitUntil: goOn });
  const answered = owner === "admin" ? admin(request) : undefined;
  if (answered !== undefined) return answered;
  if (gateway === undefined) return answerNotReady(request, config);
  if (owner === "batch") return handleBatch(request, gateway, context);
  return handleSafely(request, gateway, { waitUntil: goOn, target, ahead });
}

/** By what is active; while that is learnt, counter objects are asked by what is known. */
async function answerAssumed(
  request: Request,
  assumed: Assumption,
  context: ExecutionContext,
): Promise<Response> {
  const ahead = startAhead(request, assumed, (promise) => {
    context.waitUntil(promise);
  });
  try {
    return await answer(request, await assumed.known, context, ahead);
  } finally {
    ahead?.end();
  }
}

export default {
  fetch: (request, _env, context) => {
    const active = live.current(request, context);
    return "known" in active ? answerAssumed(request, active, context) : answer(request, active, context);
  },
} satisfies ExportedHandler;

// `headgate/worker`: makes the Worker of a configuration, and has the Durable Object classes that it needs.

import { env, waitUntil } from "cloudflare:workers";
import { createAdminApi } from "./admin/admin-api.ts";
import type { Config } from "./core/config/config.ts";
import type { ConfigInput } from "./core/config/config-input.ts";
import { parseConfig } from "./core/config/parse-config.ts";
import { countBans } from "./core/control/ban-index.ts";
import type { KeptRequest, RunResult } from "./core/handover/call-messages.ts";
import { HandOverObject, type Making } from "./durable-objects/hand-over-object.ts";
import { handleBatch } from "./gateway/handle-batch.ts";
import { findCallId, handlePlace, makeCall } from "./gateway/handle-calls.ts";
import { explain } from "./gateway/explain.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { answerNotReady, handleSafely } from "./gateway/handle-safely.ts";
import { type Assumption, LiveGateway } from "./gateway/live-gateway.ts";
import { createPortal, findPortalPlace, type Portal } from "./portal/portal.ts";
import { showPools } from "./gateway/origins/show-pools.ts";
import { type HeadStart, startAhead } from "./gateway/start-ahead.ts";
import { readTarget, type RequestTarget } from "./gateway/request/request-target.ts";
import type { Bindings } from "./platform/bindings.ts";
import { readClock } from "./platform/clock.ts";
import type { ObjectClass } from "./platform/object-class.ts";
import { AlertsObject as AlertsObjectClass } from "./durable-objects/alerts-object.ts";
import { ControlObject as ControlObjectClass } from "./durable-objects/control-object.ts";
import { CounterObject as CounterObjectClass } from "./durable-objects/counter-object.ts";
import { FeedbackObject as FeedbackObjectClass } from "./durable-objects/feedback-object.ts";
import { HealthObject as HealthObjectClass } from "./durable-objects/health-object.ts";
import { PurgeObject as PurgeObjectClass } from "./durable-objects/purge-object.ts";
import { SnapshotObject as SnapshotObjectClass } from "./durable-objects/snapshot-object.ts";
import { StatsObject as StatsObjectClass } from "./durable-objects/stats-object.ts";
import { WebhookObject as WebhookObjectClass } from "./durable-objects/webhook-object.ts";

// A Worker's entry exports them all: wrangler.toml binds them.
export const AlertsObject: ObjectClass = AlertsObjectClass;
export const ControlObject: ObjectClass = ControlObjectClass;
export const CounterObject: ObjectClass = CounterObjectClass;
export const FeedbackObject: ObjectClass = FeedbackObjectClass;
export const HealthObject: ObjectClass = HealthObjectClass;
export const PurgeObject: ObjectClass = PurgeObjectClass;
export const SnapshotObject: ObjectClass = SnapshotObjectClass;
export const StatsObject: ObjectClass = StatsObjectClass;
export const WebhookObject: ObjectClass = WebhookObjectClass;

/** A Worker's default export. `exported` is what defineConfig returned. Throws where it is wrong, with every problem. */
export function createGateway<Names extends string>(exported: ConfigInput<Names>): GatewayWorker {
  const bindings = env as unknown as Bindings;
  const parsed = parseConfig(exported, bindings);
  // At a deploy the platform runs this before it takes the Worker: a wrong configuration never gets as far as a request.
  if (!parsed.ok) {
    throw new Error(
      `Cannot start: ${parsed.error.map(({ path, message }) => `${path}: ${message}`).join("; ")}`,
    );
  }
  const live = new LiveGateway(parsed.value, { exported, bindings });
  served = live;
  const admin = createAdminApi(
    {
      prefix: parsed.value.admin.prefix,
      bindings,
      deployed: exported,
      functions: parsed.value.functions,
      config: () => live.gateway.config,
      overrides: () => live.gateway.overrides,
      access: () => live.gateway.access,
      countBans: () => countBans(live.gateway.bans, readClock()),
      explain: (request, assumed) => explain(request, assumed, { gateway: live.gateway, waitUntil }),
      learn: () => live.learnNow(),
      showLogSinks: () => live.logSinks.map(({ counts }) => counts),
      follow: (policy) => live.gateway.shares?.show(policy),
      showPools: () => showPools(live.gateway.pools),
      purge: (purges) => live.gateway.purges.add(purges),
    },
    bindings,
  );
  const parts = { live, admin, portal: createPortal(bindings) };
  return {
    fetch: (request, _env, context) => {
      const active = live.current(request, context);
      return "known" in active
        ? answerAssumed(parts, request, { assumed: active, context })
        : answer(parts, request, { gateway: active, context });
    },
  };
}

/** The Worker's gateway: a call that was handed over is made by it. */
let served: LiveGateway | undefined;

const NOT_READY: RunResult = {
  status: 503,
  fields: [],
  body: undefined,
  limited: { retryAfterMs: undefined },
};

/** Makes the calls that it keeps by the gateway that is active when their turn comes. */
class OwnCallsObject extends HandOverObject {
  protected override async make(
    request: KeptRequest,
    route: string,
    making: Making,
  ): Promise<RunResult | undefined> {
    const active = served?.current(new Request(request.url), making);
    const gateway = active !== undefined && "known" in active ? await active.known : active;
    return gateway === undefined ? NOT_READY : await makeCall(request, route, { gateway, ...making });
  }
}

export const CallsObject: ObjectClass = OwnCallsObject;

export interface GatewayWorker {
  readonly fetch: (request: Request, env: unknown, context: ExecutionContext) => Response | Promise<Response>;
}

interface Parts {
  readonly live: LiveGateway;
  readonly admin: ReturnType<typeof createAdminApi>;
  readonly portal: Portal;
}

interface Answering {
  readonly gateway: Gateway | undefined;
  readonly context: ExecutionContext;
  readonly ahead?: HeadStart | undefined;
}

/** `gateway` is undefined where this instance cannot learn what operators have changed: it then lets nobody in but them. */
function answer(
  { live, admin, portal }: Parts,
  request: Request,
  { gateway, context, ahead }: Answering,
): Response | Promise<Response> {
  const { config } = gateway ?? live.gateway;
  const target = readTarget(request.url, config);
  const owner = target.ok ? target.value.owner : "route";
  const goOn = (promise: Promise<unknown>): void => {
    context.waitUntil(promise);
  };
  if (target.ok && owner === "admin") {
    const answered = answerOwn({ admin, portal }, request, {
      gateway,
      target: target.value,
      config,
      goOn,
    });
    if (answered !== undefined) return answered;
  }
  if (gateway === undefined) return answerNotReady(request, config);
  if (owner === "batch") return handleBatch(request, gateway, context);
  return handleSafely(request, gateway, { waitUntil: goOn, target, ahead });
}

interface OwnAnswering {
  readonly gateway: Gateway | undefined;
  readonly target: RequestTarget;
  readonly config: Config;
  readonly goOn: (promise: Promise<unknown>) => void;
}

/** Of the gateway's own paths: a consumer's, a caller's or an operator's. undefined: none of them is answered here. */
function answerOwn(
  { admin, portal }: Pick<Parts, "admin" | "portal">,
  request: Request,
  { gateway, target, config, goOn }: OwnAnswering,
): Promise<Response> | undefined {
  const place = findPortalPlace(target, config);
  if (place !== undefined) return gateway && portal(request, { gateway, place, waitUntil: goOn });
  const id = findCallId(target, config);
  return id === undefined || gateway === undefined
    ? admin(request)
    : handlePlace(request, gateway, { id, waitUntil: goOn });
}

/** By what is active; while that is learnt, counter objects are asked by what is known. */
async function answerAssumed(
  parts: Parts,
  request: Request,
  { assumed, context }: { readonly assumed: Assumption; readonly context: ExecutionContext },
): Promise<Response> {
  const ahead = startAhead(request, assumed, (promise) => {
    context.waitUntil(promise);
  });
  try {
    return await answer(parts, request, { gateway: await assumed.known, context, ahead });
  } finally {
    ahead?.end();
  }
}

// Says what would become of a request, by the functions that handle-request.ts calls: with a gateway through which nothing
// is taken (limits/peeking.ts), and without an origin.

import type { CredentialVerdict } from "../core/consumers/verdict.ts";
import type { Explanation } from "../core/control/explanation.ts";
import { type ProblemCode, problems } from "../core/http/problems.ts";
import { toErrorAnswer } from "../core/errors/registry.ts";
import { matchRoute } from "../core/routes/match-route.ts";
import type { Route } from "../core/routes/route.ts";
import { toCost } from "../core/policies/route-cost.ts";
import type { LimitedRoute } from "../core/policies/limited-route.ts";
import { readClock } from "../platform/clock.ts";
import { toBatchFacts } from "./batch/limit-batch.ts";
import { findPreflight } from "./cors/find-preflight.ts";
import { findKeptOut, judge, type Refused } from "./credentials/judge.ts";
import { assume } from "./assume-credential.ts";
import { explainLoad } from "./explain-load.ts";
import { withPoints } from "./explain-points.ts";
import { explainPolicies, toFinite } from "./explain-policies.ts";
import { callForLimits } from "./functions/call-for-limits.ts";
import type { Gateway } from "./gateway.ts";
import { checkLimits } from "./limits/check-limits.ts";
import type { CheckedLimits } from "./limits/checked-limits.ts";
import { toPeekingGateway } from "./limits/peeking.ts";
import { toRefusal } from "./limits/rate-limit-response.ts";
import { toLimitedCall } from "./origins/outbound.ts";
import { showAccounts } from "./origins/show-pools.ts";
import type { RequestContext } from "./request/request-context.ts";
import { RequestTrace } from "./request/request-trace.ts";
import { type ReadRequest, readRequest } from "./request/read-request.ts";
import { readTarget } from "./request/request-target.ts";
import { type RequestFacts, type RoutedFacts, toRoutedFacts } from "./request/request-facts.ts";
import { shapeRequest } from "./shape/shape-request.ts";

const NOTHING: Explanation = {
  problem: undefined,
  status: undefined,
  cause: undefined,
  denied: [],
  retryAfterMs: undefined,
  isRemembered: false,
  path: undefined,
  route: undefined,
  preflight: undefined,
  ban: undefined,
  reputation: undefined,
  cost: undefined,
  consumer: undefined,
  tier: undefined,
  apiKey: undefined,
  isUnlimited: false,
  isCached: false,
  policies: [],
  outbound: undefined,
  load: undefined,
};

type Context = RequestContext<Gateway>;

/** `assumed` stands for the verdict on whatever credential the request shows; undefined: the credential is verified. */
export async function explain(
  request: Request,
  assumed: CredentialVerdict | undefined,
  { gateway: real, waitUntil }: Omit<Context, "trace">,
): Promise<Explanation> {
  const gateway = assume(assumed, toPeekingGateway(real));
  const context = { gateway, waitUntil, trace: new RequestTrace(readClock()) };
  const { config } = gateway;
  const read = readRequest(request, config);
  if (!read.ok) return end(NOTHING, read.error);
  const arrived = { ...NOTHING, path: read.value.path };
  if (read.value.isOwn) return explainOwn(arrived, read.value, context);
  const preflight = findPreflight(read.value, config);
  if (preflight !== undefined) {
    const known = { ...arrived, route: toNamed(preflight.route), preflight: preflight.by };
    if (preflight.by === "gateway") return known;
    const facts = toRoutedFacts(read.value, preflight.route);
    return explainPreflight(known, { facts, route: preflight.route }, context);
  }
  const { reputation: held } = config;
  if (held?.isShadow === false && held.traps.has(read.value.path))
    return { ...end(arrived, "no-route"), cause: "a trap of the reputation" };
  const route = matchRoute(config.routes, read.value);
  if (route === undefined) return end(arrived, "no-route");
  const known = { ...arrived, route: toNamed(route), isCached: route.cache !== undefined };
  const facts = shapeRequest(read.value, route, config);
  const reputation = facts instanceof Response ? undefined : await gateway.reputation?.ask(facts, route.cors);
  const explained =
    facts instanceof Response
      ? end(known, "invalid-fields")
      : await explainRouted({ ...known, reputation }, { facts, route }, context);
  return inWordsOf(route, withPoints(explained, request, held));
}

/** The status that the route's clients get for it. */
function inWordsOf({ errors }: Route, explained: Explanation): Explanation {
  const { problem, retryAfterMs } = explained;
  if (problem === undefined) return explained;
  const retryAfter = retryAfterMs === undefined ? undefined : String(Math.ceil(retryAfterMs / 1_000));
  return { ...explained, status: toErrorAnswer(problem, errors, { retryAfter }).status };
}

/** Only batches are the gateway's own and a client's. One is counted as such, and each of its requests by its own route. */
async function explainOwn(known: Explanation, read: ReadRequest, context: Context): Promise<Explanation> {
  const { gateway } = context;
  const { batch } = gateway.config;
  const target = readTarget(read.request.url, gateway.config);
  if (batch === undefined || !target.ok || target.value.owner !== "batch") return end(known, "no-route");
  if (read.method !== "POST") return end(known, "method-not-allowed");
  const facts = toBatchFacts(read, batch, context);
  const cause = "a batch of one request, which its own route decides";
  const checked = await checkLimits(batch.limited, facts, context);
  const { isUnlimited } = facts;
  return withLimits({ ...known, cause, isUnlimited }, checked, { facts, route: batch.limited, gateway });
}

interface Routed {
  readonly facts: RoutedFacts;
  readonly route: Route;
}

async function explainRouted(
  known: Explanation,
  { facts, route }: Routed,
  context: Context,
): Promise<Explanation> {
  const { config } = context.gateway;
  const judged = await judge({ config, route, facts, trace: context.trace }, context);
  if (!judged.ok) return explainRefused(known, { refused: judged.error, facts, context });
  const admitted = judged.value;
  const { identity, isUnlimited } = admitted;
  const caller = { consumer: identity?.consumer, tier: identity?.tier, apiKey: identity?.apiKey };
  const told = { ...known, ...caller, isUnlimited };
  const made = await callForLimits(admitted, route, { ...context.gateway, stats: undefined });
  if (!made.ok) return { ...end(told, made.error.code), cause: made.error.cause };
  return explainAdmitted(told, { facts: made.value, route, limited: route }, context);
}

/** No route's policy counts it and no credential is asked for; what goes to an origin is for clients that may come in. */
async function explainPreflight(
  known: Explanation,
  { facts, route }: Routed,
  context: Context,
): Promise<Explanation> {
  const { gateway } = context;
  const refused = findKeptOut({ config: gateway.config, route, facts, trace: context.trace }, gateway);
  if (refused !== undefined) return explainRefused(known, { refused, facts, context });
  const admitted = facts.admit({ caller: undefined, isUnlimited: false });
  return explainAdmitted(known, { facts: admitted, route, limited: gateway.preflights }, context);
}

/** What refuses the request before any limit of its route. */
function explainRefused(
  known: Explanation,
  {
    refused,
    facts,
    context,
  }: { readonly refused: Refused; readonly facts: RoutedFacts; readonly context: Context },
): Explanation {
  if (refused.kind === "banned") {
    const { id, reason } = refused.ban;
    return { ...end(known, "banned"), ban: { id, reason } };
  }
  const { gateway } = context;
  const asked = facts.admit({ caller: undefined, isUnlimited: false });
  if (refused.kind === "refused") {
    const { code, cause, attempt, retryAfterMs } = refused;
    const policies =
      attempt === undefined ? [] : explainPolicies(gateway.attempts, asked, { gateway, rows: attempt.rows });
    return { ...end(known, code), cause, retryAfterMs, policies };
  }
  const denied = { ...known, cause: "too many credentials that nobody issued came from its address" };
  return withLimits(denied, refused.limits, { facts: asked, route: gateway.attempts, gateway });
}

interface Admitted {
  readonly facts: RequestFacts;
  readonly route: Route;
  /** What counts it: its route, or what stands for one. */
  readonly limited: LimitedRoute;
}

async function explainAdmitted(
  known: Explanation,
  admitted: Admitted,
  context: Context,
): Promise<Explanation> {
  const { facts, limited } = admitted;
  const checked = await checkLimits(limited, facts, context);
  const explained = withLimits(known, checked, { facts, route: limited, gateway: context.gateway });
  if (explained.problem !== undefined) return explained;
  const { respond } = admitted.route;
  if (respond !== undefined && limited === admitted.route)
    return { ...explained, cause: `the route itself answers it, with status ${respond.status}` };
  const load = explainLoad(facts, admitted.route, context.gateway);
  const loaded = load === undefined ? explained : { ...explained, load };
  if (load?.mode === "enforce" && load.admitted === 0) return end(loaded, "origin-overloaded");
  return explainOutbound(loaded, admitted, context);
}

function withLimits(
  known: Explanation,
  checked: CheckedLimits,
  {
    facts,
    route,
    gateway,
  }: { readonly facts: RequestFacts; readonly route: LimitedRoute; readonly gateway: Gateway },
): Explanation {
  const refusal = toRefusal(checked);
  const explained = {
    ...known,
    cost: toCost(route.cost, facts),
    policies: explainPolicies(route, facts, { gateway, rows: checked.rows }),
  };
  if (refusal === undefined) return explained;
  const { retryAfterMs } = checked.answer;
  return {
    ...end(explained, refusal.code),
    denied: refusal.violated,
    isRemembered: checked.rememberedDenial !== undefined,
    retryAfterMs: retryAfterMs > 0 ? toFinite(retryAfterMs) : undefined,
  };
}

/** Who may go on is limited once more, where its route leads to a pool whose calls are counted. */
async function explainOutbound(
  known: Explanation,
  { facts, route }: Admitted,
  context: Context,
): Promise<Explanation> {
  const { gateway } = context;
  const client = route.pool && gateway.pools.get(route.pool);
  if (client?.outbound === undefined) return known;
  const all = await checkCalls(
    client.outbounds.map((one) => toLimitedCall(one, route)),
    facts,
    context,
  );
  // Of several accounts the one that has quota first decides.
  const { checked } = all.reduce((first, one) =>
    toWaitMs(one.checked) < toWaitMs(first.checked) ? one : first,
  );
  const refusal = toRefusal(checked);
  const whenLimited = route.whenLimited ?? client.outbound.settings.whenLimited;
  const accounts = client.hasAccounts ? { accounts: showAccounts(client) } : {};
  const explained = {
    ...known,
    outbound: {
      pool: client.pool.name,
      whenLimited,
      policies: all.flatMap((one) =>
        explainPolicies(one.limited, facts, { gateway, rows: one.checked.rows }),
      ),
      ...accounts,
    },
  };
  // Where it may wait or be answered from the store, it is not refused yet.
  const mayGoOn = refusal?.code === "quota-exceeded" && (whenLimited[0] ?? "reject") !== "reject";
  if (refusal === undefined || mayGoOn) return explained;
  return {
    ...end(explained, refusal.code === "quota-exceeded" ? "origin-limited" : refusal.code),
    denied: refusal.violated,
    retryAfterMs: toFinite(checked.answer.retryAfterMs),
  };
}

interface CheckedCall {
  readonly limited: LimitedRoute;
  readonly checked: CheckedLimits;
}

function checkCalls(
  calls: readonly LimitedRoute[],
  facts: RequestFacts,
  context: Context,
): Promise<readonly CheckedCall[]> {
  return Promise.all(
    calls.map(async (limited) => ({ limited, checked: await checkLimits(limited, facts, context) })),
  );
}

/** Infinity: never. */
function toWaitMs(checked: CheckedLimits): number {
  const refusal = toRefusal(checked);
  if (refusal === undefined) return 0;
  return refusal.code === "quota-exceeded" ? checked.answer.retryAfterMs : Infinity;
}

function end(known: Explanation, problem: ProblemCode): Explanation {
  return { ...known, problem, status: problems[problem].status };
}

function toNamed(route: Route | undefined): Explanation["route"] {
  return route === undefined ? undefined : { index: route.index, name: route.name };
}

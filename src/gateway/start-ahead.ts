// A head start: while an instance learns what operators have changed, a request's counter objects are asked already, by
// what is known so far. So both are waited for at once. Nothing is answered and nothing reaches an origin by it: the
// request then goes its way under the active gateway, and takes what was decided ahead only where that is the very
// question it has. In every other case what was taken is given back.

import type { Identity } from "../core/keys/identity.ts";
import { matchRoute } from "../core/routes/match-route.ts";
import type { Route } from "../core/routes/route.ts";
import { readClock } from "../platform/clock.ts";
import { findPreflight } from "./cors/find-preflight.ts";
import { judge } from "./credentials/judge.ts";
import type { Gateway } from "./gateway.ts";
import { checkLimits } from "./limits/check-limits.ts";
import type { CheckedLimits } from "./limits/checked-limits.ts";
import { giveBackLimits } from "./limits/held-units.ts";
import { toPeekingGateway } from "./limits/peeking.ts";
import type { Assumption } from "./live-gateway.ts";
import { readRequest } from "./request/read-request.ts";
import type { RequestContext } from "./request/request-context.ts";
import type { RequestFacts, RoutedRequest } from "./request/request-facts.ts";
import { RequestTrace } from "./request/request-trace.ts";
import { readTarget } from "./request/request-target.ts";
import { shapeRequest } from "./shape/shape-request.ts";

type Context = RequestContext<Gateway>;

/** What was asked ahead, and for whom. */
interface Ahead {
  readonly facts: RequestFacts;
  readonly checked: CheckedLimits;
}

export class HeadStart {
  readonly #route: Route;
  readonly #context: Context;
  /** Before anything was taken. */
  readonly #leaseSeq: number;
  readonly #ahead: Promise<Ahead | undefined>;
  #isClaimed = false;

  constructor(route: Route, context: Context, decide: () => Promise<Ahead | undefined>) {
    this.#route = route;
    this.#context = context;
    this.#leaseSeq = context.gateway.leases.seq;
    this.#ahead = decide().catch(() => undefined);
    context.waitUntil(this.#ahead);
  }

  /** What the limits say of a request: what they said ahead, where that was of the same request under the same gateway. */
  async check(route: Route, facts: RequestFacts, context: Context): Promise<CheckedLimits> {
    const isSame = route === this.#route && context.gateway === this.#context.gateway;
    const ahead = isSame ? await this.#ahead : undefined;
    if (ahead === undefined || !isSameCaller(ahead.facts, facts)) return checkLimits(route, facts, context);
    this.#isClaimed = true;
    return ahead.checked;
  }

  /** Gives back what nobody claimed, once. */
  end(): void {
    const hasEnded = this.#isClaimed;
    this.#isClaimed = true;
    if (!hasEnded) this.#context.waitUntil(this.#giveBack());
  }

  async #giveBack(): Promise<void> {
    const ahead = await this.#ahead;
    if (ahead !== undefined) await giveBackLimits(ahead.checked, this.#leaseSeq, this.#context);
  }
}

/** undefined where there is nothing to ask ahead. Never throws: what goes wrong ahead goes wrong again on the way itself. */
export function startAhead(
  request: Request,
  assumed: Pick<Assumption, "gateway" | "isNew">,
  waitUntil: Context["waitUntil"],
): HeadStart | undefined {
  try {
    return start(request, assumed, waitUntil);
  } catch {
    return undefined;
  }
}

function start(
  request: Request,
  { gateway, isNew }: Pick<Assumption, "gateway" | "isNew">,
  waitUntil: Context["waitUntil"],
): HeadStart | undefined {
  const { config } = gateway;
  const target = readTarget(request.url, config);
  if (!target.ok || target.value.owner !== "route") return undefined;
  const read = readRequest(request, config, { target });
  if (!read.ok || read.value.isOwn || findPreflight(read.value, config) !== undefined) return undefined;
  const route = matchRoute(config.routes, read.value);
  if (route === undefined) return undefined;
  const trace = new RequestTrace(readClock());
  const context: Context = { gateway, trace, waitUntil };
  if (route.cache !== undefined) waitUntil(gateway.purges.read(route.cache.purgeWithinMs, waitUntil));
  if (!mayAskAhead(route, isNew)) return undefined;
  const facts = shapeRequest(read.value, route, config);
  if (facts instanceof Response) return undefined;
  return decideAhead({ config, route, facts, trace }, context);
}

/**
 * For a request that is about to wait for whose its credential is: its counters are asked by a guess. undefined where there is
 * nothing to ask.
 */
export function startBeside(routed: RoutedRequest, context: Context): HeadStart | undefined {
  return mayAskAhead(routed.route, false) ? decideAhead(routed, { ...context, onAsk: undefined }) : undefined;
}

function decideAhead(routed: RoutedRequest, context: Context): HeadStart {
  const { route } = routed;
  return new HeadStart(route, context, async () => {
    // Who is refused is refused on the request's own way: nothing is counted for it here.
    const judged = await judge(routed, { ...context, gateway: toSilent(context.gateway) });
    if (!judged.ok) return undefined;
    return { facts: judged.value, checked: await checkLimits(route, judged.value, context) };
  });
}

/**
 * Permits are taken when the body is there, limits may read what stands in it, and free hits come before them. By the deployed configuration alone
 * nobody is denied where denials make a ban: what is given back is quota, and no denial.
 */
function mayAskAhead(
  { policies, hasPermits, members, functions, authenticate, cache }: Route,
  isNew: boolean,
): boolean {
  if (policies.length === 0 || hasPermits || members !== undefined || cache?.hits === "free") return false;
  // They are called once for each request.
  if (functions !== undefined || authenticate !== undefined) return false;
  return !isNew || policies.every(({ ban }) => ban === undefined);
}

const answerNothing: Gateway["counters"]["ask"] = () =>
  Promise.resolve({ verdicts: [], takenAtMs: 0, failure: undefined });

/** Judges a request by what was known last, and counts nothing. */
function toSilent(gateway: Gateway): Gateway {
  const peeking = toPeekingGateway(gateway);
  const { authority } = gateway;
  const recall: typeof authority.recall = (shown) => {
    const known = authority.recall(shown);
    const guessed = known ?? authority.guess(shown);
    // Whether it is right is asked meanwhile.
    if (known !== guessed) shown.waitUntil(authority.find(shown));
    return guessed;
  };
  const find: typeof authority.find = async (shown) => {
    const asked = authority.find(shown);
    return (await authority.guessByOthers(shown)) ?? (await asked);
  };
  return {
    ...peeking,
    counters: { ...peeking.counters, ask: answerNothing },
    authority: { ...authority, recall, find },
  };
}

/** Of one request two facts differ in nothing else. */
function isSameCaller(one: RequestFacts, other: RequestFacts): boolean {
  if (one.isUnlimited !== other.isUnlimited || one.standing !== other.standing) return false;
  return toText(one.identity) === toText(other.identity);
}

const toText = (identity: Identity | undefined): string => JSON.stringify(identity) ?? "";

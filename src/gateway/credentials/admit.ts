// Lets a request in or not, before any quota is spent: by the access lists, then by its credential. Whoever shows
// credentials that nobody issued is refused by address before the next one is looked up.

import { decideAccess } from "../../core/access/access-list.ts";
import { toChallenge } from "../../core/consumers/challenge.ts";
import { findCredential, withoutParameter } from "../../core/consumers/credential.ts";
import type { LookUpReserve } from "../../core/consumers/look-up-reserve.ts";
import { type CredentialVerdict, findMissingScopes } from "../../core/consumers/verdict.ts";
import { type BanIndex, findBan } from "../../core/control/ban-index.ts";
import type { Facts } from "../../core/keys/facts.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { toAddressKey } from "../../core/keys/ip.ts";
import { readClock } from "../../platform/clock.ts";
import { hashText } from "../../platform/hash-text.ts";
import type { Authority, Shown, ShownCredential } from "./authority.ts";
import { toCaller } from "../request/caller.ts";
import type { Admission, RequestFacts, RoutedRequest } from "../request/request-facts.ts";
import { checkLimits, findDenial } from "../limits/check-limits.ts";
import type { CheckedLimits } from "../limits/checked-limits.ts";
import type { Limiter } from "../limits/limiter.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { LimitedRoute } from "../../core/policies/limited-route.ts";
import type { AccessEntries } from "../../core/control/access-entries.ts";
import { toProblemResponse } from "../request/problem-response.ts";
import { toLimitFields, toRefusal } from "../limits/rate-limit-response.ts";
import { logBanned, logDenied, logRefused } from "../log/log-request.ts";
import { noteLimits } from "../limits/note-limits.ts";

/** What admitting a request needs of the gateway. */
export interface Gatekeeper extends Limiter {
  /** Who may be calling. */
  readonly authority: Authority;
  /** Stands for a route where a credential is refused that nobody issued. */
  readonly attempts: LimitedRoute;
  /** What is looked up all the same for addresses that showed too many of those. */
  readonly reserve: LookUpReserve;
  /** undefined when nobody is banned. */
  readonly bans: BanIndex | undefined;
  /** Who is let in or kept out at run time; undefined when nobody is. */
  readonly access: AccessEntries | undefined;
}

const ANYBODY: Admission = { caller: undefined, isUnlimited: false };

/** The facts of a request that goes on, which say who is calling; else the refusal. A promise only where one is needed. */
export function admit(
  routed: RoutedRequest,
  context: RequestContext<Gatekeeper>,
): RequestFacts | Response | Promise<RequestFacts | Response> {
  const { gateway } = context;
  const { route, facts } = routed;
  const banned = refuseBanned(routed, facts, gateway);
  if (banned !== undefined) return banned;
  const isOpen = route.isOpen && gateway.access === undefined;
  return isOpen ? facts.admit(ANYBODY) : letIn(routed, context);
}

/** The refusal of a client that is kept out whatever it shows: by an operator's ban, or by an access list. */
export function keepOut(routed: RoutedRequest, gateway: Gatekeeper): Response | undefined {
  const { route, facts, trace } = routed;
  const banned = refuseBanned(routed, facts, gateway);
  if (banned !== undefined) return banned;
  const { isDenied } = decideAccess(route.access, facts, gateway.access?.at(trace.startedMs));
  return isDenied ? toRefused(routed, "access-denied") : undefined;
}

async function letIn(
  routed: RoutedRequest,
  context: RequestContext<Gatekeeper>,
): Promise<RequestFacts | Response> {
  const { route, facts, config } = routed;
  const { access } = context.gateway;
  const { isDenied, isUnlimited } = decideAccess(route.access, facts, access?.at(routed.trace.startedMs));
  if (isDenied) return toRefused(routed, "access-denied");
  if (route.auth === "none") return facts.admit({ caller: undefined, isUnlimited });
  const credential = findCredential(facts, config.auth.apiKeys.query);
  if (credential.kind === "several") return toRefused(routed, "credential-several");
  if (credential.kind === "none") {
    if (route.auth === "required") return toRefused(routed, "credential-missing");
    return facts.admit({ caller: undefined, isUnlimited });
  }
  const accepted = await authenticate(credential, routed, context);
  if (accepted instanceof Response) return accepted;
  const admitted = facts.admit({ ...accepted, isUnlimited });
  // A ban may name whom only the credential tells.
  return refuseBanned(routed, admitted, context.gateway) ?? admitted;
}

/** What an operator's ban answers; undefined for whom nobody has banned. */
function refuseBanned(routed: RoutedRequest, facts: Facts, { bans }: Gatekeeper): Response | undefined {
  if (bans === undefined) return undefined;
  const ban = findBan(bans, facts, routed.trace.startedMs);
  if (ban === undefined) return undefined;
  logBanned(routed, ban.id);
  return toProblemResponse("banned", toOptions(routed));
}

/** Who shows the credential, or why it is refused. */
async function authenticate(
  credential: ShownCredential,
  routed: RoutedRequest,
  context: RequestContext<Gatekeeper>,
): Promise<Pick<Admission, "caller" | "search"> | Response> {
  const { route, facts, config } = routed;
  const shown = { credential, hash: hashText(credential.text), waitUntil: context.waitUntil };
  const { authority, attempts } = context.gateway;
  const known = authority.recall(shown);
  let verdict = known;
  if (known?.kind !== "accepted" && !authority.hasKnown(shown)) {
    const denial = findDenial(attempts, facts, context);
    if (denial !== undefined) {
      verdict = known === undefined ? await findLockedOut(shown, facts, context.gateway) : undefined;
      if (verdict === undefined) return toTooMany(routed, denial, context);
    }
  }
  verdict ??= await authority.find(shown);
  if (verdict.kind === "refused") return await refuseCredential(verdict, routed, context);
  const { identity } = verdict;
  if (findMissingScopes(identity, route.scopes).length > 0) return toRefused(routed, "scope-missing");
  const caller = toCaller({ identity, place: credential.place, hash: shown.hash }, route);
  const name = config.auth.apiKeys.query;
  const isInQuery = name !== undefined && credential.place === "query";
  // It must not reach the origin, its log, or a cache key.
  return { caller, search: isInQuery ? withoutParameter(facts.search, name) : undefined };
}

/** Looks up what an address shows that is locked out, where there is a look-up left for it; undefined where there is none. */
async function findLockedOut(
  shown: Shown,
  facts: Pick<Facts, "address">,
  { authority, reserve }: Gatekeeper,
): Promise<CredentialVerdict | undefined> {
  const address = toAddressKey(facts.address ?? "") ?? "";
  if (!reserve.take(address, shown.hash, readClock())) return undefined;
  const verdict = await authority.find(shown);
  if (verdict.kind === "refused" && verdict.isUnknown) reserve.refuse(shown.hash, readClock());
  else reserve.giveBack(address, readClock());
  return verdict;
}

async function refuseCredential(
  { code, cause, isUnknown }: Extract<CredentialVerdict, { kind: "refused" }>,
  routed: RoutedRequest,
  context: RequestContext<Gatekeeper>,
): Promise<Response> {
  if (isUnknown) {
    const limits = await checkLimits(context.gateway.attempts, routed.facts, context);
    noteLimits(routed, limits, context);
    if (limits.answer.outcome !== "allowed") return toTooMany(routed, limits, context);
  }
  return toRefused(routed, code, cause);
}

/** 429, like a denial by any other policy. */
function toTooMany(
  routed: RoutedRequest,
  limits: CheckedLimits,
  { gateway }: RequestContext<Gatekeeper>,
): Response {
  const refusal = toRefusal(limits) ?? { code: "quota-exceeded", violated: [] };
  logDenied(routed, { ...refusal, rows: limits.rows, retryAfterMs: limits.answer.retryAfterMs });
  const fields = toLimitFields(limits, { gateway, route: gateway.attempts });
  const { violated } = refusal;
  return toProblemResponse(refusal.code, { ...toOptions(routed), violated, limits: fields });
}

function toRefused(routed: RoutedRequest, code: ProblemCode, cause?: string): Response {
  const { config, route } = routed;
  logRefused(routed, code, cause);
  const challenge = toChallenge(code, { name: config.name, scopes: route.scopes });
  return toProblemResponse(code, { ...toOptions(routed), challenge });
}

function toOptions({ config, facts }: RoutedRequest): { readonly name: string; readonly requestId: string } {
  return { name: config.name, requestId: facts.requestId };
}

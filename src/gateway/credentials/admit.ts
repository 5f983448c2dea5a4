// Lets a request in or not, before any quota is spent: by the access lists, then by its credential. Whoever shows
// credentials that nobody issued is refused by address before the next one is looked up.

import { decideAccess } from "../../core/access/access-list.ts";
import { toChallenge } from "../../core/consumers/challenge.ts";
import { findCredential, withoutParameter } from "../../core/consumers/credential.ts";
import { type CredentialVerdict, findMissingScopes } from "../../core/consumers/verdict.ts";
import { type BanIndex, findBan } from "../../core/control/ban-index.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { hashText } from "../../platform/hash-text.ts";
import type { Authority, ShownCredential } from "./authority.ts";
import { toCaller } from "../request/caller.ts";
import { checkLimits, findDenial } from "../limits/check-limits.ts";
import type { CheckedLimits } from "../limits/checked-limits.ts";
import type { Limiter } from "../limits/limiter.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { LimitedRoute } from "../../core/policies/limited-route.ts";
import type { AccessEntries } from "../../core/control/access-entries.ts";
import { toProblemResponse } from "../request/problem-response.ts";
import { toLimitFields, toRefusal } from "../limits/rate-limit-response.ts";
import { logBanned, logDenied, type LoggedRequest, logLimits, logRefused } from "../log/log-request.ts";

/** What admitting a request needs of the gateway. */
export interface Gatekeeper extends Limiter {
  /** Who may be calling. */
  readonly authority: Authority;
  /** Stands for a route where a credential is refused that nobody issued. */
  readonly attempts: LimitedRoute;
  readonly bans: BanIndex;
  /** Who is let in or kept out at run time; undefined when nobody is. */
  readonly access: AccessEntries | undefined;
}

/** The refusal, or undefined when the request goes on; its facts then say who is calling. A promise only where one is needed. */
export function admit(
  recorded: LoggedRequest,
  context: RequestContext<Gatekeeper>,
): Response | undefined | Promise<Response | undefined> {
  const { gateway } = context;
  const banned = refuseBanned(recorded, gateway);
  if (banned !== undefined) return banned;
  const isOpen = recorded.route.isOpen && gateway.access === undefined;
  return isOpen ? undefined : letIn(recorded, context);
}

async function letIn(
  recorded: LoggedRequest,
  context: RequestContext<Gatekeeper>,
): Promise<Response | undefined> {
  const { route, facts, config } = recorded;
  const { access } = context.gateway;
  const { isDenied, isUnlimited } = decideAccess(route.access, facts, access?.at(recorded.startedMs));
  if (isDenied) return toRefused(recorded, "access-denied");
  if (route.auth !== "none") {
    const credential = findCredential(facts, config.auth.apiKeys.query);
    if (credential.kind === "several") return toRefused(recorded, "credential-several");
    if (credential.kind !== "none") {
      const refused = await authenticate(credential, recorded, context);
      if (refused !== undefined) return refused;
    } else if (route.auth === "required") return toRefused(recorded, "credential-missing");
  }
  facts.isUnlimited = isUnlimited;
  // A ban may name whom only the credential tells.
  return facts.identity === undefined ? undefined : refuseBanned(recorded, context.gateway);
}

/** What an operator's ban answers; undefined for whom nobody has banned. */
function refuseBanned(recorded: LoggedRequest, { bans, config }: Gatekeeper): Response | undefined {
  if (bans.length === 0) return undefined;
  const ban = findBan(bans, recorded.facts, recorded.startedMs);
  if (ban === undefined) return undefined;
  logBanned(recorded, ban.id);
  return toProblemResponse("banned", config);
}

async function authenticate(
  credential: ShownCredential,
  recorded: LoggedRequest,
  context: RequestContext<Gatekeeper>,
): Promise<Response | undefined> {
  const { route, facts, config } = recorded;
  const shown = { credential, hash: hashText(credential.text), waitUntil: context.waitUntil };
  const { authority, attempts } = context.gateway;
  const known = authority.recall(shown);
  if (known?.kind !== "accepted") {
    const denial = findDenial(attempts, facts, context);
    if (denial !== undefined) return toTooMany(recorded, denial, context);
  }
  const verdict = known ?? (await authority.find(shown));
  if (verdict.kind === "refused") return await refuseCredential(verdict, recorded, context);
  const { identity } = verdict;
  if (findMissingScopes(identity, route.scopes).length > 0) return toRefused(recorded, "scope-missing");
  facts.caller = toCaller({ identity, place: credential.place, hash: shown.hash }, route);
  const name = config.auth.apiKeys.query;
  // It must not reach the origin, its log, or a cache key.
  if (name !== undefined && credential.place === "query") facts.search = withoutParameter(facts.search, name);
  return undefined;
}

async function refuseCredential(
  { code, cause, isUnknown }: Extract<CredentialVerdict, { kind: "refused" }>,
  recorded: LoggedRequest,
  context: RequestContext<Gatekeeper>,
): Promise<Response> {
  if (isUnknown) {
    const limits = await checkLimits(context.gateway.attempts, recorded.facts, context);
    logLimits(recorded, limits.rows);
    if (limits.answer.outcome !== "allowed") return toTooMany(recorded, limits, context);
  }
  return toRefused(recorded, code, cause);
}

/** 429, like a denial by any other policy. */
function toTooMany(
  recorded: LoggedRequest,
  limits: CheckedLimits,
  { gateway }: RequestContext<Gatekeeper>,
): Response {
  const refusal = toRefusal(limits) ?? { code: "quota-exceeded", violated: [] };
  logDenied(recorded, { ...refusal, rows: limits.rows, retryAfterMs: limits.answer.retryAfterMs });
  const fields = toLimitFields(limits, { gateway, route: gateway.attempts });
  const { name } = recorded.config;
  return toProblemResponse(refusal.code, { name, violated: refusal.violated, limits: fields });
}

function toRefused(recorded: LoggedRequest, code: ProblemCode, cause?: string): Response {
  const { config, route } = recorded;
  logRefused(recorded, code, cause);
  const challenge = toChallenge(code, { name: config.name, scopes: route.scopes });
  return toProblemResponse(code, { name: config.name, challenge });
}

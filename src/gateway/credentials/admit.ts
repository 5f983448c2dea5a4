// Lets a request in or not, before any quota is spent: by the access lists, then by its credential. Whoever shows
// credentials that nobody issued is refused by address before the next one is looked up.

import { decideAccess } from "../../core/access/access-list.ts";
import { toChallenge } from "../../core/consumers/challenge.ts";
import { findCredential, withoutParameter } from "../../core/consumers/credential.ts";
import { type CredentialVerdict, findMissingScopes } from "../../core/consumers/verdict.ts";
import { findBan } from "../../core/control/ban-index.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { hashText } from "../../platform/hash-text.ts";
import type { ShownCredential } from "./authority.ts";
import { toCaller } from "../request/caller.ts";
import { checkLimits, findDenial } from "../limits/check-limits.ts";
import type { CheckedLimits, LimitContext } from "../limits/checked-limits.ts";
import type { Gateway } from "../gateway.ts";
import { toProblemResponse } from "../request/problem-response.ts";
import { toLimitFields, toRefusal } from "../limits/rate-limit-response.ts";
import { recordBanned, recordDenied, type Recorded, recordLimits, recordRefused } from "../log/record.ts";

/** The refusal, or undefined when the request goes on; its facts then say who is calling. A promise only where one is needed. */
export function admit(
  recorded: Recorded,
  context: LimitContext,
): Response | undefined | Promise<Response | undefined> {
  const { gateway } = context;
  const banned = refuseBanned(recorded, gateway);
  if (banned !== undefined) return banned;
  const isOpen = recorded.route.isOpen && gateway.access === undefined;
  return isOpen ? undefined : letIn(recorded, context);
}

async function letIn(recorded: Recorded, context: LimitContext): Promise<Response | undefined> {
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
function refuseBanned(recorded: Recorded, { bans, config }: Gateway): Response | undefined {
  if (bans.length === 0) return undefined;
  const ban = findBan(bans, recorded.facts, recorded.startedMs);
  if (ban === undefined) return undefined;
  recordBanned(recorded, ban.id);
  return toProblemResponse("banned", config);
}

async function authenticate(
  credential: ShownCredential,
  recorded: Recorded,
  context: LimitContext,
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
  recorded: Recorded,
  context: LimitContext,
): Promise<Response> {
  if (isUnknown) {
    const limits = await checkLimits(context.gateway.attempts, recorded.facts, context);
    recordLimits(recorded, limits);
    if (limits.answer.outcome !== "allowed") return toTooMany(recorded, limits, context);
  }
  return toRefused(recorded, code, cause);
}

/** 429, like a denial by any other policy. */
function toTooMany(recorded: Recorded, limits: CheckedLimits, { gateway }: LimitContext): Response {
  const refusal = toRefusal(limits, gateway.attempts) ?? { code: "quota-exceeded", violated: [] };
  recordDenied(recorded, limits, refusal);
  const fields = toLimitFields(limits, { gateway, route: gateway.attempts });
  const { name } = recorded.config;
  return toProblemResponse(refusal.code, { name, violated: refusal.violated, limits: fields });
}

function toRefused(recorded: Recorded, code: ProblemCode, cause?: string): Response {
  const { config, route } = recorded;
  recordRefused(recorded, code, cause);
  const challenge = toChallenge(code, { name: config.name, scopes: route.scopes });
  return toProblemResponse(code, { name: config.name, challenge });
}

// Judges whether a request may come in, before any quota is spent: by bans, by the access lists, then by its credential.
// Whoever shows credentials that nobody issued is refused by address before the next one is looked up. A refusal is a
// value: admit.ts answers and logs it, explain.ts only names it.

import { decideAccess } from "../../core/access/access-list.ts";
import { findCredential, withoutParameter } from "../../core/consumers/credential.ts";
import type { LookUpReserve } from "../../core/consumers/look-up-reserve.ts";
import { type CredentialVerdict, findMissingScopes } from "../../core/consumers/verdict.ts";
import type { AccessEntries } from "../../core/control/access-entries.ts";
import { type BanIndex, findBan } from "../../core/control/ban-index.ts";
import type { Ban } from "../../core/control/entries.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import type { Facts } from "../../core/keys/facts.ts";
import { toAddressKey } from "../../core/keys/ip.ts";
import type { LimitedRoute } from "../../core/policies/limited-route.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { readClock } from "../../platform/clock.ts";
import { hashText } from "../../platform/hash-text.ts";
import { checkLimits, findDenial } from "../limits/check-limits.ts";
import type { CheckedLimits } from "../limits/checked-limits.ts";
import type { Limiter } from "../limits/limiter.ts";
import type { OwnAuthentication } from "../../core/routes/own-authentication.ts";
import type { FunctionClients } from "../functions/call-function.ts";
import { toCaller } from "../request/caller.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { Admission, RequestFacts, RoutedRequest } from "../request/request-facts.ts";
import { findInForm, mayHaveForm } from "./form-credential.ts";
import { type OwnCallers, type OwnVerdict, toRememberedKey } from "./own-callers.ts";
import type { Authority, Shown, ShownCredential } from "./authority.ts";

/** What judging a request needs of the gateway. */
export interface Gatekeeper extends Limiter, Pick<FunctionClients, "env"> {
  /** Who is calling where functions of the configuration say so. */
  readonly ownCallers: Pick<OwnCallers, keyof OwnCallers>;
  /** Who may be calling. */
  readonly authority: Authority;
  /** Stands for a route where a credential is refused that nobody issued. */
  readonly attempts: LimitedRoute;
  /** What is looked up all the same for addresses that showed too many of those. */
  readonly reserve: Pick<LookUpReserve, keyof LookUpReserve>;
  /** undefined when nobody is banned. */
  readonly bans: BanIndex | undefined;
  /** Who is let in or kept out at run time; undefined when nobody is. */
  readonly access: AccessEntries | undefined;
}

/** Why a request may not come in. */
export type Refused =
  | { readonly kind: "banned"; readonly ban: Ban }
  | {
      readonly kind: "refused";
      readonly code: ProblemCode;
      /** What the client is not told. */
      readonly cause?: string | undefined;
      /** A credential that nobody issued was counted here. */
      readonly attempt?: CheckedLimits | undefined;
      /** When it may come again, where that is known. */
      readonly retryAfterMs?: number;
    }
  /** Too many of those came from its address. */
  | {
      readonly kind: "limited";
      readonly limits: CheckedLimits;
      readonly attempt?: CheckedLimits | undefined;
    };

/** The facts of a request that goes on, which say who is calling. */
export type Judged = Result<RequestFacts, Refused>;

const ANYBODY: Admission = { caller: undefined, isUnlimited: false };

/** A promise only where one is needed. */
export function judge(routed: RoutedRequest, context: RequestContext<Gatekeeper>): Judged | Promise<Judged> {
  const { gateway } = context;
  const { route, facts } = routed;
  const banned = findBanned(routed, facts, gateway);
  if (banned !== undefined) return err(banned);
  const isOpen = route.isOpen && gateway.access === undefined;
  return isOpen ? letInAnybody(routed, false, gateway) : letIn(routed, context);
}

/** The refusal of a client that is kept out whatever it shows: by an operator's ban, or by an access list. */
export function findKeptOut(routed: RoutedRequest, gateway: Gatekeeper): Refused | undefined {
  const { route, facts, trace } = routed;
  const banned = findBanned(routed, facts, gateway);
  if (banned !== undefined) return banned;
  const { isDenied, cause } = decideAccess(route.access, facts, gateway.access?.at(trace.startedMs));
  return isDenied ? refuse("access-denied", cause) : undefined;
}

async function letIn(routed: RoutedRequest, context: RequestContext<Gatekeeper>): Promise<Judged> {
  const { route, facts, config } = routed;
  const { access } = context.gateway;
  const decided = decideAccess(route.access, facts, access?.at(routed.trace.startedMs));
  const { isUnlimited } = decided;
  if (decided.isDenied) return err(refuse("access-denied", decided.cause));
  if (route.auth === "none") return letInAnybody(routed, isUnlimited, context.gateway);
  if (route.authenticate !== undefined)
    return letInByFunction(route.authenticate, { routed, isUnlimited }, context);
  const credential = findCredential(facts, config.auth.apiKeys);
  if (credential.kind === "several") return err(refuse("credential-several"));
  if (credential.kind !== "none") return letInWith({ credential, routed, isUnlimited }, context);
  return letInByForm(routed, isUnlimited, context);
}

/** A function of the configuration says who is calling: keys and tokens are not looked at. */
async function letInByFunction(
  own: OwnAuthentication,
  showing: Pick<Showing, "routed" | "isUnlimited">,
  context: RequestContext<Gatekeeper>,
): Promise<Judged> {
  const { route, facts } = showing.routed;
  const { ownCallers, attempts } = context.gateway;
  const key = toRememberedKey(own, facts);
  const known = ownCallers.recall(key);
  const denial = known?.verdict?.kind === "accepted" ? undefined : findDenial(attempts, facts, context);
  if (denial !== undefined) return err({ kind: "limited", limits: denial });
  if (known !== undefined) return letInAsSaid(known.verdict, own, { ...showing, context });
  const said = await ownCallers.ask(own, { facts, route: route.name, key, gateway: context.gateway });
  if (said.ok) return letInAsSaid(said.value, own, { ...showing, context });
  return said.error.onFault === "skip"
    ? letInAsSaid(undefined, own, { ...showing, context })
    : err(refuse("function-failed", said.error.cause));
}

interface Said extends Pick<Showing, "routed" | "isUnlimited"> {
  readonly context: RequestContext<Gatekeeper>;
}

async function letInAsSaid(
  verdict: OwnVerdict,
  { name }: OwnAuthentication,
  { routed, isUnlimited, context }: Said,
): Promise<Judged> {
  const { route } = routed;
  if (verdict === undefined)
    return route.auth === "required"
      ? err(refuse("credential-missing"))
      : letInAnybody(routed, isUnlimited, context.gateway);
  if (verdict.kind === "refused") return err(await refuseCredential(verdict, routed, context));
  const { identity } = verdict;
  const missing = findMissingScopes(identity, route.scopes);
  if (missing.length > 0) return err(refuse("scope-missing", `without ${missing.join(", ")}`));
  const hash = hashText(`${name}\n${identity.consumer}\n${identity.tier ?? ""}`);
  const caller = toCaller({ identity, place: "function", hash }, route);
  return letInKnown({ caller, isUnlimited }, routed, context);
}

/** Whoever shows a credential in no other place may have it in a form. */
async function letInByForm(
  routed: RoutedRequest,
  isUnlimited: boolean,
  context: RequestContext<Gatekeeper>,
): Promise<Judged> {
  const { route, facts, config } = routed;
  const { apiKeys } = config.auth;
  const inForm = mayHaveForm(facts, apiKeys)
    ? await findInForm(facts.admit(ANYBODY), apiKeys, route.requestTimeoutMs)
    : ok({ credential: undefined, facts });
  if (!inForm.ok) return err(refuse(inForm.error.code, inForm.error.cause));
  const { credential, facts: read } = inForm.value;
  if (credential !== undefined)
    return letInWith({ credential, routed: { ...routed, facts: read }, isUnlimited }, context);
  if (route.auth === "required") return err(refuse("credential-missing"));
  return letInAnybody({ route, facts: read }, isUnlimited, context.gateway);
}

/** Whoever shows no credential is known by the address alone, and by what came from there. */
function letInAnybody(
  { route, facts }: Pick<RoutedRequest, "route" | "facts">,
  isUnlimited: boolean,
  { reputation }: Gatekeeper,
): Judged {
  const known = isUnlimited ? undefined : reputation?.findEnforced(facts, route.cors);
  if (known?.standing === "banned") {
    const cause = `a score of ${Math.round(known.score)}`;
    return err({ ...refuse("reputation-banned", cause), retryAfterMs: known.banMs });
  }
  const standing = known?.standing === "clear" ? undefined : known?.standing;
  return ok(facts.admit({ caller: undefined, isUnlimited, standing }));
}

interface Showing {
  readonly credential: ShownCredential;
  readonly routed: RoutedRequest;
  readonly isUnlimited: boolean;
}

async function letInWith(
  { credential, routed, isUnlimited }: Showing,
  context: RequestContext<Gatekeeper>,
): Promise<Judged> {
  const accepted = await authenticate(credential, routed, context);
  return accepted.ok ? letInKnown({ ...accepted.value, isUnlimited }, routed, context) : accepted;
}

/** A ban may name whom only the credential tells. */
function letInKnown(
  admission: Admission,
  routed: RoutedRequest,
  { gateway }: RequestContext<Gatekeeper>,
): Judged {
  const admitted = routed.facts.admit(admission);
  const banned = findBanned(routed, admitted, gateway);
  return banned === undefined ? ok(admitted) : err(banned);
}

function refuse(
  code: ProblemCode,
  cause?: string,
  attempt?: CheckedLimits,
): Extract<Refused, { kind: "refused" }> {
  return { kind: "refused", code, cause, attempt };
}

/** undefined for whom no operator has banned. */
function findBanned({ trace }: RoutedRequest, facts: Facts, { bans }: Gatekeeper): Refused | undefined {
  if (bans === undefined) return undefined;
  const ban = findBan(bans, facts, trace.startedMs);
  return ban === undefined ? undefined : { kind: "banned", ban };
}

/** Who shows the credential, or why it is refused. */
async function authenticate(
  credential: ShownCredential,
  routed: RoutedRequest,
  context: RequestContext<Gatekeeper>,
): Promise<Result<Pick<Admission, "caller" | "search">, Refused>> {
  const { route, facts, config } = routed;
  const shown = { credential, hash: hashText(credential.text), waitUntil: context.waitUntil };
  const { authority, attempts } = context.gateway;
  const known = authority.recall(shown);
  let verdict = known;
  if (known?.kind !== "accepted" && !authority.hasKnown(shown)) {
    const denial = findDenial(attempts, facts, context);
    if (denial !== undefined) {
      verdict = known === undefined ? await findLockedOut(shown, facts, context.gateway) : undefined;
      if (verdict === undefined) return err({ kind: "limited", limits: denial });
    }
  }
  verdict ??= await find(shown, context);
  if (verdict.kind === "refused") return err(await refuseCredential(verdict, routed, context));
  const { identity } = verdict;
  const missing = findMissingScopes(identity, route.scopes);
  if (missing.length > 0) return err(refuse("scope-missing", `without ${missing.join(", ")}`));
  const caller = toCaller({ identity, place: credential.place, hash: shown.hash }, route);
  const name = config.auth.apiKeys.query;
  const isInQuery = name !== undefined && credential.place === "query";
  // It must not reach the origin, its log, or a cache key.
  return ok({ caller, search: isInQuery ? withoutParameter(facts.search, name) : undefined });
}

function find(shown: Shown, { gateway, onAsk }: RequestContext<Gatekeeper>): Promise<CredentialVerdict> {
  if (shown.credential.kind === "api-key") onAsk?.();
  return gateway.authority.find(shown);
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
  { facts }: RoutedRequest,
  context: RequestContext<Gatekeeper>,
): Promise<Refused> {
  if (!isUnknown) return refuse(code, cause);
  const attempt = await checkLimits(context.gateway.attempts, facts, context);
  return attempt.answer.outcome === "allowed"
    ? refuse(code, cause, attempt)
    : { kind: "limited", limits: attempt, attempt };
}

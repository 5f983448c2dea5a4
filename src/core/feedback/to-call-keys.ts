// Which of an origin's quotas a call counts against: the counter keys of the pool's policies, and for scopes without a policy
// what the profile tells apart by the call itself. Pure.

import type { Facts } from "../keys/facts.ts";
import { type FeedbackScope, type RequestKeys, toQuotaName } from "./feedback-states.ts";
import type { Profile } from "./reading.ts";

/** Enough of a hash to tell credentials apart. */
const TOKEN_LENGTH = 24;
const SUBJECT_LENGTH_MAX = 160;

interface Telling {
  readonly profile: Profile;
  readonly scopes: readonly FeedbackScope[];
  /** What the pool shows the origin in the caller's place: where that says who is calling, all calls are of one. */
  readonly own: OwnCredential;
}

export interface OwnCredential {
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Whether it is a secret of the deployment. */
  readonly isSecret: boolean;
}

type CallFacts = Pick<Facts, "method" | "path" | "header" | "query" | "hash">;

/** `path` in `call` is the one that the origin gets. */
export function toCallKeys(
  keys: RequestKeys,
  call: CallFacts,
  { profile, scopes, own }: Telling,
): RequestKeys {
  const { toSubject } = profile;
  const told = scopes.filter(({ hasSubjects }) => hasSubjects === true);
  if (toSubject === undefined || told.length === 0) return keys;
  const { method, path } = call;
  const seen = { method, path, token: toToken(call, profile, own) };
  const all = new Map(keys);
  for (const scope of told) {
    const subject = toSubject(scope.scope, seen);
    if (subject === undefined) continue;
    all.set(toQuotaName(scope), subject.length > SUBJECT_LENGTH_MAX ? call.hash(subject) : subject);
  }
  return all;
}

function toToken({ header, query, hash }: CallFacts, { credential }: Profile, own: OwnCredential): string {
  const { headers = [], query: parameter } = credential ?? {};
  if (own.isSecret || own.headers.some(([name]) => headers.includes(name))) return "";
  const given =
    headers.map(header).find((text) => text !== undefined) ??
    (parameter === undefined ? undefined : query(parameter));
  return given === undefined ? "" : hash(given).slice(0, TOKEN_LENGTH);
}

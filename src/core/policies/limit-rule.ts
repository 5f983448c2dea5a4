// What a policy's `limit` may say beside a number: nothing for anybody (0), as much as one likes ("unlimited"), what a
// claim of the caller's token says, within a bound, or a number that follows how much an origin pool lets in.

import * as v from "valibot";
import { CLAIM, CLAIM_WANTED, type ClaimPath, parseClaimPath } from "../keys/claim-path.ts";
import { err, ok, type Result } from "../result.ts";
import { isObject, object, parseWith, toInvalid } from "../schema/parse-with.ts";
import { LIMIT_MAX, NAME, NAME_WANTED, quota, textLike } from "../schema/primitives.ts";

export type LimitRule =
  /** No access: whatever costs something is refused. */
  | { readonly kind: "none" }
  /** Nothing is counted. */
  | { readonly kind: "unlimited" }
  | ClaimRule
  | FollowRule;

export interface ClaimRule {
  readonly kind: "claim";
  readonly claim: ClaimPath;
  /** The highest limit, whatever the claim says. */
  readonly max: number;
  /** What a claim's number is multiplied by: LIMIT_FACTOR. */
  readonly factor: number;
}

/** The limit is the policy's number, and a request costs more of it while the pool lets in a part of what comes. */
export interface FollowRule {
  readonly kind: "follow";
  readonly pool: string;
  /** What the limit comes to at the least. */
  readonly min: number;
}

type Options = Readonly<Record<string, unknown>>;

export interface ReadLimit {
  /** With a limit that is a number: the default's where a claim says it, and 1 where nothing is counted. */
  readonly options: Options;
  /** undefined: the limit is a number. */
  readonly rule: LimitRule | undefined;
}

const WANTED = `must be a whole number from 1 to ${LIMIT_MAX}, 0 for no access, "unlimited", { claim, default, max } or { base, min, follow }`;

const claimSchema = v.pipe(
  object({
    claim: textLike(CLAIM, CLAIM_WANTED),
    default: quota,
    max: quota,
  }),
  v.check((given) => given.default <= given.max, "must have a default of at most its max"),
);

const followSchema = v.pipe(
  object({ base: quota, min: quota, follow: textLike(NAME, NAME_WANTED) }),
  v.check(({ base, min }) => min < base, "must have a min below its base"),
);

/** `options` are a policy's, as they are written. Numbers are the algorithm's to check. */
export function readLimit(options: Options, factor = 1): Result<ReadLimit> {
  const { limit } = options;
  if (limit === 0) return ok({ options: toCountable(options), rule: { kind: "none" } });
  if (limit === "unlimited") return ok({ options: toCountable(options), rule: { kind: "unlimited" } });
  if (isObject(limit))
    return "claim" in limit ? readClaimed(options, factor) : readFollowing(options, factor);
  if (typeof limit === "number" || limit === undefined) return ok({ options, rule: undefined });
  return err([toInvalid("limit", { wanted: WANTED, given: limit, known: ["unlimited"] })]);
}

function readClaimed(options: Options, factor: number): Result<ReadLimit> {
  const parsed = parseWith(claimSchema, options["limit"], "limit");
  if (!parsed.ok) return parsed;
  const { claim, default: limit, max } = parsed.value;
  return ok({
    options: { ...options, limit },
    rule: { kind: "claim", claim: parseClaimPath(claim), max: max * factor, factor },
  });
}

function readFollowing(options: Options, factor: number): Result<ReadLimit> {
  const parsed = parseWith(followSchema, options["limit"], "limit");
  if (!parsed.ok) return parsed;
  const { base: limit, min, follow: pool } = parsed.value;
  return ok({ options: { ...options, limit }, rule: { kind: "follow", pool, min: min * factor } });
}

/** What the algorithm reads of the options is right where nothing is counted by them too. */
function toCountable({ burst: _unused, ...options }: Options): Options {
  return { ...options, limit: 1 };
}

/** Whether requests are counted by the limit at all. */
export function isCounted({ rule }: { readonly rule: LimitRule | undefined }): boolean {
  return rule === undefined || rule.kind === "claim" || rule.kind === "follow";
}

/** The limit as it is shown: as it was written. */
export function toShownLimit({
  limit,
  rule,
}: {
  readonly limit: number;
  readonly rule: LimitRule | undefined;
}): unknown {
  if (rule === undefined) return limit;
  if (rule.kind === "follow") return { base: limit, min: rule.min, follow: rule.pool };
  if (rule.kind === "claim") return { claim: rule.claim.text, default: limit, max: rule.max };
  return rule.kind === "none" ? 0 : "unlimited";
}

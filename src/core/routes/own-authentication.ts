// A route's `authenticate`: a function of the configuration that says who is calling, in place of API keys and tokens; and
// where functions can have no effect.

import * as v from "valibot";
import type { Identity } from "../keys/identity.ts";
import { toOwnIdentity } from "../keys/identity.ts";
import { type KeyPart, parseKey } from "../keys/parse-key.ts";
import { err, ok, type Problem, type Result } from "../result.ts";
import { object, parseWith } from "../schema/parse-with.ts";
import { durationBetween, NAME, NAME_WANTED, textLike } from "../schema/primitives.ts";

export const authenticateSchema = object({
  function: textLike(NAME, NAME_WANTED),
  remember: v.optional(durationBetween("1s", "1h")),
  // parse-key.ts reads it.
  by: v.optional(v.unknown(), "header:authorization"),
});

export interface OwnAuthentication {
  /** The function's. */
  readonly name: string;
  /** How long what it said holds for requests with the same values; undefined: it is asked each time. */
  readonly rememberMs: number | undefined;
  readonly by: readonly KeyPart[];
}

type Given = v.InferOutput<typeof authenticateSchema>;

/** undefined also where what it is remembered by is wrong, which is a problem. */
export function toOwnAuthentication(given: Given | undefined): OwnAuthentication | undefined {
  if (given === undefined) return undefined;
  const by = parseKey(given.by, "");
  return by.ok ? { name: given.function, rememberMs: given.remember, by: by.value } : undefined;
}

interface AuthenticatingRoute {
  readonly auth: string;
  readonly authenticate?: Given | undefined;
  readonly forwardCredential: boolean;
}

export function findAuthenticationProblems(
  { auth, authenticate, forwardCredential }: AuthenticatingRoute,
  at: string,
): readonly Problem[] {
  if (authenticate === undefined) return [];
  const path = `${at}.authenticate`;
  const by = parseKey(authenticate.by, `${path}.by`);
  const problems = by.ok ? [] : [...by.error];
  const isBody =
    by.ok && by.value.some(({ label }) => /^(?:json|form|function|consumer|api-key|jwt)\b/.test(label));
  const add = (where: string, message: string): void => {
    problems.push({ path: where, code: "invalid", message });
  };
  if (isBody)
    add(`${path}.by`, "must be known before the function is asked: no body, function or credential is");
  if (auth === "none") add(path, 'must stand beside auth: "required" or "optional"');
  if (forwardCredential)
    add(
      `${at}.forwardCredential`,
      "can have no effect beside authenticate: what the function read is forwarded",
    );
  return problems;
}

interface FunctionRoute {
  readonly request: { readonly function?: string | undefined };
  readonly response: { readonly function?: string | undefined };
  readonly cache?: unknown;
  readonly aggregate?: unknown;
  readonly webhook?: unknown;
}

/** What a request is changed to is in no cache key; parts and webhooks are no origin's. */
export function findFunctionProblems(route: FunctionRoute, at: string): readonly Problem[] {
  const { request, response, cache, aggregate, webhook } = route;
  const other = aggregate !== undefined ? "aggregate" : webhook !== undefined ? "webhook" : undefined;
  const add = (key: string, message: string): Problem => ({
    path: `${at}.${key}.function`,
    code: "invalid",
    message,
  });
  const problems: Problem[] = [];
  if (request.function !== undefined && other !== undefined)
    problems.push(add("request", `can have no effect beside ${other}`));
  if (response.function !== undefined && webhook !== undefined)
    problems.push(add("response", "can have no effect beside webhook"));
  if (request.function !== undefined && cache !== undefined)
    problems.push(add("request", "cannot stand beside cache: what it changes is in no cache key"));
  return problems;
}

const returnedSchema = object({
  consumer: v.optional(v.string("must be a text")),
  tier: v.optional(v.string("must be a text")),
  scopes: v.optional(v.array(v.string("must be a text"), "must be a list of texts")),
  refused: v.optional(v.pipe(v.string("must be a text"), v.maxLength(500, "must be at most 500 characters"))),
});

export type SaidOfCaller =
  | { readonly kind: "accepted"; readonly identity: Identity }
  | { readonly kind: "refused"; readonly cause: string }
  | { readonly kind: "nobody" };

/** What an `authenticate` function returned; a text says what is wrong. */
export function parseCaller(returned: unknown): Result<SaidOfCaller, string> {
  if (returned === undefined || returned === null) return ok({ kind: "nobody" });
  const parsed = parseWith(returnedSchema, returned);
  if (!parsed.ok) return err("must be { consumer, tier, scopes }, { refused } or nothing");
  const { consumer, refused, tier, scopes } = parsed.value;
  if (refused !== undefined && consumer === undefined) return ok({ kind: "refused", cause: refused });
  if (consumer === undefined || refused !== undefined)
    return err("must have consumer or refused, one of them");
  const identity = toOwnIdentity({ consumer, tier, scopes });
  return identity === undefined
    ? err("must have a consumer and a tier that can stand in a header field, and at most 100 scopes")
    : ok({ kind: "accepted", identity });
}

// Answers that are one user's (RFC 9111 section 5.2.2.7) in a shared store: only where the key says whose they are, for each
// request by itself.

import type { Problem } from "../result.ts";
import type { CacheSettings } from "./cache-settings.ts";
import type { CacheRequest } from "./exchange.ts";
import { findParameters } from "../http/query.ts";

/** Fields that say who is calling. The gateway's own, of the consumer, is there where every request has a credential. */
const CREDENTIALS: ReadonlySet<string> = new Set(["authorization", "x-api-key", "x-consumer"]);

type Keyed = Pick<CacheSettings, "key">;

/** Whether the request shows a credential that is in the key: requests of others have another key. */
export function isKeyedByUser({ target, fields }: CacheRequest, { key }: Keyed): boolean {
  const { credential } = key.query;
  if (credential !== undefined && findParameters(`?${target.query}`, credential).some(isShown)) return true;
  return key.headers.some((name) => CREDENTIALS.has(name) && isShown(fields.get(name)));
}

/** Nothing in its place is what everybody has in common. */
function isShown(value: string | null | undefined): boolean {
  return (value ?? "").trim() !== "";
}

interface PrivateRoute {
  readonly auth: unknown;
  readonly path: string;
}

/** `cache.private` that no key supports would make one user's answers another's. */
export function findPrivateProblems(
  { isPrivate, key }: CacheSettings,
  { auth, path }: PrivateRoute,
): readonly Problem[] {
  const { mode, names, credential } = key.query;
  const toProblem = (at: string, message: string): Problem => ({
    path: `${path}.cache.${at}`,
    code: "invalid",
    message,
  });
  if (credential !== undefined) {
    const isLeftOut =
      (mode === "exclude" && names.has(credential)) ||
      (mode === "include" && !names.has(credential.toLowerCase()));
    if (isLeftOut) return [toProblem("key.query.credential", "must be a parameter that the key has")];
    if (!isPrivate)
      return [toProblem("key.query.credential", "must stand beside private: true, and says nothing else")];
  }
  if (!isPrivate) return [];
  const isByConsumer = key.headers.includes("x-consumer");
  if (isByConsumer && auth !== "required") {
    const message = 'must not rely on "x-consumer" where the route has no auth: "required"';
    return [toProblem("private", message)];
  }
  if (credential !== undefined || key.headers.some((name) => CREDENTIALS.has(name))) return [];
  const message =
    'must have the credential in the key: key.headers with "authorization" or "x-consumer", or key.query.credential';
  return [toProblem("private", message)];
}

// What a request's URL says: where it leads, and whether that is the gateway's own. Read once, before anything else.

import type { Config } from "../../core/config/config.ts";
import { toCanonicalPath, toMatchPath } from "../../core/http/canonical-path.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { parseRequestUrl, type RequestUrl } from "./request-url.ts";

export interface RequestTarget {
  readonly url: RequestUrl;
  /** `url.search`, and "?" for an empty query, which is one (RFC 3986 section 6.2.3). */
  readonly search: string;
  /** The path that is cached and forwarded; `path` is the form of it that routes are matched by. */
  readonly canonicalPath: string;
  readonly path: string;
  /** Whose the request is: by the same path by which routes are matched. Only a route's may reach an origin. */
  readonly owner: "admin" | "batch" | "route";
}

export function readTarget(text: string, config: Config): Result<RequestTarget, ProblemCode> {
  const url = parseRequestUrl(text);
  if (url === undefined) return err("malformed-url");
  const canonical = toCanonicalPath(url.path, config);
  if (!canonical.ok) return canonical;
  const canonicalPath = canonical.value;
  const path = toMatchPath(canonicalPath, config.caseSensitive);
  const search = url.search === "" && text.endsWith("?") ? "?" : url.search;
  return ok({ url, search, canonicalPath, path, owner: findOwner({ canonicalPath, path }, config) });
}

function findOwner(
  { canonicalPath, path }: Pick<RequestTarget, "canonicalPath" | "path">,
  { admin, batch, caseSensitive }: Config,
): RequestTarget["owner"] {
  // Batches live below the admin API's prefix, and are no operator's.
  if (batch !== undefined && path === toMatchPath(batch.path, caseSensitive)) return "batch";
  return admin.below.test(canonicalPath) ? "admin" : "route";
}

// The operations of an OpenAPI document, and the gateway's route of each: by the path that clients ask for, which is that of the
// server and that of the operation.

import type { Config } from "../../core/config/config.ts";
import { toCanonicalPath, toMatchPath } from "../../core/http/canonical-path.ts";
import { matchRoute } from "../../core/routes/match-route.ts";
import type { Route } from "../../core/routes/route.ts";
import { findMember, listItems, listMembers, type TextDocument, toText } from "./document-node.ts";

export const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;

export interface Operation {
  /** "GET /users/{id}" */
  readonly name: string;
  readonly method: string;
  /** Path and method, as they are written. */
  readonly at: readonly [path: string, method: string];
  readonly route: Route | undefined;
}

/** A value of a parameter that no route has as a literal. */
const ANY_VALUE = "headgate-any-value";
const PARAMETER = /\{[^{}/]*\}/g;

export interface Matching {
  readonly config: Config;
  /** The URL that clients ask, in place of the document's servers. */
  readonly server: string | undefined;
}

export function listOperations(document: TextDocument, matching: Matching): readonly Operation[] {
  const root = document.contents;
  return listMembers(document, findMember(document, root, "paths")).flatMap(([path, item]) =>
    listMembers(document, item)
      .filter(([method]) => METHODS.some((known) => known === method))
      .map(([method, operation]) => {
        const servers = [operation, item, root].map((owner) => findMember(document, owner, "servers"));
        const server = servers.map((list) => findServer(document, list)).find((url) => url !== undefined);
        const route = findRoute(
          path,
          { method: method.toUpperCase(), server: matching.server ?? server },
          matching,
        );
        return { name: `${method.toUpperCase()} ${path}`, method, at: [path, method], route };
      }),
  );
}

/** The first one's URL, with the defaults of its variables. */
function findServer(document: TextDocument, servers: unknown): string | undefined {
  const [first] = listItems(document, servers);
  const url = toText(findMember(document, first, "url"));
  const variables = findMember(document, first, "variables");
  return url?.replaceAll(/\{([^{}]*)\}/g, (_, name: string) => {
    const variable = findMember(document, variables, name);
    return toText(findMember(document, variable, "default")) ?? ANY_VALUE;
  });
}

interface Asked {
  readonly method: string;
  readonly server: string | undefined;
}

function findRoute(path: string, { method, server = "/" }: Asked, { config }: Matching): Route | undefined {
  // A URL without a host is relative to where the document lies: nobody knows here.
  const url = URL.parse(server, "http://unknown.invalid");
  if (url === null) return undefined;
  const host = url.hostname === "unknown.invalid" ? "" : url.hostname;
  const asked = url.pathname.replace(/\/$/, "") + path.replaceAll(PARAMETER, ANY_VALUE);
  const canonical = toCanonicalPath(asked, { encodedSlash: "keep" });
  if (!canonical.ok) return undefined;
  return matchRoute(config.routes, {
    method,
    host,
    path: toMatchPath(canonical.value, config.caseSensitive),
  });
}

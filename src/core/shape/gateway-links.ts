// Makes links of the gateway out of an origin's: what a client follows comes back here. Credentials of the gateway's leave
// them; what the caller showed in its query stands there again, for SDKs follow a link as it is.

import { type ClientContext, toClientLocation } from "../http/client-fields.ts";
import { decodeParameter } from "../http/query.ts";

export interface GatewayLinks {
  /** One for each URL by which the origin, or one of a pool, is asked or calls itself. */
  readonly contexts: readonly ClientContext[];
  /** Query parameters that have the gateway's credentials. */
  readonly hidden: readonly string[];
  /** The caller's own, as it came: "access_token=...". */
  readonly shown: string | undefined;
}

/** The URL as it is where it leads elsewhere. */
export function toGatewayLink(url: string, links: GatewayLinks): string {
  const context = links.contexts.find((one) => toClientLocation(url, one) !== url);
  return context === undefined ? url : withOwnQuery(toClientLocation(url, context), links);
}

/** A link that leads to the gateway already. */
export function withOwnQuery(url: string, { hidden, shown }: GatewayLinks): string {
  if (hidden.length === 0 && shown === undefined) return url;
  const [, start = "", query, fragment = ""] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(url) ?? [];
  const names = shown === undefined ? hidden : [...hidden, shown.split("=", 1)[0] ?? ""];
  const kept = (query ?? "").split("&").filter((pair) => {
    const name = pair.split("=", 1)[0] ?? "";
    return pair !== "" && !names.includes(decodeParameter(name) ?? name);
  });
  const pairs = shown === undefined ? kept : [...kept, shown];
  return start + (pairs.length === 0 ? "" : `?${pairs.join("&")}`) + fragment;
}

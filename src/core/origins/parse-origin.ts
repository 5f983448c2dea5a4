// Reads an origin: "zone", or an absolute http(s) URL that names a host and nothing that could leak or mislead.

import { toCanonicalPath } from "../http/canonical-path.ts";
import { toHost } from "../http/host.ts";
import { err, ok, type Result } from "../result.ts";
import { toInvalid } from "../schema/parse-with.ts";

/** A scheme, a host without user information, an optional port and an optional base path without query or fragment. */
const ORIGIN =
  /^(https?):\/\/([^/?#\\@:[\]\s]+|\[[^\]]+\])(?::(\d{1,5}))?(\/[!$%&'()*+,\-./0-9:;=@A-Z_a-z~]*)?$/i;
const PORT_MAX = 65_535;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** The configuration's word for "the server of the zone whose route this Worker is on". */
export const ZONE = "zone";

/**
 * "zone", or the URL as a URL parser would write it, without a trailing slash: lower-case scheme and host, no default
 * port. A base path that is not in its canonical form is refused, for the forwarded path is put behind it as it is.
 */
export function parseOrigin(value: unknown, path = "origin"): Result<string> {
  if (value === ZONE) return ok(ZONE);
  const origin = typeof value === "string" ? toOrigin(value) : undefined;
  if (origin !== undefined) return ok(origin);
  const wanted = 'must be an http or https URL such as "https://api.example.com", or "zone"';
  const code = value === undefined ? "missing" : "invalid";
  return err([toInvalid(path, { wanted, given: redact(value), code })]);
}

function toOrigin(text: string): string | undefined {
  const [, scheme, host, port, base = "/"] = ORIGIN.exec(text) ?? [];
  if (scheme === undefined || host === undefined) return undefined;
  const authority = toAuthority({ scheme: scheme.toLowerCase(), host: toHost(host), port });
  const path = toCanonicalPath(base, { encodedSlash: "reject" });
  if (authority === undefined || !path.ok || path.value !== base) return undefined;
  return `${scheme.toLowerCase()}://${authority}${base.replace(/\/$/, "")}`;
}

interface AuthorityGiven {
  readonly scheme: string;
  readonly host: string | undefined;
  readonly port: string | undefined;
}

function toAuthority({ scheme, host, port }: AuthorityGiven): string | undefined {
  if (port === undefined || host === undefined) return host;
  const number = Number(port);
  if (number < 1 || number > PORT_MAX) return undefined;
  return number === DEFAULT_PORTS[scheme] ? host : `${host}:${number}`;
}

/** The value as a message may show it: a URL with user information or a query is refused, and these may be secret. */
function redact(value: unknown): unknown {
  if (typeof value !== "string") return value;
  return value.replace(/^(?:([a-z]*:)?\/\/)?.*@/is, "$1//***@").replace(/[?#].*/s, "?***");
}

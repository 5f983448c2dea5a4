// Reads an origin: "zone", or an absolute http(s) URL that names a host and nothing that could leak or mislead.

import { err, ok, type Result } from "../result.ts";
import { showGiven } from "./parse-with.ts";

/** A scheme, a host without user information, an optional port and an optional base path without query or fragment. */
const ORIGIN =
  /^(https?):\/\/([a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::(\d{1,5}))?(\/[^\s?#\\]*)?$/i;
const PORT_MAX = 65_535;

/** The configuration's word for "the server of the zone whose route this Worker is on". */
export const ZONE = "zone";

/** "zone", or the URL without a trailing slash and with a lower-case scheme and host. */
export function parseOrigin(value: unknown, path = "origin"): Result<string> {
  if (value === ZONE) return ok(ZONE);
  const match = typeof value === "string" ? ORIGIN.exec(value) : null;
  const port = match?.[3];
  if (match === null || (port !== undefined && Number(port) > PORT_MAX)) {
    const wanted = 'must be an http or https URL such as "https://api.example.com", or "zone"';
    const code = value === undefined ? "missing" : "invalid";
    return err([{ path, code, message: `${wanted}, received ${showGiven(redactUser(value))}` }]);
  }
  const [, scheme = "", host = "", , base = ""] = match;
  const authority = `${scheme.toLowerCase()}://${host.toLowerCase()}${port === undefined ? "" : `:${port}`}`;
  return ok(authority + base.replace(/\/+$/, ""));
}

/** A URL with user information is refused, and its password must not be shown in the refusal. */
function redactUser(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/\/\/[^/@]*@/, "//***@") : value;
}

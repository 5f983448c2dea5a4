// Where the gateway is and what opens its admin API. A token goes over TLS, or to this very machine.

import { readLocalToken } from "./read-local-token.ts";
import { toUsageFailure } from "./exit-codes.ts";

export interface GatewayAddress {
  /** The admin API's, without a slash at the end. */
  readonly base: string;
  readonly token: string;
}

export type Variables = Readonly<Record<string, string | undefined>>;

const URL_DEFAULT = "http://localhost:8787";
const PREFIX_DEFAULT = "/__headgate/v1";

/** `given` is of --url. */
export function readGatewayAddress(given: string | undefined, variables: Variables): GatewayAddress {
  const source = given === undefined ? "HEADGATE_URL" : "--url";
  const base = toBase(given ?? (variables["HEADGATE_URL"] || URL_DEFAULT), source);
  const token = variables["HEADGATE_TOKEN"] ?? readTokenFor(base);
  if (token === "")
    throw toUsageFailure(
      "HEADGATE_TOKEN is not set: it is the gateway's ADMIN_TOKEN, ADMIN_READ_TOKEN or a token of headgate tokens create. Of a gateway on this machine, ADMIN_TOKEN in .dev.vars is enough",
    );
  if (!/^[\x21-\x7e]{1,512}$/.test(token))
    throw toUsageFailure("HEADGATE_TOKEN must be 1 to 512 visible ASCII characters");
  return { base, token };
}

function toBase(text: string, source: string): string {
  // A URL may hold a password: what is wrong with it is said without it.
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw toUsageFailure(`${source} must be a URL such as https://api.example.com`);
  if (url.username !== "" || url.password !== "")
    throw toUsageFailure(`${source} must not have a user or a password: the token comes from HEADGATE_TOKEN`);
  if (url.search !== "" || url.hash !== "")
    throw toUsageFailure(`${source} must not have a query or a fragment`);
  if (url.protocol === "http:" && !isLoopback(url.hostname))
    throw toUsageFailure(
      `The token is not sent to ${url.host} without TLS: ${source} must begin with https://`,
    );
  const path = url.pathname.replace(/\/+$/, "");
  return `${url.origin}${path === "" ? PREFIX_DEFAULT : path}`;
}

/** What .dev.vars says is of the gateway on this machine, and goes to no other. */
function readTokenFor(base: string): string {
  return isLoopback(new URL(base).hostname) ? (readLocalToken() ?? "") : "";
}

/** The platform has written addresses in their one form: 127.1 is 127.0.0.1 here. */
function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

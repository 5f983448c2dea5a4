// What the core knows of a request: plain values, read once at the border. A client can forge none of it but what a client
// sends (method, path, query, headers, cookies).

import type { BodyValue } from "../body/body-value.ts";
import type { BotFacts } from "./bot-facts.ts";
import type { Identity } from "./identity.ts";

/**
 * The value of something that was sent several times with different values: origins differ in which one they take, so a
 * client could else count as one value and be served as another. All such requests count together.
 */
export const AMBIGUOUS = "\u0000several";

/** The tier by whose limits the request is counted: its credential's, or what its client's reputation says. */
export function toTier({ identity, standing }: Pick<Facts, "identity" | "standing">): string | undefined {
  return identity === undefined ? standing : identity.tier;
}

export interface Facts {
  readonly method: string;
  /** Lower case, without a port. */
  readonly host: string;
  /** The path in the form that routes are matched by: canonical, folded (see canonical-path.ts). */
  readonly path: string;
  /** The peer's address as the platform saw it, never as the client claims; undefined when the platform has none. */
  readonly address: string | undefined;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | undefined;
  /** The platform's two-letter continent. */
  readonly continent: string | undefined;
  /** The number of the autonomous system that the client is in. */
  readonly asn: number | undefined;
  /** undefined where the platform has no bot management. */
  readonly bot?: BotFacts | undefined;
  /** The identity of an accepted credential; undefined where none was needed or sent. */
  readonly identity: Identity | undefined;
  /** What the client did makes it so, and it shows no accepted credential. */
  readonly standing?: "suspect" | "trusted" | undefined;
  /** SHA-256 in hexadecimal, of a text's UTF-8. */
  readonly hash: (text: string) => string;
  /** A request header's combined value. Names are compared folded (http/field-name.ts). */
  readonly header: (name: string) => string | undefined;
  /** AMBIGUOUS when it was sent more than once with different values. */
  readonly cookie: (name: string) => string | undefined;
  /** AMBIGUOUS when it was sent more than once with different values; begins with BYTES (http/query.ts) if not UTF-8. */
  readonly query: (name: string) => string | undefined;
  /** Whether a body comes with it, whatever its length. */
  readonly hasBody: boolean;
  /** What the body has at a place, or a function returns, by its label: "json:model", "form:batch" or "function:team". Known of those that the route's limits read. */
  readonly member: (label: string) => BodyValue;
  /** The segment of `path` where the route's pattern has `:name`. */
  readonly param: (name: string) => string | undefined;
}

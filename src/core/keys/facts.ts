// What the core knows of a request: plain values, read once at the border. Nothing here can be forged by the client
// but what is the client's own to say (method, path, query, headers, cookies).

import type { Identity } from "./identity.ts";

/**
 * What counts as the value of something that was sent several times: origins differ in which one they take, so a client
 * could else count as one value and be served as another. All such requests count together.
 */
export const AMBIGUOUS = "\u0000several";

export interface Facts {
  readonly method: string;
  /** Lower case, without a port. */
  readonly host: string;
  /** The path in the form that routes are matched by: canonical, folded (see canonical-path.ts). */
  readonly path: string;
  /** The peer's address as the platform saw it, never as the client says; undefined when the platform does not say. */
  readonly address: string | undefined;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string | undefined;
  /** The platform's two-letter continent. */
  readonly continent: string | undefined;
  /** The number of the autonomous system that the client is in. */
  readonly asn: number | undefined;
  /** Who an accepted credential says that it is; undefined where none was asked for or shown. */
  readonly identity: Identity | undefined;
  /** SHA-256 in hexadecimal, of a text's UTF-8. */
  readonly hash: (text: string) => string;
  /** A request header's combined value. `name` is lower case. */
  readonly header: (name: string) => string | undefined;
  /** AMBIGUOUS when it was sent more than once with different values. */
  readonly cookie: (name: string) => string | undefined;
  /** AMBIGUOUS when it was sent more than once with different values. */
  readonly query: (name: string) => string | undefined;
  /** Whether a body comes with it, whatever its length. */
  readonly hasBody: boolean;
  /** The segment of `path` where the route's pattern has `:name`. */
  readonly param: (name: string) => string | undefined;
}

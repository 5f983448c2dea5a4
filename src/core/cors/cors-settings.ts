// What a configuration lets pages of other origins do (Fetch standard, section 3.3), and the valibot schema that reads it.
// What browsers would refuse is refused here, when the configuration is read.

import * as v from "valibot";
import { type Glob, parseGlob } from "../glob.ts";
import { toHost } from "../http/host.ts";
import { listOf } from "../schema/list-of.ts";
import { object } from "../schema/parse-with.ts";
import { durationBetween, oneOf, switchedOn, textLike } from "../schema/primitives.ts";

export interface CorsSettings {
  /** Pages of these origins may read answers, in lower case and as browsers write them; undefined: pages of any. */
  readonly origins: ReadonlySet<string> | undefined;
  /** Origins with a "*" in them. */
  readonly patterns: readonly Glob[];
  /** Whether pages may send cookies and TLS certificates with their requests. */
  readonly credentials: boolean;
  /** Access-Control-Allow-Headers; undefined: whatever a page asks for. */
  readonly headers: string | undefined;
  /** Header fields of answers that pages may read, beside the gateway's own. */
  readonly exposed: readonly string[];
  /** Access-Control-Max-Age, in seconds. */
  readonly maxAge: string;
  /** Who answers preflights: the gateway, or the origin. */
  readonly preflight: "answer" | "pass";
}

const BOUNDS = { most: 100 } as const;
const PORT_MAX = 65_535;
const ANY = "*";

const ORIGIN =
  /^(?:\*|[a-z][a-z0-9+.-]*:\/\/(?:(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?)$/i;
/** Browsers leave it out: an entry with it would match no page. */
const OWN_PORT = /^(?:http:.*:80|https:.*:443)$/;
const PARTS = /^[a-z][a-z0-9+.-]*:\/\/(?:\*\.)?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/;
const ORIGIN_WANTED =
  'must be "*", or an origin such as "https://app.example" or "https://*.app.example": no path, no port that is its scheme\'s own';
const HEADER_WANTED = 'must be a header\'s name, or "*" for all';

const origin = v.pipe(
  textLike(ORIGIN, ORIGIN_WANTED),
  v.transform((text) => text.toLowerCase()),
  v.check(isAsBrowsersWrite, ORIGIN_WANTED),
);
const header = textLike(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/, HEADER_WANTED);

/** Any other way of writing a host or a port would match no page. */
function isAsBrowsersWrite(text: string): boolean {
  if (text === ANY) return true;
  const [, host = "", port] = PARTS.exec(text) ?? [];
  const isPort = port === undefined || (/^[1-9]/.test(port) && Number(port) <= PORT_MAX);
  return isPort && !OWN_PORT.test(text) && toHost(host) === host;
}

/**
 * Who says what pages of other origins may do: the gateway, by its settings; the origin, which is then asked in preflights
 * too; or nobody, and a preflight is a request like any other.
 */
export type CorsRule = CorsSettings | "origin" | "none";

export const corsSettings = v.pipe(
  object({
    origins: listOf(origin, "origin", BOUNDS),
    credentials: v.optional(switchedOn, false),
    headers: v.optional(listOf(header, "header", BOUNDS), ANY),
    exposed: v.optional(listOf(header, "header", BOUNDS)),
    maxAge: v.optional(durationBetween("1s", "24h"), "10m"),
    preflight: v.optional(oneOf(["answer", "pass"]), "answer"),
  }),
  v.forward(
    v.check(
      ({ origins, exposed, credentials }) =>
        !credentials || !(origins.includes(ANY) || exposed?.includes(ANY) === true),
      'must be named one by one, like exposed headers, where there are credentials: browsers then refuse "*"',
    ),
    ["origins"],
  ),
  v.transform(({ origins, headers, exposed = [], maxAge, ...rest }): CorsSettings => ({
    ...rest,
    exposed,
    origins: origins.includes(ANY) ? undefined : new Set(origins.filter((one) => !one.includes(ANY))),
    patterns: origins.filter((one) => one.includes(ANY)).map(parseGlob),
    headers: headers.includes(ANY) ? undefined : headers.join(", "),
    maxAge: String(maxAge / 1_000),
  })),
);

/** A configuration's or a route's `cors`. */
export const corsRule = v.lazy((given) =>
  typeof given === "string" ? oneOf(["origin", "none"]) : corsSettings,
);

/** The settings, where the gateway says it. */
export function findSettings(rule: CorsRule): CorsSettings | undefined {
  return typeof rule === "object" ? rule : undefined;
}

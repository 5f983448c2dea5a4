// A route's `deprecation` and `sunset`: since when nobody should begin to use it (RFC 9745), and from when on it may be gone
// (RFC 8594). Both are only said: a route goes on answering until its configuration says otherwise.

import * as v from "valibot";
import { formatHttpDate } from "../http/http-date.ts";
import { formatInstant, parseInstant } from "../http/rfc3339.ts";
import type { Problem } from "../result.ts";
import { object } from "../schema/parse-with.ts";
import { isSecureUrl, textThat } from "../schema/primitives.ts";

/** A day, or an instant with its zone: a time without one would be another time on each machine. */
const INSTANT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/;

const at = textThat(
  (text) => toEpochMs(text) !== undefined,
  'must be a day or an instant of RFC 3339 such as "2027-01-31" or "2027-01-31T12:00:00Z"',
);
const link = textThat(
  // Quotation marks and angle brackets would end the link in its field.
  (text) => isSecureUrl(text) && /^[!#-;=?-~]+$/.test(text),
  "must be an https URL (http on the loopback address)",
);
const when = object({ at, link: v.optional(link) });

export const retirementEntries = { deprecation: v.optional(when), sunset: v.optional(when) };

interface When {
  readonly at: string;
  readonly link?: string | undefined;
}

interface RetirementGiven {
  readonly deprecation?: When | undefined;
  readonly sunset?: When | undefined;
}

export interface Retirement {
  /** In place of whatever the origin says of the same: each is one value. */
  readonly set: readonly (readonly [name: string, value: string])[];
  /** Beside the origin's links; undefined: none. */
  readonly link: string | undefined;
  /** From when on nobody should begin to use it; undefined: it is not deprecated, only going to end. */
  readonly deprecatedMs: number | undefined;
  /** From when on it may be gone. */
  readonly sunsetMs: number | undefined;
  /** Where a person reads more of it. */
  readonly page: string | undefined;
  /** What a page of another origin must be told that it may read. */
  readonly exposed: string;
}

/** undefined where nothing is said. */
export function toRetirement({ deprecation, sunset }: RetirementGiven): Retirement | undefined {
  const set: (readonly [string, string])[] = [];
  const deprecatedMs = toEpochMs(deprecation?.at);
  // A date of structured fields (RFC 9651 section 3.3.7): seconds.
  if (deprecatedMs !== undefined) set.push(["Deprecation", `@${Math.floor(deprecatedMs / 1_000)}`]);
  const sunsetMs = toEpochMs(sunset?.at);
  if (sunsetMs !== undefined) set.push(["Sunset", formatHttpDate(sunsetMs)]);
  if (set.length === 0) return undefined;
  const pages = [
    { rel: "deprecation", page: deprecation?.link },
    { rel: "sunset", page: sunset?.link },
  ].filter(({ page }) => page !== undefined);
  const links = pages.map(({ rel, page }) => `<${page}>; rel="${rel}"`);
  const names = [...set.map(([name]) => name), ...(links.length > 0 ? ["Link"] : [])];
  return {
    set,
    link: links.length > 0 ? links.join(", ") : undefined,
    deprecatedMs,
    sunsetMs,
    page: pages.at(-1)?.page,
    exposed: names.join(", "),
  };
}

/** RFC 9745 section 4: what may be gone was deprecated before. */
export function findRetirementProblems(
  { deprecation, sunset }: RetirementGiven,
  path: string,
): readonly Problem[] {
  const deprecatedMs = toEpochMs(deprecation?.at);
  const sunsetMs = toEpochMs(sunset?.at);
  if (deprecatedMs === undefined || sunsetMs === undefined || sunsetMs >= deprecatedMs) return [];
  return [{ path: `${path}.sunset.at`, code: "invalid", message: "must not be earlier than deprecation.at" }];
}

/** undefined for what is no instant, or a day that no month has. */
function toEpochMs(text: string | undefined): number | undefined {
  if (text === undefined || !INSTANT.test(text)) return undefined;
  const epochMs = parseInstant(text);
  if (Number.isNaN(epochMs)) return undefined;
  // The calendar would take the 30th of February for the 2nd of March.
  const day = text.slice(0, 10);
  return formatInstant(parseInstant(day)).startsWith(day) ? epochMs : undefined;
}

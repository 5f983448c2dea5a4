// The header fields that let pages of other origins ask and read (Fetch standard, section 3.3). They decide what browsers
// show to pages, not who is let in.

import { matchesGlob } from "../glob.ts";
import type { CorsSettings } from "./cors-settings.ts";

/** The gateway's own fields, for Access-Control-Expose-Headers: what a page must be told it may read. */
export const OWN_FIELDS =
  "RateLimit, RateLimit-Policy, Retry-After, X-Gateway-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset";

/** A browser's question whether a page may send a request: it comes without credentials and content. */
export interface Preflight {
  readonly origin: string;
  /** Of the request that the page wants to send. */
  readonly method: string;
  /** Header fields that the page wants to set, as they were written. */
  readonly headers: string | undefined;
}

export interface AskedFields {
  readonly method: string;
  readonly header: (name: string) => string | undefined;
}

export type CorsFields = readonly (readonly [name: string, value: string])[];

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const HEADERS_LENGTH_MAX = 4_096;
const HEADERS = /^[!#$%&'*+.^_`|~0-9A-Za-z\t ,-]*$/;

/** undefined where the request is no preflight, but one like any other. */
export function readPreflight({ method, header }: AskedFields): Preflight | undefined {
  if (method !== "OPTIONS") return undefined;
  const origin = header("origin");
  const asked = header("access-control-request-method");
  if (origin === undefined || asked === undefined || !METHOD.test(asked)) return undefined;
  return { origin, method: asked, headers: header("access-control-request-headers") };
}

/** The fields of the answer to a preflight. A page that may not ask gets none that would let it. */
export function toPreflightFields(cors: CorsSettings, { origin, method, headers }: Preflight): CorsFields {
  const allowed = toAllowedOrigin(cors, origin);
  const varying: CorsFields = isSameForAll(cors) ? [] : [["Vary", "Origin"]];
  if (allowed === undefined) return varying;
  const asked = cors.headers ?? toReadable(headers);
  return [
    ...varying,
    ...toOriginFields(cors, allowed),
    ["Access-Control-Allow-Methods", method],
    ...(asked === undefined ? [] : [["Access-Control-Allow-Headers", asked] as const]),
    ["Access-Control-Max-Age", cors.maxAge],
  ];
}

/**
 * The fields that take the place of the origin's own in an answer that a page may read; undefined where it may not.
 * `exposed` is what the origin exposes.
 */
export function toAnswerFields(
  cors: CorsSettings,
  { origin, exposed }: { readonly origin: string | undefined; readonly exposed: string | undefined },
): CorsFields | undefined {
  const allowed = toAllowedOrigin(cors, origin);
  if (allowed === undefined) return undefined;
  const names = [exposed, ...cors.exposed, OWN_FIELDS].filter((name) => name !== undefined);
  return [...toOriginFields(cors, allowed), ["Access-Control-Expose-Headers", toDistinct(names.join(", "))]];
}

/** Whether answers are the same whichever page asks: then no cache has to tell pages apart. */
export function isSameForAll({ origins }: CorsSettings): boolean {
  return origins === undefined;
}

/** Whether pages of this origin may ask because it is named, and not because all may. */
export function isNamedOrigin(cors: CorsSettings, origin: string | undefined): boolean {
  return !isSameForAll(cors) && toAllowedOrigin(cors, origin) !== undefined;
}

function toAllowedOrigin(cors: CorsSettings, origin: string | undefined): string | undefined {
  const { origins, patterns } = cors;
  if (origins === undefined) return "*";
  const written = origin?.toLowerCase();
  if (written === undefined) return undefined;
  return origins.has(written) || patterns.some((one) => matchesGlob(one, written)) ? origin : undefined;
}

function toOriginFields({ credentials }: CorsSettings, allowed: string): CorsFields {
  const fields: CorsFields = [["Access-Control-Allow-Origin", allowed]];
  return credentials ? [...fields, ["Access-Control-Allow-Credentials", "true"]] : fields;
}

function toReadable(headers: string | undefined): string | undefined {
  if (headers === undefined || headers === "" || headers.length > HEADERS_LENGTH_MAX) return undefined;
  return HEADERS.test(headers) ? headers : undefined;
}

/** Each name once, however it is written. */
function toDistinct(names: string): string {
  const distinct = new Map<string, string>();
  for (const name of names.split(",").map((part) => part.trim()))
    if (name !== "" && !distinct.has(name.toLowerCase())) distinct.set(name.toLowerCase(), name);
  return [...distinct.values()].join(", ");
}

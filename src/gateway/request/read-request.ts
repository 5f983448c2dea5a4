// Reads a request once, before its route is known. What is costly (cookies, place) is read only when somebody asks.

import type { FieldReader } from "../../core/cache/fields.ts";
import { findCookies } from "../../core/http/cookies.ts";
import type { Config } from "../../core/config/config.ts";
import { foldName } from "../../core/http/field-name.ts";
import { hasPassed } from "../../core/http/forwarded-fields.ts";
import { REFUSED_METHODS } from "../../core/http/methods.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { AMBIGUOUS } from "../../core/keys/facts.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { toRequestId } from "../../platform/request-id.ts";
import { type CountedFields, type ReadFields, readFields } from "./read-fields.ts";
import { readTarget, type RequestTarget } from "./request-target.ts";
import type { RequestUrl } from "./request-url.ts";

/** What the platform writes in the place of every client's Accept-Encoding; it keeps the client's own in `cf`. */
const PLATFORM_CODINGS: ReadonlySet<string> = new Set(["br, gzip", "gzip, br"]);

interface Asked {
  readonly target: RequestTarget;
  readonly requestId: string;
}

/** What is known of a request that was looked at before. */
interface Known {
  readonly target?: Result<RequestTarget, ProblemCode> | undefined;
  readonly requestId?: string | undefined;
  readonly read?: CountedFields | undefined;
}

/** What a request says by itself. */
export class ReadRequest implements ReadFields, FieldReader {
  readonly request: Request;
  /** The id of the request that came: of several that were made of one, they have one. */
  readonly requestId: string;
  readonly url: RequestUrl;
  /** `url.search`, and "?" for an empty query, which is one (RFC 3986 section 6.2.3). */
  readonly search: string;
  /** The path that is cached and forwarded; `path` is the form of it that routes are matched by. */
  readonly canonicalPath: string;
  readonly path: string;
  /** No route's, whatever its pattern: what lies there never reaches an origin. */
  readonly isOwn: boolean;
  readonly touched: ReadFields["touched"];
  readonly fields: ReadFields["fields"];
  readonly hasOddNames: boolean;
  readonly method: string;
  readonly host: string;

  #place: Request["cf"];
  #hasPlace = false;

  constructor(request: Request, { target, requestId }: Asked, read: ReadFields) {
    this.request = request;
    this.requestId = requestId;
    this.url = target.url;
    this.search = target.search;
    this.canonicalPath = target.canonicalPath;
    this.path = target.path;
    this.isOwn = target.owner !== "route";
    this.touched = read.touched;
    this.fields = read.fields;
    this.hasOddNames = read.hasOddNames;
    this.method = request.method;
    this.host = target.url.hostname;
  }

  /** Read once: the platform makes the object anew on every look. */
  get place(): Request["cf"] {
    if (!this.#hasPlace) {
      this.#hasPlace = true;
      this.#place = this.request.cf;
    }
    return this.#place;
  }

  readonly header = (name: string): string | undefined => this.get(foldName(name));

  /** The combined value of a field as the client sent it; `name` is folded. */
  get(name: string): string | undefined {
    return name === "accept-encoding" ? this.#codings : this.fields.get(name);
  }

  /** The client's Accept-Encoding; "identity" where it sent none: no coding is for it. */
  get #codings(): string | undefined {
    const codings = this.fields.get("accept-encoding");
    if (codings === undefined || !PLATFORM_CODINGS.has(codings)) return codings;
    const { clientAcceptEncoding: sent } = this.place ?? {};
    if (typeof sent !== "string") return codings;
    return sent.trim() === "" ? "identity" : sent;
  }

  /** Made when somebody asks, as few do. */
  get cookie(): (name: string) => string | undefined {
    const header = this.fields.get("cookie");
    return (name) => (header === undefined ? undefined : toOneValue(findCookies(header, name)));
  }
}

/** A request that may go on, or why it may not. */
export function readRequest(
  request: Request,
  config: Config,
  { target = readTarget(request.url, config), read = readFields(request.headers), requestId }: Known = {},
): Result<ReadRequest, ProblemCode> {
  if (REFUSED_METHODS.has(request.method)) return err("method-not-allowed");
  if (hasPassed(read.fields.get("via") ?? null, config.name)) return err("loop-detected");
  if (read.bytes > config.headerBytesMax) return err("headers-too-large");
  if (!target.ok) return target;
  const id = requestId ?? toRequestId(read.fields);
  return ok(new ReadRequest(request, { target: target.value, requestId: id }, read));
}

/** AMBIGUOUS where the values differ. */
export function toOneValue(values: readonly string[]): string | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : AMBIGUOUS;
}

export function isWebSocketUpgrade({ fields }: Pick<ReadRequest, "fields">): boolean {
  return fields.get("upgrade")?.toLowerCase() === "websocket";
}

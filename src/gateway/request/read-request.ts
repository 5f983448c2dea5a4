// Reads a request once, before its route is known. What is costly (cookies, place) is read only when somebody asks.

import { findCookies } from "../../core/http/cookies.ts";
import type { Config } from "../../core/config/config.ts";
import { hasPassed } from "../../core/http/forwarded-fields.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { AMBIGUOUS } from "../../core/keys/facts.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { readTarget, type RequestTarget } from "./request-target.ts";
import type { RequestUrl } from "./request-url.ts";

/** Methods that send a request back to whoever asked: they would show what only the gateway and the origin see. */
const REFUSED_METHODS: ReadonlySet<string> = new Set(["TRACE", "TRACK", "CONNECT"]);

/** What a request says by itself. */
export class ReadRequest {
  readonly request: Request;
  readonly url: RequestUrl;
  /** The path that is cached and forwarded; `path` is the form of it that routes are matched by. */
  readonly canonicalPath: string;
  readonly path: string;
  /** No route's, whatever its pattern: what lies there never reaches an origin. */
  readonly isOwn: boolean;
  /** By lower-case name, combined. Read once: every look at a Headers object crosses into the platform. */
  readonly fields: ReadonlyMap<string, string>;
  readonly method: string;
  readonly host: string;

  #place: Request["cf"];
  #hasPlace = false;

  constructor(request: Request, target: RequestTarget, fields: ReadonlyMap<string, string>) {
    this.request = request;
    this.url = target.url;
    this.canonicalPath = target.canonicalPath;
    this.path = target.path;
    this.isOwn = target.owner !== "route";
    this.fields = fields;
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

  readonly header = (name: string): string | undefined => this.fields.get(name.toLowerCase());

  readonly cookie = (name: string): string | undefined => {
    const header = this.header("cookie");
    return header === undefined ? undefined : toOneValue(findCookies(header, name));
  };
}

/** A request that may go on, or why it may not. `target` is what its URL says, where that was read before. */
export function readRequest(
  request: Request,
  config: Config,
  target = readTarget(request.url, config),
): Result<ReadRequest, ProblemCode> {
  if (REFUSED_METHODS.has(request.method)) return err("method-not-allowed");
  const { fields, bytes } = readFields(request.headers);
  if (hasPassed(fields.get("via") ?? null, config.name)) return err("loop-detected");
  if (bytes > config.headerBytesMax) return err("headers-too-large");
  return target.ok ? ok(new ReadRequest(request, target.value, fields)) : target;
}

function readFields(headers: Headers): Pick<ReadRequest, "fields"> & { readonly bytes: number } {
  const fields = new Map<string, string>();
  let bytes = 0;
  // One call into the platform makes the list; iterating over the object itself is one for each field.
  for (const [name, value] of Array.from(headers)) {
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
    bytes += name.length + value.length;
  }
  return { fields, bytes };
}

/** AMBIGUOUS where the values differ. */
export function toOneValue(values: readonly string[]): string | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : AMBIGUOUS;
}

export function isWebSocketUpgrade({ header }: Pick<ReadRequest, "header">): boolean {
  return header("upgrade")?.toLowerCase() === "websocket";
}

// Reads a request once into plain facts. What is costly (cookies, query) is read only when somebody asks.

import { findCookies } from "../../core/http/cookies.ts";
import type { Config } from "../../core/config/config.ts";
import { hasPassed } from "../../core/http/forwarded-fields.ts";
import { toCanonicalPath, toMatchPath } from "../../core/http/canonical-path.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import type { Identity } from "../../core/keys/identity.ts";
import { AMBIGUOUS, type Facts } from "../../core/keys/facts.ts";
import { readParam, type RoutePattern } from "../../core/http/path-pattern.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { hashText } from "../../platform/hash-text.ts";
import type { Caller } from "./caller.ts";
import { parseRequestUrl, type RequestUrl } from "./request-url.ts";
import type { Shaping } from "./shaping.ts";

/** Methods that send a request back to whoever asked: they would show what only the gateway and the origin see. */
const REFUSED_METHODS: ReadonlySet<string> = new Set(["TRACE", "TRACK", "CONNECT"]);

export class RequestFacts implements Facts {
  readonly request: Request;
  readonly url: RequestUrl;
  /** As it is cached and forwarded: `url.search`, without a credential that stood in it. */
  search: string;
  /** The path that is cached and forwarded; `path` is the form of it that routes are matched by. */
  readonly canonicalPath: string;
  readonly path: string;
  /** By lower-case name, combined. Read once: every look at a Headers object crosses into the platform. */
  readonly fields: ReadonlyMap<string, string>;
  readonly method: string;
  readonly host: string;

  /** Set once, by admit.ts, when a credential is accepted. */
  caller: Caller | undefined;
  /** Set once, when the request's route is known. */
  pattern: RoutePattern | undefined;
  /** Set once, by admit.ts: no policy counts this client. */
  isUnlimited = false;
  /** Set once, by shape-request.ts: what the answer is to be made of. */
  shaping: Shaping | undefined;
  /** Set once, by await-body.ts: the body, as far as it was waited for. */
  kept: Uint8Array | ReadableStream<Uint8Array> | undefined;

  #place: Request["cf"];
  #hasPlace = false;

  constructor(
    request: Request,
    url: RequestUrl,
    read: Pick<RequestFacts, "canonicalPath" | "path" | "fields">,
  ) {
    this.request = request;
    this.url = url;
    this.search = url.search;
    this.canonicalPath = read.canonicalPath;
    this.path = read.path;
    this.fields = read.fields;
    this.method = request.method;
    this.host = url.hostname;
  }

  get address(): string | undefined {
    return this.header("cf-connecting-ip");
  }

  get hasBody(): boolean {
    return this.request.body !== null;
  }

  /** As it goes on, in whole or while it comes; a GET's goes nowhere. */
  get body(): Uint8Array | ReadableStream<Uint8Array> | null {
    const { method, kept, request } = this;
    return method === "GET" || method === "HEAD" ? null : (kept ?? request.body);
  }

  get country(): string | undefined {
    return toText(this.#readPlace()?.country);
  }

  get continent(): string | undefined {
    return toText(this.#readPlace()?.continent);
  }

  get asn(): number | undefined {
    const asn = this.#readPlace()?.asn;
    return typeof asn === "number" ? asn : undefined;
  }

  get identity(): Identity | undefined {
    return this.caller?.identity;
  }

  /** Names a request in logs. */
  get ray(): string | undefined {
    return this.header("cf-ray");
  }

  readonly hash = hashText;

  readonly header = (name: string): string | undefined => this.fields.get(name.toLowerCase());

  readonly cookie = (name: string): string | undefined => {
    const header = this.header("cookie");
    return header === undefined ? undefined : toOneValue(findCookies(header, name));
  };

  readonly query = (name: string): string | undefined =>
    toOneValue(new URLSearchParams(this.search).getAll(name));

  /** Made when somebody asks: hardly any request's path is read by its parts. */
  get param(): Facts["param"] {
    const { pattern, path } = this;
    return (name) => (pattern === undefined ? undefined : readParam(pattern, path, name));
  }

  /** Read once: the platform makes the object anew on every look. */
  #readPlace(): Request["cf"] {
    if (!this.#hasPlace) {
      this.#hasPlace = true;
      this.#place = this.request.cf;
    }
    return this.#place;
  }
}

function toText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The facts of a request that may go on, or why it may not. */
export function readFacts(request: Request, config: Config): Result<RequestFacts, ProblemCode> {
  if (REFUSED_METHODS.has(request.method)) return err("method-not-allowed");
  const { fields, bytes } = readFields(request.headers);
  if (hasPassed(fields.get("via") ?? null, config.name)) return err("loop-detected");
  const url = parseRequestUrl(request.url);
  if (url === undefined) return err("malformed-url");
  if (bytes > config.headerBytesMax) return err("headers-too-large");
  const canonicalPath = toCanonicalPath(url.path, config);
  if (!canonicalPath.ok) return canonicalPath;
  const path = toMatchPath(canonicalPath.value, config.caseSensitive);
  return ok(new RequestFacts(request, url, { canonicalPath: canonicalPath.value, path, fields }));
}

function readFields(headers: Headers): Pick<RequestFacts, "fields"> & { readonly bytes: number } {
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

function toOneValue(values: readonly string[]): string | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : AMBIGUOUS;
}

export function isWebSocketUpgrade(facts: RequestFacts): boolean {
  return facts.header("upgrade")?.toLowerCase() === "websocket";
}

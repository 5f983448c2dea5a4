// The facts of a request in the order in which they come: it is read (read-request.ts), then its route is known, then it is
// let in. What is known later makes other facts; nobody writes into those that are.

import { type MemberReader, NO_BODY } from "../../core/body/body-members.ts";
import type { FieldReader } from "../../core/cache/fields.ts";
import type { Config } from "../../core/config/config.ts";
import { isReadable } from "../../core/http/field-value.ts";
import { findParameters } from "../../core/http/query.ts";
import { parseTraceparent } from "../../core/http/trace-context.ts";
import { readParam, type RoutePattern } from "../../core/http/path-pattern.ts";
import { type BotFacts, readBotFacts } from "../../core/keys/bot-facts.ts";
import type { Facts } from "../../core/keys/facts.ts";
import type { Identity } from "../../core/keys/identity.ts";
import { LruMap } from "../../core/lru-map.ts";
import type { Route } from "../../core/routes/route.ts";
import { hashText } from "../../platform/hash-text.ts";
import type { Caller } from "./caller.ts";
import { type ReadRequest, toOneValue } from "./read-request.ts";
import type { RequestTrace } from "./request-trace.ts";
import type { RequestUrl } from "./request-url.ts";
import type { Shaping } from "./shaping.ts";

/** What the route says of a request. */
interface Routing {
  readonly pattern: RoutePattern;
  /** What the answer is to be made of; undefined: it passes as it is. */
  readonly shaping: Shaping | undefined;
}

/** What is known of a client that is let in. */
export interface Admission {
  /** undefined: it showed no credential. */
  readonly caller: Caller | undefined;
  /** No policy counts it. */
  readonly isUnlimited: boolean;
  /** What its reputation makes of it, where it shows no credential. */
  readonly standing?: Facts["standing"];
  /** The query without the credential that stood in it; undefined: none did. */
  readonly search?: string | undefined;
}

/** A body, or what has come of it and then the rest. */
export type RequestBody = Uint8Array | ReadableStream<Uint8Array>;

/** What is known of a body. */
interface KnownBody {
  /** The body, where it was waited for. */
  readonly kept?: RequestBody | undefined;
  readonly member?: MemberReader | undefined;
  readonly isAsking?: boolean | undefined;
  /** Where it goes, where that is not what its client asked for. */
  readonly target?: { readonly path?: string | undefined; readonly search?: string | undefined } | undefined;
  /** How long a body may get that does not say how long it is. */
  readonly bytesMax?: number | undefined;
}

/** Addresses whose continent an isolate keeps. */
const CONTINENTS_MAX = 1_000;
/**
 * Where clients were seen last. The platform makes a new object of where a client is for each request, of all that it knows
 * of it; an address hardly ever changes its continent, and whoever's does gets new counters a little later.
 */
const continents = new LruMap<string, { readonly continent: string | undefined }>(CONTINENTS_MAX);

const NOT_YET: Admission = { caller: undefined, isUnlimited: false };

const NOTHING_KNOWN: KnownBody = {};

/** Where there is no route, a path has no parameters. */
export const NO_ROUTE = { pattern: { text: "", segments: [], params: [], isOpen: false } };

/** The facts of a request whose route is known, and not yet who is calling. */
export type RoutedFacts = Omit<RequestFacts, "caller" | "isUnlimited">;

/** A request between its route and its response, as logs and admission see it. */
export interface RoutedRequest {
  readonly config: Config;
  readonly route: Route;
  readonly facts: RoutedFacts;
  readonly trace: RequestTrace;
}

export function toRoutedFacts(
  read: ReadRequest,
  { pattern }: Pick<Route, "pattern">,
  shaping?: Shaping,
): RoutedFacts {
  return new RequestFacts(read, { pattern, shaping }, NOT_YET);
}

/** The facts of a request that was let in. */
export class RequestFacts implements Facts {
  readonly #read: ReadRequest;
  readonly #pattern: RoutePattern;
  readonly #admission: Admission;
  readonly #known: KnownBody;
  readonly request: Request;
  readonly requestId: string;
  readonly url: RequestUrl;
  readonly canonicalPath: string;
  readonly path: string;
  readonly touched: ReadRequest["touched"];
  readonly fields: ReadRequest["fields"];
  /** The fields as the client sent them, by folded name. */
  readonly reader: FieldReader;
  readonly hasOddNames: boolean;
  readonly method: string;
  readonly host: string;
  readonly header: ReadRequest["header"];
  readonly shaping: Shaping | undefined;
  readonly caller: Caller | undefined;
  readonly isUnlimited: boolean;
  readonly member: MemberReader;
  /** The query that is cached and forwarded: without a credential that stood in it. */
  readonly search: string;

  constructor(
    read: ReadRequest,
    { pattern, shaping }: Routing,
    admission: Admission,
    known: KnownBody = NOTHING_KNOWN,
  ) {
    this.#read = read;
    this.#pattern = pattern;
    this.#admission = admission;
    this.#known = known;
    this.member = known.member ?? NO_BODY;
    this.request = read.request;
    this.requestId = read.requestId;
    this.url = read.url;
    this.canonicalPath = known.target?.path ?? read.canonicalPath;
    this.path = read.path;
    this.touched = read.touched;
    this.fields = read.fields;
    this.reader = read;
    this.hasOddNames = read.hasOddNames;
    this.method = read.method;
    this.host = read.host;
    this.header = read.header;
    this.shaping = shaping;
    this.caller = admission.caller;
    this.isUnlimited = admission.isUnlimited;
    this.search = known.target?.search ?? admission.search ?? read.search;
  }

  /** The facts with what is known of the client: the same where that is nothing, as on most routes. */
  admit(admission: Admission): RequestFacts {
    const { caller, isUnlimited, search, standing } = admission;
    if (caller === undefined && !isUnlimited && search === undefined && standing === undefined) return this;
    const routing = { pattern: this.#pattern, shaping: this.shaping };
    return new RequestFacts(this.#read, routing, admission, this.#known);
  }

  /** The facts with the body, as far as it was waited for. */
  keep(kept: RequestBody): RequestFacts {
    return this.#knowing({ ...this.#known, kept });
  }

  /** The facts with a body that may not get longer. */
  bound(bytesMax: number): RequestFacts {
    return this.#knowing({ ...this.#known, bytesMax });
  }

  /** The facts with a body that asks for what its caller has not asked. */
  ask(kept: Uint8Array): RequestFacts {
    return this.#knowing({ ...this.#known, kept, isAsking: true });
  }

  /** The facts of the request as it is to be sent on. */
  sendTo(target: KnownBody["target"]): RequestFacts {
    return this.#knowing({ ...this.#known, target });
  }

  /** The facts with what the body's members are. */
  withMembers(member: MemberReader): RequestFacts {
    return this.#knowing({ ...this.#known, member });
  }

  #knowing(known: KnownBody): RequestFacts {
    const routing = { pattern: this.#pattern, shaping: this.shaping };
    return new RequestFacts(this.#read, routing, this.#admission, known);
  }

  /** Whether the body asks for what the caller is not to see. */
  get isAsking(): boolean {
    return this.#known.isAsking === true;
  }

  get cookie(): Facts["cookie"] {
    return this.#read.cookie;
  }

  /** Infinity where its length is stated, and is known not to be too long. */
  get bodyBytesMax(): number {
    return this.#known.bytesMax ?? Infinity;
  }

  get hasBody(): boolean {
    return this.request.body !== null;
  }

  /** As it is forwarded, whole or while it comes; a GET's is not. */
  get body(): RequestBody | null {
    const { method, request } = this;
    return method === "GET" || method === "HEAD" ? null : (this.#known.kept ?? request.body);
  }

  /** What of the body is held in memory until it is forwarded. */
  get kept(): RequestBody | undefined {
    return this.#known.kept;
  }

  get address(): string | undefined {
    return this.fields.get("cf-connecting-ip");
  }

  get country(): string | undefined {
    return toText(this.#read.place?.country);
  }

  get continent(): string | undefined {
    const { address } = this;
    const known = address === undefined ? undefined : continents.get(address);
    if (known !== undefined) return known.continent;
    const continent = toText(this.#read.place?.continent);
    if (address !== undefined) continents.set(address, { continent });
    return continent;
  }

  get asn(): number | undefined {
    const asn = this.#read.place?.asn;
    return typeof asn === "number" ? asn : undefined;
  }

  get bot(): BotFacts | undefined {
    return readBotFacts(this.#read.place);
  }

  get identity(): Identity | undefined {
    return this.caller?.identity;
  }

  get standing(): Facts["standing"] {
    return this.#admission.standing;
  }

  get traceparent(): string | undefined {
    return parseTraceparent(this.fields.get("traceparent"));
  }

  readonly hash = hashText;

  readonly query = (name: string): string | undefined => {
    const values = new URLSearchParams(this.search).getAll(name);
    return toOneValue(values.every(isReadable) ? values : findParameters(this.search, name));
  };

  /** Made when somebody asks: hardly any request's path is read by its parts. */
  get param(): Facts["param"] {
    const [pattern, path] = [this.#pattern, this.path];
    return (name) => readParam(pattern, path, name);
  }
}

function toText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

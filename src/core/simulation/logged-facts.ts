// The facts of a logged request, as the gateway would have read them of the request itself. What the log does not say is
// taken as absent, and noted: whoever reads the result must know what it rests on.

import { FUNCTION_LABEL } from "../functions/function-values.ts";
import { type BodyValue, MISSING, UNKNOWN } from "../body/body-value.ts";
import { findParameters } from "../http/query.ts";
import { type PathRules, toCanonicalPath, toMatchPath } from "../http/canonical-path.ts";
import { readParam, type RoutePattern } from "../http/path-pattern.ts";
import { AMBIGUOUS, type Facts } from "../keys/facts.ts";
import type { BotFacts } from "../keys/bot-facts.ts";
import type { Identity } from "../keys/identity.ts";
import { findCookies } from "../http/cookies.ts";
import type { LoggedRequest } from "./logged-request.ts";

export interface ReadLog {
  /** SHA-256 in hexadecimal. */
  readonly hash: (text: string) => string;
  /** Called with what was asked for and is not in the log: "consumer", "header x-plan". */
  readonly onUnknown: (what: string) => void;
  /** The tier of consumers of whom the log does not say it. */
  readonly tierOf: (consumer: string) => string | undefined;
}

/** What the gateway reads of a target; undefined: it would refuse it. */
export interface LoggedPath {
  readonly path: string;
  readonly search: string;
}

export function toLoggedPath(
  target: string,
  rules: PathRules & { readonly caseSensitive: boolean },
): LoggedPath | undefined {
  const at = target.indexOf("?");
  const written = at === -1 ? target : target.slice(0, at);
  const canonical = toCanonicalPath(escapeOdd(written), rules);
  if (!canonical.ok) return undefined;
  return {
    path: toMatchPath(canonical.value, rules.caseSensitive),
    search: at === -1 ? "" : target.slice(at),
  };
}

/** What a URL cannot have as it is, escaped as a URL parser does. */
function escapeOdd(path: string): string {
  return /[^!$-;=@-_a-z|~]/.test(path)
    ? path.replace(/[^!$-;=@-_a-z|~]+/g, (text) => encodeURI(text).replaceAll("%25", "%"))
    : path;
}

export class LoggedFacts implements Facts {
  readonly #request: LoggedRequest;
  readonly #log: ReadLog;
  readonly #pattern: RoutePattern;
  readonly #search: string;
  readonly method: string;
  readonly path: string;
  readonly continent = undefined;
  readonly hasBody: boolean;
  readonly hash: (text: string) => string;

  constructor(
    request: LoggedRequest,
    log: ReadLog,
    { path, search, pattern }: LoggedPath & { readonly pattern: RoutePattern },
  ) {
    this.#request = request;
    this.#log = log;
    this.#pattern = pattern;
    this.#search = search;
    this.method = request.method;
    this.path = path;
    this.hash = log.hash;
    this.hasBody = request.method === "POST" || request.method === "PUT" || request.method === "PATCH";
  }

  get host(): string {
    return this.#known(this.#request.host, "host") ?? "";
  }

  get address(): string | undefined {
    return this.#known(this.#request.address, "address");
  }

  get country(): string | undefined {
    return this.#known(this.#request.country, "country");
  }

  get asn(): number | undefined {
    return this.#known(this.#request.asn, "asn");
  }

  get bot(): BotFacts | undefined {
    return this.#known<BotFacts>(undefined, "bot management");
  }

  get identity(): Identity | undefined {
    const { consumer, tier } = this.#request;
    if (consumer === undefined) {
      this.#log.onUnknown("consumer");
      return undefined;
    }
    return {
      consumer,
      tier: tier ?? this.#log.tierOf(consumer),
      scopes: [],
      apiKey: consumer,
      token: undefined,
    };
  }

  readonly header = (name: string): string | undefined => {
    const folded = name.toLowerCase();
    return this.#known(this.#request.fields[folded], `header ${folded}`);
  };

  readonly cookie = (name: string): string | undefined => {
    const field = this.#known(this.#request.fields["cookie"], "cookies");
    return field === undefined ? undefined : toOneValue(findCookies(field, name));
  };

  readonly query = (name: string): string | undefined => toOneValue(findParameters(this.#search, name));

  /** No log has bodies, and functions want the whole request: what is read of them is not known. */
  readonly member = (label: string): BodyValue => {
    if (label.startsWith(FUNCTION_LABEL)) {
      this.#log.onUnknown(`what the function "${label.slice(FUNCTION_LABEL.length)}" returns`);
      return UNKNOWN;
    }
    if (!this.hasBody) return MISSING;
    this.#log.onUnknown(`the body's ${label}`);
    return UNKNOWN;
  };

  get param(): Facts["param"] {
    return (name) => readParam(this.#pattern, this.path, name);
  }

  #known<Value>(value: Value | undefined, what: string): Value | undefined {
    if (value === undefined) this.#log.onUnknown(what);
    return value;
  }
}

function toOneValue(values: readonly string[]): string | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : AMBIGUOUS;
}

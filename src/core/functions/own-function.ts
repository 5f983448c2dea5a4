// What a function of the configuration file gets and may return. Core has no types of the platform: whatever is a stream or a
// promise is looked at where the function is called.

/** The request as a function sees it: to read. Bodies are not here; `json:` and `form:` read members of them. */
export interface FunctionRequest {
  readonly method: string;
  /** As the client asked for it, with the path in its canonical form and without an API key that stood in its query. */
  readonly url: string;
  /** Lower case, without a port. */
  readonly host: string;
  /** Canonical. */
  readonly path: string;
  /** The path pattern of the request's route, with its methods. */
  readonly route: string;
  /** The client's address, as the platform saw it. */
  readonly address: string | undefined;
  readonly country: string | undefined;
  readonly continent: string | undefined;
  readonly asn: number | undefined;
  /** Who an accepted credential says is calling; undefined for nobody, and in `authenticate`, before it is known. */
  readonly consumer: string | undefined;
  readonly tier: string | undefined;
  readonly scopes: readonly string[];
  /** A header field's combined value. */
  readonly header: (name: string) => string | undefined;
  readonly cookie: (name: string) => string | undefined;
  readonly query: (name: string) => string | undefined;
  /** The path's segment where the route's pattern has `:name`. */
  readonly param: (name: string) => string | undefined;
  /** Secrets, variables and bindings: those alone that the function's `env` names. */
  readonly env: Readonly<Record<string, unknown>>;
}

/** The answer as a `response` function sees it. */
export interface FunctionAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
}

type Awaitable<Value> = Value | Promise<Value>;
type Nothing = undefined | null;

/** What a policy counts by; nothing is a missing part of its key. */
export type KeyFunction = (request: FunctionRequest) => Awaitable<string | number | boolean | Nothing>;
/** What a request costs, rounded up; nothing is the cost rule's `otherwise`. */
export type CostOfRequestFunction = (request: FunctionRequest) => Awaitable<number | Nothing>;
/** Who is calling; nothing where nobody says so; or why they are not let in, which the log has and the client does not. */
export type AuthenticateFunction = (
  request: FunctionRequest,
) => Awaitable<
  | { readonly consumer: string; readonly tier?: string; readonly scopes?: readonly string[] }
  | { readonly refused: string }
  | Nothing
>;

/** What a request is changed to on its way to the origin, or an answer in place of the origin's. */
export interface RequestChanges {
  /** null takes a field off. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly path?: string;
  /** As it stands in a URL, without the question mark. */
  readonly query?: string;
  readonly respond?: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    /** An object or a list is answered as JSON. */
    readonly body?: string | object;
  };
}
export type RequestFunction = (request: FunctionRequest) => Awaitable<RequestChanges | Nothing>;

export interface AnswerChanges {
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly status?: number;
  /** In place of the answer's. */
  readonly body?: string;
  /** A TransformStream of bytes, which the answer's body goes through. */
  readonly transform?: { readonly readable: object; readonly writable: object };
}
export type ResponseFunction = (
  request: FunctionRequest,
  answer: FunctionAnswer,
) => Awaitable<AnswerChanges | Nothing>;

/** A function of the configuration file, whatever it is for. */
export type OwnFunction = (request: FunctionRequest, answer: FunctionAnswer) => unknown;

export interface FunctionSettings {
  readonly name: string;
  readonly run: OwnFunction;
  /** How long a promise of its answer is waited for. What never gives way cannot be stopped. */
  readonly timeoutMs: number;
  /** What becomes of the request where it fails; undefined: what is safe for what it is asked. */
  readonly onFault: "refuse" | "skip" | undefined;
  /** Names of the secrets, variables and bindings that it is given. */
  readonly env: readonly string[];
}

/** By name. */
export type OwnFunctions = ReadonlyMap<string, FunctionSettings>;

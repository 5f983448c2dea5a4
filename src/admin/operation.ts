// What an operation of the admin API is: data, from which the router and the OpenAPI document are both made.

import type { OwnFunctions } from "../core/functions/own-function.ts";
import type * as v from "valibot";
import type { Purge } from "../core/cache/purge-state.ts";
import type { Config } from "../core/config/config.ts";
import type { AccessEntries } from "../core/control/access-entries.ts";
import type { CredentialVerdict } from "../core/consumers/verdict.ts";
import type { ExplainedPolicy, Explanation } from "../core/control/explanation.ts";
import type { Policy } from "../core/policies/policy.ts";
import type { OverrideIndex } from "../core/control/override-index.ts";
import type { TokenScope } from "../core/control/token-scopes.ts";
import type { Changer, Seen } from "../core/control/control-messages.ts";
import type { Bindings } from "../platform/bindings.ts";

/** What the API works on. */
export interface AdminControls {
  /** The path under which the API lives, without a trailing slash. */
  readonly prefix: string;
  readonly bindings: Bindings;
  /** The deployed configuration as it is written. */
  readonly deployed: unknown;
  /** The code of the deployed file, which every configuration may name. */
  readonly functions: OwnFunctions;
  /** The active configuration here. */
  readonly config: () => Config;
  /** The active overrides here; undefined where there are none. */
  readonly overrides: () => OverrideIndex | undefined;
  /** The active access entries here; undefined where there are none. */
  readonly access: () => AccessEntries | undefined;
  /** How many bans by operators hold here. */
  readonly countBans: () => number;
  /** What would become of a request, without it. `assumed` is the verdict on its credential; undefined: it is verified. */
  readonly explain: (request: Request, assumed: CredentialVerdict | undefined) => Promise<Explanation>;
  /** Activates here at once what was just changed. */
  readonly learn: () => Promise<void>;
  /** The state of every origin pool's members, as this isolate sees it. */
  readonly showPools: () => readonly object[];
  /** What a limit that follows a pool comes to, as this isolate has heard; undefined: it follows none. */
  readonly follow: (policy: Policy) => ExplainedPolicy["follows"];
  /** What became of the lines for each receiver of the log, as this isolate sees it. */
  readonly showLogSinks: () => readonly object[];
  /** Resolves to where the purges hold within seconds; "none": they are not durable. */
  readonly purge: (purges: readonly Purge[]) => Promise<"everywhere" | "most" | "none">;
}

/** One request, read and checked. */
export interface Call<Body, Query> {
  readonly controls: AdminControls;
  readonly params: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly query: Query;
  readonly by: Changer;
  /** What the caller's token opens. */
  readonly scopes: readonly TokenScope[];
  /** Of If-Match; undefined is "*". Only where the operation needs it. */
  readonly seen: Seen;
  readonly idempotencyKey: string | undefined;
  /** The media types that the caller takes. */
  readonly accept: string | null;
  /** SHA-256 of the body. */
  readonly digest: () => Promise<string>;
}

export interface Operation {
  /** Unique; "keys.create". */
  readonly name: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the prefix, with parameters as ":id". */
  readonly path: string;
  readonly summary: string;
  /** Whether it changes nothing: a token with the scope `read` opens it too, and so does ADMIN_READ_TOKEN. */
  readonly isRead: boolean;
  /** The scope of its group: a token with it opens it. Without one only ADMIN_TOKEN opens what changes something. */
  readonly scope: TokenScope | undefined;
  readonly body: v.GenericSchema | undefined;
  readonly query: v.GenericSchema | undefined;
  readonly bodyBytesMax: number;
  readonly needsIfMatch: boolean;
  readonly takesIdempotencyKey: boolean;
  /** The status of success, and what comes with it: JSON Schema, made when the document is asked for. */
  readonly status: number;
  readonly answer: (() => object) | undefined;
  readonly handle: (call: Call<never, never>) => Promise<Response>;
}

type Schema = v.GenericSchema | undefined;
type Output<Given extends Schema> = Given extends v.GenericSchema ? v.InferOutput<Given> : undefined;

export interface OperationGiven<Body extends Schema, Query extends Schema>
  extends
    Pick<Operation, "name" | "method" | "path" | "summary">,
    Partial<Omit<Operation, "name" | "method" | "path" | "summary" | "body" | "query" | "handle">> {
  readonly body?: Body;
  readonly query?: Query;
  readonly handle: (call: Call<Output<Body>, Output<Query>>) => Promise<Response>;
}

/** The scopes any of which opens an operation; none: only ADMIN_TOKEN does. */
export function toScopes({ isRead, scope }: Pick<Operation, "isRead" | "scope">): readonly TokenScope[] {
  const own = scope === undefined ? [] : [scope];
  return isRead ? ["read", ...own] : own;
}

export const BODY_BYTES_MAX = 65_536;

/** `handle` gets what the schemas made of the request: router and handler agree by this one signature. */
export function defineOperation<Body extends Schema = undefined, Query extends Schema = undefined>(
  given: OperationGiven<Body, Query>,
): Operation {
  return {
    isRead: given.method === "GET",
    scope: undefined,
    bodyBytesMax: BODY_BYTES_MAX,
    needsIfMatch: false,
    takesIdempotencyKey: false,
    status: 200,
    answer: undefined,
    ...given,
    body: given.body,
    query: given.query,
    handle: given.handle,
  };
}

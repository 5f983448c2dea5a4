// The messages that the cache reasons about, as plain records that the gateway fills in. Time is epoch milliseconds of
// the gateway's clock.

import type { FieldReader, Fields } from "./fields.ts";

/** Where a request goes, in the canonical form that was routed. */
export interface Target {
  /** "https" or "http". */
  readonly scheme: string;
  /** Lower case, with the port unless it is the scheme's own. */
  readonly host: string;
  /** The canonical path (core/http/canonical-path.ts), case kept. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
}

export interface CacheRequest {
  readonly method: string;
  readonly target: Target;
  /** A Headers object fits as it is. */
  readonly fields: FieldReader;
  /** The request carries content. */
  readonly hasBody: boolean;
  /**
   * The gateway has accepted a credential: the origin is told whose it is. What is stored of such requests is not for
   * others, and what is stored of others is not for them.
   */
  readonly isAuthenticated?: boolean;
}

export interface OriginResponse {
  readonly status: number;
  readonly fields: Fields;
}

/** One answer of the origin to one request. */
export interface Exchange {
  readonly request: CacheRequest;
  readonly response: OriginResponse;
  readonly requestTimeMs: number;
  readonly responseTimeMs: number;
  /** The latest purge that the gateway knew when it sent the request (purge-state.ts). */
  readonly generation: number;
  /** The mark of the key URL (stored-response.ts) that stood before the gateway sent the request. */
  readonly mark: string;
}

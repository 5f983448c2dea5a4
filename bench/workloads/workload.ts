// Who asks for what, under which limit and of which origin. One workload is one file in this folder and one line in
// registry.ts.

export interface Workload {
  /** How --workload names it. */
  readonly name: string;
  /** Makes the source of client addresses of one row, which are the keys: asked once a request, lives as long as the row's server. */
  readonly createAddresses: () => () => string;
  /** The same for paths. Default: one path. */
  readonly createPaths?: () => () => string;
  /** What each key may have. */
  readonly limit: Limit;
  readonly origin: OriginBehavior;
  /** How much longer than one key its keys take until each has been seen now and then. Default: 1. */
  readonly settles?: number;
  /** What must hold of a contender that caches, or the row shows something else than it says. */
  readonly expected?: ExpectedOrigin;
}

/** So many requests at once, and as many again in every window. */
export interface Limit {
  readonly units: number;
  readonly windowMs: number;
}

export interface OriginBehavior {
  /** Until it answers. */
  readonly delayMs: number;
  readonly cacheControl: string;
}

export interface ExpectedOrigin {
  /** The most requests that reach the origin, per 1,000. */
  readonly requestsMax: number;
  /** The least of them that it answers with 304, as a share. */
  readonly unmodifiedMin: number;
}

/** Above what the bench can send. */
export const AMPLE: Limit = { units: 6_000_000, windowMs: 60_000 };
export const PROMPT: OriginBehavior = { delayMs: 0, cacheControl: "max-age=60" };

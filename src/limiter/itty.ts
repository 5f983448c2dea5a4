// Limits for itty-router: a `before` that refuses, and a `finally` that puts the fields on every other answer.

import type { Check, Limiter, LimitResult } from "./limiter-types.ts";

export interface IttyLimit<Incoming extends object> {
  readonly before: (request: Incoming) => Promise<Response | undefined>;
  readonly finally: (response: Response | undefined, request: Incoming) => Response | undefined;
}

/** `toCheck` says what a request is counted by; undefined: it is not counted. */
export function limitItty<Incoming extends object, Names extends string>(
  limiter: Limiter<Names>,
  toCheck: (request: Incoming) => Check<Names> | undefined,
): IttyLimit<Incoming> {
  const allowed = new WeakMap<Incoming, LimitResult>();
  return {
    before: async (request) => {
      const check = toCheck(request);
      if (check === undefined) return undefined;
      const result = await limiter.check(check);
      if (result.isAllowed) allowed.set(request, result);
      return result.toRefusal();
    },
    finally: (response, request) =>
      response === undefined ? undefined : (allowed.get(request)?.addFields(response) ?? response),
  };
}

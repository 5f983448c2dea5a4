// @upstash/ratelimit as its README says: sliding windows over a Redis, and a cache of what is denied.

import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis/cloudflare";

let limiters;

function createLimiters(env) {
  const redis = new Redis({
    url: env.REDIS_URL,
    token: "compare",
    responseEncoding: false,
    enableTelemetry: false,
  });
  const create = (name) =>
    new Ratelimit({
      redis,
      prefix: name,
      limiter: Ratelimit.slidingWindow(Number(env[`${name}_UNITS`]), `${env[`${name}_MS`]} ms`),
      ephemeralCache: new Map(),
      analytics: false,
    });
  return {
    general: create("GENERAL"),
    search: env.SEARCH_UNITS === undefined ? undefined : create("SEARCH"),
  };
}

/** undefined: it may go on. The fields are written by hand: the library has the figures alone. */
async function refuse(limiter, request) {
  const rate = Number(request.headers.get("x-cost") ?? 1);
  const { success, reset, limit, remaining } = await limiter.limit(
    request.headers.get("cf-connecting-ip") ?? "",
    { rate },
  );
  if (success) return undefined;
  return new Response("Too Many Requests", {
    status: 429,
    headers: {
      "Retry-After": String(Math.ceil((reset - Date.now()) / 1_000)),
      "X-RateLimit-Limit": String(limit),
      "X-RateLimit-Remaining": String(remaining),
      "X-RateLimit-Reset": String(reset),
    },
  });
}

export default {
  async fetch(request, env) {
    limiters ??= createLimiters(env);
    const { general, search } = limiters;
    const { pathname, search: query } = new URL(request.url);
    const refused =
      (await refuse(general, request)) ??
      (search !== undefined && pathname === "/search" ? await refuse(search, request) : undefined);
    return refused ?? fetch(env.ORIGIN_URL + pathname + query, request);
  },
};

// @upstash/ratelimit as its README says. A cache of denials lives as long as the isolate when EPHEMERAL_CACHE is "on".

import { Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis/cloudflare";
import { forward } from "../workers/forward.ts";

let limiter;

function createLimiter({ REDIS_URL, LIMIT_UNITS, WINDOW_MS, EPHEMERAL_CACHE }) {
  return new Ratelimit({
    redis: new Redis({ url: REDIS_URL, token: "bench", responseEncoding: false, enableTelemetry: false }),
    limiter: Ratelimit.slidingWindow(Number(LIMIT_UNITS), `${WINDOW_MS} ms`),
    ephemeralCache: EPHEMERAL_CACHE === "on" ? new Map() : false,
    analytics: false,
  });
}

export default {
  async fetch(request, env) {
    limiter ??= createLimiter(env);
    const { success } = await limiter.limit(request.headers.get("cf-connecting-ip") ?? "");
    return success ? forward(request, env) : new Response("too many requests", { status: 429 });
  },
};

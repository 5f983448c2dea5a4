// Cloudflare's rate limiting binding as its documents show it: all requests of an address, and those of /search again.

import { forward, type OriginBinding } from "./forward.ts";

interface RateLimitBinding {
  limit(options: { readonly key: string }): Promise<{ readonly success: boolean }>;
}

interface Bindings extends OriginBinding {
  readonly GENERAL: RateLimitBinding;
  readonly SEARCH?: RateLimitBinding;
}

export default {
  async fetch(request: Request, env: Bindings): Promise<Response> {
    const key = request.headers.get("cf-connecting-ip") ?? "";
    const isSearch = new URL(request.url).pathname === "/search";
    for (const limiter of isSearch ? [env.GENERAL, env.SEARCH] : [env.GENERAL]) {
      if (limiter === undefined || (await limiter.limit({ key })).success) continue;
      return new Response("429 Failure: rate limit exceeded", { status: 429 });
    }
    return forward(request, env);
  },
};

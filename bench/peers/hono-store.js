// hono-rate-limiter with its Durable Object store, as its README says, but the middleware is made once and not for
// every request: that is faster.

import { DurableObjectRateLimiter, DurableObjectStore } from "@hono-rate-limiter/cloudflare";
import { Hono } from "hono";
import { rateLimiter } from "hono-rate-limiter";
import { forward } from "../workers/forward.ts";

let limiter;

const app = new Hono();
app.use((context, next) => {
  limiter ??= rateLimiter({
    windowMs: Number(context.env.WINDOW_MS),
    limit: Number(context.env.LIMIT_UNITS),
    keyGenerator: ({ req }) => req.header("cf-connecting-ip") ?? "",
    store: new DurableObjectStore({ namespace: context.env.LIMITERS }),
  });
  return limiter(context, next);
});
app.all("*", ({ req, env }) => forward(req.raw, env));

export { DurableObjectRateLimiter };
export default app;

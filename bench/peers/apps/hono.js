// hono-rate-limiter with its Durable Object store: all requests, and those of a path again.

import { DurableObjectRateLimiter, DurableObjectStore } from "@hono-rate-limiter/cloudflare";
import { Hono } from "hono";
import { rateLimiter } from "hono-rate-limiter";

const toLimiter = (name) => {
  let limiter;
  return (context, next) => {
    const { env } = context;
    limiter ??= rateLimiter({
      windowMs: Number(env[`${name}_MS`]),
      limit: Number(env[`${name}_UNITS`]),
      standardHeaders: "draft-7",
      keyGenerator: ({ req }) => `${name}:${req.header("cf-connecting-ip") ?? ""}`,
      store: new DurableObjectStore({ namespace: env.LIMITERS }),
    });
    return limiter(context, next);
  };
};

const general = toLimiter("GENERAL");
const search = toLimiter("SEARCH");

const app = new Hono();
app.use(general);
app.use("/search", (context, next) =>
  context.env.SEARCH_UNITS === undefined ? next() : search(context, next),
);
app.all("*", ({ req, env }) => {
  const { pathname, search: query } = new URL(req.url);
  return fetch(env.ORIGIN_URL + pathname + query, req.raw);
});

export { DurableObjectRateLimiter };
export default app;

// fastify with @fastify/rate-limit: a limit for all routes, and a route's own.

import rateLimit from "@fastify/rate-limit";
import fastify from "fastify";
import { connect } from "./redis.js";
import { general, isCareful, port, redisPath, search } from "./settings.js";

const app = fastify({ trustProxy: "127.0.0.1" });
await app.register(rateLimit, {
  max: general.units,
  timeWindow: general.windowMs,
  skipOnError: isCareful,
  // The documents advise these two for its client.
  ...(redisPath === undefined ? {} : { redis: connect({ connectTimeout: 500, maxRetriesPerRequest: 1 }) }),
});
const config = search === undefined ? {} : { rateLimit: { max: search.units, timeWindow: search.windowMs } };
app.get("/search", { config }, (_request, reply) => reply.header("X-Handler", "search").send("found"));
app.get("/*", (_request, reply) => reply.header("X-Handler", "other").send("hello"));
await app.listen({ port, host: "127.0.0.1" });

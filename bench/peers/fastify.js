// fastify with @fastify/rate-limit in memory, in front of an origin.

import httpProxy from "@fastify/http-proxy";
import rateLimit from "@fastify/rate-limit";
import fastify from "fastify";

const { PORT, ORIGIN_URL, LIMIT_UNITS, WINDOW_MS } = process.env;

const app = fastify();
await app.register(rateLimit, {
  max: Number(LIMIT_UNITS),
  timeWindow: Number(WINDOW_MS),
  keyGenerator: ({ headers }) => headers["cf-connecting-ip"] ?? "",
});
await app.register(httpProxy, { upstream: ORIGIN_URL });
await app.listen({ port: Number(PORT), host: "127.0.0.1" });

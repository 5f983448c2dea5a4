// express with rate-limiter-flexible, in a middleware as its documents write it. X-Cost is what a request consumes.

import express from "express";
import { RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible";
import { connect } from "./redis.js";
import { general, isCareful, port, redisPath, search } from "./settings.js";

const redis = redisPath === undefined ? undefined : connect(isCareful ? { enableOfflineQueue: false } : {});

function createLimiter({ units, windowMs }, keyPrefix) {
  const options = { points: units, duration: windowMs / 1_000, keyPrefix };
  if (redis === undefined) return new RateLimiterMemory(options);
  const insuranceLimiter = isCareful ? new RateLimiterMemory(options) : undefined;
  return new RateLimiterRedis({ storeClient: redis, ...options, ...(isCareful ? { insuranceLimiter } : {}) });
}

const limit = (rule, keyPrefix) => {
  const limiter = createLimiter(rule, keyPrefix);
  return async (request, response, next) => {
    const setFields = ({ msBeforeNext, remainingPoints }) =>
      response.set({
        "X-RateLimit-Limit": String(rule.units),
        "X-RateLimit-Remaining": String(remainingPoints),
        "X-RateLimit-Reset": String(Math.ceil((Date.now() + msBeforeNext) / 1_000)),
      });
    try {
      setFields(await limiter.consume(request.ip, Number(request.get("X-Cost") ?? 1)));
      next();
    } catch (refused) {
      if (refused instanceof Error) {
        next(refused);
        return;
      }
      setFields(refused).set("Retry-After", String(refused.msBeforeNext / 1_000));
      response.status(429).send("Too Many Requests");
    }
  };
};

const app = express();
app.set("trust proxy", "loopback");
app.use(limit(general, "general"));
if (search !== undefined) app.use("/search", limit(search, "search"));
app.get("/search", (_request, response) => response.set("X-Handler", "search").send("found"));
app.use((_request, response) => response.set("X-Handler", "other").send("hello"));
app.listen(port, "127.0.0.1");

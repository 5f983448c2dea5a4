// express with express-rate-limit: all requests, and those of a mounted path again.

import express from "express";
import { rateLimit } from "express-rate-limit";
import { RedisStore } from "rate-limit-redis";
import { connect } from "./redis.js";
import { general, isCareful, port, redisPath, search } from "./settings.js";

const redis = redisPath === undefined ? undefined : connect();

const limit = ({ units, windowMs }, prefix) =>
  rateLimit({
    windowMs,
    limit: units,
    standardHeaders: "draft-8",
    legacyHeaders: true,
    passOnStoreError: isCareful,
    ...(redis === undefined
      ? {}
      : { store: new RedisStore({ prefix, sendCommand: (...words) => redis.call(...words) }) }),
  });

const app = express();
app.set("trust proxy", "loopback");
app.use(limit(general, "general:"));
if (search !== undefined) app.use("/search", limit(search, "search:"));
app.get("/search", (_request, response) => response.set("X-Handler", "search").send("found"));
app.use((_request, response) => response.set("X-Handler", "other").send("hello"));
app.listen(port, "127.0.0.1");

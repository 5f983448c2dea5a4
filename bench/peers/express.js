// express with express-rate-limit in memory, in front of an origin.

import { Agent } from "node:http";
import express from "express";
import { rateLimit } from "express-rate-limit";
import { createProxyMiddleware } from "http-proxy-middleware";

const { PORT, ORIGIN_URL, LIMIT_UNITS, WINDOW_MS } = process.env;

const app = express();
app.disable("x-powered-by");
app.use(
  rateLimit({
    windowMs: Number(WINDOW_MS),
    limit: Number(LIMIT_UNITS),
    standardHeaders: "draft-8",
    legacyHeaders: false,
    keyGenerator: ({ headers }) => headers["cf-connecting-ip"] ?? "",
  }),
  createProxyMiddleware({ target: ORIGIN_URL, agent: new Agent({ keepAlive: true }) }),
);
app.listen(Number(PORT), "127.0.0.1");

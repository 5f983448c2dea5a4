// koa with koa-ratelimit over Redis.

import Koa from "koa";
import rateLimit from "koa-ratelimit";
import { connect } from "./redis.js";
import { general, port, search } from "./settings.js";

const db = connect();

// Each of its own names for a client, or two limits share a counter.
const limit = ({ units, windowMs }, name) =>
  rateLimit({
    driver: "redis",
    db,
    duration: windowMs,
    max: units,
    id: ({ ip }) => `${name}:${ip}`,
    headers: { remaining: "X-RateLimit-Remaining", reset: "X-RateLimit-Reset", total: "X-RateLimit-Limit" },
  });

const app = new Koa();
app.proxy = true;
app.use(limit(general, "general"));
if (search !== undefined) {
  const limitSearch = limit(search, "search");
  app.use((context, next) => (context.path === "/search" ? limitSearch(context, next) : next()));
}
app.use((context) => {
  const isSearch = context.path === "/search";
  context.set("X-Handler", isSearch ? "search" : "other");
  context.body = isSearch ? "found" : "hello";
});
app.listen(port, "127.0.0.1");

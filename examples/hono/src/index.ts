import { env } from "cloudflare:workers";
import { createLimiter, limitHono } from "headgate/limiter";
import { Hono } from "hono";

// Wrangler finds the Durable Object's class where the Worker's entry exports it.
export { CounterObject } from "headgate/limiter";

// Beside the handlers, so that all requests of a Worker instance share it.
const limiter = createLimiter((env as Env).COUNTERS, {
  policies: {
    minute: { algorithm: "sliding-window", limit: 60, window: "1m" },
  },
});

interface Env {
  readonly COUNTERS: DurableObjectNamespace;
}

const app = new Hono();
app.use(
  limitHono(limiter, (context) => ({
    policy: "minute",
    key: context.req.header("X-Account") ?? context.req.header("CF-Connecting-IP") ?? "unknown",
  })),
);
app.get("/hello", (context) => context.text("Hello"));

export default app;

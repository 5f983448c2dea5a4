import { env } from "cloudflare:workers";
import { createLimiter, limitItty } from "headgate/limiter";
import { AutoRouter, type IRequest } from "itty-router";

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

const limit = limitItty(limiter, (request: IRequest) => ({
  policy: "minute",
  key: request.headers.get("X-Account") ?? request.headers.get("CF-Connecting-IP") ?? "unknown",
}));

const router = AutoRouter({ before: [limit.before], finally: [limit.finally] });
router.get("/hello", () => "Hello");

export default { fetch: router.fetch } satisfies ExportedHandler;

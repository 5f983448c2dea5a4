// What `headgate/limiter` offers.

import { LimiterObject } from "../durable-objects/limiter-object.ts";
import type { ObjectClass } from "../platform/object-class.ts";

export { createLimiter } from "./create-limiter.ts";
export { limitHono } from "./hono.ts";
export { type IttyLimit, limitItty } from "./itty.ts";
export type {
  Check,
  CounterNamespace,
  Limiter,
  LimiterOptions,
  LimiterPolicyInput,
  LimitResult,
  RefusalCode,
} from "./limiter-types.ts";

/** The Durable Object that owns counters: a Worker's entry exports it, and wrangler.toml binds it. */
export const CounterObject: ObjectClass = LimiterObject;

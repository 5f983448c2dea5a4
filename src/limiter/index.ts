// What `headgate/limiter` offers.

export { CounterObject } from "../durable-objects/counter-object.ts";
export { createLimiter, type Limiter } from "./create-limiter.ts";
export { limitHono } from "./hono.ts";
export { type IttyLimit, limitItty } from "./itty.ts";
export type { LimitResult, RefusalCode } from "./limit-result.ts";
export type { Check, LimiterOptions, LimiterPolicyInput } from "./limiter-input.ts";

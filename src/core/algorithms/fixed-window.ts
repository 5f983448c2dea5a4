// Fixed window: one counter that starts again with every window, which is aligned to the epoch or starts with the first
// request after the last one ended.

import * as v from "valibot";
import { parseWith } from "../schema/parse-with.ts";
import { duration, oneOf, quota } from "../schema/primitives.ts";
import { ok, type Result } from "../result.ts";
import type { Algorithm, Charge, Moment, Verdict } from "./algorithm.ts";
import { parseStoredState, storedCount, storedState, storedTimeMs } from "./stored-state.ts";
import { toVerdict } from "./to-verdict.ts";

export interface FixedWindowConfig {
  readonly limit: number;
  readonly windowMs: number;
  readonly align: "epoch" | "first-request";
}

/** `used` units since `startMs`, the last of them at `atMs` or before. */
export interface FixedWindowState {
  readonly algorithm: "fixed-window";
  readonly used: number;
  readonly startMs: number;
  readonly atMs: number;
}

/**
 * Accuracy: exact in each of its windows.
 * Worst case: 2 x limit in a rolling window: the limit at the end of one window and again at the start of the next.
 * Storage per key: three integers. Burst: up to `limit` at once, and twice that across an edge.
 * When not to use: when the limit must hold in every rolling window; take sliding-window.
 * Source: https://blog.cloudflare.com/counting-things-a-lot-of-different-things/ (its first approach).
 */
export const fixedWindow: Algorithm<FixedWindowConfig, FixedWindowState> = {
  optionNames: ["limit", "window", "align"],
  parseConfig,
  parseState: (stored) => parseStoredState(schema, stored),
  decide,
  charge,
  setBack: (state, byMs) => ({
    ...state,
    startMs: Math.max(0, state.startMs - byMs),
    atMs: state.atMs - byMs,
  }),
  expiresAtMs,
};

const options = v.object({
  limit: quota,
  window: duration,
  align: v.optional(oneOf(["epoch", "first-request"]), "epoch"),
});
const schema = v.pipe(
  storedState("fixed-window", { used: storedCount, startMs: storedTimeMs, atMs: storedTimeMs }),
  v.check(({ startMs, atMs }) => startMs <= atMs),
);

function parseConfig(input: unknown): Result<FixedWindowConfig> {
  const parsed = parseWith(options, input);
  if (!parsed.ok) return parsed;
  const { limit, window: windowMs, align } = parsed.value;
  return ok({ limit, windowMs, align });
}

/** The window at nowMs with what was used in it. Use under another window counts while any of it can be in this one. */
function advance(
  config: FixedWindowConfig,
  state: FixedWindowState | undefined,
  nowMs: number,
): FixedWindowState {
  const atMs = Math.max(nowMs, state?.atMs ?? nowMs);
  if (config.align === "epoch") {
    const startMs = atMs - (atMs % config.windowMs);
    const used = state !== undefined && state.atMs >= startMs ? Math.min(state.used, config.limit) : 0;
    return { algorithm: "fixed-window", used, startMs, atMs };
  }
  const startMs = state === undefined || state.used === 0 ? atMs : toFirstMs(state, config.windowMs);
  if (state === undefined || atMs >= startMs + config.windowMs) {
    return { algorithm: "fixed-window", used: 0, startMs: atMs, atMs };
  }
  return { algorithm: "fixed-window", used: Math.min(state.used, config.limit), startMs, atMs };
}

/** The start of the window. One that today's length would have ended before its last request counts from that request. */
function toFirstMs({ startMs, atMs }: FixedWindowState, windowMs: number): number {
  return atMs < startMs + windowMs ? startMs : atMs;
}

function decide(
  config: FixedWindowConfig,
  state: FixedWindowState | undefined,
  moment: Moment,
): Verdict<FixedWindowState> {
  const now = advance(config, state, moment.nowMs);
  return toVerdict(moment, {
    state,
    capacity: config.limit,
    remaining: config.limit - now.used,
    take: () => ({ ...now, used: now.used + moment.cost }),
    toFitMs: () => now.startMs + config.windowMs,
    toExpiryMs: (kept) => expiresAtMs(config, kept),
  });
}

function charge(
  config: FixedWindowConfig,
  state: FixedWindowState | undefined,
  { nowMs, units, takenAtMs = nowMs }: Charge,
): FixedWindowState {
  const now = advance(config, state, nowMs);
  if (units < 0 && takenAtMs < now.startMs) return now;
  return { ...now, used: Math.max(0, Math.min(config.limit, now.used + units)) };
}

function expiresAtMs(config: FixedWindowConfig, state: FixedWindowState): number {
  const now = advance(config, state, state.atMs);
  return now.used === 0 ? now.atMs : now.startMs + config.windowMs;
}

// What becomes of a call after a run, or when its object finds it after a restart. Pure.

import type { RunResult } from "./call-messages.ts";

/** How long until it is tried again where nobody said. */
const AGAIN_MS = 1_000;
const AGAIN_MS_MAX = 60_000;
/** Runs of a safe method that an object's end has cut short. */
export const RUNS_MAX = 5;

/** RFC 9110 section 9.2.1: to do it twice is to do it once. */
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

export type NextRun = { readonly kind: "again"; readonly inMs: number } | { readonly kind: "done" | "lost" };

/** After a run that has ended. */
export function toNextRun(
  { limited }: Pick<RunResult, "limited">,
  { nowMs, waitUntilMs }: { readonly nowMs: number; readonly waitUntilMs: number },
): NextRun {
  if (limited === undefined) return { kind: "done" };
  const askedMs = Math.max(AGAIN_MS, limited.retryAfterMs ?? AGAIN_MS);
  // The last try is when its time is over, and not before.
  if (nowMs + askedMs > waitUntilMs) return { kind: "done" };
  return { kind: "again", inMs: Math.min(askedMs, AGAIN_MS_MAX) };
}

/** A run whose end nobody saw. What was not sent goes again, whatever it is. */
export function toRunAfterRestart({
  method,
  isSent,
  runs,
}: {
  readonly method: string;
  readonly isSent: boolean;
  readonly runs: number;
}): NextRun {
  if (!isSent) return { kind: "again", inMs: 0 };
  return SAFE.has(method) && runs < RUNS_MAX ? { kind: "again", inMs: 0 } : { kind: "lost" };
}

// Log lines of functions that fail: one for each function and way of failing in ten seconds, with how many there were since.

import { readClock } from "../../platform/clock.ts";
import { writeLog } from "../../platform/log.ts";

const QUIET_MS = 10_000;
const CAUSE_LENGTH_MAX = 500;

interface Told {
  atMs: number;
  /** Since then. */
  count: number;
}

/** As many as there are functions, times the ways to fail. */
const told = new Map<string, Told>();

interface ToldFault {
  readonly name: string;
  readonly code: string;
  readonly cause: string;
  readonly route: string;
  readonly requestId: string;
}

export function logFault({ name, code, cause, ...where }: ToldFault): void {
  const nowMs = readClock();
  const label = `${name} ${code}`;
  const known = told.get(label);
  if (known !== undefined && nowMs - known.atMs < QUIET_MS) {
    known.count += 1;
    return;
  }
  told.set(label, { atMs: nowMs, count: 0 });
  const count = 1 + (known?.count ?? 0);
  writeLog("function-failed", {
    function: name,
    code,
    cause: cause.slice(0, CAUSE_LENGTH_MAX),
    count,
    ...where,
  });
}

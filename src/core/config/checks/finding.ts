// What a configuration says that can have no effect, or another one than is meant.

import type { Problem } from "../../result.ts";
import type { Config } from "../config.ts";

export interface Finding extends Problem {
  /** A problem is always wrong, and refused; a warning may be meant, and stops nothing. */
  readonly severity: "problem" | "warning";
}

export type ConfigCheck = (config: Config) => readonly Finding[];

export const toProblem = (path: string, message: string): Finding => ({
  severity: "problem",
  path,
  code: "no-effect",
  message,
});

export const toWarning = (path: string, message: string): Finding => ({
  severity: "warning",
  path,
  code: "no-effect",
  message,
});

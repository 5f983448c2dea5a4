// What is right by itself and still can have no effect: found when a configuration is offered (check, start, build, push),
// and not when a gateway reads one that was accepted before.

import type { Problem } from "../result.ts";
import { findImpossibleCosts } from "./checks/find-impossible-costs.ts";
import { findMissingKeys } from "./checks/find-missing-keys.ts";
import { findOpenScopes } from "./checks/find-open-scopes.ts";
import { findUnreachableRoutes } from "./checks/find-unreachable-routes.ts";
import { findUnused } from "./checks/find-unused.ts";
import { findVainAlerts } from "./checks/find-vain-alerts.ts";
import { findVainFollowing } from "./checks/find-vain-following.ts";
import { findVainLimits } from "./checks/find-vain-limits.ts";
import { findVainLists } from "./checks/find-vain-lists.ts";
import { findVainNames } from "./checks/find-vain-names.ts";
import { findVainPortal } from "./checks/find-vain-portal.ts";
import { findVainReputation } from "./checks/find-vain-reputation.ts";
import { findVainRouteKeys } from "./checks/find-vain-route-keys.ts";
import type { ConfigCheck, Finding } from "./checks/finding.ts";
import type { Config } from "./config.ts";

const checks: readonly ConfigCheck[] = [
  findUnreachableRoutes,
  findMissingKeys,
  findImpossibleCosts,
  findUnused,
  findVainAlerts,
  findVainFollowing,
  findVainLimits,
  findVainLists,
  findVainNames,
  findVainPortal,
  findVainReputation,
  findVainRouteKeys,
  findOpenScopes,
];

export interface Checked {
  /** Always wrong: refused. */
  readonly problems: readonly Problem[];
  /** May be meant: said once, and stops nothing. */
  readonly warnings: readonly Problem[];
}

export function checkConfig(config: Config): Checked {
  const findings = checks.flatMap((check) => check(config));
  const listOf = (severity: Finding["severity"]): readonly Problem[] =>
    findings
      .filter((finding) => finding.severity === severity)
      .map(({ path, code, message }) => ({ path, code, message }));
  return { problems: listOf("problem"), warnings: listOf("warning") };
}

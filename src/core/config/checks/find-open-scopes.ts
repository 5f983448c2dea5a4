// Scopes of a feedback profile that no policy of the pool stands for, and whose quotas the profile cannot tell apart: what
// the origin says of one account then holds for all of them.

import { type ConfigCheck, toWarning } from "./finding.ts";

export const findOpenScopes: ConfigCheck = ({ pools }) =>
  pools.flatMap(({ name, outbound, feedback }) => {
    if (feedback === undefined || feedback.otherScopes === "pool") return [];
    const open = feedback.scopes
      .filter(({ policy, hasSubjects }) => policy === undefined && hasSubjects !== true)
      .map(({ scope }) => `"${scope}"`);
    // Without policies there is nothing to join: the pool is one account.
    if (open.length === 0 || (outbound?.limited.policies.length ?? 0) === 0) return [];
    const message = `${open.join(", ")} of profile "${feedback.profile}" ${open.length === 1 ? "has" : "have"} no policy: one throttled account there stops all calls of the pool; name a policy for ${open.length === 1 ? "it" : "each"}, or set otherScopes: "pool" where that is meant`;
    return [toWarning(`origins.${name}.feedback.scopes`, message)];
  });

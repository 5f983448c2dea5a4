// What makes a run worthless, or a limiter wrong. The bench says it and fails.

import type { Summary } from "./summarize.ts";

export function findFaults(summaries: readonly Summary[]): readonly string[] {
  return summaries.flatMap((summary) => {
    const { contender, workload, excess, other, succeeded, denied, allowed } = summary;
    const faults: string[] = [];
    if (excess > 0) faults.push(`admitted ${excess} requests above its limit`);
    if (other > 0) faults.push(`answered ${other} requests with neither 200 nor 429, or not at all`);
    if (denied > 0 && (allowed === undefined || denied + succeeded <= allowed))
      faults.push(`denied ${denied} requests below its limit`);
    return faults.map((fault) => `${contender.name} (${workload.name}) ${fault}`);
  });
}

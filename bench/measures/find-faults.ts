// What makes a run worthless, or a limiter wrong. The bench says it and fails. A peer that admits too much is no fault of
// the run: the table shows it.

import { isHeadgate } from "../contenders/registry.ts";
import type { Summary } from "./summarize.ts";

export function findFaults(summaries: readonly Summary[]): readonly string[] {
  return summaries.flatMap((summary) => {
    const { contender, workload } = summary;
    const faults = [...findWrongAnswers(summary), ...findWrongWay(summary)];
    return faults.map((fault) => `${contender.name} (${workload.name}) ${fault}`);
  });
}

function findWrongAnswers(summary: Summary): readonly string[] {
  const { contender, cpuUs, excess, other, deniedEarly } = summary;
  const faults: string[] = [];
  if (!Number.isFinite(cpuUs)) faults.push("answered nothing");
  if (other > 0) faults.push(`answered ${other} requests with neither 200 nor 429, or not at all`);
  if (excess > 0 && isHeadgate(contender)) faults.push(`admitted ${excess} requests above its limit`);
  if (deniedEarly > 0) faults.push(`denied ${deniedEarly} requests below its limit`);
  return faults;
}

/** Whether its answers came from where the row says. */
function findWrongWay(summary: Summary): readonly string[] {
  const { contender, workload, succeeded, admitted, unmodified, originPer1000 } = summary;
  if (contender.serves === "by forwarding")
    return succeeded === admitted
      ? []
      : [`answered ${succeeded} times 200, and asked its origin ${admitted} times`];
  const { expected } = workload;
  if (contender.serves === "by itself" || expected === undefined) return [];
  const faults: string[] = [];
  if (originPer1000 > expected.requestsMax)
    faults.push(`asked its origin ${originPer1000.toFixed(0)} times in 1,000 requests`);
  if (unmodified < admitted * expected.unmodifiedMin)
    faults.push(`had ${unmodified} of ${admitted} stored answers confirmed by its origin`);
  return faults;
}

// `npm run prove:outbound`: ten clients that ask for three times what the Graph API stand-in gives, through Headgate on
// workerd and without it, side by side. Ends with 1 when a promise is broken.

import { alignColumns } from "../src/cli/align-columns.ts";
import { parseArgs } from "node:util";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { PRIORITIES } from "./prove-outbound/clients.ts";
import { findBroken, type Outcome, toOutcome } from "./prove-outbound/outcome.ts";
import { type Plan, playThrough, playWithout } from "./prove-outbound/play.ts";

const PROMISED = { throttledLaterMax: 0, usedMin: 0.95 };

const { values } = parseArgs({
  options: {
    windows: { type: "string", default: "8" },
    seconds: { type: "string", default: "10" },
    budget: { type: "string", default: "100" },
    margin: { type: "string", default: "2" },
  },
});

function readPlan(): Plan {
  const [windows = 0, seconds = 0, budget = 0, margin = 0] = [
    values.windows,
    values.seconds,
    values.budget,
    values.margin,
  ].map((text) => (/^\d{1,4}$/.test(text) ? Number(text) : -1));
  if (windows >= 2 && seconds >= 1 && margin >= 0 && budget > margin)
    return { windows, windowMs: seconds * 1_000, budget, margin };
  throw new CommandError(
    "Cannot prove: wanted --windows from 2, --seconds from 1, --budget above --margin, all whole numbers",
  );
}

const toPercent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const toSeconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

const ROWS: readonly (readonly [what: string, show: (outcome: Outcome) => string])[] = [
  ["calls asked for", ({ asked }) => String(asked)],
  ["answered", ({ answered }) => String(answered)],
  ["refused by Headgate (503, Retry-After)", ({ refused }) => String(refused)],
  ["no answer, or another one", ({ lost }) => String(lost)],
  ["throttles that clients saw (400)", ({ seen }) => String(seen)],
  ["refusals of the mock server, first window", ({ throttledFirst }) => String(throttledFirst)],
  ["refusals of the mock server, later", ({ throttledLater }) => String(throttledLater)],
  ["budget used after the first window", ({ used }) => toPercent(used)],
  ...PRIORITIES.flatMap((priority) => [
    [`answered, ${priority}`, ({ answeredShare }: Outcome) => toPercent(answeredShare[priority])] as const,
    [
      `wait, ${priority}: mean, p95 (in vain: 20 s)`,
      ({ waitMs }: Outcome) => `${toSeconds(waitMs[priority].mean)}, ${toSeconds(waitMs[priority].p95)}`,
    ] as const,
  ]),
  ["within the budget: not answered", ({ calmUnanswered }) => String(calmUnanswered)],
  ["within the budget: longest wait", ({ calmWaitMs }) => toSeconds(calmWaitMs)],
];

function toTable(through: Outcome, without: Outcome): string {
  return alignColumns([
    ["", "through Headgate", "without"],
    ...ROWS.map(([what, show]) => [what, show(through), show(without)]),
  ]);
}

await runCommand(async () => {
  const plan = readPlan();
  const { windows, windowMs, budget, margin } = plan;
  console.log(
    `Ten clients ask for ${3 * budget} calls in ${windowMs / 1_000} s, ${windows} times; the stand-in serves ${budget}, the policy ${budget - margin}.`,
  );
  // One after the other: what is measured are moments, and one would take the other's.
  const without = await playWithout(plan);
  const through = await playThrough(plan);
  const outcome = toOutcome(plan, through);
  console.log(`\n${toTable(outcome, toOutcome(plan, without))}\n`);
  const broken = findBroken(outcome, PROMISED);
  if (broken.length > 0) throw new CommandError(`Cannot prove that ${broken.join("; ")}`);
  console.log("All promises hold.");
});

// The result of a simulation as people read it, as JSON and as one HTML page.

import type { Changes } from "../../core/simulation/compare.ts";
import type { HurtKey, PolicySummary } from "../../core/simulation/summary.ts";
import { alignColumns } from "../align-columns.ts";
import { type PageTable, toPage } from "./html-page.ts";
import { toBars } from "./picture.ts";
import type { Followed, Simulation } from "./simulate-logs.ts";
import { toCell } from "../headgate/table.ts";

const LISTED_KEYS = 20;

export function toSaid({
  summary,
  changes,
  tally,
  unknown,
  leftOut,
}: Simulation): Readonly<Record<string, unknown>> {
  return {
    requests: summary.requests,
    fromMs: summary.firstMs,
    toMs: summary.lastMs,
    outcomes: Object.fromEntries(summary.outcomes),
    policies: summary.listPolicies(LISTED_KEYS),
    changes,
    log: { lines: tally.lines, problems: Object.fromEntries(tally.problems) },
    notInLog: Object.fromEntries(unknown),
    leftOut,
    timeline: { stepMs: summary.timeline.stepMs, points: summary.timeline.list() },
  };
}

export function toText(simulation: Simulation): string {
  const { summary, changes } = simulation;
  if (summary.requests === 0) return ["No request was found.", ...toDoubts(simulation)].join("\n");
  const policies = summary.listPolicies(LISTED_KEYS);
  const points = summary.timeline.list();
  const bars = toBars(points);
  return [
    `${summary.requests} requests, ${toTime(summary.firstMs)} to ${toTime(summary.lastMs)}`,
    `  ${[...summary.outcomes].map(([outcome, count]) => `${OUTCOMES[outcome]} ${count}`).join(", ")}`,
    "",
    toTable(POLICY_COLUMNS, policies),
    ...(bars === undefined
      ? []
      : ["", `Denied over time, ${toStep(summary.timeline.stepMs * points.length)} in all:`, bars]),
    ...policies.flatMap(toWorst),
    ...(changes === undefined ? [] : toChanged(changes, summary.requests)),
    ...toDoubts(simulation),
  ].join("\n");
}

const OUTCOMES = {
  allowed: "allowed",
  denied: "denied",
  refused: "rejected",
  free: "free cache hits",
  "no-route": "without a route",
  malformed: "malformed",
} as const;

type Cell = string | number | undefined;
type Columns<Row> = readonly (readonly [heading: string, read: (row: Row) => Cell])[];

const POLICY_COLUMNS: Columns<PolicySummary> = [
  ["POLICY", ({ policy }) => policy],
  ["ALLOWED", ({ allowed }) => allowed],
  ["DENIED", ({ denied }) => denied],
  ["IN SHADOW", ({ shadowDenied }) => shadowDenied],
  ["KEYS", ({ keys }) => keys],
  ["KEYS DENIED", ({ keysDenied }) => keysDenied],
  ["FIRST DENIED", ({ firstDeniedMs }) => toTime(firstDeniedMs)],
];

const WORST_COLUMNS: Columns<HurtKey> = [
  ["KEY", ({ key }) => key],
  ["CONSUMER", ({ consumer }) => consumer],
  ["DENIED", ({ denied }) => denied],
  ["ALLOWED", ({ allowed }) => allowed],
  ["SINCE", ({ firstMs }) => toTime(firstMs)],
];

const CHANGED_COLUMNS: Columns<Changes["hurt"][number]> = [
  ["WHO", ({ who }) => who],
  ["NEWLY DENIED", ({ count }) => count],
];

function toWorst({ policy, worst }: PolicySummary): readonly string[] {
  if (worst.length === 0) return [];
  return ["", `Denied most by ${policy}:`, toTable(WORST_COLUMNS, worst)];
}

function toChanged(
  { newlyDenied, newlyAllowed, firstNewlyDeniedMs, hurt }: Changes,
  requests: number,
): readonly string[] {
  const share = `${((newlyDenied / Math.max(1, requests)) * 100).toFixed(3)} %`;
  const since = firstNewlyDeniedMs === undefined ? "" : `, first at ${toTime(firstNewlyDeniedMs)}`;
  const head = [
    "",
    `Against today's: ${newlyDenied} newly denied (${share})${since}; ${newlyAllowed} newly allowed`,
  ];
  return hurt.length === 0 ? head : [...head, toTable(CHANGED_COLUMNS, hurt)];
}

const PROBLEMS = {
  "not-http": "lines of connections that sent no HTTP",
  "not-a-request": "lines that tell of no request, or of one a second time",
  unreadable: "lines in no known form",
  future: "lines with a time of tomorrow or later, left out",
  late: "lines more than a minute after their place, decided as if they came when they stand",
  cut: "files that end in the middle",
} as const;

/** What the result rests on. */
function toDoubts(simulation: Simulation): readonly string[] {
  const all = listDoubts(simulation);
  return all.length === 0 ? [] : ["", "What this rests on:", ...all.map((doubt) => `  ${doubt}`)];
}

function listDoubts({ tally, unknown, leftOut, following }: Simulation): readonly string[] {
  const problems = [...tally.problems].map(
    ([problem, { count, first }]) => `${PROBLEMS[problem]}: ${count}, first ${first}`,
  );
  const absent = [...unknown].map(
    ([what, count]) => `${what}: not in the log ${count} times, taken as absent`,
  );
  const left = leftOut.map((policy) => `${policy}: counts requests in flight, which no log tells; left out`);
  return [...problems, ...absent, ...left, ...following.map(toFollowedDoubt)];
}

function toFollowedDoubt({ policy, pool, share }: Followed): string {
  return share === undefined
    ? `${policy}: follows the pool ${pool}, of which no log says how much it lets in; taken whole, or --share ${pool}=0.5 says less`
    : `${policy}: follows the pool ${pool}, taken to let in ${share} of what comes all the time`;
}

export function toHtml(simulation: Simulation): string {
  const { summary, changes } = simulation;
  const policies = summary.listPolicies(LISTED_KEYS);
  const tables: PageTable[] = [
    toPageTable("Policies", POLICY_COLUMNS, policies),
    ...policies.map(({ policy, worst }) => toPageTable(`Denied most by ${policy}`, WORST_COLUMNS, worst)),
  ];
  if (changes !== undefined) {
    const rows = changes.hurt.map(({ who, count }) => [who, count]);
    const caption = `Newly denied: ${changes.newlyDenied}; newly allowed: ${changes.newlyAllowed}`;
    tables.push({ caption, headings: ["Who", "Newly denied"], rows });
  }
  const doubts = listDoubts(simulation).map((doubt) => [doubt]);
  if (doubts.length > 0)
    tables.push({ caption: "What this rests on", headings: ["In the log"], rows: doubts });
  const title = `${summary.requests} requests, of which ${summary.denied} would be denied`;
  return toPage(title, summary.timeline.list(), tables);
}

function toPageTable<Row>(caption: string, columns: Columns<Row>, rows: readonly Row[]): PageTable {
  return {
    caption,
    headings: columns.map(([heading]) => heading),
    rows: rows.map((row) => columns.map(([, read]) => read(row))),
  };
}

function toTable<Row>(columns: Columns<Row>, rows: readonly Row[]): string {
  return alignColumns([
    columns.map(([heading]) => heading),
    ...rows.map((row) => columns.map(([, read]) => toCell(read(row)))),
  ]);
}

/** A log's times are long ago, and are read beside the log. */
function toTime(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString().replace(/\.\d+Z$/, "Z");
}

function toStep(ms: number): string {
  const minutes = ms / 60_000;
  return minutes >= 120 ? `${Math.round(minutes / 60)} h` : `${Math.max(1, Math.round(minutes))} min`;
}

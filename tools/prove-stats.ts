// `npm run prove:stats`: a real Prometheus scrapes a gateway under load. No counter that it stored ever falls, the last sum
// is what was sent, and rate() over the whole is within 2 % of it. Then gateways are killed under load (`-- --kills 3`): each
// loses at most what it counted since its last report. Ends with 1 when a promise is broken.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { serveConfig } from "./fuzz/serve-config.ts";
import { startOrigin } from "./fuzz/start-origin.ts";
import { agent, send } from "./prove-logs/send.ts";
import { killOnce, toBroken } from "./prove-stats/kill.ts";
import { startPrometheus, type Prometheus } from "./prove-stats/prometheus.ts";

// Inside the checkout, so that the configuration's import resolves.
const FOLDER = resolve(import.meta.dirname, "../dist/prove-stats");
const TOKEN = "a-token-that-reads";
const PER_SECOND = 20;
const SCRAPE_SECONDS = 1;
const REPORT_MS = 10_000;
const ERROR_MAX = 0.02;
const SECONDS_MIN = 60;
const SECONDS_MAX = 600;

/** How long a gateway is under load at most after its first report: reports go out at any moment of it. */
const AFTER_MS_MAX = 15_000;

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "120" }, kills: { type: "string", default: "3" } },
});

function readSeconds(): number {
  const seconds = Number(values.seconds);
  if (Number.isSafeInteger(seconds) && seconds >= SECONDS_MIN && seconds <= SECONDS_MAX) return seconds;
  throw new CommandError(
    `Cannot prove: --seconds must be a whole number from ${SECONDS_MIN} to ${SECONDS_MAX}`,
  );
}

/** So many requests a second, a third of them denied. Answers how many were sent. */
async function load(url: URL, seconds: number): Promise<number> {
  const startedMs = performance.now();
  let sent = 0;
  const answers: Promise<unknown>[] = [];
  while (performance.now() - startedMs < seconds * 1_000) {
    const due = Math.floor(((performance.now() - startedMs) / 1_000) * PER_SECOND);
    for (; sent < due; sent += 1)
      answers.push(send(url, { path: sent % 3 === 0 ? "/few/1" : `/many/${sent}` }));
    await wait(50);
  }
  await Promise.all(answers);
  return sent;
}

const ALL = "sum(headgate_requests_total)";

/** Until what was sent is reported, scraped and stored. */
const STORED_MS = REPORT_MS + 4 * SCRAPE_SECONDS * 1_000;

const LATE_TURNS = 15;

async function prove(prometheus: Prometheus, url: URL, seconds: number): Promise<readonly string[]> {
  // A series is known to rise from its second sample on: the first requests make them all.
  const before = await load(url, 2);
  await wait(STORED_MS);
  const startedMs = Date.now();
  const sent = await load(url, seconds);
  await wait(STORED_MS);
  // A busy machine reports late.
  for (let turn = 0; turn < LATE_TURNS && (await prometheus.query(ALL)) !== before + sent; turn += 1)
    await wait(1_000);
  const window = Math.round((Date.now() - startedMs) / 1_000);
  const [last = 0, resets = NaN, scrapes = 0, rate = 0] = await Promise.all([
    prometheus.query(ALL),
    prometheus.query(`sum(resets({__name__=~"headgate_.*_(total|count|bucket)"}[1h]))`),
    prometheus.query(`sum(count_over_time(up[1h]))`),
    prometheus.query(`sum(rate(headgate_requests_total[${window}s]))`),
  ]);
  const off = Math.abs((rate * window) / sent - 1);
  console.log(
    `sent ${before + sent}, stored ${last}; rate() over ${window} s is ${rate.toFixed(3)} a second, ` +
      `${(off * 100).toFixed(2)} % off; ${scrapes} scrapes, ${resets} counters fell`,
  );
  return [
    ...(last === before + sent ? [] : ["the last sum is not what was sent"]),
    ...(resets === 0 ? [] : ["a counter fell"]),
    ...(off <= ERROR_MAX ? [] : ["rate() is off by more than 2 %"]),
  ];
}

async function kill(origin: string, folder: string): Promise<readonly string[]> {
  const broken: string[] = [];
  for (let turn = 0; turn < Number(values.kills); turn += 1) {
    const afterMs = Math.floor(Math.random() * AFTER_MS_MAX);
    const killed = await killOnce({ origin, folder, afterMs });
    const { answered, before, after, inLastInterval } = killed;
    console.log(
      `killed ${afterMs} ms after its sums were read: ${answered} answered, ${before} told, ${after} after it: ` +
        `${answered - after} lost, of ${inLastInterval} in the last interval`,
    );
    broken.push(...toBroken(killed));
  }
  return broken;
}

async function scrape(origin: string, folder: string): Promise<readonly string[]> {
  const seconds = readSeconds();
  const hour = { algorithm: "fixed-window", window: "1h" };
  const gateway = await serveConfig({
    folder,
    name: "headgate",
    config: {
      origin,
      policies: {
        few: { ...hour, limit: 10, key: "path", consistency: "exact" },
        many: { ...hour, limit: 1_000_000, key: "everyone" },
      },
      routes: [
        { path: "/few/*", policies: ["few"] },
        { path: "/many/*", policies: ["many"] },
      ],
    },
    vars: { ADMIN_READ_TOKEN: TOKEN },
    onLog: () => undefined,
  });
  const prometheus = await startPrometheus({
    folder,
    url: gateway.url,
    token: TOKEN,
    seconds: SCRAPE_SECONDS,
  });
  try {
    return await prove(prometheus, gateway.url, seconds);
  } finally {
    prometheus.stop();
    agent.destroy();
    await gateway.close();
  }
}

await runCommand(async () => {
  readSeconds();
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, "run-"));
  const origin = await startOrigin();
  try {
    const broken = [...(await scrape(origin.url, folder)), ...(await kill(origin.url, folder))];
    if (broken.length > 0) throw new CommandError(`Not proven: ${broken.join("; ")}`);
    console.log("Proven");
  } finally {
    origin.close();
    await rm(folder, { recursive: true, force: true });
  }
});

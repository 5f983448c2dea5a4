// What a configuration would have done to the requests of an access log, before anybody is limited by it.

import { writeFile } from "node:fs/promises";
import { CommandError } from "../../command-error.ts";
import { CONFIG_PATH } from "../../paths.ts";
import { findLogs, toSources } from "../../simulate/find-logs.ts";
import { createProgress, toTook } from "../../simulate/progress.ts";
import { toHtml, toSaid, toText } from "../../simulate/simulation-text.ts";
import type { Config } from "../../../core/config/config.ts";
import { listFollowing } from "../../../core/policies/follow-price.ts";
import type { Simulation } from "../../simulate/simulate-logs.ts";
import type { Command } from "../command.ts";
import { CommandFailure, toUsageFailure } from "../exit-codes.ts";
import type { Given } from "../given.ts";

const SHARE = /^[01](?:\.\d{1,6})?$/;
const PERCENT = /^(\d{1,3}(?:\.\d{1,6})?)%$/;

export const simulate: Command = {
  name: "simulate",
  summary: "what a configuration would have done to the requests of access logs; asks no gateway",
  arguments: [{ name: "log-file", isOptional: true, isRepeatable: true }],
  options: {
    log: {
      value: "file",
      isRepeatable: true,
      help: 'a log, as the arguments are; "-" is the standard input',
    },
    config: { value: "file", help: `the configuration to try; default ${CONFIG_PATH}` },
    against: { value: "file", help: "today's configuration: prints what changes for which client" },
    "max-newly-denied": {
      value: "share",
      help: 'ends with 1 where more than this share of all requests is denied newly, such as "0.1%"; needs --against',
    },
    "free-hits": {
      help: "on routes whose cache hits are free, takes a repeated URL for a hit where the log does not say",
    },
    tier: {
      value: "consumer=tier",
      isRepeatable: true,
      help: "the tier of a consumer, where the log does not say it",
    },
    "default-tier": { value: "tier", help: "the tier of all other consumers" },
    share: {
      value: "pool=share",
      isRepeatable: true,
      help: "how much of what comes an origin pool lets in, such as api=0.4, for limits that follow it; all, where it is not said",
    },
    html: { value: "file", help: "writes the result as one HTML page too" },
  },
  examples: [
    "simulate --log access.log",
    "simulate --config new.config.ts --log access.log.1.gz --log access.log --against headgate.config.ts --max-newly-denied 0.1%",
    "simulate --default-tier free --tier acme=pro --html result.html < access.log",
  ],
  run: async (given) => {
    const shareMax = readShare(given);
    const simulation = await runSimulation(given);
    const said = toSaid(simulation);
    const page = given.text("html");
    if (page !== undefined) await writeFile(page, toHtml(simulation));
    const { changes, summary } = simulation;
    const share = (changes?.newlyDenied ?? 0) / Math.max(1, summary.requests);
    const isRefusal = shareMax !== undefined && share > shareMax;
    const why = `More than ${given.text("max-newly-denied") ?? ""} of all requests would be denied newly`;
    const text = (): string => [toText(simulation), ...(isRefusal ? ["", why] : [])].join("\n");
    return { json: { ...said, newlyDeniedShare: changes && share }, text, isRefusal };
  },
};

function readShare(given: Given): number | undefined {
  const text = given.text("max-newly-denied");
  if (text === undefined) return undefined;
  const [, percent] = PERCENT.exec(text) ?? [];
  if (percent === undefined || Number(percent) > 100)
    throw toUsageFailure(`--max-newly-denied must be a share such as 0.1%, received ${JSON.stringify(text)}`);
  if (given.text("against") === undefined) throw toUsageFailure("--max-newly-denied needs --against");
  return Number(percent) / 100;
}

/** A pool that no limit follows has no share that means anything. */
function readShares(given: Given, config: Config): Readonly<Record<string, number>> {
  const pools = new Set(config.policies.flatMap(listFollowing).map(({ rule }) => rule.pool));
  const shares = Object.entries(given.pairs("share", "=") ?? {}).map(([pool, text]) => {
    if (!pools.has(pool)) throw toUsageFailure(`--share names the pool ${pool}, which no limit follows`);
    const share = SHARE.test(text) ? Number(text) : NaN;
    if (!(share <= 1))
      throw toUsageFailure(`--share ${pool} must be from 0 to 1, received ${JSON.stringify(text)}`);
    return [pool, share] as const;
  });
  return Object.fromEntries(shares);
}

async function runSimulation(given: Given): Promise<Simulation> {
  // Loaded only here: other commands start without them.
  const [{ readConfigFile }, { simulateLogs }] = await Promise.all([
    import("../../read-config-file.ts"),
    import("../../simulate/simulate-logs.ts"),
  ]);
  const files = toSources(findLogs(given), process.stdin);
  const against = given.text("against");
  const progress = createProgress();
  const startMs = Date.now();
  try {
    const { config } = await readConfigFile(given.text("config") ?? CONFIG_PATH);
    const simulation = await simulateLogs({
      config,
      shares: readShares(given, config),
      against: against === undefined ? undefined : (await readConfigFile(against)).config,
      files,
      tiers: given.pairs("tier", "=") ?? {},
      tierDefault: given.text("default-tier"),
      hasHitModel: given.has("free-hits"),
      onProgress: progress.show,
    });
    progress.end();
    const peakBytes = process.resourceUsage().maxRSS * 1_024;
    const took = toTook(simulation.tally, { tookMs: Date.now() - startMs, peakBytes });
    if (took !== undefined) process.stderr.write(`${took}\n`);
    return simulation;
  } catch (error) {
    if (error instanceof CommandError) throw new CommandFailure("refused", error.message);
    throw error;
  } finally {
    progress.end();
  }
}

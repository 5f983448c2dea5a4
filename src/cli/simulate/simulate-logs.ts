// Plays logs through one configuration, or through two beside each other.

import { createHash } from "node:crypto";
import type { Config } from "../../core/config/config.ts";
import { type Changes, Comparison } from "../../core/simulation/compare.ts";
import { listFollowing } from "../../core/policies/follow-price.ts";
import { HitModel } from "../../core/simulation/hit-model.ts";
import { isReplayed, Replay } from "../../core/simulation/replay.ts";
import { Usage } from "../../core/simulation/usage.ts";
import { Summary } from "../../core/simulation/summary.ts";
import { LogTally, readLogs } from "./read-logs.ts";

export interface Simulating {
  readonly config: Config;
  /** What is in use today; undefined: nothing is compared. */
  readonly against?: Config | undefined;
  readonly files: readonly string[];
  readonly tiers: Readonly<Record<string, string>>;
  readonly tierDefault: string | undefined;
  /** How much each origin pool lets in, from 0 to 1, for limits that follow it. */
  readonly shares?: Readonly<Record<string, number>> | undefined;
  /** Whether a model says which requests the cache answers where the log does not. */
  readonly hasHitModel: boolean;
  /** Whether what keys used is added up too. */
  readonly hasUsage?: boolean | undefined;
  readonly onProgress?: ((tally: LogTally) => void) | undefined;
}

export interface Simulation {
  readonly summary: Summary;
  /** What keys used, whatever was allowed; empty unless it was asked for. */
  readonly usage: Usage;
  readonly changes: Changes | undefined;
  readonly tally: LogTally;
  /** What was asked for and is not in the log, with how often. */
  readonly unknown: ReadonlyMap<string, number>;
  /** Policies that a log says nothing of. */
  readonly leftOut: readonly string[];
  /** Limits that follow an origin pool, of which no log says how much it lets in. */
  readonly following: readonly Followed[];
}

export interface Followed {
  readonly policy: string;
  readonly pool: string;
  /** As it was given. undefined: all, so the limit is the whole one. */
  readonly share: number | undefined;
}

/** Who is listed. */
const WORST = 20;

export async function simulateLogs(simulating: Simulating): Promise<Simulation> {
  const { config, against, files, hasUsage = false, onProgress } = simulating;
  const unknown = new Map<string, number>();
  const onUnknown = (what: string): void => {
    unknown.set(what, (unknown.get(what) ?? 0) + 1);
  };
  const replay = createReplay(config, simulating, onUnknown);
  const before = against === undefined ? undefined : createReplay(against, simulating, () => undefined);
  const summary = new Summary(config.policies.filter(isReplayed).map(({ name }) => name));
  const usage = new Usage();
  const comparison = new Comparison();
  const tally = new LogTally();
  for await (const batch of readLogs(files, tally)) {
    for (const request of batch) {
      const replayed = replay.decide(request);
      summary.add(replayed);
      if (hasUsage) usage.add(replayed);
      if (before !== undefined) comparison.add(before.decide(request), replayed);
    }
    onProgress?.(tally);
  }
  const leftOut = config.policies.filter((policy) => !isReplayed(policy)).map(({ name }) => name);
  const changes = before === undefined ? undefined : comparison.toChanges(WORST);
  const following = listFollowed(config, simulating.shares);
  return { summary, usage, changes, tally, unknown, leftOut, following };
}

function listFollowed(config: Config, shares: Simulating["shares"] = {}): readonly Followed[] {
  return config.policies.flatMap((policy) => {
    const pools = new Set(listFollowing(policy).map(({ rule }) => rule.pool));
    return [...pools].map((pool) => ({ policy: policy.name, pool, share: shares[pool] }));
  });
}

function createReplay(
  config: Config,
  { tiers, tierDefault, hasHitModel, shares }: Simulating,
  onUnknown: (what: string) => void,
): Replay {
  const model = new HitModel();
  return new Replay(config, {
    hash: (text) => createHash("sha256").update(text).digest("hex"),
    onUnknown,
    tierOf: (consumer) => tiers[consumer] ?? tierDefault,
    isHit: (request, route) => (hasHitModel ? model.isHit(request, route) : request.isHit === true),
    shares,
  });
}

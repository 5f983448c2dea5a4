// The Durable Object that keeps what the isolates know of one origin pool together, and has its members checked while there
// is traffic. It stores nothing: after an eviction it learns anew within seconds. core/origins decides.

import { DurableObject } from "cloudflare:workers";
import type { HealthCheckSettings, PoolMember, WatchedPool } from "../core/origins/origin-pool.ts";
import {
  addHealthCheck,
  addReports,
  type HealthReply,
  type MemberReport,
  type PoolHealth,
  toViews,
} from "../core/origins/pool-health.ts";
import { ReportPace } from "../core/report-pace.ts";
import { LoadController } from "../core/shedding/load-controller.ts";
import { LOAD_REPORTS, type LoadReport } from "../core/shedding/load.ts";
import type { Bindings, HealthRpc } from "../platform/bindings.ts";
import { findFetcher } from "../platform/fetcher.ts";
import { toReader } from "../platform/body-reader.ts";

/** Without a report for so long, and for two intervals, checks end until the next report. */
const IDLE_MS_MIN = 5_000;
/** An isolate reports so often, where there are not too many. */
const REPORT_MS = 1_000;
/** How much of a check's body is searched. */
const BODY_LENGTH_MAX = 65_536;

export class HealthObject extends DurableObject<Bindings> implements HealthRpc {
  /** As the last report has it: isolates may have learnt of another configuration than they were deployed with. */
  #pool: WatchedPool | undefined;
  #health: PoolHealth = new Map();
  #reportedMs = -Infinity;
  #isChecking = false;
  readonly #pace = new ReportPace();
  /** Of a pool whose load is watched, where a second counts. */
  readonly #loadPace = new ReportPace(LOAD_REPORTS);
  readonly #load = new LoadController();

  /** Takes what an isolate saw, and gives back what all of them know. */
  async report(pool: WatchedPool, reports: readonly MemberReport[], load?: LoadReport): Promise<HealthReply> {
    const nowMs = Date.now();
    this.#pool = pool;
    this.#reportedMs = nowMs;
    this.#health = addReports(pool, this.#health, { reports, nowMs });
    if (pool.checks !== undefined && !this.#isChecking) {
      this.#isChecking = true;
      await this.ctx.storage.setAlarm(nowMs);
    }
    const views = toViews(this.#health, nowMs);
    if (load === undefined) return { views, nextMs: this.#pace.next(nowMs, REPORT_MS) };
    const nextMs = this.#loadPace.next(nowMs, REPORT_MS);
    return { views, nextMs, load: this.#load.add(load, nowMs, nextMs) };
  }

  override async alarm(): Promise<void> {
    const { members, checks } = this.#pool ?? {};
    if (members === undefined || checks === undefined) return;
    if (Date.now() - this.#reportedMs > Math.max(IDLE_MS_MIN, 2 * checks.intervalMs)) {
      // What is known would be old when traffic comes back.
      this.#isChecking = false;
      this.#health = new Map();
      return;
    }
    await Promise.all(members.map((member) => this.#check(member, checks)));
    await this.ctx.storage.setAlarm(Date.now() + checks.intervalMs);
  }

  async #check(member: PoolMember, checks: HealthCheckSettings): Promise<void> {
    const isGood = await isWell(member, checks);
    this.#health = addHealthCheck(checks, this.#health, { url: member.url, isGood, nowMs: Date.now() });
  }
}

async function isWell(
  { base, connectTo, headers, binding }: PoolMember,
  checks: HealthCheckSettings,
): Promise<boolean> {
  try {
    const way = binding === undefined ? fetch : findFetcher(binding);
    if (way === undefined) return false;
    const response = await way(base + checks.path, {
      headers: headers.map(([name, value]) => [name, value]),
      redirect: "manual",
      signal: AbortSignal.timeout(checks.timeoutMs),
      ...(connectTo === undefined ? {} : { cf: { resolveOverride: connectTo } }),
    });
    const isExpected = checks.statuses.includes(response.status);
    if (isExpected && checks.body !== undefined) return await contains(response, checks.body);
    await response.body?.cancel();
    return isExpected;
  } catch {
    return false;
  }
}

async function contains({ body }: Response, text: string): Promise<boolean> {
  if (body === null) return false;
  const reader = toReader(body);
  const decoder = new TextDecoder();
  let read = "";
  for (let piece = await reader.gather(); piece !== undefined; piece = await reader.gather()) {
    read += decoder.decode(piece, { stream: true });
    if (!read.includes(text) && read.length <= BODY_LENGTH_MAX) continue;
    await reader.cancel();
    break;
  }
  return read.includes(text);
}

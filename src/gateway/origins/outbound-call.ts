// A request on its way to an origin whose calls are counted, over all its attempts: each takes quota, or waits in line for
// some, before it is sent, and what the origin says of its own limits is heard.

import { problems } from "../../core/http/problems.ts";
import type { CallPlace } from "../../core/counters/counter-messages.ts";
import type { LimitedWay } from "../../core/outbound/outbound-settings.ts";
import { toMemberPath } from "../../core/origins/member-path.ts";
import { PRIORITIES, toRank } from "../../core/outbound/priority.ts";
import { pickVariants } from "../../core/policies/pick-variants.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { readClock } from "../../platform/clock.ts";
import { checkLimits } from "../limits/check-limits.ts";
import type { CheckedLimits } from "../limits/checked-limits.ts";
import type { LimitedRoute } from "../../core/policies/limited-route.ts";
import type { OriginAnswer, OriginFailure } from "./forward.ts";
import { type PolicyRow } from "../../core/policies/policy-rows.ts";
import { readRows } from "../../core/policies/read-rows.ts";
import { toRefusal } from "../limits/rate-limit-response.ts";
import { noteLimits } from "../limits/note-limits.ts";
import type { RequestFacts } from "../request/request-facts.ts";
import { holdPermits, type Permits } from "../limits/permits.ts";
import { settleLimits } from "../limits/settle-limits.ts";
import { type InVain, type Limit, waitInLine } from "./wait-in-line.ts";
import type { Sleeper } from "./waiting-lines.ts";
import { toAsked, toCallPlace, toClient, toRankMs, toRoom, toWaitMs } from "./call-place.ts";
import { type Heard, type Outbound, type OutboundContext, toLimitedCall } from "./outbound.ts";

/** A stop that was guessed, or a pace, ends when an answer says so. */
const HELD_MS = 100;
/** The pause after a refusal that does not say how long. */
const REFUSED_MS = 1_000;
/** Beside what the policies allow their counters. */
const ASK_MARGIN_MS = 1_000;

export class OutboundCall {
  readonly #facts: RequestFacts;
  readonly #outbound: Outbound;
  readonly #given: OutboundContext & { readonly bodyBytes: number };
  readonly #limited: LimitedRoute;
  /** The policies that count the call. */
  readonly #rows: readonly PolicyRow[];
  /** Their counter keys by their names: what feedback goes by. */
  readonly #keys: ReadonlyMap<string, string>;
  /** The same, and what the origin itself tells apart. */
  readonly #told: ReadonlyMap<string, string>;
  readonly #asked: Pick<RequestFacts, "method" | "path">;
  readonly #rank: number;
  readonly #ways: readonly LimitedWay[];
  #waiter: Sleeper | undefined;
  /** The origin refused this very request. */
  #notBeforeMs = -Infinity;
  /** When its counters were asked last. */
  #countedMs = Infinity;
  #limits: CheckedLimits | undefined;
  #permits: Permits | undefined;

  /** `given.bodyBytes`: what is kept of the request's body. */
  constructor(
    facts: RequestFacts,
    outbound: Outbound,
    given: OutboundContext & { readonly bodyBytes: number },
  ) {
    const { priority, whenLimited } = outbound.settings;
    const { route } = given;
    this.#facts = facts;
    this.#outbound = outbound;
    this.#given = given;
    this.#limited = toLimitedCall(outbound, route);
    this.#rows = readRows(pickVariants(this.#limited, facts), facts, 0);
    this.#keys = new Map(this.#rows.map(({ policy, key }) => [policy.name, key]));
    const { method, header, query, hash } = facts;
    this.#asked = { method, path: toMemberPath(facts.path, route) };
    this.#told = outbound.feedback.toKeys(this.#keys, {
      ...this.#asked,
      header,
      query,
      hash,
      hasCredential: route.credential !== undefined,
    });
    this.#rank = toRank(priority, route.priority, facts);
    // Nobody waits for a refresh, and it must make nobody wait.
    this.#ways = given.isRefresh === true ? [] : (route.whenLimited ?? whenLimited);
  }

  /** Takes what the next attempt costs, as soon as there is quota; or why it must not be sent. */
  admit(): Promise<Result<undefined, OriginFailure>> {
    const { trace } = this.#given.context;
    const admitted = this.#admit();
    return this.#given.isRefresh === true ? admitted : trace.wait("queue", admitted);
  }

  /** The same without waiting: undefined when it may be sent. */
  async tryAdmit(): Promise<Limit | OriginFailure | undefined> {
    const asked = this.#findAhead() ?? (await this.#ask());
    if (typeof asked !== "object") return undefined;
    if ("readyMs" in asked) this.#outbound.left.empty(asked.readyMs);
    return asked;
  }

  async #admit(): Promise<Result<undefined, OriginFailure>> {
    const asked = this.#findAhead() ?? (await this.#ask());
    if (typeof asked === "object") {
      const failure = "code" in asked ? asked : await this.#giveWay(asked);
      if (failure !== undefined) return err(failure);
    }
    const delayMs = this.#limits?.answer.delayMs ?? 0;
    if (delayMs > 0) await scheduler.wait(delayMs);
    return ok(undefined);
  }

  /** Hears what the origin says of its limits, and corrects what was taken. */
  async observe(answer: OriginAnswer, sentMs: number): Promise<Heard> {
    if (!answer.ok) {
      this.#settle(new Response(null, { status: problems[answer.error.code].status }));
      return { answer, isRefused: false };
    }
    const { waitUntil } = this.#given.context;
    const { feedback, lateness } = this.#outbound;
    const nowMs = readClock();
    lateness.note(nowMs - Math.min(sentMs, this.#countedMs), nowMs);
    const { response, refused, ...said } = await feedback.observe(answer.value, this.#told, {
      waitUntil,
      sentMs,
      call: this.#asked,
    });
    if (refused !== undefined) {
      this.#notBeforeMs = readClock() + (refused.retryAfterMs ?? REFUSED_MS);
      this.#outbound.left.empty(this.#notBeforeMs);
    }
    this.#settle(response);
    return { answer: ok(response), isRefused: refused !== undefined, ...said };
  }

  /** Whether it may wait until the origin no longer refuses it. */
  get mayWait(): boolean {
    return this.#ways.includes("queue") && this.#notBeforeMs <= this.#untilMs;
  }

  /** What is answered in place of the origin's refusal; undefined: that is passed on. */
  findStandIn(): OriginFailure | undefined {
    if (this.#given.hasStandIn !== true || !this.#ways.includes("stale")) return undefined;
    const readyMs = this.#notBeforeMs;
    const limit = { line: "", askAgainMs: readyMs, readyMs, violated: [] };
    return this.#toFailure({ limit, cause: "the origin refused" }, true);
  }

  #settle(response: Response): void {
    if (this.#limits !== undefined)
      settleLimits({ response, facts: this.#facts }, this.#limits, this.#given.context);
    this.#permits?.endWith(response);
  }

  get #untilMs(): number {
    const { waitMsMax } = this.#outbound.settings.queue;
    return this.#waiter?.untilMs ?? Math.min(readClock() + waitMsMax, this.#given.deadlineMs);
  }

  /** Somebody waits for the same quota, and goes before this request. */
  #findAhead(): Limit | undefined {
    const { lines } = this.#outbound;
    if (lines.isEmpty) return undefined;
    const names = [...this.#told].map(([policy, key]) => this.#toLine(policy, key));
    const newcomer = { rank: this.#rank, client: toClient(this.#facts) };
    const ahead = lines.findAhead([...names, this.#toLine(), this.#toLine("", "")], newcomer);
    return ahead && { ...ahead, askAgainMs: ahead.readyMs, violated: [...this.#keys.keys()] };
  }

  /** How many more have room, once the attempt's quota has been taken. */
  async #ask(): Promise<Limit | OriginFailure | number> {
    const nowMs = readClock();
    const canWait = this.#ways.includes("queue");
    const { hasPriorities } = this.#outbound;
    const told = this.#outbound.feedback.waitMs(this.#told, nowMs, canWait);
    const toldMs = typeof told === "number" ? told : await told;
    const readyMs = Math.max(nowMs + toldMs, this.#notBeforeMs);
    if (readyMs > nowMs) return this.#toHeld(readyMs, nowMs);

    this.#countedMs = nowMs;
    const { route, context } = this.#given;
    const place = hasPriorities ? this.#toPlace(nowMs, canWait) : undefined;
    const asked = toAsked(this.#limited, this.#outbound, nowMs);
    const checked = checkLimits(asked, this.#facts, place === undefined ? context : { ...context, place });
    const limits = checked instanceof Promise ? await checked : checked;
    const { gateway, trace } = context;
    noteLimits({ config: gateway.config, route, facts: this.#facts, trace }, limits, context);
    const refusal = toRefusal(limits);
    if (refusal !== undefined) this.#outbound.feedback.release(this.#told);
    if (refusal?.code === "quota-exceeded") return this.#toLimit(limits, refusal.violated);
    if (refusal !== undefined) {
      const { code, violated } = refusal;
      return { code, cause: `pool ${this.#outbound.pool}`, denied: { violated, rows: this.#rows } };
    }
    this.#limits = limits;
    const { signal } = this.#facts.request;
    this.#permits = holdPermits(limits, context, this.#given.isRefresh === true ? undefined : signal);
    const { nearest } = limits.answer;
    if (nearest !== undefined) this.#outbound.left.note(nearest.remaining, nearest.limit);
    return toRoom(limits);
  }

  /** The origin's own limits hold it back. Where it can wait so long it asks again and again: answers change the pace. */
  #toHeld(readyMs: number, nowMs: number): Limit {
    const name = this.#outbound.feedback.findLimiting(this.#told, nowMs);
    const line = name === undefined ? this.#toLine() : this.#toLine(name, this.#told.get(name) ?? "");
    const isBearable = this.#notBeforeMs <= nowMs && readyMs <= this.#untilMs;
    const askAgainMs = isBearable ? Math.min(readyMs, nowMs + HELD_MS) : readyMs;
    return { line, askAgainMs, readyMs, violated: this.#keys.has(name ?? "") ? [name ?? ""] : [] };
  }

  #toPlace(nowMs: number, canWait: boolean): CallPlace {
    const toLine = this.#toLine.bind(this);
    const patienceMs = canWait ? Math.max(0, this.#untilMs - nowMs) : 0;
    const given = { rank: this.#rank, waiter: this.#waiter, rows: this.#rows, toLine, patienceMs, nowMs };
    return toCallPlace(this.#outbound, given);
  }

  #toLimit({ answer, rows }: CheckedLimits, violated: readonly string[]): Limit {
    const { retryAfterMs } = answer;
    const longest = rows.find((row) => !row.isShadow && row.verdict?.retryAfterMs === retryAfterMs);
    const nowMs = readClock();
    const waitMs = toWaitMs(longest, this.#outbound, { retryAfterMs, nowMs });
    const line = this.#toLine(longest?.policy.name, longest?.key);
    return { line, askAgainMs: nowMs + waitMs, readyMs: nowMs + retryAfterMs, violated };
  }

  /** Tries one way after the other. undefined when it waited, and may now be sent. */
  async #giveWay(limit: Limit): Promise<OriginFailure | undefined> {
    let vain: InVain = { limit, cause: "no quota", result: "rejected" };
    for (const way of this.#ways) {
      if (way === "reject") break;
      if (way === "stale" && this.#given.hasStandIn === true) {
        this.#count("stale");
        return this.#toFailure(vain, true);
      }
      if (way !== "queue") continue;
      const waited = await this.#wait(vain.limit);
      if (waited === undefined || "code" in waited) {
        this.#count(waited === undefined ? "waited" : "failed");
        return waited;
      }
      vain = waited;
    }
    this.#count(vain.result);
    return this.#toFailure(vain, false);
  }

  /** What became of a request for which there was no quota. */
  #count(result: string): void {
    const { stats } = this.#given.context.gateway;
    stats?.queued(this.#outbound.pool, PRIORITIES[this.#rank] ?? "", result);
  }

  async #wait(limit: Limit): Promise<InVain | OriginFailure | undefined> {
    const { lines, pool, settings } = this.#outbound;
    const { lengthMax, clientMax, waitMsMax } = settings.queue;
    const timeouts = this.#outbound.limited.policies.map(({ timeoutMs }) => timeoutMs);
    const askMs = 2 * Math.max(0, ...timeouts) + ASK_MARGIN_MS;
    const { signal } = this.#facts.request;
    this.#waiter ??= lines.createWaiter({
      rank: this.#rank,
      sinceMs: readClock(),
      untilMs: this.#untilMs,
      bodyBytes: this.#given.bodyBytes,
      client: toClient(this.#facts),
    });
    return await waitInLine(limit, {
      lines,
      rules: {
        pool,
        lengthMax,
        clientMax,
        rankMs: toRankMs(settings),
        shareMs: waitMsMax / lengthMax,
        askMs,
      },
      waiter: this.#waiter,
      signal,
      ask: () => this.#ask(),
    });
  }

  #toFailure({ limit, cause }: Omit<InVain, "result">, mayStandIn: boolean): OriginFailure {
    const { readyMs, violated } = limit;
    const what = `pool ${this.#outbound.pool}, ${PRIORITIES[this.#rank] ?? ""}: ${cause}`;
    const retryAfterMs = Math.max(0, readyMs - readClock());
    const denied = { violated, rows: this.#rows };
    return { code: "origin-limited", cause: what, retryAfterMs, denied, mayStandIn };
  }

  /** Where to wait for a counter, or for what the origin itself says. */
  #toLine(policy = "", key = [...this.#keys.values()].join("\n")): string {
    return `${this.#outbound.name}\n${policy}\n${key}`;
  }
}

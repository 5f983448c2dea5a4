// What the origin of one pool says of its own limits, in this isolate: read from its answers, shared with the other isolates
// through the pool's feedback object, and turned into how long a request has to wait.

import { waitUntil } from "cloudflare:workers";
import type { FeedbackReport, ProbeClaim } from "../../core/feedback/feedback-messages.ts";
import type { FeedbackSettings } from "../../core/feedback/feedback-schema.ts";
import { FeedbackStates, type RequestKeys } from "../../core/feedback/feedback-states.ts";
import { profiles } from "../../core/feedback/profiles/registry.ts";
import { toCallKeys } from "../../core/feedback/to-call-keys.ts";
import { toMemberPath } from "../../core/origins/member-path.ts";
import type { PartAnswer } from "../../core/feedback/refused-parts.ts";
import type { OriginPool } from "../../core/origins/origin-pool.ts";
import type { Profile, Reading } from "../../core/feedback/reading.ts";
import type { Bindings } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import type {
  FeedbackContext,
  Observed,
  OriginFeedback,
  OutboundFacts,
  ShownQuota,
} from "./origin-feedback.ts";
import { type JsonAnswer, readJsonBody } from "../request/read-json-body.ts";

/** While requests come, the view is renewed behind their backs: so often where the object says nothing else. */
const REFRESH_MS = 500;
/** A request is not let go by a view that should have been renewed so long ago. */
const LATE_MS = 500;
/** How long a request waits for a view; then it goes on with what is known. */
const TIMEOUT_MS = 250;

/** The answers to several calls in one are as long as all of them. */
const PARTS_BYTES_MAX = 262_144;
const UNREAD = { json: undefined, toText: (): undefined => undefined };

interface Asking {
  readonly keys: RequestKeys;
  readonly claims: readonly ProbeClaim[];
  readonly mayHold: boolean;
  readonly nowMs: number;
}

type FeedbackPool = Pick<OriginPool, "name" | "members">;

export class FeedbackClient implements OriginFeedback {
  readonly #name: string;
  readonly #pool: FeedbackPool;
  readonly #scopes: FeedbackSettings["scopes"];
  readonly #isLone: boolean;
  readonly #profile: Profile;
  readonly #namespace: Bindings["FEEDBACK"];
  readonly #states: FeedbackStates;
  /** Made with the first report: the global scope has no randomness. */
  #id: string | undefined;
  #askedMs = -Infinity;
  /** Of which time the view is, or since when it is known that there is none. */
  #heardMs = -Infinity;
  #underWay: Promise<void> | undefined;
  /** How long after it was asked for the object wants the view to be renewed. */
  #nextMs = REFRESH_MS;

  constructor(pool: FeedbackPool, { profile, scopes }: FeedbackSettings, namespace: Bindings["FEEDBACK"]) {
    this.#name = pool.name;
    this.#pool = pool;
    this.#scopes = scopes;
    this.#isLone = pool.members.length === 1;
    this.#profile = profiles[profile];
    this.#namespace = namespace;
    this.#states = new FeedbackStates(scopes);
  }

  /**
   * 0: the request may be sent now, and its place is taken; else how long it has to wait. A pace changes with every answer:
   * whoever waits asks again at least once a second. A promise when this isolate has to ask the others first.
   */
  waitMs(keys: RequestKeys, nowMs: number, canWait = false): number | Promise<number> {
    const mayHold = canWait && this.#profile.countsCalls === true;
    const claims = this.#states.toClaims(keys, nowMs);
    // While the object does not answer it is waited for once a second, and not by every request.
    const isOld = nowMs - this.#heardMs >= this.#nextMs + LATE_MS;
    if (isOld || claims.length > 0) return this.#askThenWait({ keys, claims, mayHold, nowMs });
    if (nowMs - this.#askedMs >= this.#nextMs) this.#exchange([]);
    return this.#states.waitMs(keys, nowMs, mayHold);
  }

  toKeys(keys: RequestKeys, call: OutboundFacts): RequestKeys {
    const seen = { ...call, path: this.#toPath(call) };
    const [first] = this.#pool.members;
    const isSecret = call.hasCredential || first?.credential !== undefined;
    const own = { headers: first?.headers ?? [], isSecret };
    return toCallKeys(keys, seen, { profile: this.#profile, scopes: this.#scopes, own });
  }

  release(keys: RequestKeys): void {
    this.#states.release(keys);
  }

  findLimiting(keys: RequestKeys, nowMs: number): string {
    return this.#states.findLimiting(keys, nowMs);
  }

  show(nowMs: number): readonly ShownQuota[] {
    return this.#states.show(nowMs);
  }

  async observe(
    answer: Response,
    keys: RequestKeys,
    { sentMs, waitUntil: keep, call }: FeedbackContext,
  ): Promise<Observed> {
    const { status, headers } = answer;
    // It speaks for the member that sent it; everything else is about who asks, whichever member answers.
    if (status === 503 && !this.#isLone) return { response: answer };
    const isRead = this.#readsBody(status, call);
    const { response, json, toText } = isRead
      ? await readJsonBody(answer, this.#profile.parts && status === 200 ? PARTS_BYTES_MAX : undefined)
      : { ...UNREAD, response: answer };
    const nowMs = readClock();
    const field = (name: string): string | undefined => headers.get(name) ?? undefined;
    const read = { status, field, body: json, nowMs };
    const readings = this.#profile.readings(read);
    if (this.#states.learn(keys, readings, { askedMs: sentMs, nowMs })) this.#exchange([], keep);
    if (!readings.some(({ isRefused, isPart }) => isRefused === true && isPart !== true))
      return {
        response,
        parts: this.#readParts({ json, toText }, readings, nowMs),
        isTransient: this.#profile.isTransient?.(read) === true,
        isRejected: status === 401 || this.#profile.isRejected?.(read) === true,
      };
    const waits = readings.flatMap(
      ({ stopMs, resetMs, remaining }) => stopMs ?? (remaining === 0 ? resetMs : undefined) ?? [],
    );
    return { response, refused: { retryAfterMs: waits.length === 0 ? undefined : Math.max(...waits) } };
  }

  #readParts(
    { json, toText }: Pick<JsonAnswer, "json" | "toText">,
    readings: readonly Reading[],
    nowMs: number,
  ): PartAnswer | undefined {
    if (!readings.some(({ isPart }) => isPart === true)) return undefined;
    const { parts: rules } = this.#profile;
    const refused = rules?.findRefused(json, nowMs);
    const text = toText();
    return rules && refused && text !== undefined ? { text, refused, rules } : undefined;
  }

  #readsBody(status: number, call: FeedbackContext["call"]): boolean {
    const { bodyStatuses, readsServed } = this.#profile;
    if (status !== 200 || call === undefined) return bodyStatuses.includes(status);
    return readsServed?.({ ...call, path: this.#toPath(call) }) === true;
  }

  /** As the origin knows it. Members that strip different prefixes are not told apart. */
  #toPath({ path }: Pick<OutboundFacts, "path">): string {
    const [first] = this.#pool.members;
    return first === undefined ? path : toMemberPath(path, first);
  }

  async #askThenWait({ keys, claims, mayHold, nowMs }: Asking): Promise<number> {
    if (this.#underWay === undefined || claims.length > 0) this.#exchange(claims);
    // Others may wait for what this request asks, each by its own clock.
    const isLate = await Promise.race([this.#underWay, scheduler.wait(TIMEOUT_MS).then(() => true)]);
    if (isLate === true) this.#heardMs = readClock();
    return this.#states.waitMs(keys, Math.max(nowMs, readClock()), mayHold);
  }

  #exchange(claims: readonly ProbeClaim[], keep = waitUntil): void {
    const asked = this.#report(claims).finally(() => {
      if (this.#underWay === asked) this.#underWay = undefined;
    });
    this.#underWay = asked;
    keep(asked);
  }

  /** Never throws. */
  async #report(claims: readonly ProbeClaim[]): Promise<void> {
    const nowMs = readClock();
    this.#askedMs = nowMs;
    this.#id ??= crypto.randomUUID();
    const report: FeedbackReport = this.#states.takeReport(this.#id, claims, nowMs);
    try {
      const view = await this.#namespace.getByName(this.#name).exchange(report);
      this.#states.learnView(view, readClock());
      this.#nextMs = view.nextMs ?? REFRESH_MS;
    } catch {
      this.#states.retell(report);
    }
    this.#heardMs = Math.max(this.#heardMs, nowMs);
  }
}

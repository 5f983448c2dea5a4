// Reports what clients did to the counter objects that own their addresses, behind requests' backs and at most once a
// second; and says what is known of a client. A request that went well makes no call: it is counted here, and told with the
// next fault of its address. No request waits for any of it.

import {
  type CounterKey,
  type OwnedKey,
  toAddressCounter,
  toObjectName,
} from "../../core/keys/counter-key.ts";
import type { ReputationSettings } from "../../core/reputation/reputation-settings.ts";
import type { ScoreAnswer, ScoreQuestion } from "../../core/reputation/score-messages.ts";
import { NO_SIGNALS } from "../../core/reputation/score.ts";
import { type KnownStanding, type ObjectReports, Standings } from "../../core/reputation/standings.ts";
import { toSignals } from "../../core/reputation/to-signals.ts";
import type { Bindings } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import { hashKey, hashText } from "../../platform/hash-text.ts";
import { inTime } from "../../platform/in-time.ts";
import { writeLog } from "../../platform/log.ts";
import type { RequestTrace } from "../request/request-trace.ts";

const INTERVAL_MS = 1_000;
const TIMEOUT_MS = 5_000;

type WaitUntil = (promise: Promise<unknown>) => void;

/** Where a client is known. */
interface Client {
  readonly address: string | undefined;
  readonly continent: string | undefined;
}

interface Answered {
  readonly status: number;
  readonly request: Request;
  readonly waitUntil: WaitUntil;
}

export class ReputationClient {
  readonly #namespace: Bindings["COUNTERS"];
  readonly #standings = new Standings();
  #settings: ReputationSettings | undefined;
  #shards = 1;
  #sentMs = -Infinity;
  #isPlanned = false;

  constructor(namespace: Bindings["COUNTERS"]) {
    this.#namespace = namespace;
  }

  use(settings: ReputationSettings, shards: number): void {
    this.#settings = settings;
    this.#shards = shards;
  }

  /** What is held against the client and is to be enforced; undefined: nothing. */
  findEnforced({ address }: Pick<Client, "address">): KnownStanding | undefined {
    const settings = this.#settings;
    if (settings === undefined || settings.isShadow || this.#standings.isEmpty) return undefined;
    const counter = toAddressCounter(address);
    return counter && this.#standings.find(counter.key, settings.score, readClock());
  }

  /** Who is asked about, where an object is asked anyway. */
  toOwnedKey(client: Client): OwnedKey | undefined {
    const counter = toAddressCounter(client.address);
    return counter && { key: counter.key, object: this.#toObject(counter, client) };
  }

  /** What objects said beside their verdicts. */
  hear(answers: readonly { readonly client?: Parameters<Standings["hear"]>[0] | undefined }[]): void {
    for (const { client } of answers) if (client !== undefined) this.#standings.hear(client, readClock());
  }

  /** What the client's object says of it now, for an operator. */
  async ask(client: Client): Promise<(KnownStanding & { readonly isShadow: boolean }) | undefined> {
    const owned = this.toOwnedKey(client);
    const settings = this.#settings;
    if (owned === undefined || settings === undefined) return undefined;
    await this.#report(
      { object: owned.object, reports: [{ key: owned.key, signals: NO_SIGNALS }] },
      settings,
    );
    const known = this.#standings.find(owned.key, settings.score, readClock());
    return { standing: "clear", score: 0, banMs: 0, ...known, isShadow: settings.isShadow };
  }

  /** Takes down what a request says of its client, once it is answered. */
  answered(trace: RequestTrace, { status, request, waitUntil }: Answered): void {
    const settings = this.#settings;
    const { refusal, facts, isTrap } = trace;
    if (settings === undefined || refusal?.isLeft === true) return;
    const happened = { code: refusal?.code, status, isTrap, isKnown: facts?.identity !== undefined };
    const signals = toSignals(happened, settings.points);
    if (signals === undefined) return;
    const client = toClient(trace, request);
    const counter = toAddressCounter(client.address);
    if (counter === undefined) return;
    const nowMs = readClock();
    if (signals === "clean") {
      this.#standings.noteClean(counter.key, settings.score, nowMs);
      return;
    }
    if (isOfOthers(request)) return;
    const object = this.#toObject(counter, client);
    const { halfLifeMs } = settings.score;
    this.#standings.note(counter.key, signals, { object, halfLifeMs, nowMs });
    this.#plan(waitUntil, nowMs);
  }

  #toObject(counter: CounterKey, { continent }: Pick<Client, "continent">): string {
    return toObjectName(counter, { continent, hash: hashText }, this.#shards);
  }

  #plan(waitUntil: WaitUntil, nowMs: number): void {
    const waitMs = this.#sentMs + INTERVAL_MS - nowMs;
    // Whoever was to send it may have been ended by the platform.
    if (this.#isPlanned && waitMs > -INTERVAL_MS) return;
    this.#isPlanned = true;
    if (waitMs > 0) waitUntil(scheduler.wait(waitMs).then(() => this.#send()));
    else waitUntil(this.#send());
  }

  /** Never rejects. */
  async #send(): Promise<void> {
    this.#isPlanned = false;
    this.#sentMs = readClock();
    const settings = this.#settings;
    if (settings === undefined) return;
    await Promise.all(this.#standings.takeReports().map((reports) => this.#report(reports, settings)));
  }

  /** What an object does not take is given up: its client is only taken for better than it is. */
  async #report({ object, reports }: ObjectReports, settings: ReputationSettings): Promise<void> {
    const question: ScoreQuestion = { version: 1, settings: settings.score, reports };
    let answers: readonly ScoreAnswer[] = [];
    try {
      answers = (await inTime(this.#namespace.getByName(object).score(question), TIMEOUT_MS)) ?? [];
    } catch {
      // Its object is away, or of a deployment that knows no scores.
    }
    this.#standings.settle(reports);
    for (const answer of answers) {
      this.#standings.hear(answer, readClock());
      if (answer.turned === undefined) continue;
      const { key, turned, score, banMs } = answer;
      writeLog("reputation", {
        key: hashKey(key),
        standing: turned,
        score: Math.round(score),
        banMs: banMs > 0 ? banMs : undefined,
        mode: settings.isShadow ? "shadow" : "enforce",
      });
    }
  }
}

/** Of a request that cannot be read there are no facts. */
function toClient({ facts }: RequestTrace, { headers, cf }: Request): Client {
  if (facts !== undefined) return facts;
  const { continent } = (cf as Pick<Client, "continent"> | undefined) ?? { continent: undefined };
  return { address: headers.get("cf-connecting-ip") ?? undefined, continent };
}

/**
 * Whether the client may not have meant it: its browser says that a page of another site made it send the request (a page
 * cannot say otherwise), or the platform knows it for a search engine's.
 */
function isOfOthers({ headers, cf }: Request): boolean {
  if (headers.get("sec-fetch-site") === "cross-site") return true;
  const { botManagement } =
    (cf as { readonly botManagement?: { readonly verifiedBot?: unknown } } | undefined) ?? {};
  return botManagement?.verifiedBot === true;
}

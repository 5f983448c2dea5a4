// Reports what clients did to the counter objects that own their addresses, behind requests' backs and at most once a
// second; and says what is known of a client. A request that went well makes no call: it is counted here, and told with the
// next fault of its address. No request waits for any of it.

import type { CorsRule } from "../../core/cors/cors-settings.ts";
import {
  type CounterKey,
  type OwnedKey,
  toAddressCounter,
  toObjectName,
} from "../../core/keys/counter-key.ts";
import { readBotFacts } from "../../core/keys/bot-facts.ts";
import type { Facts } from "../../core/keys/facts.ts";
import { isOfOtherSite, toKeyOfOthers } from "../../core/reputation/client-key.ts";
import type { ReputationSettings } from "../../core/reputation/reputation-settings.ts";
import type { AskedClient, ScoreAnswer, ScoreQuestion } from "../../core/reputation/score-messages.ts";
import { isDoubted, NO_SIGNALS, type Signals } from "../../core/reputation/score.ts";
import { type KnownStanding, type ObjectReports, Standings } from "../../core/reputation/standings.ts";
import { judgeRequest } from "../../core/reputation/to-signals.ts";
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
  /** Reads a field of its request. */
  readonly header?: (name: string) => string | null | undefined;
}

interface Answered {
  readonly status: number;
  readonly request: Request;
  /** Of its route, or of the whole configuration. */
  readonly cors: CorsRule;
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

  /** What is held against the client of such a request and is to be enforced; undefined: nothing. */
  findEnforced({ address, header }: Omit<Client, "continent">, cors: CorsRule): KnownStanding | undefined {
    const settings = this.#settings;
    if (settings === undefined || settings.isShadow || this.#standings.isEmpty) return undefined;
    const counter = toAddressCounter(address);
    return counter && this.#standings.find(toKey(counter, header, cors), settings.score, readClock());
  }

  /** Who is asked about, where an object is asked anyway. */
  toOwnedKey(client: Client, cors?: CorsRule): OwnedKey | undefined {
    const counter = toAddressCounter(client.address);
    if (counter === undefined) return undefined;
    return { key: toKey(counter, client.header, cors), object: this.#toObject(counter, client) };
  }

  /** The same, where its visit counts for being trusted: whoever shows a credential is known by it. */
  toAsked(client: Client & Pick<Facts, "identity">): AskedClient | undefined {
    const owned = this.toOwnedKey(client);
    const trustAfterMs = this.#settings?.trustAfterMs;
    if (owned === undefined || trustAfterMs === undefined || client.identity !== undefined) return owned;
    return { ...owned, trustAfterMs };
  }

  /** What objects said beside their verdicts of `client`. */
  hear(
    answers: readonly { readonly client?: Parameters<Standings["hear"]>[0] | undefined }[],
    client: OwnedKey | undefined,
    waitUntil: WaitUntil,
  ): void {
    const score = this.#settings?.score;
    for (const { client: said } of answers) {
      if (said === undefined || client === undefined || score === undefined) continue;
      const nowMs = readClock();
      this.#standings.hear(said, nowMs);
      const { key, object } = client;
      const { halfLifeMs } = score;
      if (isDoubted(said.score, score) && this.#standings.vouch(key, { object, halfLifeMs, nowMs }))
        this.#plan(waitUntil, nowMs);
    }
  }

  /** What the client's object says of it now, for an operator. */
  async ask(
    client: Client,
    cors: CorsRule,
  ): Promise<(KnownStanding & { readonly isShadow: boolean }) | undefined> {
    const owned = this.toOwnedKey(client, cors);
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
  answered(trace: RequestTrace, { status, request, cors, waitUntil }: Answered): void {
    const settings = this.#settings;
    const { refusal, facts, isTrap } = trace;
    if (settings === undefined || refusal?.isLeft === true) return;
    const happened = { code: refusal?.code, status, isTrap, isKnown: facts?.identity !== undefined };
    const signals = judgeRequest(happened, () => readBotFacts(request.cf), settings);
    if (signals === undefined) return;
    const owned = this.toOwnedKey(toClient(trace, request), cors);
    if (owned === undefined) return;
    const { key, object } = owned;
    const nowMs = readClock();
    const { halfLifeMs } = settings.score;
    if (signals === "clean") this.#standings.noteClean(key, settings.score, nowMs);
    else if (!this.#isByLimitsOfOthers(key, signals, facts)) {
      this.#standings.note(key, signals, { object, halfLifeMs, nowMs });
      this.#plan(waitUntil, nowMs);
    }
  }

  /** The denial itself told that the client is trusted: under limits that are not its own it has not misbehaved. */
  #isByLimitsOfOthers(key: string, { denied }: Signals, facts: RequestTrace["facts"]): boolean {
    const settings = this.#settings;
    if (settings === undefined || settings.isShadow || denied === 0 || facts?.standing === "trusted")
      return false;
    return this.#standings.find(key, settings.score, readClock())?.standing === "trusted";
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
    const question: ScoreQuestion = {
      version: 1,
      settings: settings.score,
      trustAfterMs: settings.trustAfterMs,
      reports,
    };
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
  const header = (name: string): string | null => headers.get(name);
  if (facts !== undefined) return { address: facts.address, continent: facts.continent, header };
  const { continent } = (cf as Pick<Client, "continent"> | undefined) ?? { continent: undefined };
  return { address: headers.get("cf-connecting-ip") ?? undefined, continent, header };
}

const toKey = ({ key }: CounterKey, read: Client["header"], cors: CorsRule | undefined): string =>
  read !== undefined && isOfOtherSite(read, cors) ? toKeyOfOthers(key) : key;

// A pool under load, event by event: clients, isolates with the gate that ships, the controller that ships in place of a
// health object, and an origin with so many slots and a line in front of them. No clock but the simulation's.

import { ReportPace } from "../../src/core/report-pace.ts";
import { toClientPlace } from "../../src/core/shedding/client-place.ts";
import { LoadController } from "../../src/core/shedding/load-controller.ts";
import { LoadGate } from "../../src/core/shedding/load-gate.ts";
import { LOAD_REPORTS, ON_TIME_MS, RANKS } from "../../src/core/shedding/load.ts";
import { Events } from "./events.ts";
import { FollowedBuckets, type FollowedLimit } from "./followed-buckets.ts";
import { Ideal } from "./ideal.ts";
import { createRandom, type Law } from "./laws.ts";
import { CRITICAL, NORMAL } from "./mix.ts";
import { Origin } from "./origin.ts";
import { Tally } from "./tally.ts";

export interface Scenario {
  readonly name: string;
  readonly isolates: number;
  readonly seconds: number;
  readonly law: Law;
  readonly seed: number;
  /** Requests a second, and how many times as long the origin takes, at a time in seconds. */
  readonly rate: (second: number) => number;
  readonly slower?: (second: number) => number;
  /** Undefined: as many as are asked for. */
  readonly slots?: ((second: number) => number) | undefined;
  /** How many of all requests are of one client, at a time. */
  readonly flood?: (second: number) => number;
  /** From then on the controller is asked in vain. */
  readonly lostFrom?: number;
  /** From then on it is a new one, which knows nothing. */
  readonly restartAt?: number;
  readonly isShadow?: boolean;
  /** What each client may send in a minute, by a limit that follows the pool. */
  readonly limit?: FollowedLimit;
  /** Nothing is shed at all: what would be without. */
  readonly isOff?: boolean;
  /** Shed by who knows the origin and the load, this many seconds ago, in place of the code that ships. */
  readonly idealSeconds?: number;
  /** What is counted, in seconds. */
  readonly from: number;
  readonly to: number;
}

export interface Played {
  /** By rank, in the seconds that count. */
  readonly offered: readonly number[];
  readonly inTime: readonly number[];
  readonly shed: readonly number[];
  /** Requests of clients other than the one that floods. */
  readonly others: { offered: number; inTime: number };
  /** By second of arrival: offered, shed, in time. */
  readonly bySecond: readonly { offered: number; shed: number; inTime: number }[];
  /** Clients that had some of their requests refused and some not, of those that had at least four. */
  readonly torn: { clients: number; torn: number };
}

const CLIENTS = 2_000;
const REPORT_MS = 1_000;
const LATENCY_MS = 15;
const FLOODER = 7_777_777;

interface Isolate {
  readonly name: string;
  readonly gate: LoadGate;
  dueMs: number;
  /** When a request came last. */
  cameMs: number;
}

interface Client {
  readonly client: number;
  readonly rank: number;
  readonly isFlood: boolean;
}

export function play(scenario: Scenario): Played {
  return new Play(scenario).run();
}

class Play {
  readonly #scenario: Scenario;
  readonly #random: () => number;
  readonly #events = new Events();
  readonly #pace = new ReportPace(LOAD_REPORTS);
  readonly #isolates: readonly Isolate[];
  readonly #origin: Origin;
  readonly #tally: Tally;
  readonly #ideal: Ideal | undefined;
  readonly #buckets: FollowedBuckets | undefined;
  #controller = new LoadController();

  constructor(scenario: Scenario) {
    const random = createRandom(scenario.seed);
    this.#scenario = scenario;
    this.#random = random;
    this.#origin = new Origin(scenario, this.#events, random);
    this.#tally = new Tally(scenario);
    const { idealSeconds, limit } = scenario;
    this.#buckets = limit && new FollowedBuckets(limit);
    if (idealSeconds !== undefined)
      this.#ideal = new Ideal(scenario, idealSeconds, {
        events: this.#events,
        lineOf: () => this.#origin.line,
      });
    this.#isolates = Array.from({ length: scenario.isolates }, (_, at) => ({
      name: `i${at}`,
      gate: new LoadGate(scenario.isShadow === true),
      dueMs: random() * REPORT_MS,
      cameMs: -Infinity,
    }));
  }

  run(): Played {
    const { restartAt, seconds } = this.#scenario;
    if (restartAt !== undefined)
      this.#events.after(restartAt * 1_000, () => {
        this.#controller = new LoadController();
      });
    this.#events.after(0, () => {
      this.#arrive();
    });
    this.#events.runUntil(seconds * 1_000);
    return this.#tally.end();
  }

  #arrive(): void {
    const { nowMs } = this.#events;
    const { rate, isShadow } = this.#scenario;
    const pauseMs = (-Math.log(1 - this.#random()) * 1_000) / rate(nowMs / 1_000);
    this.#events.after(pauseMs, () => {
      this.#arrive();
    });
    const isolate = this.#isolates[Math.floor(this.#random() * this.#isolates.length)];
    if (isolate === undefined) return;
    const { client, rank, isFlood } = this.#toClient(nowMs / 1_000);
    this.#begin(isolate);
    const place = toClientPlace(client, nowMs);
    const arrival = { rank, client, place, nowMs, chance: this.#random() };
    const isWithin = this.#buckets?.take(client, isolate.gate.view(nowMs).eased?.[rank] ?? 1, nowMs) ?? true;
    const isIn = isWithin && (this.#ideal?.admit(arrival) ?? isolate.gate.admit(arrival));
    const request = { client, rank, isFlood, isIn: isIn || isShadow === true, atMs: nowMs };
    this.#tally.arrived(request);
    if (!request.isIn) return;
    const flight = isolate.gate.start(nowMs);
    this.#origin.ask(() => {
      isolate.gate.end(flight, this.#events.nowMs, false);
      this.#tally.answered(request, this.#events.nowMs);
    });
  }

  #toClient(second: number): Client {
    const isFlood = this.#random() < (this.#scenario.flood?.(second) ?? 0);
    if (isFlood) return { client: FLOODER, rank: 1, isFlood };
    const dice = this.#random() * 100;
    const rank = dice < CRITICAL ? 0 : dice < CRITICAL + NORMAL ? 1 : 2;
    return { client: 1 + Math.floor(this.#random() * CLIENTS), rank, isFlood };
  }

  /** Reports as the gateway does (origins/pool-client.ts): when it is due, or its news must not wait. */
  #begin(isolate: Isolate): void {
    const { nowMs } = this.#events;
    isolate.cameMs = nowMs;
    // Its last one has not been answered yet.
    if (isolate.dueMs === Infinity) return;
    if (nowMs >= isolate.dueMs || isolate.gate.hasNews(nowMs)) this.#report(isolate);
  }

  /** While load is shed. */
  #reportOnTime(isolate: Isolate, nextMs: number): void {
    this.#events.after(nextMs, () => {
      const { nowMs } = this.#events;
      if (nowMs >= isolate.dueMs && nowMs - isolate.cameMs < ON_TIME_MS) this.#report(isolate);
    });
  }

  #report(isolate: Isolate): void {
    const { lostFrom = Infinity, isOff } = this.#scenario;
    const events = this.#events;
    isolate.dueMs = Infinity;
    const taken = isolate.gate.take(isolate.name, events.nowMs);
    events.after(LATENCY_MS, () => {
      if (events.nowMs / 1_000 >= lostFrom) {
        isolate.dueMs = events.nowMs + REPORT_MS;
        return;
      }
      const nextMs = this.#pace.next(events.nowMs, REPORT_MS);
      const view = this.#controller.add(taken, events.nowMs, nextMs);
      events.after(LATENCY_MS, () => {
        isolate.dueMs = events.nowMs + nextMs;
        if (isOff === true) return;
        isolate.gate.learn(view, events.nowMs, nextMs);
        if (view.open < RANKS) this.#reportOnTime(isolate, nextMs);
      });
    });
  }
}

// One isolate's side of load shedding for one origin pool: lets requests in as the pool's health object said last, counts
// what it reports, and holds back by itself in the first moments of a jump in load. Mutable; time and chance are arguments.

import { HeavyClients } from "./heavy-clients.ts";
import { ALL_OPEN, type LoadReport, type LoadView, RANKS } from "./load.ts";

const BUSY = 4;

/** What was said is used for so long, and for three reports: without the object everybody is let in again. */
const VIEW_MS_MIN = 5_000;
const VIEW_REPORTS = 3;

/**
 * The local guard: so many times as many requests at a time as usual, which wait for so many times as long as usual. Then
 * no more than usual are let in, until they wait no longer.
 */
const GUARD_TIMES = 4;
const GUARD_LATE = 2;
/** By rank. */
const GUARD_ROOM = [2, 1, 1] as const;
/**
 * Those that wait here wait so much longer than usual that the object is to hear of it at once, before it sheds: so many
 * times between two reports that were due, and not sooner after the last one than this, or than this part of the usual time.
 */
const NEWS_LATE = 3;
const NEWS_USUAL = 1.5;
const NEWS_REPORTS = 2;
const NEWS_MS_MIN = 300;
const NEWS_PART = 0.3;

/** An isolate that reported less often does not know yet what is usual. */
const USUAL_REPORTS = 10;
/** How much of a report's news of it is believed. */
const PEAK_NEWS = 0.1;

/**
 * While load is shed: those that are on their way wait for so many times as long as an answer takes usually, and for so many
 * times as long as they ever did in a report's time. By rank. Then none is added to them: news of a line that is on its way
 * here is older than what this isolate sees of it.
 */
const HELD_LATE = [8, 3, 3] as const;
const HELD_USUAL = [3, 1.5, 1.5] as const;

export interface Arrival {
  /** The priority: 0 is the highest. */
  readonly rank: number;
  /** The client's hash; 0: it cannot be told. */
  readonly client: number;
  /** Its hash for this hour, from 0 to 1. */
  readonly place: number;
  readonly nowMs: number;
  /** From 0 to 1, by chance. */
  readonly chance: number;
}

export interface Flight {
  readonly startedMs: number;
  readonly untilMs: number;
}

export class LoadGate {
  readonly #isShadow: boolean;
  readonly #clients = new HeavyClients();
  #arrivals: number[] = Array.from({ length: RANKS }, () => 0);
  #answers = 0;
  #bad = 0;
  #meant = 0;
  #letIn = 0;
  readonly #flights = new Set<Flight>();
  /** The sum of the times at which they started: says how long they wait on average. */
  #startsMs = 0;
  #flightMs = 0;
  #changedMs = 0;
  #takenMs: number | undefined;
  #peak = 0;
  #usualPeak = 0;
  /** How long those that were on their way had waited on average, at most. */
  #waitMs = 0;
  #usualWaitMs = 0;
  #reports = 0;
  #nextMs = 0;
  /** Reports before their time, one after the other. */
  #early = 0;
  #isGuarded = false;
  #view: LoadView = ALL_OPEN;
  #untilMs = -Infinity;

  constructor(isShadow: boolean) {
    this.#isShadow = isShadow;
  }

  /** Counts a request, and says whether it is let in. */
  admit({ rank, client, place, nowMs, chance }: Arrival): boolean {
    this.#takenMs ??= nowMs;
    this.#arrivals[rank] = (this.#arrivals[rank] ?? 0) + 1;
    if (client !== 0) this.#clients.add(client, rank);
    this.#waitMs = Math.max(this.#waitMs, this.#toWaitMs(nowMs));
    const share = this.peek({ rank, client, place, nowMs });
    this.#countShared({ rank, client, nowMs }, share);
    if (chance >= share) return false;
    return !this.#isOverrun(rank, nowMs) && !this.#isHeld(rank, nowMs);
  }

  /** A request goes to the origin, and is over by `untilMs` whatever becomes of it; returns what `end` is told. */
  start(nowMs: number, untilMs = Infinity): Flight {
    this.#pass(nowMs);
    const flight = { startedMs: nowMs, untilMs };
    this.#flights.add(flight);
    this.#startsMs += nowMs;
    this.#peak = Math.max(this.#peak, this.#flights.size);
    return flight;
  }

  /** It was answered. undefined: its client has left, which says nothing of the origin. Twice is once. */
  end(flight: Flight, nowMs: number, isBad: boolean | undefined): void {
    if (!this.#flights.has(flight)) return;
    this.#pass(nowMs);
    this.#flights.delete(flight);
    this.#startsMs -= flight.startedMs;
    if (isBad === undefined) return;
    this.#answers += 1;
    if (isBad) this.#bad += 1;
  }

  /** Enough for the object to hear of it before it is this isolate's turn. */
  get isBusy(): boolean {
    return this.#flights.size >= BUSY;
  }

  /** How many of the rank that shares are let in, and how many were meant to be. */
  #countShared({ rank, client, nowMs }: Pick<Arrival, "rank" | "client" | "nowMs">, share: number): void {
    const { open, heavy } = this.view(nowMs);
    if (Math.floor(open) !== rank || heavy.some((one) => one.client === client)) return;
    this.#meant += open - rank;
    this.#letIn += share;
  }

  /** Whether what it sees is not to wait until its next report is due. */
  hasNews(nowMs: number): boolean {
    const { baseMs, open } = this.view(nowMs);
    if (open < RANKS || baseMs === 0 || this.#reports < USUAL_REPORTS) return false;
    const sinceMs = nowMs - (this.#takenMs ?? nowMs);
    if (this.#early >= NEWS_REPORTS || sinceMs < Math.max(NEWS_MS_MIN, NEWS_PART * this.#nextMs))
      return false;
    return this.#toWaitMs(nowMs) > Math.max(NEWS_LATE * baseMs, NEWS_USUAL * this.#usualWaitMs);
  }

  /** What `admit` would say, without counting: the share of such requests that is let in. */
  peek({ rank, client, place, nowMs }: Pick<Arrival, "rank" | "client" | "place" | "nowMs">): number {
    const { open, heavy } = this.view(nowMs);
    const own = rank === Math.floor(open) ? heavy.find((one) => one.client === client) : undefined;
    if (own !== undefined) return own.share;
    return rank + place < open ? 1 : 0;
  }

  /** What is to be reported; the next report begins here. */
  take(isolate: string, nowMs: number): LoadReport {
    this.#pass(nowMs);
    // Nobody says so of some that were cut off.
    for (const flight of this.#flights) if (flight.untilMs < nowMs) this.end(flight, nowMs, undefined);
    const known = nowMs < this.#untilMs ? this.#view : undefined;
    const arrivals = this.#arrivals;
    const elapsedMs = Math.max(1, nowMs - (this.#takenMs ?? nowMs));
    this.#early = elapsedMs < this.#nextMs ? this.#early + 1 : 0;
    const report = {
      isolate,
      elapsedMs,
      flightMs: this.#flightMs,
      arrivals,
      answers: this.#answers,
      bad: this.#bad,
      meant: this.#meant,
      letIn: this.#letIn,
      top: this.#clients.take(arrivals.reduce((sum, count) => sum + count, 0)),
      known,
      isShadow: this.#isShadow,
    };
    // Under overload nothing is usual.
    if (known !== undefined && known.open >= RANKS && known.baseMs > 0) {
      const news = this.#reports === 0 ? 1 : PEAK_NEWS;
      this.#usualPeak += (this.#peak - this.#usualPeak) * news;
      this.#usualWaitMs += (this.#waitMs - this.#usualWaitMs) * news;
      this.#reports += 1;
    }
    this.#arrivals = arrivals.map(() => 0);
    this.#answers = this.#bad = this.#flightMs = this.#meant = this.#letIn = 0;
    this.#peak = this.#flights.size;
    this.#waitMs = 0;
    this.#takenMs = nowMs;
    return report;
  }

  /** `nextMs`: when it learns again. */
  learn(view: LoadView, nowMs: number, nextMs: number): void {
    if (view.open >= RANKS) this.#isGuarded = false;
    this.#view = view;
    this.#nextMs = nextMs;
    this.#untilMs = nowMs + Math.max(VIEW_MS_MIN, VIEW_REPORTS * nextMs);
  }

  /** What holds now. */
  view(nowMs: number): LoadView {
    return nowMs < this.#untilMs ? this.#view : ALL_OPEN;
  }

  /** Whether some are refused; never in a dry run. */
  isShedding(nowMs: number): boolean {
    return !this.#isShadow && this.view(nowMs).open < RANKS;
  }

  /** Far more on their way than usual, and waiting far longer: until the object has heard of it. */
  #isOverrun(rank: number, nowMs: number): boolean {
    const { baseMs } = this.view(nowMs);
    if (baseMs === 0 || this.#reports < USUAL_REPORTS) return false;
    const times = this.#isGuarded ? 1 : GUARD_TIMES;
    const room = Math.max(times === 1 ? 1 : 2, times * this.#usualPeak * (GUARD_ROOM[rank] ?? 1));
    if (this.#flights.size < room) {
      this.#isGuarded = false;
      return false;
    }
    this.#isGuarded = this.#toWaitMs(nowMs) > GUARD_LATE * baseMs;
    return this.#isGuarded;
  }

  /** How long those that are on their way have waited on average. */
  #toWaitMs(nowMs: number): number {
    return this.#flights.size === 0 ? 0 : nowMs - this.#startsMs / this.#flights.size;
  }

  /** Those that wait here say that there is a line, which the share that was heard last does not know of yet. */
  #isHeld(rank: number, nowMs: number): boolean {
    if (!this.isShedding(nowMs) || this.#reports < USUAL_REPORTS) return false;
    const late = (HELD_LATE[rank] ?? 1) * this.view(nowMs).baseMs;
    const unusual = (HELD_USUAL[rank] ?? 1) * this.#usualWaitMs;
    return this.#toWaitMs(nowMs) > Math.max(late, unusual);
  }

  #pass(nowMs: number): void {
    this.#flightMs += this.#flights.size * (nowMs - this.#changedMs);
    this.#changedMs = nowMs;
  }
}

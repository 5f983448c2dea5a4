// The scores that a counter object keeps, of the clients whose addresses it owns. Suspects alone have rows; of all others
// what is in memory is enough, for whoever is forgotten is only taken for better than it is.

import * as v from "valibot";
import { LruMap } from "../lru-map.ts";
import { storedCount } from "../algorithms/stored-state.ts";
import { toBanExpiryMs } from "../counters/ban.ts";
import { findOwnKey } from "./client-key.ts";
import { REPORTED_MAX, type ScoreAnswer, type ScoreQuestion, type Standing } from "./score-messages.ts";
import { addSignals, type ClientScore, type ScoreSettings, toDecay, toScore, toScoreBanMs } from "./score.ts";
import { type Suspect, type SuspectsAnswer, toWorst } from "./suspects.ts";

/** Clients whose scores an object knows: whoever has more addresses pushes out those that were quiet for longest. */
const CLIENTS_MAX = 10_000;
/** Suspects that have a row. */
export const SCORE_ROWS_MAX = 1_000;
/** Between two rows of one client. */
const ROW_MS_MIN = 1_000;
const COUNT_MS_MIN = 60_000;
const KEY_LENGTH_MAX = 80;
/** From here a score is as good as none. */
const NO_SCORE = 0.5;

export interface ScoreStore {
  /** Read once, when an object begins. */
  readonly list: (most: number) => readonly { readonly key: string; readonly record: string }[];
  readonly write: (key: string, record: string, expiresAtMs: number) => void;
}

interface Known {
  readonly state: ClientScore;
  readonly writtenMs: number;
}

const points = v.pipe(v.number(), v.finite(), v.minValue(0));
const storedScore = v.object({
  denied: points,
  faults: points,
  traps: points,
  clean: points,
  atMs: points,
  ban: v.optional(
    v.object({ windowEndsMs: storedCount, denials: storedCount, level: storedCount, untilMs: storedCount }),
  ),
  settings: v.object({
    halfLifeMs: v.pipe(points, v.minValue(1)),
    suspect: points,
    ban: points,
    banForMs: v.array(points),
  }),
});

export class ScoreBook {
  readonly #store: ScoreStore;
  readonly #clients = new LruMap<string, Known>(CLIENTS_MAX);
  #rows = 0;
  #countedMs = -Infinity;

  /** `nowMs`: what was stored by a clock that was ahead is of now. */
  constructor(store: ScoreStore, nowMs: number) {
    this.#store = store;
    for (const { key, record } of store.list(SCORE_ROWS_MAX)) {
      const state = readScore(record, nowMs);
      if (state === undefined) continue;
      this.#rows += 1;
      this.#clients.set(key, { state, writtenMs: 0 });
    }
  }

  /** In the order of the reports. */
  report({ reports, settings: given }: ScoreQuestion, nowMs: number): readonly ScoreAnswer[] {
    return reports
      .slice(0, REPORTED_MAX)
      .filter(({ key }) => key.length <= KEY_LENGTH_MAX)
      .map(({ key, signals }) => {
        // For what another site's page did nobody is banned.
        const settings = findOwnKey(key) === undefined ? given : { ...given, banForMs: [] };
        const known = this.#clients.get(key);
        const before = toStanding(known?.state, settings, nowMs);
        const state = addSignals(known?.state, signals, { settings, nowMs });
        const after = toStanding(state, settings, nowMs);
        const turned = after === before || after === "clear" ? undefined : after;
        this.#keep(
          key,
          { state, known, isUrgent: turned !== undefined, isSuspect: after !== "clear" },
          nowMs,
        );
        const { score, banMs } = this.#toAnswer(key, state, nowMs);
        return { key, score, banMs, turned };
      });
  }

  /** undefined where nothing is held against the client. */
  find(key: string, nowMs: number): ScoreAnswer | undefined {
    const answer = this.#toAnswer(key, this.#clients.get(key)?.state, nowMs);
    return answer.score < NO_SCORE && answer.banMs === 0 ? undefined : answer;
  }

  /** Who is suspect or banned now. */
  listSuspects(most: number, nowMs: number): SuspectsAnswer {
    const found: Suspect[] = [];
    for (const [key, { state }] of this.#clients.entries()) {
      const { settings, atMs } = state;
      const standing = toStanding(state, settings, nowMs);
      if (standing === "clear") continue;
      const kept = toDecay(nowMs - atMs, settings.halfLifeMs);
      const { denied, faults, traps } = state;
      const left = { denied: denied * kept, faults: faults * kept, traps: traps * kept };
      const banMs = toScoreBanMs(state, settings, nowMs);
      found.push({ key, standing, score: toScore(state, nowMs), banMs, lastMs: atMs, points: left });
    }
    return { suspects: toWorst(found, most), count: found.length };
  }

  /** Rows that expired were deleted meanwhile: they are counted anew, at most once a minute. */
  #hasRoom(nowMs: number): boolean {
    if (this.#rows < SCORE_ROWS_MAX) return true;
    if (nowMs - this.#countedMs < COUNT_MS_MIN) return false;
    this.#countedMs = nowMs;
    this.#rows = this.#store.list(SCORE_ROWS_MAX).length;
    return this.#rows < SCORE_ROWS_MAX;
  }

  /** Who claims another site's page is no better for it: the worse of both is said. */
  #toAnswer(key: string, state: ClientScore | undefined, nowMs: number): ScoreAnswer {
    const own = findOwnKey(key);
    const worse = own === undefined ? undefined : this.#clients.get(own)?.state;
    const score = Math.max(toScore(state, nowMs), toScore(worse, nowMs));
    const banMs = Math.max(toBanMs(state, nowMs), toBanMs(worse, nowMs));
    return { key, score, banMs };
  }

  #keep(
    key: string,
    {
      state,
      known,
      isUrgent,
      isSuspect,
    }: {
      readonly state: ClientScore;
      readonly known: Known | undefined;
      readonly isUrgent: boolean;
      readonly isSuspect: boolean;
    },
    nowMs: number,
  ): void {
    const writtenMs = known?.writtenMs ?? -Infinity;
    const isNew = writtenMs === -Infinity;
    const isDue = isSuspect && (isUrgent || nowMs - writtenMs >= ROW_MS_MIN);
    if (!isDue || (isNew && !this.#hasRoom(nowMs))) {
      this.#clients.set(key, { state, writtenMs });
      return;
    }
    if (isNew) this.#rows += 1;
    this.#clients.set(key, { state, writtenMs: nowMs });
    this.#store.write(key, JSON.stringify(state), toExpiryMs(state));
  }
}

const toBanMs = (state: ClientScore | undefined, nowMs: number): number =>
  state === undefined ? 0 : toScoreBanMs(state, state.settings, nowMs);

/** What a client is by these settings. */
export function toStanding(state: ClientScore | undefined, settings: ScoreSettings, nowMs: number): Standing {
  if (toScoreBanMs(state, settings, nowMs) > 0) return "banned";
  return toScore(state, nowMs) >= settings.suspect ? "suspect" : "clear";
}

/** When it is worth nothing any more, nor its bans a step of the ladder. */
function toExpiryMs(state: ClientScore): number {
  const { atMs, ban, settings } = state;
  const halves = Math.max(1, Math.log2(toScore(state, atMs) / NO_SCORE));
  const bans = { after: 1, windowMs: settings.halfLifeMs, forMs: settings.banForMs };
  return Math.ceil(
    Math.max(atMs + halves * settings.halfLifeMs, ban === undefined ? 0 : toBanExpiryMs(bans, ban)),
  );
}

function readScore(record: string, nowMs: number): ClientScore | undefined {
  const parsed = v.safeParse(storedScore, parseJson(record));
  if (!parsed.success) return undefined;
  const { ban, atMs } = parsed.output;
  return { ...parsed.output, atMs: Math.min(atMs, nowMs), ban };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
